"""What a column is called, what it holds, and of which type: said by the models, in English."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import translation

from people.dates import PartialDateField
from proposals.downloads.tables import BY_MODEL, Table

ENGLISH = "en-gb"
PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"


@dataclass(frozen=True)
class Column:
    """One column: `kind` is Frictionless' word for its type, `target` the table that it leads to, or ""."""

    name: str
    kind: str
    title: str
    description: str
    required: bool = False
    unique: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""
    target: str = ""

    @property
    def affinity(self) -> str:
        """The type in SQLite."""
        return {"integer": "INTEGER", "boolean": "INTEGER", "number": "NUMERIC"}.get(self.kind, "TEXT")


KINDS: dict[type[models.Field[Any, Any]], str] = {
    models.BooleanField: "boolean",
    models.IntegerField: "integer",
    models.AutoField: "integer",
    models.ForeignKey: "integer",
    models.DecimalField: "number",
    models.DateTimeField: "datetime",
    models.DateField: "date",
}

SAID = {"published_at": "When it was first published here, in UTC."}
"""What columns hold that no form shows, and of which no model says it."""


def columns_of(table: Table) -> list[Column]:
    """Give the columns of a table, in order."""
    with translation.override(ENGLISH):
        found = [_column(name, field) for name, field in table.fields.items()]
        return found + [
            Column(name, "string", name.replace("_", " "), description) for name, description in table.derived.items()
        ]


def described(table: Table) -> tuple[str, str]:
    """Give the title of a table and what its rows are."""
    with translation.override(ENGLISH):
        title = table.name.replace("_", " ") if table.about else str(table.model._meta.verbose_name_plural)
    return title, table.about or inspect.cleandoc(table.model.__doc__ or "").partition("\n")[0]


def _column(name: str, field: Any) -> Column:
    kind = next((kind for of, kind in KINDS.items() if isinstance(field, of)), "string")
    target = BY_MODEL[field.related_model].name if isinstance(field, models.ForeignKey) else ""
    choices = tuple(str(value) for value, _label in field.choices or ())
    said = [str(field.help_text) or SAID.get(name, "")]
    if choices:
        said.append("; ".join(f"{value}: {label}" for value, label in field.choices))
    if field.primary_key:
        said = ["Its number, which stays the same."]
    elif target:
        said.insert(0, f"A key of “{target}”.")
    return Column(
        name,
        kind,
        str(field.verbose_name),
        " ".join(filter(None, said)),
        required=not field.null and (kind != "string" or bool(choices and not field.blank)),
        unique=field.unique,
        choices=choices,
        pattern=PARTIAL_DATE if isinstance(field, PartialDateField) else "",
        target=target,
    )
