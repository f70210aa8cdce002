"""Making a backup, while others go on writing."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone

from proposals.backup.archive import MANIFEST, BackupError, Manifest, Progress, Table, entry, summed, told
from proposals.backup.tables import applied_here, columns, kept, last_key, models_at, stored, unknown_among
from proposals.snapshot import snapshot

FAST = 4
"""How hard to press, of 9: half as long as with 6 for a twentieth more bytes."""


def backup(to: IO[bytes], progress: Progress) -> Manifest:
    """Write all of the database into a stream, as it is at one moment: nothing committed before is missing.

    A database that is behind the program is written as it is, so that it can be kept before it is migrated; one that is
    ahead of it holds what this program does not see, and raises `BackupError`.
    """
    made, migrations, tables = timezone.now().isoformat(), applied_here(), {}
    if unknown := unknown_among(migrations):
        raise BackupError(f"The database is of a newer program, which knows {', '.join(unknown)}. Use that one.")
    registry = models_at(migrations)
    with snapshot(), ZipFile(to, "w", ZIP_DEFLATED, compresslevel=FAST) as archive:
        for model in kept(registry):
            name, names = model._meta.db_table, columns(model)
            with archive.open(entry(name), "w", force_zip64=True) as content:
                rows, sha256 = summed(told(name, stored(model, names), progress), content)
            tables[name] = Table(names, rows, sha256, last_key(model))
        manifest = Manifest(made, migrations, tables)
        archive.writestr(MANIFEST, manifest.written())
    return manifest


def backup_file(path: Path, progress: Progress) -> Manifest:
    """Write a backup at `path`, which only its owner may read; it is there whole, and on the disk, or not at all.

    Raises `OSError` where it cannot be written; what stood there before stands there then.
    """
    half = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb") as file:
            manifest = backup(file, progress)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # its name too
    finally:
        os.close(folder)
    return manifest
