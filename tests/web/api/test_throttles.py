"""600 looks and 60 changes a minute for each token, then 429."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(monkeypatch):
    """A clock that stands at the tenth second of a minute."""
    from emofuse_web.api import throttles

    now = [60_000_010.0]

    class Clock:
        time = staticmethod(lambda: now[0])

    monkeypatch.setattr(throttles, "time", Clock)
    return now


def test_the_sixty_first_change_in_a_minute_is_refused(hers, his, frozen):
    answers = [hers.post("jobs").status_code for _ in range(61)]

    assert answers[:60] == [400] * 60
    assert answers[60] == 429
    response = hers.post("jobs")
    assert (response["Content-Type"], response.json()["code"]) == ("application/problem+json", "RATE")
    assert 0 < int(response["Retry-After"]) <= 60
    assert hers.get("me").status_code == 200, "looking is counted by itself"
    assert his.post("jobs").status_code == 400, "others are not kept waiting"
    frozen[0] += 60
    assert hers.post("jobs").status_code == 400


def test_looks_have_their_own_number(hers, frozen):
    from rest_framework.settings import api_settings

    assert api_settings.DEFAULT_THROTTLE_RATES == {"read": "600/min", "write": "60/min"}
    answers = [hers.get("me/quota").status_code for _ in range(601)]

    assert answers == [200] * 600 + [429]


def test_another_token_of_the_same_person_has_its_own_minute(program, alice, frozen):
    one, other = program(alice), program(alice)
    for _ in range(61):
        last = one.post("jobs")

    assert last.status_code == 429
    assert other.post("jobs").status_code == 400
