import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from emofuse_web.accounts.models import Invitation, User
from emofuse_web.accounts.services import invitation_make

SAID = {"email": "dora@example.org", "password": "correct horse battery staple", "again": "correct horse battery staple"}


def test_bob_finds_no_page_of_invitations(bobs, stefanie):
    made, _ = invitation_make(by=stefanie)

    assert bobs.get("/account/invitations/").status_code == 404
    assert bobs.post(f"/account/invitations/{made.pk}/revoke/").status_code == 404
    assert Invitation.objects.count() == 1


def test_charlie_is_asked_to_sign_in(charlies, stefanie):
    made, _ = invitation_make(by=stefanie)

    assert charlies.get("/account/invitations/").url.startswith("/accounts/login/")
    assert charlies.post(f"/account/invitations/{made.pk}/revoke/").url.startswith("/accounts/login/")


def test_without_an_invitation_nobody_makes_an_account(charlies):
    assert charlies.get("/accounts/signup/").status_code == 200
    charlies.post("/accounts/signup/", {"email": "dora@example.org", "password1": SAID["password"], "password2": SAID["password"]})

    assert not User.objects.exists()


def test_staff_make_a_link_that_is_shown_once(stefanies):
    answer = stefanies.post("/account/invitations/", {"email": "dora@example.org"})

    assert "/account/join/" in answer.content.decode()
    assert "/account/join/" not in stefanies.get("/account/invitations/").content.decode()


def test_an_invitation_for_an_address_makes_an_account_with_that_address_alone(db, stefanie):
    _, link = invitation_make(by=stefanie, email="dora@example.org")
    browser = Client()

    browser.post(link, SAID | {"email": "eve@example.org"})

    user = User.objects.get(email="dora@example.org")
    assert not user.is_staff
    assert EmailAddress.objects.get(user=user).verified
    assert browser.get("/account/security/").status_code == 200


def test_an_open_invitation_works_once(db, stefanie):
    _, link = invitation_make(by=stefanie)

    Client().post(link, SAID)

    assert Client().post(link, SAID | {"email": "eve@example.org"}).status_code == 410
    assert Client().get(link).status_code == 410
    assert set(User.objects.values_list("email", flat=True)) == {"stefanie@example.org", "dora@example.org"}


def test_a_revoked_invitation_opens_nothing(stefanies, stefanie):
    made, link = invitation_make(by=stefanie)

    stefanies.post(f"/account/invitations/{made.pk}/revoke/")

    assert Client().get(link).status_code == 410


def test_an_invitation_is_no_link_for_the_first_administrator(db, stefanie):
    _, link = invitation_make(by=stefanie)

    assert Client().get(link.replace("/join/", "/first/")).status_code == 410


def test_an_address_that_is_taken_keeps_the_invitation_open(db, stefanie, alice):
    _, link = invitation_make(by=stefanie)

    answer = Client().post(link, SAID | {"email": "ALICE@example.org"})

    assert answer.context["form"].non_field_errors()
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize(("rights", "staff"), [({"is_staff": True}, False), ({"is_staff": True, "is_superuser": True}, True)])
def test_only_superusers_invite_staff(people, rights, staff):
    made, _ = invitation_make(by=people("gina", **rights), staff=True)

    assert made.staff is staff
