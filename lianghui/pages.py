"""Public pages are kept until what they show changes, and are not sent again to who has them."""

import datetime
import gzip
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from lianghui.deadlines import names_a_file
from lianghui.faults import UNREACHABLE, fault_of
from lianghui.patience import AT_FIRST, patient
from lianghui.requests import route_of
from lianghui.turns import in_turn
from lianghui.unavailable import told
from proposals.catalogue import as_of, catalogue
from proposals.models import Generation
from proposals.replica import generation, read_from_replica

LARGEST = 400_000
"""Bytes; a page that is longer is not kept."""
LONGEST_WITHOUT = 3600
"""Seconds for which pages are answered as they were known last while the database cannot be asked.

Long enough for a restart, an upgrade, a promotion; no longer, as what was taken back on another host is still shown.
"""
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
"""What a reader says who takes it; with a quality of 0 it is refused."""
SHORT_ALREADY = (".png",)
"""What is compressed by its own format: the same for everybody, and kept once."""


@dataclass(frozen=True)
class Page:
    """A public page as it is sent: its headers and its content, compressed where that was asked for."""

    headers: dict[str, str]
    content: bytes
    route: str

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Give the page, or 304 to a reader who has it."""
        response = HttpResponse(b"" if request.method == "HEAD" else self.content, headers=self.headers)
        return get_conditional_response(request, etag=self.headers["ETag"], response=response) or response


@dataclass(frozen=True)
class Known:
    """The state of the record that was known last, the day, and when that was, in seconds of a clock that only runs."""

    now: Generation
    day: datetime.date
    at: float


class KeptPagesMiddleware:
    """Answers from what was sent before: a page is a function of its address, its language and the generation.

    The language is part of the address. While the database cannot be asked the generation that was known last counts,
    and pages say so by `Age` and `Cache-Status` (RFC 9211). What comes from a catalogue
    that is behind the record is not kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._known: Known | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from the cache where the page is there, and put it there where it is not."""
        if request.method not in ("GET", "HEAD") or request.path_info.startswith("/admin/"):
            return self.get_response(request)
        asked, now = time.monotonic(), _now()
        if not isinstance(now, Generation):
            return self._without_the_record(request, now)
        known = Known(now, timezone.localdate(), asked)  # what is overdue is so of a day
        if self._known is None or self._known.at <= asked:  # another thread may know of something newer
            self._known = known
        compressed = _is_compressed(request)
        key = _key(request, known, compressed)
        page: Page | HttpResponse | None = cache.get(key)
        if page is None:
            with in_turn(key, is_long=names_a_file(request.path_info)):
                page = cache.get(key) or self._made(request, now, key, compressed=compressed)
        if not isinstance(page, Page):
            return page
        request.route = page.route  # type: ignore[attr-defined]
        return page.answer(request)

    def _made(self, request: HttpRequest, now: Generation, key: str, *, compressed: bool) -> Page | HttpResponse:
        """Make a page and keep it, or give an answer that is not kept."""
        reaches = catalogue().reaches(now)  # before the page is made: nothing older can be in it
        with patient(AT_FIRST):
            read_from_replica(now)
        with as_of(now):
            response = self.get_response(request)
        if response.status_code != 200 or response.streaming or response.cookies or _is_private(response):
            return response
        page = _page(request, response, compressed)
        if len(page.content) <= LARGEST and reaches:
            cache.set(key, page)
        return page

    def _without_the_record(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """Answer while the database cannot be asked: by the page that was kept last, or by one that needs no database.

        What is shown is what was known last. Nobody can publish or take back anything where there is no database; but
        another host may still reach it, so that this ends after an hour.
        """
        known, fault = self._known, fault_of(error) or UNREACHABLE
        age = time.monotonic() - known.at if known else LONGEST_WITHOUT
        if known is None or age >= LONGEST_WITHOUT:
            return told(request, fault, error)
        page: Page | None = cache.get(_key(request, known, _is_compressed(request)))
        if page is None:
            with as_of(known.now):
                response = self.get_response(request)
            response["Cache-Control"] = "no-store"
            return response
        request.route = page.route  # type: ignore[attr-defined]
        response = page.answer(request)
        response["Age"] = str(int(age))
        response["Cache-Status"] = f"lianghui; hit; ttl=-{int(age)}; detail=record-unreachable"
        return response


def _now() -> Generation | DatabaseError | InterfaceError:
    """Give the state of the record, or what is wrong where nobody can tell it in a moment."""
    try:
        with patient(AT_FIRST):
            return generation(catalogue().is_ahead_of)
    except (DatabaseError, InterfaceError) as error:
        return error


def _is_compressed(request: HttpRequest) -> bool:
    """Tell whether the answer is to be compressed."""
    return bool(GZIP.search(request.headers.get("Accept-Encoding", ""))) and not request.path.endswith(SHORT_ALREADY)


def _is_private(response: HttpResponse) -> bool:
    """Tell whether an answer is for one reader alone, and kept nowhere."""
    return "no-store" in response.get("Cache-Control", "")


def _key(request: HttpRequest, known: Known, compressed: bool) -> str:
    """Name a page; the order of its parameters does not matter, that of the values of one does."""
    parameters = sorted(request.META.get("QUERY_STRING", "").split("&"), key=lambda pair: pair.partition("=")[0])
    page = request.build_absolute_uri(request.path)
    state = [str(known.now.record), str(known.now.value), known.day.isoformat(), str(compressed)]
    parts = [*state, request.path_info, page, *parameters]
    return hashlib.blake2b("&".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _page(request: HttpRequest, response: HttpResponse, compressed: bool) -> Page:
    """Make a page of an answer; the tag says all of its content, so that caches on the way may keep and compare it."""
    content = gzip.compress(response.content, 4, mtime=0) if compressed else response.content
    headers = dict(response.items()) | {
        "Cache-Control": "public, no-cache",
        "Content-Length": str(len(content)),
        "ETag": f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"',
        "Vary": "Accept-Encoding",
    }
    return Page(headers | {"Content-Encoding": "gzip"} if compressed else headers, content, route_of(request))
