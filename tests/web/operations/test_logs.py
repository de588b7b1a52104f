import logging

import pytest

from emofuse_web.operations.logs import BLANK, Discreet, discreet

SECRETS = [
    "emo_0123456789abcdef",
    "Bearer abcdef",
    "alice@example.org",
    "/account/first/s3cr3t-link",
    "/shared/0c6f9c1e-8f1b-4d0e-9c59-0d9ab1f6a3b7.s3cr3t_link-1/",
    "session=abc123",
    "/accounts/password/reset/key/1-abc-def/",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_line_never_holds_a_secret(secret):
    record = logging.LogRecord("django.request", logging.ERROR, "x.py", 1, "Not found: %s", (secret,), None)

    assert Discreet().filter(record)

    assert BLANK in record.getMessage()
    assert secret.strip("/").split("/")[-1] not in record.getMessage()
    assert BLANK in str(discreet(None, "info", {"event": f"it was {secret}"}))


def test_a_trace_says_where_and_what_kind_but_not_what_was_in_it():
    try:
        raise ValueError("the transcript: I told you so")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "It broke", (), (type(error), error, error.__traceback__))

    Discreet().filter(record)
    said = logging.Formatter().format(record)

    assert "ValueError" in said
    assert "test_logs.py" in said
    assert "I told you so" not in said
