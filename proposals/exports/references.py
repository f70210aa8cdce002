"""A list for reference managers: BibTeX, RIS and CSL-JSON, an entry for each row, while it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from proposals.citations import Reference, as_bibtex, as_csl, as_ris, of_proposal, of_recommendation
from proposals.exports.listed import Listed
from proposals.exports.rows import pieces
from proposals.models import Proposal, Recommendation

AT_ONCE = 200
"""Rows that are read and held at a time, as instances with all that is cited of them."""


def bibtex(listed: Listed) -> Iterator[bytes]:
    """Write BibTeX: an entry for each row."""
    return ("\n".join(map(as_bibtex, some)).encode("utf-8", "replace") + b"\n" for some in references(listed))


def ris(listed: Listed) -> Iterator[bytes]:
    """Write RIS: an entry for each row."""
    return ("".join(map(as_ris, some)).encode("utf-8", "replace") for some in references(listed))


def csl(listed: Listed) -> Iterator[bytes]:
    """Write CSL-JSON: a list of objects."""
    before = "["
    for some in references(listed):
        for reference in some:
            yield f"{before}\n{json.dumps(as_csl(reference), ensure_ascii=False)}".encode("utf-8", "replace")
            before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def references(listed: Listed) -> Iterator[list[Reference]]:
    """Give what is cited of each row, in blocks."""
    make: Any = of_recommendation if listed.name == "recommendations" else of_proposal
    rows: Any = Recommendation.objects if listed.name == "recommendations" else Proposal.objects
    for keys in listed.blocks():
        for some in pieces(keys, AT_ONCE):
            yield [make(row, listed.site, listed.day) for row in rows.for_cards(some)]
