"""Keysets: how a list that the database answers is gone through, whatever comes or goes meanwhile.

A place in a list is what the row given last has in the columns of its order, the last of which is the key. What comes
after it is asked of the database by these, so that a row that is new, or gone, moves no other out of the way.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from proposals.api.shapes.pieces import DATE

Place = tuple[str, ...]
WRITTEN = {"pk": "[0-9]{1,18}", "order": "[0-9]{1,5}", "year": "[0-9]{4}", "date": f"({DATE})?"}
"""How the values of each column are written in a cursor."""


class Keyset:
    """The order of a list, as columns: "-date", "-pk"."""

    def __init__(self, *columns: str) -> None:
        self._columns = columns
        self._names = [column.removeprefix("-") for column in columns]

    @cached_property
    def pattern(self) -> str:
        """What every cursor of this list is like, as a regular expression."""
        return rf"^{'[.]'.join(WRITTEN[name] for name in self._names)}$"

    def read(self, cursor: str) -> Place:
        """Read what `written` wrote; raise `ValueError` for anything else."""
        if not re.fullmatch(self.pattern, cursor):
            raise ValueError("no place in this list")
        return tuple(cursor.split("."))

    def written(self, row: Any) -> str:
        """Write the place of a row as a cursor."""
        return ".".join(str(getattr(row, name)) for name in self._names)

    def after(self, rows: QuerySet[Any], place: Place | None) -> QuerySet[Any]:
        """Give the rows after a place, or from the start, in order."""
        ordered = rows.order_by(*self._columns)
        return ordered.filter(self._beyond(place)) if place else ordered

    def _beyond(self, place: Place) -> Q:
        """Say which rows come after a place: those further on in one column, and alike in all before it."""
        beyond, alike = Q(), Q()
        for column, name, value in zip(self._columns, self._names, place, strict=True):
            further = "lt" if column.startswith("-") else "gt"
            beyond |= alike & Q((f"{name}__{further}", value))
            alike &= Q((name, value))
        return beyond
