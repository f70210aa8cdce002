"""How much one client may ask in a while, by the address from which it asks."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from proposals.clients import client_address

if TYPE_CHECKING:  # it is made of this
    from rest_framework.views import APIView

SECONDS = {"second": 1, "minute": 60, "hour": 3_600}


class AddressThrottle(SimpleRateThrottle):
    """Counts the requests of each address in each span of time; two numbers a client, however much it asks.

    What is answered from the kept pages is not counted. Each process counts by itself.
    """

    scope = "address"

    def get_rate(self) -> str:
        """Give the rate from the settings, at each request: tests set another."""
        rate: str = settings.API_RATE
        return rate

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Name the client: by the address that the last proxy we trust has seen, nothing that it says of itself."""
        return client_address(request)

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, and tell whether it is one too many."""
        rate, _, unit = self.get_rate().partition("/")
        most, span_of_time = int(rate), SECONDS[unit]
        span, into = divmod(time.time(), span_of_time)
        self.left = span_of_time - into
        key = f"{self.get_cache_key(request, view)}@{int(span)}"
        counted = caches["throttle"]
        counted.add(key, 0, span_of_time)
        with suppress(ValueError):  # thrown out by very many others this instant
            return bool(counted.incr(key) <= most)
        return True

    left = 0.0
    """Seconds to the end of the span."""

    def wait(self) -> float:
        """Give the seconds until it may ask again."""
        return self.left
