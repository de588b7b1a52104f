import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from emofuse_web.accounts.models import Event, Token
from emofuse_web.accounts.tokens import allows, token_find, token_make, token_revoke, token_used
from emofuse_web.api.authentication import BearerToken


class Echo(APIView):
    """Answers whose token it was."""

    authentication_classes = (BearerToken,)

    def get(self, request):
        return Response({"email": request.user.email, "write": allows(request, "write"), "this": allows(request)})

    post = get


def asked(secret: str | None, method: str = "get"):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"} if secret else {}
    return Echo.as_view()(getattr(APIRequestFactory(), method)("/", **headers))


def test_bob_does_not_see_alices_tokens_nor_revoke_them(alice, bobs):
    token, _ = token_make(owner=alice, name="notebook", scopes=["read"])

    assert "notebook" not in bobs.get("/account/tokens/").content.decode()
    assert bobs.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.works


def test_charlie_is_asked_to_sign_in(charlies, alice):
    token, _ = token_make(owner=alice, name="notebook", scopes=["read"])

    assert charlies.get("/account/tokens/").url.startswith("/accounts/login/")
    assert charlies.post(f"/account/tokens/{token.pk}/revoke/").url.startswith("/accounts/login/")


def test_a_token_is_shown_once(alice, by_the_door):
    browser = by_the_door(alice)

    page = browser.post("/account/tokens/", {"name": "notebook", "scopes": ["read", "write"], "days": "30"})

    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert secret not in browser.get("/account/tokens/").content.decode()
    assert asked(secret).data["email"] == alice.email


def test_only_a_hash_of_256_bit_is_kept(alice):
    _, secret = token_make(owner=alice, name="notebook", scopes=["read"])

    assert len(secret) == len("emo_") + 43
    assert secret not in str(list(Token.objects.values()))
    assert secret not in str(list(Event.objects.values()))


@pytest.mark.parametrize("secret", [None, "emo_invented", "invented", "emo_\xff\xfe", ""])
def test_who_has_no_token_is_told_how_to_bring_one(db, secret):
    answer = asked(secret)

    assert answer.status_code in (401, 403) if not secret else answer.status_code == 401


def test_an_invented_token_is_answered_with_the_way_in(db):
    assert asked("emo_invented")["WWW-Authenticate"] == 'Bearer realm="emofuse"'


def test_a_token_may_what_its_scopes_say(alice):
    _, reads = token_make(owner=alice, name="reads", scopes=["read"])
    _, writes = token_make(owner=alice, name="writes", scopes=["read", "write"])

    assert asked(reads).data == {"email": alice.email, "write": False, "this": True}
    assert asked(reads, "post").data["this"] is False
    assert asked(writes, "post").data["this"] is True


def test_a_revoked_token_opens_nothing_from_the_next_request_on(alice):
    token, secret = token_make(owner=alice, name="notebook", scopes=["read"])
    assert asked(secret).status_code == 200

    began = time.perf_counter()
    token_revoke(token=token, by=alice)

    assert asked(secret).status_code == 401
    assert time.perf_counter() - began < 1


def test_a_token_runs_out(alice):
    token, secret = token_make(owner=alice, name="notebook", scopes=["read"], days=30)
    Token.objects.filter(pk=token.pk).update(expires=timezone.now())

    assert asked(secret).status_code == 401


def test_the_token_of_an_account_that_was_shut_opens_nothing(alice):
    _, secret = token_make(owner=alice, name="notebook", scopes=["read"])
    alice.is_active = False
    alice.save()

    assert asked(secret).status_code == 401


def test_the_last_use_is_written_at_most_once_a_minute(alice):
    token, secret = token_make(owner=alice, name="notebook", scopes=["read"])
    asked(secret)
    first = Token.objects.get().last_used
    assert first is not None

    asked(secret)
    assert Token.objects.get().last_used == first

    Token.objects.update(last_used=first - timedelta(minutes=2))
    token_used(token=token_find(secret))
    assert Token.objects.get().last_used > first - timedelta(minutes=2)


def test_a_token_without_a_scope_is_not_made(alice):
    with pytest.raises(ValueError, match="one or both of read, write"):
        token_make(owner=alice, name="notebook", scopes=[])


def test_revoking_is_written_down(alice, by_the_door):
    token, _ = token_make(owner=alice, name="notebook", scopes=["read"])

    by_the_door(alice).post(f"/account/tokens/{token.pk}/revoke/")

    assert Event.objects.filter(actor=alice, verb="token.revoked", subject=str(token.pk)).count() == 1


def test_a_token_is_no_session(alice):
    _, secret = token_make(owner=alice, name="notebook", scopes=["read", "write"])

    assert Client(HTTP_AUTHORIZATION=f"Bearer {secret}").get("/account/security/").status_code == 302
