"""How often a program may ask: so many looks and so many changes a minute, counted for each token and each signed-in person."""

import time

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from emofuse_web.accounts.models import Token
from emofuse_web.accounts.tokens import scope_of

MINUTE = 60  # s


class Minute(BaseThrottle):
    """Counts within each minute of the clock, in the cache that all processes share."""

    def __init__(self) -> None:
        self.left = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this one is still within the minute's number."""
        scope = scope_of(str(request.method))
        most = int(str(api_settings.DEFAULT_THROTTLE_RATES[scope]).partition("/")[0])
        now = time.time()
        self.left = MINUTE - int(now % MINUTE)
        who = request.auth.pk if isinstance(request.auth, Token) else request.user.pk
        key = f"asked:{scope}:{who}:{int(now // MINUTE)}"
        cache.add(key, 0, timeout=2 * MINUTE)
        try:
            return cache.incr(key) <= most
        except ValueError:  # it was thrown out in between: others fill the cache
            return True

    def wait(self) -> float:
        """Seconds until the next minute."""
        return self.left
