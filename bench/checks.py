"""What an answer under load must be like: the right status, whole, and with what its kind of address must have."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from bench.client import Answer

STATUS = {"missing": 404, "refused": 400, "redirect": 302}
FOUND = re.compile(r'<h1 id="found" class="sentence">([\d,]+)')


def faults(check: str, address: str, answer: Answer, published: range) -> str:
    """Say what is wrong with an answer, or nothing. `published` spans how many proposals are public meanwhile."""
    if check == "again":
        return "" if answer.status in (200, 304) else f"status {answer.status}"
    if answer.status != STATUS.get(check, 200):
        return f"status {answer.status}"
    try:
        return ", ".join(CHECKS[check](address, answer, published))
    except (ValueError, KeyError) as error:
        return f"{type(error).__name__}: {error}"


def _page(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    page = answer.body
    title = re.search(rb"<title>\s*([^<]{2,})</title>", page)
    if title is None:
        yield "it has no title"
    if not page.rstrip().endswith(b"</html>"):
        yield "it is not whole"


def _list(address: str, answer: Answer, published: range) -> Iterator[str]:
    yield from _page(address, answer, published)
    page = answer.body.decode()
    told = FOUND.search(page)
    if told is None:
        yield "it does not tell how many it has found"
        return
    total, asked = int(told[1].replace(",", "")), {name for name, _ in parse_qsl(urlsplit(address).query)}
    if "/proposals/" in address and asked <= {"page", "sort"} and total not in published:
        yield f"it tells of {total}, not of {published.start} to {published.stop - 1}"
    if not total and len(asked) == 1 and not asked & {"q", "status"}:
        yield "it has found nothing"
    if bool(total) != ('<article class="card' in page):
        yield f"it tells of {total} and does not show them"


def _proposal(address: str, answer: Answer, published: range) -> Iterator[str]:
    yield from _page(address, answer, published)
    if unquote(address).rstrip("/").rpartition("/")[2].encode() not in answer.body:
        yield "it does not name its own address"


def _feed(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    if b"<feed" not in answer.body or not answer.body.rstrip().endswith(b"</feed>"):
        yield "it is no whole feed"


def _api(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    read = json.loads(answer.body)
    if len(read["results"]) > read["count"]:
        yield "it gives more than there are"


def _json(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    if not json.loads(answer.body):
        yield "it says nothing"


def _something(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    if not answer.raw:
        yield "it is empty"


def _file(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    if "charset=utf-8" not in answer.headers["content-type"]:
        yield f"it is {answer.headers['content-type']}"
    answer.body.decode()


def _picture(_address: str, answer: Answer, _published: range) -> Iterator[str]:
    if not answer.raw.startswith(b"\x89PNG") or not answer.raw.endswith(b"IEND\xaeB`\x82"):
        yield "it is no whole picture"


CHECKS: dict[str, Callable[[str, Answer, range], Iterator[str]]] = {
    "page": _page,
    "list": _list,
    "proposal": _proposal,
    "feed": _feed,
    "api": _api,
    "json": _json,
    "file": _file,
    "picture": _picture,
    "static": _something,
    "missing": _something,
    "refused": _json,
    "redirect": lambda *_: iter(()),
}
