"""Reading: a file in any of several formats becomes a header and rows of text, or is refused with the place and why.

CSV, TSV, XLSX and JSON, told apart by what they hold and not by their name. Whatever a file says of itself, no more is
unpacked or kept than the limits allow.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from people.cells import unharmed

LARGEST, LARGEST_UNPACKED = 20_000_000, 100_000_000
"""Bytes of a file, and of what it unpacks to."""
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 100_000, 100, 100_000
MOST_CELLS, MOST_STRINGS, WIDEST = 1_500_000, 1_000_000, 20_000
"""Cells of a sheet; different texts of a workbook; cells of one row of it, blank ones too."""
BLANK_ROWS = 1_000
"""So many blank rows one after another are the end of a sheet, however many more it says it has."""
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UNKNOWN = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS, DOC",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"PAR1": "Parquet",
    b"SQLite": "SQLite",
    b"{\\rtf": "RTF",
    b"<!DO": "HTML",
    b"<htm": "HTML",
    b"<?xm": "XML",
}
"""What a file begins with that is no sheet, and what it is."""


class SheetError(Exception):
    """A file that cannot be read as a sheet, with the place in it: "row 3, column “title”: …"."""


@dataclass(frozen=True)
class Sheet:
    """A header and rows, each with its number as the file counts, from 1; a cell that is missing is "".

    `line` is that of the header. Of a workbook the sheet with the most cells is read; `name` is its name, and `others`
    are those that are not read.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    line: int = 1
    name: str = ""
    others: tuple[str, ...] = ()


