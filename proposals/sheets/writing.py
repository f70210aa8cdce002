"""Writing: rows of a sheet as a file, in each of the formats that are read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from people.cells import LONGEST_IN_WORKBOOK, harmless
from proposals.sheets.reading import SheetError

Rows = Iterable[Mapping[str, str]]


def write(names: Mapping[str, str], rows: Rows, form: str) -> IO[bytes]:
    """Write rows, each with the texts of its cells by column, into a file that stands at its beginning.

    `names` gives the header, by column; `form` is one of `FORMS`. Raises `SheetError`.
    """
    file = TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
    try:
        FORMS[form](file, names, rows)
    except SheetError:
        file.close()
        raise
    file.seek(0)
    return file


def _text(delimiter: str) -> Callable[[IO[bytes], Mapping[str, str], Rows], None]:
    def written(file: IO[bytes], names: Mapping[str, str], rows: Rows) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, delimiter=delimiter)
        writer.writerow(names.values())
        writer.writerows([harmless(row.get(name, "")) for name in names] for row in rows)
        text.detach()

    return written


def _json(file: IO[bytes], names: Mapping[str, str], rows: Rows) -> None:
    for index, row in enumerate(rows):
        found = {title: row[name] for name, title in names.items() if row.get(name)}
        file.write(b",\n" if index else b"[\n")
        file.write(json.dumps(found, ensure_ascii=False).encode())
    file.write(b"\n]\n")


def _workbook(file: IO[bytes], names: Mapping[str, str], rows: Rows) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([*names.values()])
    try:
        for number, row in enumerate(rows, start=2):
            for name, title in names.items():
                if len(harmless(row.get(name, ""))) > LONGEST_IN_WORKBOOK:
                    words = {"row": number, "column": title, "most": LONGEST_IN_WORKBOOK}
                    said = _(
                        "row %(row)s, column “%(column)s”: a workbook holds %(most)s characters in a cell; take CSV"
                    )
                    raise SheetError(said % words)
            sheet.append([harmless(ILLEGAL_CHARACTERS_RE.sub("", row.get(name, ""))) for name in names])
    finally:
        book.save(file)


FORMS = {"xlsx": _workbook, "csv": _text(","), "tsv": _text("\t"), "json": _json}
"""What writes each format, by the ending of a file's name."""
