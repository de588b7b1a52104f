import pytest

from emofuse_web.accounts import audit
from emofuse_web.accounts.models import Event


def test_a_line_says_who_did_what_to_what(alice):
    audit.event(alice, "token.revoked", alice, count=2, own=True)

    line = Event.objects.get()
    assert (line.actor, line.verb, line.subject, line.detail) == (alice, "token.revoked", str(alice.pk), {"count": 2, "own": True})


@pytest.mark.parametrize("detail", ["bob@example.org", "a" * 121, ["a list"], {"a": "mapping"}])
def test_what_looks_like_content_is_refused(alice, detail):
    with pytest.raises(ValueError, match="Expected a number, a flag or a short word"):
        audit.event(alice, "token.made", "", what=detail)

    assert not Event.objects.exists()
