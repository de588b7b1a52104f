"""What superusers see of accounts in Django's own administration: enough to help people in, nothing that opens their data.

Second factors can be removed there, never read: whoever lost theirs asks an administrator, and the log says who did it.
"""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  # all three register what is taken back below
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from emofuse_web.accounts import audit
from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.models import Event, Invitation, Token, User

for _theirs in (Authenticator, UserSession, EmailAddress, Group):
    admin.site.unregister(_theirs)


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # of several tables
    """Rows to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """No."""
        return False


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]  # no generic at run time
    """An address and a password."""

    class Meta:
        model = User
        fields = ("email",)


class ChangedUserForm(UserChangeForm):  # type: ignore[type-arg]
    """All but the name that our users do not have."""

    class Meta:
        model = User
        fields = ("email", "is_active", "is_staff", "is_superuser", "quota_bytes", "language", "theme")


@admin.register(User)
class Users(UserAdmin):  # type: ignore[type-arg]
    """People: made, helped in, shut out; erased with all that is theirs."""

    form, add_form = ChangedUserForm, NewUserForm
    ordering = ("email",)
    list_display = ("email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email",)
    filter_horizontal = ()
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "quota_bytes")}),
        (_("How pages look"), {"fields": ("language", "theme")}),
        (_("When"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save, and say so in the log."""
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()
        EmailAddress.objects.get_or_create(user=obj, email=obj.email, defaults={"primary": True, "verified": True})
        _told(request, "staff.user_changed" if change else "staff.user_made", obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """A new password for somebody who forgot theirs."""
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and getattr(answer, "status_code", 200) == 302:
            audit.event(request.user if isinstance(request.user, User) else None, "staff.password_set", id)
        return answer

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Whom it is about; Django's own list would want a right for each table, and show what is in them."""
        return [str(user) for user in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Erase with all rows and bytes, not just the one row."""
        account_erase(user=obj, by=request.user if isinstance(request.user, User) and request.user.pk != obj.pk else None)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Each of them."""
        for user in queryset:
            self.delete_model(request, user)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[User]) -> list[LogEntry]:
        """Nothing: Django's own log would keep the address of somebody who was erased."""
        return []


@admin.register(Authenticator)
class Factors(ReadOnly):
    """Second factors: who has which; removed for somebody who lost theirs."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email",)
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Superusers."""
        return bool(getattr(request.user, "is_superuser", False))

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Remove, and say so in the log."""
        _told(request, "staff.factor_removed", obj.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Each of them."""
        for factor in queryset:
            self.delete_model(request, factor)


@admin.register(Invitation)
class Invitations(ReadOnly):
    """Who was invited; links are made on the page of invitations."""

    list_display = ("email", "made_by", "created", "expires", "used", "staff")
    exclude = ("digest",)


@admin.register(Token)
class Tokens(ReadOnly):
    """Tokens of programs: whose, since when, until when; never the token."""

    list_display = ("owner", "name", "prefix", "created", "expires", "last_used", "revoked")
    search_fields = ("owner__email",)
    exclude = ("digest",)


@admin.register(Event)
class Events(ReadOnly):
    """The audit log."""

    list_display = ("when", "actor", "verb", "subject", "detail")
    list_filter = ("verb",)
    search_fields = ("subject", "actor__email")
    date_hierarchy = "when"


def _told(request: HttpRequest, verb: str, subject: Model) -> None:
    audit.event(request.user if isinstance(request.user, User) else None, verb, subject)
