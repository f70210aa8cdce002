"""Writing the record as a data set: the same record gives the same bytes, whatever its keys in the database are."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import ForeignKey, ManyToManyField, Model

from people.cells import harmless
from people.tree import Tree
from proposals.dataset.tables import DIVIDER, INFERRED, TABLES, DatasetError, Table
from proposals.models import Addressee

Cells = dict[str, str]


def dump(path: Path) -> dict[str, int]:
    """Write every table into the directory `path`; give the number of rows of each file.

    Raises `OSError` where that is impossible, and `DatasetError` where a row cannot be told from another.
    """
    path.mkdir(parents=True, exist_ok=True)
    writing = Writing()
    return {table.file: writing.write(table, path) for table in TABLES}


class Writing:
    """One run: the names of the rows that are written already, by model and key."""

    def __init__(self) -> None:
        self.names: dict[type[Model], dict[int, str]] = {}

    def write(self, table: Table, path: Path) -> int:
        """Write one file, its rows in an order that does not depend on their keys; parents before children."""
        self.names[table.model] = {}
        rows = sorted(self._rows(table), key=lambda row: row[0])
        text = io.StringIO()
        writer = csv.DictWriter(text, table.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: harmless(cell) for name, cell in cells.items()} for _place, cells in rows)
        (path / table.file).write_text(text.getvalue(), encoding="utf-8", newline="")
        return len(rows)

    def _rows(self, table: Table) -> Iterator[tuple[Any, Cells]]:
        if issubclass(table.model, Tree):
            yield from self._levels(table)
            return
        found = [(row.pk, self._cells(table, row)) for row in self._every(table)]
        self._name(table, found)
        for _key, cells in found:
            yield _place(cells), cells

    def _levels(self, table: Table) -> Iterator[tuple[Any, Cells]]:
        """Give the rows of a tree level by level, so that what a row lies below has its name already."""
        waiting, level = list(self._every(table)), 0
        while waiting:
            ready = [row for row in waiting if row.parent_id is None or row.parent_id in self.names[table.model]]
            found = [(row.pk, self._cells(table, row)) for row in ready]
            self._name(table, found)
            for _key, cells in found:
                yield (level, *_place(cells)), cells
            waiting, level = [row for row in waiting if row not in ready], level + 1

    def _every(self, table: Table) -> Any:
        links = [name for name, kind in table.columns.items() if isinstance(kind, ManyToManyField)]
        return table.model._default_manager.order_by("pk").prefetch_related(*links)

    def _name(self, table: Table, found: list[tuple[int, Cells]]) -> None:
        """Name rows by the first of the table's patterns that only one row answers to."""
        for pattern in table.names:
            names = {key: pattern.format_map(cells) for key, cells in found}
            times = Counter(names.values())
            for key, name in names.items():
                if times[name] == 1:
                    self.names[table.model].setdefault(key, name)

    def _cells(self, table: Table, row: Model) -> Cells:
        return {name: self._cell(row, name, kind) for name, kind in table.columns.items()}

    def _cell(self, row: Model, column: str, kind: Any) -> str:
        if isinstance(kind, ManyToManyField):
            linked = getattr(row, column).all()
            model = kind.related_model
            if linked.model is Addressee:
                names = [f"{self._named(model, one.agency_id)}{'' if one.stated else INFERRED}" for one in linked]
            else:
                names = [self._named(model, one.pk) for one in linked]
            return f"{DIVIDER} ".join(sorted(names))
        value = getattr(row, kind.attname)
        if isinstance(kind, ForeignKey):
            return self._named(kind.related_model, value) if value else ""
        return _text(value)

    def _named(self, model: type[Model], key: int) -> str:
        if name := self.names[model].get(key):
            return name
        row = model._default_manager.get(pk=key)
        raise DatasetError(f"{model._meta.verbose_name} “{row}” has no name of its own: another one says the same")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _place(cells: Cells) -> tuple[Any, ...]:
    """Give the place of a row by what its cells say; numbers count as numbers."""
    return tuple((0, int(cell), "") if cell.isdecimal() and cell.isascii() else (1, 0, cell) for cell in cells.values())
