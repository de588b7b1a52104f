import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest

pytestmark = pytest.mark.slow


def tried(address: str) -> int:
    """One failure to sign in, as a browser of its own does it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(f"{address}/accounts/login/").read().decode()
    said = {"login": "nobody@example.org", "password": "a wrong one entirely"}
    said["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
    try:
        return browser.open(f"{address}/accounts/login/", urllib.parse.urlencode(said).encode()).status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_the_sixth_failure_is_refused_whichever_process_is_asked(served):
    one, other = served.addresses

    answers = [tried(address) for address in (one, other, one, other, one, other)]

    assert answers == [200] * 5 + [429]
