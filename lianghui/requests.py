"""Each request has a number, which its answer and all lines of the log bear, and one line of its own."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import FileResponse, StreamingHttpResponse

from lianghui.logs import request_id
from lianghui.patience import OF_REQUESTS, patience
from proposals.models.outbox import longest_wait

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

WELL_FORMED = re.compile("[0-9a-fA-F-]{16,64}")
"""What proxies number requests by, a UUID or hexadecimal digits; nobody can write a word in it."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
"""Any other is a word of the client's."""

logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Numbers requests, by the proxy's number where there is one, and writes one line for each when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; what it waits for ends with it, what its thread does later bears its number still."""
        begun, given = time.perf_counter(), request.headers.get("X-Request-ID", "")
        trusted = settings.TRUSTED_PROXIES and WELL_FORMED.fullmatch(given)
        request_id.set(given if trusted else uuid.uuid4().hex)
        patience.set(OF_REQUESTS)
        longest_wait.set(OF_REQUESTS)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            pieces = iter(response.streaming_content)  # type: ignore[arg-type]  # nothing here is asynchronous
            response.streaming_content = _told_at_the_end(request, response, pieces, begun)
        else:
            length = 0 if response.streaming else len(response.content)  # type: ignore[attr-defined]
            _tell(request, response, begun, int(response.get("Content-Length") or length))
        return response


def route_of(request: HttpRequest) -> str:
    """Give the name of the address that was asked for, which tells nothing of who asked for what; "" for none."""
    match = request.resolver_match
    return getattr(request, "route", "") or (match.view_name or match.route if match else "")


def _told_at_the_end(
    request: HttpRequest, response: StreamingHttpResponse, pieces: Iterator[bytes], begun: float
) -> Iterator[bytes]:
    """Send piece by piece; tell when all is sent, or when it broke or nobody takes any more."""
    sent, broken = 0, True
    try:
        for piece in pieces:
            yield piece
            sent += len(piece)
        broken = False
    finally:
        _tell(request, response, begun, sent, broken=broken)


def _tell(request: HttpRequest, response: HttpResponseBase, begun: float, sent: int, *, broken: bool = False) -> None:
    """Write the line of a request; what asks after our health would fill the log."""
    if getattr(request, "unnoted", False):
        return
    static = request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/")
    route = route_of(request) or ("static" if static else "-")
    took = round((time.perf_counter() - begun) * 1000)
    method = request.method if request.method in METHODS else "other"
    fields = {"method": method, "route": route, "status": response.status_code, "milliseconds": took, "bytes": sent}
    fields |= {"stale": True} if "Cache-Status" in response else {}
    fields |= {"broken": True} if broken else {}
    logger.info("%s %s %s %s ms", method, route, response.status_code, took, extra=fields)
