"""One file of all that the database holds, from either kind of database and back into either."""

from proposals.backup.archive import BackupError, Manifest, Table, read_manifest
from proposals.backup.making import backup, backup_file
from proposals.backup.restoring import check, compare, restore
from proposals.backup.tables import kept

__all__ = [
    "BackupError",
    "Manifest",
    "Table",
    "backup",
    "backup_file",
    "check",
    "compare",
    "kept",
    "read_manifest",
    "restore",
]
