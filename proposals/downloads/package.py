"""The record as a Frictionless data package: a CSV file to each table, and `datapackage.json`, in one zip."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from proposals import shapes
from proposals.downloads.columns import Column, columns_of, described
from proposals.downloads.tables import TABLES, Table

LICENCE = {
    "name": "CC-BY-4.0",
    "path": shapes.LICENCE,
    "title": "Creative Commons Attribution 4.0",
}
TITLE = "Lianghui: proposals at China's Two Sessions"
DESCRIPTION = (
    "All that Lianghui has published of proposals that delegates put forward at the NPC and the CPPCC: who asked for"
    " what, of whom, on which topic, for which region, and what came of it. Titles in Chinese are as printed, titles in"
    " English and all summaries in our words. What an editor inferred says so in a column of its own. Counts are of"
    " what is recorded here, not of what was filed. A text that begins with a sign which some programs take for a"
    " formula has an apostrophe before it in the CSV files, and has none in the SQLite file."
)
RUN = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
"""How a cell begins that some program runs, or that looks as if it had been kept from that."""


class Measured(io.RawIOBase):
    """Passes bytes on and keeps their number and their SHA-256."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into = into
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        """Say that it may be written to."""
        return True

    def write(self, content: Any, /) -> int:
        """Pass it on."""
        written = bytes(content)
        self.bytes += len(written)
        self.sha256.update(written)
        self.into.write(written)
        return len(written)


def write_package(path: Path, file: sqlite3.Connection, date: datetime.datetime, progress: Any) -> None:
    """Write the package at `path` from the SQLite file of the record; times within the zip are `date`."""
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        resources = []
        for table in TABLES:
            with zipped.open(_entry(f"{table.name}.csv", date), "w", force_zip64=True) as entry:
                measured = Measured(entry)
                _write_csv(measured, file, table)
            resources.append(_resource(table, measured))
            progress(table.name, 0)
        package = {
            "name": "lianghui",
            "title": TITLE,
            "description": DESCRIPTION,
            "version": date.date().isoformat(),
            "created": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "licenses": [LICENCE],
            "sources": [{"title": "The sources of each entry are in sources.csv and citations.csv"}],
            "contributors": [{"title": "Lianghui contributors", "role": "author"}],
            "resources": resources,
        }
        zipped.writestr(_entry("datapackage.json", date), json.dumps(package, ensure_ascii=False, indent=2))


def _entry(name: str, date: datetime.datetime) -> ZipInfo:
    entry = ZipInfo(name, date_time=date.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


def _write_csv(into: Measured, file: sqlite3.Connection, table: Table) -> None:
    columns = columns_of(table)
    text = io.TextIOWrapper(io.BufferedWriter(into, 1 << 16), encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    order = ", ".join(table.key)
    for row in file.execute(f"SELECT * FROM {table.name} ORDER BY {order}"):  # noqa: S608 - our own names
        writer.writerow([_cell(column, value) for column, value in zip(columns, row, strict=True)])
    text.flush()


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if column.kind == "boolean":
        return "true" if value else "false"
    return f"'{value}" if column.kind == "string" and RUN.match(value) else value


def _resource(table: Table, measured: Measured) -> Mapping[str, object]:
    title, description = described(table)
    columns = columns_of(table)
    keys = [
        {
            "fields": [column.name],
            "reference": {"resource": "" if column.target == table.name else column.target, "fields": ["id"]},
        }
        for column in columns
        if column.target
    ]
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "title": title,
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": measured.bytes,
        "hash": f"sha256:{measured.sha256.hexdigest()}",
        "schema": {
            "fields": [_field(column) for column in columns],
            "primaryKey": list(table.key),
            "foreignKeys": keys,
            "missingValues": [""],
        },
    }


def _field(column: Column) -> Mapping[str, object]:
    constraints: dict[str, object] = {}
    if column.required:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    if column.choices:
        constraints["enum"] = list(column.choices)
    if column.pattern:
        constraints["pattern"] = column.pattern
    field = {"name": column.name, "type": column.kind, "title": column.title, "description": column.description}
    return field | ({"constraints": constraints} if constraints else {})
