"""Plain files: a list as comma separated values or as JSON lines, block by block while it is read."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from typing import Any

from people.cells import DIVIDED_BY, MARKED, harmless, in_one_cell
from proposals.exports.columns import Column, Kind
from proposals.exports.listed import Listed
from proposals.exports.rows import Block

AT_ONCE = 250
"""Rows that are JSON at a time: as text they take several times the memory of what was read."""
QUOTED = ',"\r\n'
"""What stands in quotes in CSV."""
NOT_IN_LINES = {sign: f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
"""What some programs take for the end of a line: as JSON writes it otherwise."""


def as_csv(listed: Listed, *, bom: bool = False) -> Iterator[bytes]:
    """Write CSV (RFC 4180, UTF-8), the header first; with `bom` the sign by which Excel knows UTF-8 stands before it.

    No program takes a cell for a formula: what begins like one has a "'" before it.
    """
    header = ",".join([column.name for column in listed.columns])
    rows = map(partial(_lines, listed.columns), listed.rows())
    # The first rows go with the header: a short file is sent whole, and where none can be read nothing is begun.
    yield (codecs.BOM_UTF8 if bom else b"") + f"{header}\r\n".encode() + next(rows, b"")
    yield from rows


def _lines(columns: Iterable[Column], block: Block) -> bytes:
    """Write the rows of a block: joined, as csv.writer takes twice as long, looking at each character."""
    cells = [written(column, block[column.name]) for column in columns]
    return "\r\n".join([*map(",".join, zip(*cells, strict=True)), ""]).encode("utf-8", "replace")


def as_json_lines(listed: Listed) -> Iterator[bytes]:
    """Write one JSON object a line (UTF-8); lists are lists, and what is not known is null or ""."""
    encode = json.JSONEncoder(ensure_ascii=False, default=moment).encode
    names = [column.name for column in listed.columns]
    for block in listed.rows():
        rows = zip(*block.values(), strict=True)
        while lines := [f"{encode(dict(zip(names, row, strict=True)))}\n" for row in islice(rows, AT_ONCE)]:
            text = "".join(lines)
            for sign, otherwise in NOT_IN_LINES.items():
                text = text.replace(sign, otherwise)
            yield text.encode("utf-8", "replace")


def moment(value: datetime) -> str:
    """Write a moment as `2024-03-12T08:00:00Z`."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def written(column: Column, values: Sequence[Any]) -> Sequence[str]:
    """Give values of a column as they stand in a file of comma separated values."""
    match column.kind:
        case Kind.INTEGER if column.several:
            return [DIVIDED_BY.join(map(str, each)) for each in values]
        case Kind.INTEGER:
            return ["" if value is None else str(value) for value in values]
        case Kind.BOOLEAN:
            return ["true" if value else "false" for value in values]
        case Kind.MOMENT:
            return [moment(value) if value else "" for value in values]
    return _cells(_joined(values) if column.several else values)


def _joined(values: Sequence[Sequence[str]]) -> list[str]:
    """Join the values of each cell."""
    if DIVIDED_BY in "".join(chain.from_iterable(values)):
        return [in_one_cell(each) for each in values]
    return [*map(DIVIDED_BY.join, values)]


def _cells(texts: Sequence[str]) -> Sequence[str]:
    """Write texts so that no program runs them, in quotes where need be; most columns are told at once to need none."""
    whole = "".join(texts)
    if any(sign in whole for sign in QUOTED) or not MARKED.isdisjoint([text[:1] for text in texts]):
        return [_cell(text) if text else "" for text in texts]
    return texts


def _cell(text: str) -> str:
    if text[0] in MARKED:
        text = harmless(text)
    if "," in text or '"' in text or "\n" in text or "\r" in text:  # a loop over them takes three times as long
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
