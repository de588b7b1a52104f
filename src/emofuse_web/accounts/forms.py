"""What accounts ask people for."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext_lazy as _

from emofuse_web.accounts import tokens
from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Purpose, Setting

DAYS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), ("", _("until I revoke it"))]


class JoinForm(forms.Form):
    """An address and a password for a new account."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )
    again = forms.CharField(label=_("Password once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, named: str = "", **said: Any) -> None:
        super().__init__(*args, **said)
        if named:
            self.fields["email"].initial, self.fields["email"].disabled = named, True

    def clean(self) -> dict[str, Any]:
        """Twice the same, and none that anybody would guess."""
        said = super().clean() or self.cleaned_data
        password = said.get("password")
        if password and password != said.get("again"):
            self.add_error("again", _("This is not the password above. Type the same one twice."))
        elif password:
            try:
                validate_password(password, User(email=said.get("email", "")))
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return said


class InvitationForm(forms.Form):
    """Whom an invitation is for."""

    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Leave it empty for a link that works for whoever holds it, once.")
    )
    staff = forms.BooleanField(
        label=_("Staff"), required=False, help_text=_("Sees the operations page and invites others; sees nobody's analyses.")
    )

    def __init__(self, *args: Any, by: User, **said: Any) -> None:
        super().__init__(*args, **said)
        if not by.is_superuser:
            del self.fields["staff"]


class AddressForm(forms.Form):
    """Another address."""

    email = forms.EmailField(label=_("New e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """How pages speak and look."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("language", "theme")
        labels = {"theme": _("Theme")}


class TokenForm(forms.Form):
    """What a token is called and what it may."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use it, so that you know later what to revoke."))
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[(tokens.READ, _("read: analyses, results, files")), (tokens.WRITE, _("write: upload, start, cancel, delete"))],
        widget=forms.CheckboxSelectMultiple,
        initial=[tokens.READ],
    )
    days = forms.TypedChoiceField(label=_("It works for"), choices=DAYS, coerce=int, required=False, empty_value=None, initial="90")


class EraseForm(forms.Form):
    """The address, typed, so that nobody erases an account by one click."""

    typed = forms.CharField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Type it to confirm."),
    )

    def __init__(self, *args: Any, user: User, **said: Any) -> None:
        super().__init__(*args, **said)
        self.user = user

    def clean_typed(self) -> str:
        """The same address."""
        typed = str(self.cleaned_data["typed"]).strip().lower()
        if typed != self.user.email.lower():
            raise forms.ValidationError(_("This is not the address of this account. Type it as it stands above."))
        return typed


class NoticeForm(forms.Form):
    """What people who are recorded must be told."""

    language = forms.ChoiceField(label=_("Language of the notice"), choices=settings.LANGUAGES)
    who = forms.CharField(label=_("Who asks for the analysis"), max_length=200, help_text=_("The person or organisation responsible."))
    contact = forms.CharField(
        label=_("Contact"), max_length=200, help_text=_("Where people can ask, object or withdraw: an e-mail address, a telephone number.")
    )
    analysed = forms.MultipleChoiceField(
        label=_("What is analysed"),
        choices=[("face", _("face in the video")), ("voice", _("voice")), ("text", _("words")), ("eeg", _("EEG"))],
        widget=forms.CheckboxSelectMultiple,
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    setting = forms.ChoiceField(label=_("Where people are recorded"), choices=Setting.choices, initial=Setting.ELSEWHERE)
    why = forms.CharField(
        label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("One or two sentences in plain words.")
    )
    days = forms.IntegerField(
        label=_("Days until everything is deleted"), min_value=1, max_value=settings.RETENTION_MOST, initial=settings.RETENTION_DAYS
    )
