"""A list for reference managers: BibTeX, RIS and CSL-JSON, an entry for each row, while it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.utils import translation

from proposals.citations import Reference, as_bibtex, as_csl, as_ris, reference_to
from proposals.exports.listed import Listed
from proposals.exports.rows import pieces
from proposals.models import Proposal, Recommendation, Reply
from proposals.replica import read_whole

AT_ONCE = 200
"""Rows that are read and held at a time, as instances with all that is cited of them."""


def _replies(keys: Sequence[int]) -> list[Reply]:
    """Give the public replies with `keys`, in that order, each with its agency."""
    found = Reply.objects.published().select_related("agency").in_bulk([*keys])
    return [found[key] for key in keys if key in found]


ROWS: dict[str, Callable[[Sequence[int]], Iterable[Any]]] = {
    "proposals": Proposal.objects.for_citations,
    "recommendations": Recommendation.objects.for_citations,
    "replies": _replies,
}
"""What reads the rows of each list, as a citation needs them."""


def bibtex(listed: Listed) -> Iterator[bytes]:
    """Write BibTeX: an entry for each row, with an empty line between them."""
    for some in _references(listed, as_bibtex):
        yield "".join([f"{entry}\n" for entry in some]).encode("utf-8", "replace")


def ris(listed: Listed) -> Iterator[bytes]:
    """Write RIS: an entry for each row."""
    for some in _references(listed, as_ris):
        yield "".join(some).encode("utf-8", "replace")


def csl(listed: Listed) -> Iterator[bytes]:
    """Write CSL-JSON: a list of objects."""
    before = "["
    for some in _references(listed, lambda reference: json.dumps(as_csl(reference), ensure_ascii=False)):
        for entry in some:
            yield f"{before}\n{entry}".encode("utf-8", "replace")
            before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def _rows(name: str, keys: Sequence[int]) -> list[Any]:
    return list(ROWS[name](keys))


def _references(listed: Listed, write: Callable[[Reference], str]) -> Iterator[list[str]]:
    """Give an entry for each row, in blocks; in the reader's language, whatever else this thread does between two."""
    for keys in listed.blocks():
        for some in pieces(keys, AT_ONCE):
            with translation.override(listed.language):
                rows = read_whole(partial(_rows, listed.name, some))
                entries = [write(reference_to(row, listed.site, listed.day)) for row in rows]
            yield entries
