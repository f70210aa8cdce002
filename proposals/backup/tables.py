"""The tables of a database: which are kept, how their rows are written as lines, and put back."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models
from django.db.migrations.loader import MigrationLoader

from proposals.backup.archive import ROWS, BackupError

PASSING = {"axes", "sessions", "people.Presence", "alerts.Tally"}
"""Who is signed in, who has failed to, who has a form open, who has asked for alerts today: true of a moment only, and
with network addresses that are to be forgotten. What is restored asks everybody to sign in, and locks nobody out."""
MADE_BY_MIGRATIONS = {"contenttypes", "auth.Permission", "auth.Group", "auth.Group_permissions", "proposals.Generation"}
"""These have rows in a database in which nobody has entered anything. Both sets name apps, or models of them."""

Model = type[models.Model]
Key = tuple[str, str]


def _is_among(names: set[str], model: Model) -> bool:
    return model._meta.app_label in names or model._meta.label in names


def applied_here() -> list[str]:
    """Give the names of the migrations that this database has had, sorted: `people.0001_initial`."""
    return sorted(".".join(key) for key in MigrationLoader(connection).applied_migrations)


def unknown_among(migrations: Iterable[str]) -> list[str]:
    """Give those of some migrations that this program does not have."""
    return sorted({*migrations} - {".".join(key) for key in MigrationLoader(connection).disk_migrations})


def ends(loader: MigrationLoader, applied: set[str]) -> list[Key]:
    """Give the last migrations of each app among those `applied`."""
    graph = loader.graph
    there = {key for key in graph.nodes if ".".join(key) in applied}
    return sorted(key for key in there if not any(child.key in there and child.key[0] == key[0]
                  for child in graph.node_map[key].children))  # fmt: skip


def models_at(applied: Iterable[str]) -> Apps:
    """Give the models as they were at some migrations: those of this program, if they are all that it has."""
    loader, had = MigrationLoader(connection), {*applied}
    if had >= {".".join(key) for key in loader.graph.nodes}:
        return apps
    return loader.project_state(ends(loader, had)).apps


def kept(registry: Apps = apps) -> list[Model]:
    """Give the models of all tables that are kept, in the order of their names."""
    every = (model for model in registry.get_models(include_auto_created=True) if model._meta.managed)
    found = {model._meta.db_table: model for model in every if not _is_among(PASSING, model) and not model._meta.proxy}
    return [model for _, model in sorted(found.items())]


def passing(registry: Apps) -> list[Model]:
    """Give the models of the tables that are not kept; they are empty in what is restored."""
    return [model for model in registry.get_models(include_auto_created=True) if _is_among(PASSING, model)]


def in_use(registry: Apps) -> list[str]:
    """Give the tables that hold what somebody has entered; a database without tables holds nothing."""
    there = {*connection.introspection.table_names()}
    return [
        model._meta.db_table
        for model in kept(registry)
        if model._meta.db_table in there and not _is_among(MADE_BY_MIGRATIONS, model) and model._base_manager.exists()
    ]


def columns(model: Model) -> list[str]:
    """Give the columns of a table in the order of the model's fields."""
    return [str(field.column) for field in model._meta.concrete_fields]


def stored(model: Model, names: list[str]) -> Iterator[bytes]:
    """Give the rows of a table as the database has them, in the order of their keys, each as a line of values."""
    fields = _fields(model, names)
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=ROWS):
        text = json.dumps(row, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield text.encode("utf-8", "surrogatepass") + b"\n"


def _fields(model: Model, names: list[str]) -> list[models.Field[Any, Any]]:
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return [by_column[name] for name in names]


def _plain(value: object) -> str:
    """Write what JSON does not know, the same from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    raise TypeError(f"a value of the kind {type(value).__name__} is in no table")


def empty(tables: Iterable[Model]) -> None:
    """Throw away all rows of some tables."""
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"DELETE FROM {_quoted(model)}")  # noqa: S608 - our own name


def fill(model: Model, names: list[str], lines: Iterable[bytes]) -> None:
    """Write rows into an empty table; raise `BackupError` where the database does not take them."""
    readers = [_reader(field) for field in _fields(model, names)]
    rows = ([read(value) if read else value for read, value in zip(readers, json.loads(line), strict=True)]
            for line in lines)  # fmt: skip
    places = ", ".join(map(connection.ops.quote_name, names))
    try:
        with connection.wrap_database_errors, connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {_quoted(model)} ({places}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                return
            statement = f"INSERT INTO {_quoted(model)} ({places}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608
            while some := [*islice(rows, ROWS)]:
                cursor.executemany(statement, some)
    except (DatabaseError, TypeError, ValueError, ValidationError) as error:
        said = str(error).partition("\n")[0]
        raise BackupError(f"a row of the table {model._meta.db_table} cannot be stored here: {said}") from error


def _reader(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Give a function that makes of a value in the file what the database's driver takes; None where it is that."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field

    def read(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(target, models.BinaryField):
            value = base64.b64decode(value)
        elif not isinstance(target, models.JSONField):
            value = target.to_python(value)
        return target.get_db_prep_save(value, connection)

    others = (models.BinaryField, models.DateField, models.DecimalField, models.JSONField, models.UUIDField)
    return read if isinstance(target, others) else None


def last_key(model: Model) -> int | None:
    """Give the last key that was given in a table; None where keys are not counted."""
    key = model._meta.pk
    if not isinstance(key, models.AutoField):
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        else:
            name = _sequence(model)
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608
        found = cursor.fetchone()
    return found[0] if found else 0


def count_on(model: Model, last: int | None) -> None:
    """Let new keys begin after `last` and after those that are there; undone with the transaction, unlike `setval`."""
    key = model._meta.pk
    if not isinstance(key, models.AutoField):
        return
    number = max(last or 0, model._base_manager.aggregate(highest=models.Max("pk"))["highest"] or 0)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [model._meta.db_table, number])
        else:
            cursor.execute(f"ALTER SEQUENCE {_sequence(model)} RESTART WITH {int(number) + 1}")


def _sequence(model: Model) -> str:
    """Give the name of what counts a table's keys on PostgreSQL, as it stands in a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [_quoted(model), str(model._meta.pk.column)])
        [name] = cursor.fetchone()
    return str(name)


def _quoted(model: Model) -> str:
    return connection.ops.quote_name(model._meta.db_table)
