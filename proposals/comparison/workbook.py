"""A comparison as a workbook: side by side on one sheet; licence, date and addresses on another."""

from __future__ import annotations

import datetime
from io import BytesIO
from itertools import zip_longest

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from people.cells import FORMULA, in_workbook
from proposals.comparison.compared import Comparison
from proposals.comparison.texts import Cell
from proposals.comparison.topics import TopicRow
from proposals.shapes import LICENCE

WRAPPED = Alignment(wrap_text=True, vertical="top")
BOLD, LINK = Font(bold=True), Font(color="0F4C81", underline="single")
TINT = PatternFill("solid", fgColor="E9F0F7")


def as_workbook(comparison: Comparison, site: str) -> bytes:
    """Write the comparison as XLSX; `site` goes before every address: `https://host`."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(_("Comparison"))
    _fill(sheet, comparison, site)
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for letter, width in zip("ABCDEFG", [30, 16, *[48] * len(comparison.columns)], strict=False):
        sheet.column_dimensions[letter].width = width
    _tell(book.create_sheet(_("About this file")), comparison, site)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(sheet: Worksheet, comparison: Comparison, site: str) -> None:
    """Write labels into the first column, whether it is the same into the second, then a column for each proposal."""
    _write(sheet, 1, 1, _("Topic"), bold=True)
    _write(sheet, 1, 2, _("Compared"), bold=True)
    for place, column in enumerate(comparison.columns, start=3):
        _write_cell(sheet, 1, place, column.title, site, bold=True)
    last = 1
    for last, fact in enumerate(comparison.facts, start=2):
        _write(sheet, last, 1, fact.label, bold=True)
        _write(sheet, last, 2, fact.compared)
        for place, (cell, value) in enumerate(zip(fact.cells, fact.values, strict=True), start=3):
            _write_cell(sheet, last, place, cell, site)
            if value is not None:
                box = sheet.cell(last, place, value)
                box.number_format = "yyyy-mm-dd" if isinstance(value, datetime.date) else "0"
    for group in comparison.groups:
        last += 1
        for place in range(1, 3 + len(comparison.columns)):
            sheet.cell(last, place).fill = TINT
        _write(sheet, last, 1, group.heading, bold=True)
        for row in group.rows:
            last = _write_topic(sheet, last, row, site)


def _write_topic(sheet: Worksheet, last: int, row: TopicRow, site: str) -> int:
    """Write a row for the first demand of each proposal, one for the second and so on; give the last row's number."""
    columns = [[*(demand.lines for demand in place.demands), *filter(None, [place.rest])] for place in row.places]
    for last, cells in enumerate(zip_longest(*columns, fillvalue=()), start=last + 1):  # noqa: B020 - goes on from it
        _write(sheet, last, 1, row.topic.text, row.topic.address and site + row.topic.address)
        _write(sheet, last, 2, row.compared.text)
        for place, cell in enumerate(cells, start=3):
            _write_cell(sheet, last, place, cell, site)
    return last


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, site: str, *, bold: bool = False) -> None:
    leads = next((line.address for line in cell if line.address), "")
    _write(sheet, row, column, "\n".join(line.text for line in cell), leads and site + leads, bold=bold)


def _write(sheet: Worksheet, row: int, column: int, text: str, leads: str = "", *, bold: bool = False) -> None:
    """Write `text` as text, whatever it begins with, and where it leads."""
    box = sheet.cell(row, column)
    box.alignment = WRAPPED
    if not text:
        return
    if leads:
        box.hyperlink = leads
    box.value = clean = in_workbook(text)
    box.data_type = "s"  # or "=" would begin a formula
    box.font = LINK + BOLD if leads and bold else LINK if leads else BOLD if bold else Font()
    if clean.startswith(FORMULA):
        box.quotePrefix = True


def _tell(sheet: Worksheet, comparison: Comparison, site: str) -> None:
    """Write what the file is, its licence, its date, and the address of each page."""
    page = f"{site}{comparison.asked.page}"
    rows = [
        (_("Proposals side by side"), page, page),
        (_("Licence"), "CC BY 4.0", LICENCE),
        *(
            (column.heading.text, f"{site}{line.address}", f"{site}{line.address}")
            for column in comparison.columns
            for line in column.title[:1]
        ),
    ]
    for number, (label, text, leads) in enumerate(rows, start=1):
        _write(sheet, number, 1, label, bold=True)
        _write(sheet, number, 2, text, leads)
    _write(sheet, len(rows) + 1, 1, _("As of"), bold=True)
    sheet.cell(len(rows) + 1, 2, timezone.localdate()).number_format = "yyyy-mm-dd"
    for number, note in enumerate(comparison.notes, start=len(rows) + 2):
        _write(sheet, number, 1, _("Note"), bold=True)
        _write(sheet, number, 2, note)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 80
