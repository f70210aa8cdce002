"""Public pages are kept until what they show changes, and are not sent again to who has them."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from proposals.catalogue import as_of, catalogue
from proposals.models import Generation
from proposals.replica import generation, read_from_replica

LARGEST = 400_000
"""Bytes; a page that is longer is not kept."""
SHORT_ALREADY = (".png",)
"""What is compressed by its own format: the same for everybody, and kept once."""


@dataclass(frozen=True)
class Page:
    """A public page as it is sent: its headers and its content, compressed where that was asked for."""

    headers: dict[str, str]
    content: bytes

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Give the page, or 304 to a reader who has it."""
        response = HttpResponse(b"" if request.method == "HEAD" else self.content, headers=self.headers)
        return get_conditional_response(request, etag=self.headers["ETag"], response=response) or response


class KeptPagesMiddleware:
    """Answers from what was sent before: a page is a function of its address, its language and the generation.

    The language is part of the address. What comes from a catalogue that is behind the record is not kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from the cache where the page is there, and put it there where it is not."""
        if request.method not in ("GET", "HEAD") or request.path.startswith("/admin/"):
            return self.get_response(request)
        now = generation()
        compressed = "gzip" in request.headers.get("Accept-Encoding", "") and not request.path.endswith(SHORT_ALREADY)
        key = _key(request, now, compressed)
        page: Page | None = cache.get(key)
        if page is None:
            reaches = catalogue().reaches(now)  # before the page is made: nothing older can be in it
            read_from_replica(now)
            with as_of(now):
                response = self.get_response(request)
            if response.status_code != 200 or response.streaming or response.cookies or _is_private(response):
                return response
            page = _page(response, compressed)
            if len(page.content) <= LARGEST and reaches:
                cache.set(key, page)
        return page.answer(request)


def _is_private(response: HttpResponse) -> bool:
    """Tell whether an answer is for one reader alone, and kept nowhere."""
    return "no-store" in response.get("Cache-Control", "")


def _key(request: HttpRequest, now: Generation, compressed: bool) -> str:
    """Name a page; the order of its parameters does not matter, that of the values of one does."""
    parameters = sorted(request.META.get("QUERY_STRING", "").split("&"), key=lambda pair: pair.partition("=")[0])
    day = timezone.localdate().isoformat()  # what is overdue is so of a day
    page = request.build_absolute_uri(request.path)
    parts = [str(now.record), str(now.value), day, str(compressed), page, *parameters]
    return hashlib.blake2b("&".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _page(response: HttpResponse, compressed: bool) -> Page:
    """Make a page of an answer; the tag says all of its content, so that caches on the way may keep and compare it."""
    content = gzip.compress(response.content, 6, mtime=0) if compressed else response.content
    headers = dict(response.items()) | {
        "Cache-Control": "public, no-cache",
        "Content-Length": str(len(content)),
        "ETag": f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"',
        "Vary": "Accept-Encoding",
    }
    return Page(headers | {"Content-Encoding": "gzip"} if compressed else headers, content)
