"""What three sites do for `test_migrations`, each in a process of its own: `manage.py shell` calls these functions."""

import json
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from proposals.backup import kept, read_manifest
from proposals.backup.archive import summed
from proposals.backup.tables import stored

OURS = ("people", "proposals", "alerts")
FIRST = [("alerts", None), ("proposals", "0001_initial"), ("people", "0001_initial")]
"""The earliest state that holds proposals."""


def leave(folder: Path) -> None:
    """Go back through all migrations to the first, and to nothing; keep backups at the newest and at the first."""
    call_command("dump_dataset", str(folder / "newest"), verbosity=0)
    call_command("backup", str(folder / "newest.zip"), verbosity=0)
    MigrationExecutor(connection).migrate(FIRST)
    call_command("backup", str(folder / "first.zip"), verbosity=0)
    MigrationExecutor(connection).migrate([("proposals", None), ("people", None)])
    (folder / "left.json").write_text(json.dumps(connection.introspection.table_names()))


def settle(folder: Path) -> None:
    """Restore the first state in an empty database, which goes through all migrations; then the newest."""
    call_command("restore", str(folder / "first.zip"), verbosity=0)
    (folder / "changed.json").write_text(json.dumps(not_held(folder / "first.zip")))
    call_command("restore", str(folder / "newest.zip"), replace=True, verbosity=0)
    call_command("dump_dataset", str(folder / "settled"), verbosity=0)
    call_command("backup", str(folder / "settled.zip"), verbosity=0)


def come_back(folder: Path) -> None:
    """Restore what was kept there; the catalogue follows at the next question, as it does at the next request."""
    call_command("restore", str(folder / "settled.zip"), replace=True, verbosity=0)
    call_command("catalogue", "refresh", verbosity=0)
    call_command("catalogue", "verify", verbosity=0)
    call_command("dump_dataset", str(folder / "back"), verbosity=0)
    call_command("backup", str(folder / "back.zip"), verbosity=0)


def not_held(file: Path) -> list[str]:
    """Give the tables of a backup that are not here as they are in it, as far as its columns go."""
    here = {model._meta.db_table: model for model in kept()}
    with file.open("rb") as source:
        tables = read_manifest(source).tables
    return sorted(
        name
        for name, table in tables.items()
        if summed(stored(here[name], table.columns)) != (table.rows, table.sha256)
    )
