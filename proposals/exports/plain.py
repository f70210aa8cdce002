"""Plain files: a list as comma separated values or as JSON lines, block by block while it is read."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from people.cells import harmless, in_one_cell
from proposals.exports.columns import Column, Kind
from proposals.exports.listed import Listed


def as_csv(listed: Listed, *, bom: bool = False) -> Iterator[bytes]:
    """Write CSV (RFC 4180, UTF-8), the header first; with `bom` the sign by which Excel knows UTF-8 stands before it.

    No program takes a cell for a formula: what begins like one has a "'" before it.
    """
    columns = [(column.name, written(column)) for column in listed.columns]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(name for name, _write in columns)
    yield (codecs.BOM_UTF8 if bom else b"") + _taken(text)
    for rows in listed.rows():
        writer.writerows([[write(row[name]) for name, write in columns] for row in rows])
        yield _taken(text)


def as_json_lines(listed: Listed) -> Iterator[bytes]:
    """Write one JSON object a line (UTF-8); lists are lists, and what is not known is null or ""."""
    encode = json.JSONEncoder(ensure_ascii=False, default=moment).encode
    for rows in listed.rows():
        yield "".join([f"{encode(row)}\n" for row in rows]).encode("utf-8", "replace")


def moment(value: datetime) -> str:
    """Write a moment as `2024-03-12T08:00:00Z`."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def written(column: Column) -> Callable[[Any], object]:
    """Give what writes a value of a column into a cell of text."""
    if column.several:
        if column.kind == Kind.INTEGER:
            return lambda values: in_one_cell([*map(str, values)]) if values else ""
        return lambda values: harmless(in_one_cell(values)) if values else ""
    match column.kind:
        case Kind.BOOLEAN:
            return lambda value: "true" if value else "false"
        case Kind.MOMENT:
            return lambda value: moment(value) if value else ""
        case Kind.TEXT:
            return harmless
        case _:
            return lambda value: value


def _taken(text: io.StringIO) -> bytes:
    """Take what was written, and begin anew."""
    content = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return content
