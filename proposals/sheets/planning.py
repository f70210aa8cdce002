"""Planning: what an import would do, row by row and cell by cell, before anything is done."""

from __future__ import annotations

import csv
import io
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from people.cells import harmless
from people.doubles import Like
from people.history import Edit, RecordModel
from people.versions import Different
from proposals.sheets.columns import Column, guess
from proposals.sheets.reading import Sheet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
HOW = (NEW, CHANGED, UNCHANGED, REFUSED)


@dataclass
class Planned:
    """One row of a sheet: which record it means, and what of that would change, or why it is refused."""

    line: int
    cells: dict[str, str]
    """By the sheet's own names of columns."""
    how: str = NEW
    record: RecordModel | None = None
    title: str = ""
    changes: list[Different] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Each the name of a column, or "", and what is wrong there."""
    notes: list[str] = field(default_factory=list)
    """What is not taken over, or only guessed."""
    suggested: dict[int, str] = field(default_factory=dict)
    """Topics that the texts of a new record speak of, where its row names none: names by key."""

    def take_suggested(self) -> None:
        """Take what is suggested as if the row said it."""

    def refuse(self, column: str, error: ValidationError) -> None:
        """Note what is wrong with a cell."""
        self.faults += [(column, message) for message in dict.fromkeys(error.messages)]


class Kind(ABC):
    """What the rows of a sheet are: how they are read into the record and written out of it."""

    name: ClassVar[str]
    label: ClassVar[StrPromise]
    model: ClassVar[type[RecordModel]]
    columns: ClassVar[Mapping[str, Column]]
    example: ClassVar[Mapping[str, str]]
    """A row to show how it is done, by the names of columns."""
    by_cells: ClassVar[Mapping[str, Callable[[Sequence[str]], bool]]] = {}
    """What the cells of a column look like, where its name does not say what they are."""
    only_read: ClassVar[Collection[str]] = ()
    """Columns that are not written."""

    @property
    def written(self) -> dict[str, str]:
        """The header of a sheet that is written, in the reader's language, by the names of columns."""
        return {name: str(column.label) for name, column in self.columns.items() if name not in self.only_read}

    def guess(self, sheet: Sheet) -> dict[str, str]:
        """Guess what the columns of a sheet are: names of `columns` by the sheet's own."""
        return guess(sheet, self.columns, self.by_cells)

    def likes(self, keys: Collection[int]) -> Iterable[tuple[int, Like]]:
        """Give what each of several new records, given by key, could be a double of."""
        return ()

    def preview(self, sheet: Sheet, mapping: Mapping[str, str]) -> list[Any]:
        """Plan a sheet; what is wrong is told by its own names of columns, and by ours where it has no such column."""
        called: dict[str, str] = {name: str(column.label) for name, column in self.columns.items()}
        called |= {name: " / ".join(titles) for name, titles in _by_meaning(sheet.header, mapping).items()}
        rows = self.plan(sheet, mapping)
        for row in rows:
            row.faults = [(called.get(name, name), said) for name, said in row.faults]
        return rows

    @abstractmethod
    def plan(self, sheet: Sheet, mapping: Mapping[str, str]) -> list[Any]:
        """Tell what each row of a sheet would do; `mapping` gives the names of `columns` by the sheet's own."""

    @abstractmethod
    def enter(self, rows: Sequence[Any], going: Edit, tell: Callable[[int], object]) -> None:
        """Do what was planned for rows that are new or changed; `tell` hears how many are done each time."""

    @abstractmethod
    def rows(self, records: QuerySet[Any]) -> Iterator[dict[str, str]]:
        """Yield what a sheet says of `records`, cells by the names of `columns`; `plan` finds it unchanged."""


def by_columns(cells: Mapping[str, str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Give the cells of a row by what they are, in the order of the sheet; those that are kept aside are left out.

    What columns say that mean the same stands below one another: 主办单位 and 会办单位 are one list.
    """
    return {
        meaning: "\n".join(dict.fromkeys(cells[title] for title in titles if cells[title]))
        for meaning, titles in _by_meaning(cells, mapping).items()
    }


def _by_meaning(header: Iterable[str], mapping: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for title in header:
        if meaning := mapping.get(title):
            found.setdefault(meaning, []).append(title)
    return found


def of_all_columns(sheet: Sheet, mapping: Mapping[str, str]) -> dict[str, str]:
    """Say of every column of a sheet what it is; "" where it is kept aside."""
    return {title: mapping.get(title, "") for title in sheet.header}


def counted(rows: Iterable[Planned]) -> dict[str, int]:
    """Count the rows by what they would do."""
    counts = Counter(row.how for row in rows)
    return {how: counts[how] for how in HOW}


def refused_rows(header: list[str], rows: Iterable[Planned]) -> str:
    """Write refused rows as CSV, as they were, each with the reasons, so that they can be mended and read again."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(harmless, [*header, _("refused because")]))
    for row in rows:
        reasons = "; ".join(": ".join(filter(None, fault)) for fault in row.faults)
        writer.writerow([harmless(cell) for cell in (*(row.cells[column] for column in header), reasons)])
    return text.getvalue()
