"""The page that offers the files, and the files."""

import os
import re
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response

from proposals.downloads.offered import MANIFEST, File, Offer, offer
from proposals.downloads.renewing import renewal
from proposals.downloads.writing import MEDIA_TYPES
from proposals.shapes import Shape
from proposals.views.shaped import shaped

AGAIN = 60
"""Seconds after which it is worth while to ask again for files that are being written anew."""
RANGE = re.compile("bytes=([0-9]{0,18})-([0-9]{0,18})")
PIECE = 65_536
"""Bytes that are sent at once."""


def downloads(request: HttpRequest) -> HttpResponse:
    """Offer the files with size, checksum, date and number of rows, or say why there are none at the moment."""
    return _page(request, offer())


def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """Give a file, or a part of it; 404 where it was not written yet, 503 while it holds what is no longer public."""
    if name not in (*MEDIA_TYPES, MANIFEST):
        raise Http404
    response = _download(request, name)
    response["Access-Control-Allow-Origin"] = "*"  # so that pages elsewhere can open them, as Datasette Lite does
    response["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After"
    return response


def _download(request: HttpRequest, name: str) -> HttpResponseBase:
    there = offer()
    if there is None:
        return _page(request, None, status=404)
    if not there.stands:
        response = _page(request, there, status=503)
        response["Retry-After"] = str(AGAIN)
        return response
    try:
        content = (there.folder / name).open("rb")
    except FileNotFoundError:  # written anew at this very moment
        raise Http404 from None
    return _answer(request, content, there, name)


def _page(request: HttpRequest, there: Offer | None, status: int = 200) -> HttpResponse:
    """Render the page; it is kept nowhere, since files are written without any change of the record.

    Files that no longer stand begin to be written anew.
    """
    stands = there is not None and there.stands
    if there and not stands:
        renewal.begin()
    files = there.files if there and stands else ()
    shapes = [Shape(file.media_type, file.name, reverse("download", args=[file.name])) for file in files]
    context = {"offer": there, "stands": stands, "files": files}
    response = shaped(request, "proposals/downloads.html", context, shapes)
    if status != 200:
        response.status_code = status
        del response["Link"]
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, content: IO[bytes], there: Offer, name: str) -> HttpResponseBase:
    """Send a file whole, from one place to another where that is asked, or 304 to who has it."""
    known = there.file(name) or File(name, "application/json", os.fstat(content.fileno()).st_size, there.folder.name)
    etag = f'"{known.sha256[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "public, no-cache", "Accept-Ranges": "bytes"}
    begin, end = _part(request, known.bytes, etag)
    if (begin, end) != (0, known.bytes):
        if begin >= end:
            content.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{known.bytes}"})
        headers |= {"Content-Range": f"bytes {begin}-{end - 1}/{known.bytes}", "Content-Length": str(end - begin)}
        pieces = _pieces(content, begin, end)
        return StreamingHttpResponse(pieces, status=206, content_type=known.media_type, headers=headers)
    if (known_already := get_conditional_response(request, etag=etag)) is not None:
        content.close()
        return known_already
    attached = name.endswith(("zip", "sqlite3"))
    return FileResponse(content, as_attachment=attached, filename=name, content_type=known.media_type, headers=headers)


def _part(request: HttpRequest, length: int, etag: str) -> tuple[int, int]:
    """Give where the part that is asked for begins and ends: the whole, where none is or the reader has another file.

    Nothing (begin at or after end) where there is no such part.
    """
    found = RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or not (found[1] or found[2]) or request.headers.get("If-Range", etag) != etag:
        return 0, length
    if found[1]:
        return int(found[1]), min(int(found[2] or length), length - 1) + 1
    return max(length - int(found[2]), 0), length


def _pieces(content: IO[bytes], begin: int, end: int) -> Iterator[bytes]:
    with content:
        content.seek(begin)
        while begin < end and (piece := content.read(min(PIECE, end - begin))):
            begin += len(piece)
            yield piece
