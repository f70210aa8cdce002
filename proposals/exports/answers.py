"""The addresses of downloads: what is asked, whether it can be given, and the file, block by block."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from proposals.exports.listed import Listed, listed
from proposals.exports.plain import as_csv, as_json_lines
from proposals.exports.references import bibtex, csl, ris
from proposals.exports.replies import listed_replies
from proposals.exports.sidecar import KIND, described
from proposals.exports.workbook import BusyError, TooLongError, as_workbook
from proposals.filters import ProposalFilter, ReplyFilter, printable
from proposals.models import Generation, Reply
from proposals.shapes import LICENCE

IGNORED = ("page", "page_size", "find", "find_in")
"""Parameters of the list that only its pages have."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIDECAR = "csv-metadata.json"
NOINDEX = {"X-Robots-Tag": "noindex"}
AGAIN = 30
"""Seconds after which it is worth while to ask again for a workbook: as many as the longest takes."""
LONGEST_LINK = 1_500
"""Characters of an address in a header: proxies refuse longer headers, and with them the answer."""


@dataclass(frozen=True)
class Shape:
    """A format: its media type, and what writes a list in it, block by block or whole into a file."""

    kind: str
    write: Callable[[Listed], Iterator[bytes] | IO[bytes]]
    has_sidecar: bool = False


SHAPES = {
    "csv": Shape("text/csv; charset=utf-8; header=present", as_csv, has_sidecar=True),
    "xlsx": Shape(WORKBOOK, as_workbook),
    "jsonl": Shape("application/x-ndjson; charset=utf-8", as_json_lines, has_sidecar=True),
    "bib": Shape("application/x-bibtex; charset=utf-8", bibtex),
    "ris": Shape("application/x-research-info-systems; charset=utf-8", ris),
    "csl.json": Shape("application/vnd.citationstyles.csl+json; charset=utf-8", csl),
}
"""By the ending of the address."""


class ShapeConverter:
    """The ending of an address that is one of the formats, or the sidecar's."""

    regex = "|".join([SIDECAR, *SHAPES]).replace(".", r"\.")

    def to_python(self, value: str) -> str:
        """Give the ending."""
        return value

    def to_url(self, value: str) -> str:
        """Give the ending."""
        return value


def proposal_export(request: HttpRequest, shape: str) -> HttpResponseBase:
    """Give the whole list of proposals, or what describes its files."""
    return _export(request, shape, recommendations=False)


def recommendation_export(request: HttpRequest, shape: str) -> HttpResponseBase:
    """Give the whole list of single recommendations, or what describes its files."""
    return _export(request, shape, recommendations=True)


def reply_export(request: HttpRequest, shape: str) -> HttpResponseBase:
    """Give the whole list of replies, or what describes its files."""
    now = Generation.now()
    asked = ReplyFilter(_of_lists(request.GET), Reply.objects.published())
    if faults := _faults(request.GET, asked.form.errors):
        return _refused(faults)
    found = listed_replies(asked, site=_site(request), page=reverse("replies"), day=timezone.localdate())
    return answer(request, shape, found, now)


def _export(request: HttpRequest, shape: str, *, recommendations: bool) -> HttpResponseBase:
    now = Generation.now()
    asked = ProposalFilter(_of_lists(request.GET), recommendations=recommendations)
    query = asked.query
    if faults := _faults(request.GET, asked.form.errors):
        return _refused(faults)
    page = reverse("recommendations" if recommendations else "proposals")
    found = listed(query, asked.vocabulary, site=_site(request), page=page, day=timezone.localdate())
    return answer(request, shape, found, now if asked.vocabulary.opened.position >= now.value else None)


def answer(request: HttpRequest, shape: str, found: Listed, now: Generation | None) -> HttpResponseBase:
    """Give a list as a file, or 304 to who has it as of `now`; where that is None the catalogue is behind the record.

    Who asks for the headers alone gets these, and nothing is read or written for them.
    """
    file, sidecar = (f"{_site(request)}{_beside(request, ending)}" for ending in ("csv", SIDECAR))
    if shape == SIDECAR:
        told = described(found, file, f"{_site(request)}{_beside(request, 'jsonl')}")
        return JsonResponse(told, json_dumps_params={"ensure_ascii": False}, content_type=KIND, headers=NOINDEX)
    links = [f'<{LICENCE}>; rel="license"']
    if SHAPES[shape].has_sidecar and len(sidecar) < LONGEST_LINK:
        links.append(f'<{sidecar}>; rel="describedby"; type="{KIND}"')
    headers = NOINDEX | {
        "Content-Disposition": f'attachment; filename="{found.file_name(shape)}"',
        "Cache-Control": "public, no-cache",
        "Link": ", ".join(links),
    }
    kind, tag = SHAPES[shape].kind, _tag(request, now) if now else None
    if tag:
        headers["ETag"] = tag
        unchanged = get_conditional_response(request, etag=tag, response=HttpResponse(headers=headers))
        if unchanged is not None and unchanged.status_code == 304:
            return unchanged
    if request.method == "HEAD":
        return StreamingHttpResponse([], content_type=kind, headers=headers)
    try:
        content = _content(shape, found, bom=request.GET.get("bom") == "1")
    except TooLongError as error:
        return _told(str(error))
    except BusyError as error:
        response = _told(str(error), status=503)
        response["Retry-After"] = str(AGAIN)
        return response
    if isinstance(content, Iterator):
        return StreamingHttpResponse(content, content_type=kind, headers=headers)
    return FileResponse(content, content_type=kind, headers=headers)


def _content(shape: str, found: Listed, *, bom: bool) -> Iterator[bytes] | IO[bytes]:
    """Begin to write a list."""
    return as_csv(found, bom=True) if shape == "csv" and bom else SHAPES[shape].write(found)


def _of_lists(given: QueryDict) -> QueryDict:
    """Give the parameters without those that only pages have."""
    asked = given.copy()
    for name in IGNORED:
        asked.pop(name, None)
    return asked


def _faults(given: QueryDict, errors: Mapping[str, Iterable[object]]) -> dict[str, list[str]]:
    """Give what is wrong, by parameter."""
    faults = {name: [str(each) for each in messages] for name, messages in errors.items()}
    if given.get("bom", "") not in ("", "0", "1"):
        faults["bom"] = [_("Write 1 or 0.")]
    return faults


def _refused(faults: Mapping[str, Iterable[str]]) -> HttpResponse:
    """Say in a line for each parameter what is wrong with it."""
    return _told("\n".join(f"{name}: {' '.join(messages)}" for name, messages in faults.items()))


def _told(text: str, status: int = 400) -> HttpResponse:
    """Answer that what is asked cannot be given, and why."""
    lines = [printable(line) for line in text.split("\n")]
    content = "".join(f"{line}\n" for line in lines)
    return HttpResponse(content, status=status, content_type="text/plain; charset=utf-8", headers=NOINDEX)


def _site(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _beside(request: HttpRequest, ending: str) -> str:
    """Give the address of the same list in another format."""
    match = request.resolver_match
    here = reverse(match.view_name if match else "", args=[ending])
    asked = request.GET.copy()
    asked.pop("bom", None)
    return f"{here}?{asked.urlencode()}" if asked else here


def _tag(request: HttpRequest, now: Generation) -> str:
    """Name what a list is as of `now`; weak, as each block is read when it is sent."""
    parts = (str(now.record), str(now.value), timezone.localdate().isoformat(), request.get_full_path(), _site(request))
    return f'W/"{hashlib.blake2b(" ".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()}"'
