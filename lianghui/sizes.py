"""How much may be sent: bodies, forms and files that are too large get a page that says so, before they are read.

The longest address and the largest headers are gunicorn's business (`gunicorn.conf.py`, `lianghui/server.py`); what a
sheet or an article may hold, down to what it unpacks to, stands where it is read and is told beside its field.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import IO

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.defaults import bad_request

from lianghui.languages import languages

LARGEST_IN_ADMIN = 32_000_000
"""Bytes of a body there: the largest sheet has 20 MB, and one somewhat above that is told so beside the field."""
LARGEST = 100_000
"""Bytes of a body elsewhere, where the longest form holds an address and a few choices."""
CHUNK = 1 << 16
READ_ON = 4 * LARGEST_IN_ADMIN
READ_ON_FOR = 10.0
"""Bytes of what is too large that are still taken in and thrown away, and for how many seconds."""


class SizesMiddleware:
    """Refuses a body that is larger than any form here needs, by what it says of itself; none can be larger than that.

    A body that does not say how large it is, as one in chunks, Django takes for empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, or refuse it."""
        most = LARGEST_IN_ADMIN if request.path_info.startswith("/admin/") else LARGEST
        said = request.META.get("CONTENT_LENGTH") or "0"
        if not said.isdecimal() or int(said) <= most:
            return self.get_response(request)
        if most == LARGEST_IN_ADMIN and int(said) <= READ_ON:
            _read_on(request.META["wsgi.input"])
        return too_large(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """Say that too much was sent; in the admin, where nobody knows yet who reads it, in both languages."""
    language = {} if request.path_info.startswith("/admin/") else languages(request)
    response = HttpResponse(render_to_string("413.html", language), status=413)
    response["Cache-Control"] = "no-store"
    vars(response)["_has_been_logged"] = True  # Django would note the address, and a link to alerts lets in who has it
    return response


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what Django would not read; the site map names this for its status 400."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return too_large(request)
    return bad_request(request, exception)


def without_traceback(record: logging.LogRecord) -> bool:
    """Leave out where in our code a request was refused that nobody should have sent: it is no fault of ours."""
    if record.name.startswith("django.security.") or getattr(record, "status_code", 0) == 400:
        record.exc_info = None
    return True


REFUSALS = ("DisallowedHost", "RequestDataTooBig", "SuspiciousFileOperation", "TooManyFieldsSent", "TooManyFilesSent")
for refusal in ("request", *(f"security.{name}" for name in REFUSALS)):
    logging.getLogger(f"django.{refusal}").addFilter(without_traceback)


def _read_on(body: IO[bytes]) -> None:
    """Take in what an analyst's browser still sends: it shows an answer only once it was rid of everything."""
    until = time.monotonic() + READ_ON_FOR
    while time.monotonic() < until and body.read(CHUNK):
        pass
