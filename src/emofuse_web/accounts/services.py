"""Accounts are made: the first by a link on the console, others by invitation. Links are used once, and only their hash is kept."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from emofuse_web.accounts import audit, secrets
from emofuse_web.accounts.models import Invitation, User

FIRST = timedelta(hours=24)  # how long the first administrator's link works
INVITED = timedelta(days=7)  # how long an invitation works


class LinkSpent(Exception):
    """A link that was used, ran out, was revoked or never was."""


class AddressTaken(Exception):
    """There is an account with this address."""


def first_link() -> str:
    """The way to the page that makes the first administrator, as a path; nothing where there is one. Earlier links stop working."""
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return ""
    Invitation.objects.filter(made_by=None, used=None).delete()
    secret, digest = secrets.made()
    Invitation.objects.create(digest=digest, staff=True, expires=timezone.now() + FIRST)
    return reverse("accounts:first", args=[secret])


def invitation_make(*, by: User, email: str = "", staff: bool = False) -> tuple[Invitation, str]:
    """An invitation and the way to its page, which nobody can show again."""
    secret, digest = secrets.made()
    invitation = Invitation.objects.create(
        digest=digest, email=email.lower(), staff=staff and by.is_superuser, made_by=by, expires=timezone.now() + INVITED
    )
    audit.event(by, "invitation.made", invitation, staff=invitation.staff, named=bool(email))
    return invitation, reverse("accounts:join", args=[secret])


def invitation_revoke(*, invitation: Invitation, by: User) -> None:
    """The link opens nothing from now on."""
    audit.event(by, "invitation.revoked", invitation)
    Invitation.objects.filter(pk=invitation.pk, used=None).delete()


def invitation_find(secret: str, *, first: bool) -> Invitation:
    """The invitation with this secret.

    Raises:
        LinkSpent: It opens nothing, for whatever reason: a stranger is not told which.
    """
    invitation = Invitation.objects.filter(digest=secrets.digest(secret), made_by__isnull=first).first()
    spent = invitation is None or not invitation.open
    if spent or (first and User.objects.filter(is_superuser=True, is_active=True).exists()):
        raise LinkSpent
    assert invitation is not None
    return invitation


def account_join(*, invitation: Invitation, email: str, password: str) -> User:
    """Whoever holds the link gets an account, once.

    Raises:
        LinkSpent: Somebody was quicker.
        AddressTaken: There is such an account.
    """
    address = (invitation.email or email).lower()
    try:
        with transaction.atomic():
            return _joined(invitation, address, password)
    except IntegrityError as error:
        raise AddressTaken from error


def _joined(invitation: Invitation, address: str, password: str) -> User:
    if EmailAddress.objects.filter(email=address).exists():
        raise AddressTaken
    if not Invitation.objects.filter(pk=invitation.pk, used=None, expires__gt=timezone.now()).update(used=timezone.now()):
        raise LinkSpent
    first = invitation.made_by_id is None
    user = User.objects.create_user(address, password, is_staff=invitation.staff, is_superuser=first)
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=first or bool(invitation.email))
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    audit.event(user, "account.made", user, first=first, staff=user.is_staff)
    return user


@transaction.atomic
def address_change(*, user: User, email: str) -> None:
    """Another address at once: for sites that send no mail, where nothing could verify it.

    Raises:
        AddressTaken: There is such an account.
    """
    address = email.lower()
    others = EmailAddress.objects.filter(email=address).exclude(user=user)
    if User.objects.filter(email=address).exclude(pk=user.pk).exists() or others.exists():
        raise AddressTaken
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
    User.objects.filter(pk=user.pk).update(email=address)
    audit.event(user, "email.changed", user)