def read(content: bytes) -> Sheet:
    """Read a sheet; blank rows are left out. Raises `SheetError`."""
    if len(content) > LARGEST:
        _refuse(_("the file is larger than %(most)s MB") % {"most": LARGEST // 1_000_000})
    if not content.strip():
        _refuse(_("the file is empty"))
    found = next((name for start, name in UNKNOWN.items() if content.lstrip()[:8].startswith(start)), None)
    if found:
        _refuse(_("this is %(found)s; save it as XLSX, CSV or JSON") % {"found": found})
    if content.startswith(b"PK"):
        return _workbook(content)
    text = decoded(content)
    if text.lstrip()[:1] in ("[", "{"):
        return _sheet(_json_rows(text), harmed=False)
    return _sheet(_text_rows(text))


def read_file(path: Path) -> Sheet:
    """Read a file; one that is too large is not opened."""
    if path.stat().st_size > LARGEST:
        _refuse(_("the file is larger than %(most)s MB") % {"most": LARGEST // 1_000_000})
    return read(path.read_bytes())


def _refuse(why: str, *, row: int = 0, column: str = "") -> NoReturn:
    place = [_("row %(row)s") % {"row": row}] if row else []
    place += [_("column “%(column)s”") % {"column": column}] if column else []
    raise SheetError(": ".join(filter(None, [_(", ").join(place), why])))


def decoded(content: bytes) -> str:
    """Decode a text: UTF-8 or UTF-16 with its mark, UTF-8 without, or GB18030, as Chinese programs write it.

    Raises `SheetError` with the line where it is none of them.
    """
    encoding = next((name for mark, name in BOMS.items() if content.startswith(mark)), None)
    if encoding:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            said = _("this says it is %(encoding)s and is not") % {"encoding": encoding.upper()}
            _refuse(said, row=_line(content, error))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        _refuse(_("this is neither UTF-8 nor GB18030"), row=_line(content, place))
    if not re.search("[\u4e00-\u9fff]{2}", text) or re.search("[\ue000-\uf8ff\ufffd]", text) or not _common(text):
        _refuse(_("the encoding is not known: save the file as UTF-8"), row=_line(content, place))
    return text


def _common(text: str) -> bool:
    """Tell whether most of the Chinese characters of a text are among the 3,755 that are in common use.

    They are those of the first level of GB 2312; what is in another encoding reads as rare ones.
    """
    characters = re.findall("[\u4e00-\u9fff]", text[:100_000])
    first = [character.encode("gb2312", "ignore")[:1] for character in characters]
    return bool(2 * sum(b"\xb0" <= byte <= b"\xd7" for byte in first) > len(characters))


def _line(content: bytes, error: UnicodeDecodeError) -> int:
    return content.count(b"\n", 0, error.start) + 1


def _text_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Cut comma, tab or semicolon separated values; which of them it is the header tells."""
    if "\x00" in text:
        _refuse(_("there is a NUL"), row=text.count("\n", 0, text.index("\x00")) + 1)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max("\t,;", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        _refuse(_("this cannot be cut into cells: %(error)s") % {"error": error}, row=line)


def _json_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Read a list of objects, or such a list that stands alone in an object; the keys of all are the header."""
    if text.count(",") > MOST_CELLS:
        _refuse(_("more than %(most)s cells: cut the file in two") % {"most": MOST_CELLS})
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse(_("this is no JSON: %(error)s") % {"error": error}, row=getattr(error, "lineno", 0))
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        _refuse(_("this is no list of objects"))
    header = list(dict.fromkeys(str(key) for row in found for key in row))
    yield 1, header
    for number, row in enumerate(found, start=2):
        yield number, [_plain(row.get(key), number, key) for key in header]


def _plain(value: Any, row: int, column: str) -> str:
    """Give a value of JSON or of a cell as text; a list becomes lines."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(each, list | dict) for each in value):
        return "\n".join(_plain(each, row, column) for each in value)
    if isinstance(value, dict | list):
        _refuse(_("there is a table within the cell"), row=row, column=column)
    return str(value)


def _workbook(content: bytes) -> Sheet:
    """Read the sheet of a workbook that has the most cells, once it is known not to be a trap."""
    merged = _check_workbook(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sizes = {each.title: _filled(each) if len(book.worksheets) > 1 else 1 for each in book.worksheets}
        sheet = book[max(sizes, key=lambda title: sizes[title])]
        found = _sheet(_workbook_rows(sheet))
    except SheetError:
        raise
    except Exception as error:
        said = _("this is no workbook that can be read: %(error)s") % {"error": error or type(error).__name__}
        raise SheetError(said) from error
    for cells in merged.get(getattr(sheet, "_worksheet_path", ""), ()):
        if int(re.findall(r"\d+", cells)[-1]) >= found.line:  # a title above the header may be as broad as it likes
            _refuse(_("the cells %(cells)s are merged: unmerge them") % {"cells": cells})
    return replace(found, name=sheet.title, others=tuple(n for n, size in sizes.items() if size and n != sheet.title))


def _filled(sheet: Any) -> int:
    """Count the cells of a sheet in which there is something."""
    return sum(
        value is not None for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True) for value in row
    )


def _workbook_rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
        row = [_cell(cell, number, get_column_letter(index)) for index, cell in enumerate(cells, start=1)]
        blank = 0 if any(map(str.strip, row)) else blank + 1
        if blank > BLANK_ROWS:
            return
        yield number, row


def _cell(cell: Any, row: int, column: str) -> str:
    if cell.data_type == "f":
        _refuse(_("a formula: paste the values instead"), row=row, column=column)
    if cell.data_type == "e":
        _refuse(_("the cell holds the error %(error)s") % {"error": cell.value}, row=row, column=column)
    if isinstance(cell.value, int) and re.fullmatch("0{2,20}", cell.number_format or ""):
        return str(cell.value).zfill(len(cell.number_format))  # shown with zeros before it, and so meant
    return _plain(cell.value, row, column)


def _check_workbook(content: bytes) -> dict[str, list[str]]:
    """Refuse what unpacks to too much or defines entities; give the cells that are merged, by the path of the sheet."""
    merged: dict[str, list[str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if sum(each.file_size for each in members) > LARGEST_UNPACKED or len(members) > 5_000:
                _refuse(_("the workbook unpacks to more than %(most)s MB") % {"most": LARGEST_UNPACKED // 1_000_000})
            names = {each.filename for each in members}
            if "xl/workbook.xml" not in names:
                _refuse(_("this is a ZIP file but no XLSX workbook"))
            for name in sorted(name for name in names if name.endswith((".xml", ".rels"))):
                with packed.open(name) as member:
                    merged[name] = _scan(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise SheetError(_("this is no workbook that can be read: %(error)s") % {"error": error}) from error
    return merged


MARKS = re.compile(rb'<!DOCTYPE|<!ENTITY|<si[ />]|<row[ />]|<c[ />]|<mergeCell ref="([A-Z0-9:]+)"', re.IGNORECASE)
CHUNK, LONGEST_MARK = 1 << 20, 64


def _scan(member: IO[bytes]) -> list[str]:
    """Read a part of a workbook once, as bytes: give the cells it merges, refuse what would take too much memory."""
    merged, strings, wide, before = [], 0, 0, b""
    while chunk := member.read(CHUNK):
        piece = before + chunk
        for mark in MARKS.finditer(piece):
            if mark.end() <= len(before):
                continue
            kind = mark[0][:3].lower()
            strings, wide = strings + (kind == b"<si"), 0 if kind == b"<ro" else wide + kind.startswith(b"<c")
            if kind.startswith(b"<!"):
                _refuse(_("the workbook defines entities, which no sheet needs"))
            if strings > MOST_STRINGS or wide > WIDEST:
                _refuse(_("the workbook holds more than a sheet can: save what is needed of it as CSV"))
            if mark[1]:
                merged.append(mark[1].decode())
        before = piece[-LONGEST_MARK:]
    return merged


def _sheet(rows: Iterable[tuple[int, list[str]]], *, harmed: bool = True) -> Sheet:
    """Tell the header from the rows, and check both; `harmed` says that marks of `harmless` are to be taken off."""
    found: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        stripped = [_clean(cell, number, index, harmed=harmed) for index, cell in enumerate(cells)]
        while stripped and not stripped[-1]:
            stripped.pop()
        if not stripped:
            continue
        if len(found) == 1 and sum(map(bool, found[0][1])) == 1 < sum(map(bool, stripped)):
            found.clear()  # what stood alone above was the title of the whole
        header = found[0][1] if found else stripped
        if len(stripped) > len(header):
            words = {"cells": len(stripped), "columns": len(header)}
            _refuse(_("%(cells)s cells for %(columns)s columns") % words, row=number)
        if len(found) > MOST_ROWS or len(found) * len(header) > MOST_CELLS:
            words = {"rows": MOST_ROWS, "cells": MOST_CELLS}
            _refuse(_("more than %(rows)s rows or %(cells)s cells: cut the file in two") % words, row=number)
        found.append((number, stripped + [""] * (len(header) - len(stripped))))
    if not found:
        _refuse(_("the file is empty"))
    line, header = found.pop(0)
    if not found:
        _refuse(_("there is a header and no row"))
    return Sheet(_header(header, line), found, line)


def _header(names: list[str], row: int) -> list[str]:
    if len(names) > MOST_COLUMNS:
        _refuse(_("more than %(most)s columns") % {"most": MOST_COLUMNS}, row=row)
    for index, name in enumerate(names, start=1):
        if not name:
            _refuse(_("the column has no name"), row=row, column=get_column_letter(index))
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        _refuse(_("this name is there twice"), row=row, column=twice[0])
    return names


def _clean(cell: str, row: int, index: int, *, harmed: bool) -> str:
    """Refuse what no database keeps; take off the mark that `harmless` put before what a program would run."""
    text, column = cell.strip(" \t\r\n\u3000\ufeff"), get_column_letter(index + 1)
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        _refuse(_("there is a sign that is none (NUL, half a pair)"), row=row, column=column)
    if len(text) > LONGEST_CELL:
        _refuse(_("more than %(most)s characters") % {"most": LONGEST_CELL}, row=row, column=column)
    return unharmed(text) if harmed else text
