"""Columns: which column of somebody's sheet is what, guessed from its name and its cells, and remembered by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation

from people.dates import partial_date, validate_partial_date
from proposals.sheets.reading import Sheet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

LOOKED_AT = 50
"""Rows whose cells are looked at where the name of a column says nothing."""


@dataclass(frozen=True)
class Column:
    """Something a sheet can say of what its rows are: its own name, how it is called here, and how elsewhere."""

    name: str
    label: StrPromise
    called: str = ""

    def names(self) -> Iterable[str]:
        """Give every name by which it is known: its own, its label in each language, and others."""
        yield self.name
        for language, _label in settings.LANGUAGES:
            with translation.override(language):
                yield str(self.label)
        yield from self.called.split(";")


def by_name(*columns: Column) -> dict[str, Column]:
    """Give columns by their own names."""
    return {column.name: column for column in columns}


def plain(text: str) -> str:
    """Give the name of a column without capitals, spaces, marks and brackets, for comparing."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def guess(
    sheet: Sheet, columns: Mapping[str, Column], by_cells: Mapping[str, Callable[[Sequence[str]], bool]]
) -> dict[str, str]:
    """Guess what each column of a sheet is: by its name, then by a part of its name, then by its cells.

    Gives the names of `columns` by the sheet's own; what is guessed to be nothing is left out, and none twice.
    """
    known: dict[str, str] = {}
    for column in columns.values():
        for name in column.names():
            known.setdefault(plain(name), column.name)
    found: dict[str, str] = {}

    def take(column: str, name: str | None) -> None:
        if name and column not in found and name not in found.values():
            found[column] = name

    for title in sheet.header:
        take(title, known.get(plain(title)))
    for title in sheet.header:
        called = plain(title)
        take(title, next((name for key, name in known.items() if len(key) > 1 and key in called), None))
    for index, title in enumerate(sheet.header):
        cells = [cells[index] for _row, cells in sheet.rows[:LOOKED_AT] if cells[index]]
        take(title, next((name for name, fits in by_cells.items() if cells and fits(cells)), None))
    return found


def most(fits: Callable[[str], object]) -> Callable[[Sequence[str]], bool]:
    """Make a test of cells of one of a cell: most must stand it."""
    return lambda cells: sum(bool(fits(cell)) for cell in cells) > 0.8 * len(cells)


def is_date(cell: str) -> bool:
    """Tell whether a cell is a date, in any of the ways that people write one."""
    try:
        validate_partial_date(partial_date(cell))
    except ValidationError:
        return False
    return True
