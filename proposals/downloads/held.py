"""What the files hold, told in four numbers for each table, so that it can be compared without reading every key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.models import Count, F, Sum

from proposals.downloads.tables import TABLES, Table

HELD, DATABASE = "held.json", "lianghui.sqlite3"
TERMS = ("regions", "topics", "synonyms", "bodies", "sectors", "outcome_schemes")
"""Tables of words in which the record is told: nobody's, and public by themselves or harmless."""
WATCHED = {table.name: table for table in TABLES if table.key == ("id",) and table.name not in TERMS}
"""Tables whose rows take the files away when they are no longer public."""
FACTOR, MODULUS = 2_654_435_761, 1_000_003
"""With these a key is mixed, so that keys that come and go do not make up for each other in the sum."""
Counted = Mapping[str, int]


def counted(keys: list[int]) -> Counted:
    """Tell keys in four numbers: how many, the last, the sum, and the sum of each when it is mixed."""
    mixed = sum(key * FACTOR % MODULUS for key in keys)
    return {"number": len(keys), "last": max(keys, default=0), "sum": sum(keys), "mixed": mixed}


def note_held(folder: Path, file: sqlite3.Connection) -> None:
    """Note in `folder` what the database file in it holds."""
    held = {name: counted(_keys(file, name)) for name in WATCHED}
    (folder / HELD).write_text(json.dumps(held))


def all_public(folder: Path) -> bool:
    """Tell whether every row that the files in `folder` hold is still public.

    Most tables are told by four numbers, which the database makes; of those that differ the keys are compared, since
    what is published late may have a key among those that are held.
    """
    try:
        held = json.loads((folder / HELD).read_text())
    except FileNotFoundError:
        return False
    moved = [table for name, table in WATCHED.items() if held.get(name) != _now(table, held.get(name, {}).get("last"))]
    if not moved:
        return True
    try:
        with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as file:
            return all(_missing(table, file) is None for table in moved)
    except sqlite3.OperationalError:  # cleared away at this very moment
        return False


def _now(table: Table, last: int | None) -> dict[str, Any]:
    rows = table.rows().order_by().filter(pk__lte=last or 0)
    found = rows.aggregate(number=Count("pk"), sum=Sum("pk"), mixed=Sum(F("pk") * FACTOR % MODULUS))
    return {name: int(value or 0) for name, value in found.items()} | {"last": last}


def _missing(table: Table, file: sqlite3.Connection) -> int | None:
    """Give a key that is held and no longer public; None where there is none."""
    public = {*table.rows().order_by().values_list("pk", flat=True).iterator(chunk_size=2_000)}
    return next((key for key in _keys(file, table.name) if key not in public), None)


def _keys(file: sqlite3.Connection, name: str) -> list[int]:
    return [key for (key,) in file.execute(f"SELECT id FROM {name}")]  # noqa: S608 - our own names
