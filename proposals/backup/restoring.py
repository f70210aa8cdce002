"""Restoring a backup, whole or not at all, and comparing it with what is there."""

from __future__ import annotations

import uuid
from typing import IO
from zipfile import ZipFile

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from proposals.backup.archive import BackupError, Manifest, Progress, Table, lines, opened, summed, told
from proposals.backup.tables import (
    Model,
    applied_here,
    columns,
    count_on,
    empty,
    ends,
    fill,
    in_use,
    kept,
    models_at,
    passing,
    stored,
    unknown_among,
)
from proposals.snapshot import snapshot


def check(file: IO[bytes], progress: Progress) -> Manifest:
    """Read a backup from end to end and compare it with its sums; raise `BackupError` where it is not whole."""
    archive, manifest = opened(file)
    with archive:
        for name, table in manifest.tables.items():
            if summed(lines(archive, name, progress)) != (table.rows, table.sha256):
                raise BackupError(f"it is damaged: the table {name} is not as it was written.")
    return manifest


def restore(file: IO[bytes], progress: Progress, *, replace: bool = False) -> Manifest:
    """Put what a backup holds into this database, in one transaction, and compare what stands there then with its sums.

    What the database holds is thrown away, if `replace`; without, one that holds anything is refused. An empty one is
    brought to the migrations of the backup before, if they are others, and to those of this program afterwards. Raises
    `BackupError`; then nothing that was there is changed.
    """
    manifest = check(file, progress)
    _refuse_unknown(manifest)
    here = applied_here()
    if here != manifest.migrations:
        if used := in_use(models_at(here)):
            raise BackupError(_of_other_migrations(here, manifest, used))
        _migrate_to(manifest)
    registry = models_at(manifest.migrations)
    with ZipFile(file) as archive:
        _put(archive, manifest, registry, progress, replace)
    if here != manifest.migrations:
        call_command("migrate", interactive=False, verbosity=0)
    return manifest


def compare(file: IO[bytes], progress: Progress) -> list[str]:
    """Give the tables of this database that are not as they are in a backup."""
    manifest = check(file, progress)
    with snapshot():
        here = {model._meta.db_table: model for model in kept(models_at(applied_here()))}
        differing = {*manifest.tables} ^ {*here}
        for name in {*manifest.tables} & {*here}:
            table, model = manifest.tables[name], here[name]
            if {*table.columns} != {*columns(model)} or not _holds(model, table, progress):
                differing.add(name)
    return sorted(differing)


def _refuse_unknown(manifest: Manifest) -> None:
    """Refuse what a newer program made: this one does not know what its rows mean."""
    if unknown := unknown_among(manifest.migrations):
        raise BackupError(f"it was made by a newer program, which knows {', '.join(unknown)}. Install that one first.")


def _of_other_migrations(here: list[str], manifest: Manifest, used: list[str]) -> str:
    """Say what to do where rows of other migrations than the database's would take the place of what it holds."""
    held = f"this database holds rows ({', '.join(used[:3])} …)"
    if missing := sorted({*manifest.migrations} - {*here}):
        return f"{held} and is behind: run `manage.py migrate` first. It lacks {', '.join(missing)}."
    lacking = ", ".join(sorted({*here} - {*manifest.migrations}))
    return f"it was made before the migrations {lacking}, and {held}. Restore it into an empty one, and move to that."


def _migrate_to(manifest: Manifest) -> None:
    """Bring an empty database to the migrations at which a backup was made."""
    loader = MigrationLoader(connection)
    targets = ends(loader, {*manifest.migrations})
    later = {app for app, _ in loader.graph.nodes} - {app for app, _ in targets}
    for target in [*((app, None) for app in sorted(later)), *targets]:
        MigrationExecutor(connection).migrate([target])
    if applied_here() != manifest.migrations:
        raise BackupError("its migrations do not follow from one another: this program cannot come to the same.")


def _put(archive: ZipFile, manifest: Manifest, registry: Apps, progress: Progress, replace: bool) -> None:
    """Fill the tables, in one transaction that ends only where all is as it was written."""
    tables = {model._meta.db_table: model for model in kept(registry)}
    _refuse_other_tables(manifest, tables)
    with connection.constraint_checks_disabled(), transaction.atomic():
        if (used := in_use(registry)) and not replace:
            raise BackupError(f"this database holds rows ({', '.join(used[:3])} …). --replace throws them away.")
        empty([*tables.values(), *passing(registry)])
        for name, table in manifest.tables.items():
            fill(tables[name], table.columns, lines(archive, name, progress))
            count_on(tables[name], table.last)
        _check_links()
        for name, table in manifest.tables.items():
            if not _holds(tables[name], table, progress):
                raise BackupError(f"the table {name} does not come out as it went in.")
        # The catalogue, kept pages and downloads go by the record's own number: this is another one from now on.
        registry.get_model("proposals", "Generation")._base_manager.update(record=uuid.uuid4())


def _holds(model: Model, table: Table, progress: Progress) -> bool:
    """Tell whether a table of this database holds what one of a backup does."""
    rows = stored(model, table.columns)
    return summed(told(model._meta.db_table, rows, progress)) == (table.rows, table.sha256)


def _refuse_other_tables(manifest: Manifest, tables: dict[str, Model]) -> None:
    """Refuse a file whose tables or columns are not those of the database, whatever its migrations say."""
    here = {(name, column) for name, model in tables.items() for column in columns(model)}
    there = {(name, column) for name, table in manifest.tables.items() for column in table.columns}
    if other := sorted(here ^ there):
        names = ", ".join(f"{name}.{column}" for name, column in other[:3])
        raise BackupError(f"it does not hold the tables and columns that this program knows: {names} …")


def _check_links() -> None:
    """Let the database say now whether each row that another names is there."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        said = str(error).partition("\n")[0]
        raise BackupError(f"it names rows that it does not hold: {said}") from error
