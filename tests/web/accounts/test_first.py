from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from emofuse_web.accounts.models import Event, Invitation, User
from emofuse_web.accounts.services import first_link

SAID = {"email": "Stefanie@example.org", "password": "correct horse battery staple", "again": "correct horse battery staple"}


def test_where_there_is_an_administrator_no_link_is_made_and_old_ones_open_nothing(db, people):
    link = first_link()
    people("alice", is_staff=True, is_superuser=True)

    assert first_link() == ""
    assert Client().get(link).status_code == 410


def test_an_invented_link_opens_nothing(db):
    assert Client().get("/account/first/invented/").status_code == 410


def test_the_link_makes_the_administrator_and_signs_in(db):
    browser = Client()

    answer = browser.post(first_link(), SAID)

    assert answer.status_code == 302
    user = User.objects.get(email="stefanie@example.org")
    assert user.is_superuser and user.is_staff and user.check_password(SAID["password"])
    assert browser.get("/account/security/").status_code == 200


def test_the_link_works_once(db):
    link = first_link()
    Client().post(link, SAID)

    assert Client().get(link).status_code == 410
    assert Client().post(link, SAID | {"email": "bob@example.org"}).status_code == 410
    assert User.objects.count() == 1


def test_the_link_runs_out_after_a_day(db):
    link = first_link()
    made = Invitation.objects.get()
    assert timedelta(hours=23) < made.expires - timezone.now() <= timedelta(hours=24)

    Invitation.objects.update(expires=timezone.now())

    assert Client().get(link).status_code == 410


def test_a_new_link_ends_the_one_before(db):
    before, after = first_link(), first_link()

    assert Client().get(before).status_code == 410
    assert Client().get(after).status_code == 200


def test_only_a_hash_of_256_bit_is_kept(db):
    secret = first_link().rstrip("/").rsplit("/", 1)[-1]

    assert len(secret) == 43  # 256 bit as letters
    assert secret not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize("password", ["short", "stefanie@example.org", "123456789012"])
def test_a_password_that_anybody_guesses_is_refused(db, password):
    answer = Client().post(first_link(), SAID | {"password": password, "again": password})

    assert answer.status_code == 200
    assert answer.context["form"].errors["password"]
    assert not User.objects.exists()


def test_the_command_prints_the_link_or_why_there_is_none(db, people, capsys):
    call_command("first_admin")
    assert "/account/first/" in capsys.readouterr().out

    people("alice", is_superuser=True)
    call_command("first_admin")
    assert "There is an administrator already" in capsys.readouterr().out


def test_it_is_written_down_without_the_address(db):
    Client().post(first_link(), SAID)

    assert "account.made" in Event.objects.values_list("verb", flat=True)
    assert "example.org" not in str(list(Event.objects.values()))
