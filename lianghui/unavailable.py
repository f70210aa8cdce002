"""The answer to what cannot be answered for now: 503, in the form that was asked for, and with nothing typed lost."""

from __future__ import annotations

import json
import logging
import sys
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.template.loader import render_to_string

from lianghui.faults import Fault, fault_of
from lianghui.languages import languages
from lianghui.logs import request_id
from lianghui.postgresql.base import NotAskedError
from people.language import CHINESE, ENGLISH, TAGS
from proposals.api.problems import PROBLEM, problem
from proposals.catalogue import UnavailableError

READING = ("GET", "HEAD", "OPTIONS")
SECRET = ("password", "otp", "token")
"""What the names of fields contain that no page repeats; the token of the form itself is not one of them."""
PROVING = {"proof", "code"}
"""What fields are called that ask for a password or a code; a longer name with one of these in it is no secret."""
SIGNING_IN = ("/admin/second-factor/", "/admin/login/")
"""Where pages begin that repeat nothing at all."""
FORM_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field

logger = logging.getLogger(__name__)


def unavailable(request: HttpRequest, fault: Fault) -> HttpResponse:
    """Say that this cannot be answered for now: as a page, as a problem of the API, or as a line of text."""
    spoken = languages(request)["page_language"]
    path = request.path_info
    if path.startswith("/api/v1/"):
        chinese = request.GET.get("lang") == CHINESE
        said = problem(HTTPStatus.SERVICE_UNAVAILABLE, fault.said(CHINESE if chinese else ENGLISH))
        response = HttpResponse(json.dumps(said, ensure_ascii=False), content_type=PROBLEM)
    elif path.endswith("/feed/") or "." in path.rpartition("/")[2]:
        language = CHINESE if spoken == TAGS[CHINESE] else ENGLISH
        response = HttpResponse(f"{fault.said(language)}\n", content_type="text/plain; charset=utf-8")
    else:
        writing = request.method not in READING
        # Nothing else: it may fail too.
        context = {"page_language": spoken, "fault": fault, "writing": writing, "request_id": request_id.get()}
        context |= {"admin": path.startswith("/admin/"), "path": request.get_full_path()}
        context["typed"] = _typed(request) if writing else []
        response = HttpResponse(render_to_string("503.html", context))
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response["Retry-After"] = str(fault.again)
    response["Cache-Control"] = "no-store"
    return response


def answer_fault(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """Answer for a request that failed for a fault around the site; None where it failed for another reason."""
    fault = fault_of(exception)
    return told(request, fault, exception) if fault and exception else None


def told(request: HttpRequest, fault: Fault, exception: BaseException) -> HttpResponse:
    """Note in the log what is wrong, with where it showed the first time, and answer."""
    known = isinstance(exception, UnavailableError) or isinstance(exception.__cause__, NotAskedError)
    logger.error("Not answered: %s", fault.title_en, exc_info=None if known else exception)
    return unavailable(request, fault)


def error_page(request: HttpRequest) -> HttpResponse:
    """Answer for what nothing else caught: Django calls this with the exception in hand, of whichever middleware."""
    return answer_fault(request, sys.exception()) or _failed()


def _failed() -> HttpResponse:
    """Say that it is our fault, in both languages, with what the reader may quote."""
    page = render_to_string("500.html", {"request_id": request_id.get()})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Give what was sent, to be sent again; nothing where files or secrets are among it, which no page can hold."""
    if request.path_info.startswith(SIGNING_IN):
        return []
    try:
        sent, files = request.POST, request.FILES
    except (SuspiciousOperation, MultiPartParserError, RawPostDataException, OSError):
        return []
    secret = any(word in name.lower() for name in sent if name != FORM_TOKEN for word in SECRET)
    if files or secret or PROVING & set(sent):
        return []
    return [(name, str(value)) for name, values in sent.lists() for value in values]
