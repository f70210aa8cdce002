"""Parts: rows that belong to a record, as the cells of a sheet speak of them, and whether the record takes a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model

from people.history import RecordModel

Values = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Part:
    """Rows that belong to a record: which columns speak of one, and what tells two of the same record apart."""

    model: type[RecordModel]
    owner: str
    """The field that leads to the record."""
    below: str
    """What leads from the record to the rows."""
    columns: Mapping[str, str]
    """The fields, by the names of columns."""
    told_by: tuple[str, ...]
    supposed: Callable[[Values], Values] = lambda _values: {}
    """Gives what a new row has where no cell says it."""
    entries: Callable[[str], list[Values]] | None = None
    """Where the only column holds a list: gives what each entry says; it names rows of other tables by their names."""
    entry: Callable[[Any], str] = str
    """Gives the entry of a row; "" where a sheet cannot say it."""
    whole: bool = False
    """Whether the list is all there is, where the row gives the slug: what is not in it goes; the rest is changed."""

    def means(self, row: Any, values: Values) -> bool:
        """Tell whether `values` speak of `row`, as far as they say it."""
        return all(getattr(row, name) == values[name] for name in self.told_by if name in values)

    @property
    def fetched(self) -> list[str]:
        """What has to be fetched with records so that each of its rows can be written."""
        return [self.below, *(f"{self.below}__{name}" for name in links(self.model, but=self.owner) if self.entries)]


def one_of(part: Part, record: Any, values: Values) -> Any:
    """Give the row of `record` that `values` speak of, as far as they say it; None where there is none."""
    rows = sorted(getattr(record, part.below).all(), key=lambda row: row.pk) if record.pk else []
    return next((row for row in rows if part.means(row, values)), None)


def check(row: Model, *, but: Sequence[str]) -> None:
    """Raise `ValidationError` where the record would not take a row; what it leads to is known to be there."""
    known = [name for name in links(type(row)) if getattr(row, name, None) is not None]
    row.clean_fields(exclude=[*but, *known])
    row.clean()
    row.validate_constraints(exclude=but)


def links(model: type[Model], but: str = "") -> list[str]:
    """Give the fields that lead to one row of another table."""
    return [one.name for one in model._meta.concrete_fields if isinstance(one, ForeignKey) and one.name != but]


def called(row: Any) -> str:
    """Name a row of another table; "" for none."""
    return "" if row is None else str(getattr(row, "name", "") or row)
