"""A list as a workbook: typed cells, a sheet for proposals, one for recommendations, and one that says what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from people.cells import FORMULA, in_one_cell, in_workbook
from proposals.exports.columns import COLUMNS, Column, Kind
from proposals.exports.listed import Listed
from proposals.exports.reading import among
from proposals.exports.rows import Block, pieces, proposal_block, recommendation_block, recommendations_of
from proposals.models import Recommendation
from proposals.shapes import LICENCE

MOST = 50_000
"""Rows of all sheets together: a workbook is made whole before any of it is sent, and so many take half a minute."""
AT_ONCE = BoundedSemaphore(2)
"""Workbooks that a process writes at a time: each takes a processor for as long as it is written."""
BOLD = Font(bold=True)
WIDE, NARROW, WIDEST = 24, 12, 60


def not_of(rows: int) -> tuple[str, ...]:
    """Give the endings of what cannot be had of a list of so many rows."""
    return ("xlsx",) if rows > MOST else ()


class TooLongError(Exception):
    """A list that is too long for a workbook."""


class BusyError(Exception):
    """As many workbooks as may be are being written."""


def as_workbook(listed: Listed) -> IO[bytes]:
    """Write a list as XLSX into a temporary file that stands at its beginning; whoever asked for it closes it.

    Beside proposals stand all of their recommendations, beside recommendations the proposals that ask for them. Raises
    `TooLongError`, and `BusyError` while too many others are written.
    """
    if not AT_ONCE.acquire(blocking=False):
        raise BusyError(_("xlsx: others are being written just now; ask again in half a minute, or take csv."))
    try:
        return _written(listed)
    finally:
        AT_ONCE.release()


def _written(listed: Listed) -> IO[bytes]:
    sheets = SHEETS[listed.name]
    rows = _length(listed)
    if rows > MOST:
        said = _("xlsx: these are %(rows)s rows, and a workbook takes %(most)s: take csv, or narrow the list down.")
        raise TooLongError(said % {"rows": rows, "most": MOST})
    book, file = Workbook(write_only=True), TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
    try:
        for name, written in sheets.items():
            _fill(book, name, written(listed))
        _tell(book, listed, sheets)
        book.save(file)
    except BaseException:
        file.close()
        with suppress(Exception), TemporaryFile() as waste:
            book.save(waste)  # or what was begun would stay on disk
        raise
    file.seek(0)
    return file


def _length(listed: Listed) -> int:
    """Count the rows of all sheets together, or those of the list where these are too many already."""
    if listed.total > MOST or listed.name != "proposals":
        return listed.total
    below = (Recommendation.objects.filter(proposal__in=among(keys)).count() for keys in listed.blocks())
    return listed.total + sum(below)


def _recommendations(listed: Listed) -> Iterator[Block]:
    for keys in listed.blocks():
        for some in pieces(keys):
            for few in pieces(recommendations_of(some)):
                yield recommendation_block(few, listed.names)


def _proposals(listed: Listed) -> Iterator[Block]:
    """Give the proposals that the recommendations of a list are of, in the order of the list."""
    met: dict[int, None] = {}
    for keys in listed.blocks():
        rows = Recommendation.objects.filter(pk__in=among(keys)).order_by().values_list("pk", "proposal")
        proposal_of = dict(rows)
        met |= dict.fromkeys(proposal_of[key] for key in keys if key in proposal_of)
    for some in pieces([*met]):
        yield proposal_block(some, listed.names)


SHEETS: dict[str, dict[str, Callable[[Listed], Iterator[Block]]]] = {
    "proposals": {"proposals": Listed.rows, "recommendations": _recommendations},
    "recommendations": {"recommendations": Listed.rows, "proposals": _proposals},
    "replies": {"replies": Listed.rows},
}
"""The sheets of each list, and what gives their rows."""


def _fill(book: Workbook, name: str, blocks: Iterable[Block]) -> None:
    """Write a sheet: the names of the columns, which stay in sight, then a row for each."""
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    columns = COLUMNS[name]
    for place, column in enumerate(columns, start=1):
        width = WIDE if column.kind in (Kind.TEXT, Kind.ADDRESS) else NARROW
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_bold(sheet, column.name) for column in columns])
    writing = [_typed(column) for column in columns]
    for block in blocks:
        for row in zip(*block.values(), strict=True):
            sheet.append([write(sheet, value) for write, value in zip(writing, row, strict=True)])


def _typed(column: Column) -> Callable[[WriteOnlyWorksheet, Any], object]:
    """Give what makes a cell of a value: numbers are numbers, days are days, text is text whatever it begins with."""
    if column.several:
        return lambda sheet, values: _text(sheet, in_one_cell([*map(str, values)])) if values else None
    if column.kind == Kind.MOMENT:
        return lambda _sheet, value: value.astimezone(UTC).replace(tzinfo=None, microsecond=0) if value else None
    if column.kind in (Kind.INTEGER, Kind.BOOLEAN):
        return lambda _sheet, value: value
    return _text


def _text(sheet: WriteOnlyWorksheet, text: str) -> object:
    """Give a cell that is text; nothing for an empty one."""
    clean = in_workbook(text)
    if not clean.startswith(FORMULA) and clean not in ERROR_CODES:
        return clean or None
    cell = WriteOnlyCell(sheet, clean)
    cell.data_type = "s"  # or "=" would begin a formula
    cell.quotePrefix = True
    return cell


def _bold(sheet: WriteOnlyWorksheet, text: str) -> object:
    cell = WriteOnlyCell(sheet, text)
    cell.font = BOLD
    return cell


def _tell(book: Workbook, listed: Listed, sheets: Iterable[str]) -> None:
    """Write what the file is, and what each column means."""
    sheet = book.create_sheet(_("About this file"))
    for letter, width in zip("ABCDE", (WIDE, WIDE, WIDE, WIDE, WIDEST), strict=True):
        sheet.column_dimensions[letter].width = width
    facts: Sequence[tuple[str, object]] = (
        (_("What it shows"), listed.sentence),
        (_("Address of the list"), listed.page),
        (_("As of"), listed.day),
        (_("Licence"), "CC BY 4.0"),
        (_("Address of the licence"), LICENCE),
        (_("Cells"), _("Several values of a cell are divided by “; ”. Dates known in part are text.")),
        (_("Long texts"), _("A text that is longer than a cell can be ends in “…”; the CSV file has all of it.")),
    )
    for label, fact in facts:
        sheet.append([_bold(sheet, label), _text(sheet, fact) if isinstance(fact, str) else fact])
    sheet.append([])
    sheet.append([_bold(sheet, head) for head in (_("Sheet"), _("Column"), _("Name"), _("Type"), _("Meaning"))])
    for name in sheets:
        for column in COLUMNS[name]:
            told = (name, column.name, str(column.label), column.type, str(column.meaning), column.rule)
            sheet.append([_text(sheet, each) for each in told])
