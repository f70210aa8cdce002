"""The file: a ZIP with a table in each entry, as JSON lines in the order of their keys, and a manifest at its end.

The manifest says when the backup was made, by which migrations, and of each table which columns there are, how many
rows, and what their SHA-256 is: the same rows give the same sums on SQLite and on PostgreSQL. Every program that reads
ZIP and JSON reads it, should this one ever be gone.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO
from zipfile import BadZipFile, ZipFile

FORMAT = 1
MANIFEST = "manifest.json"
ROWS = 2_000
"""Rows that are read or written at a time."""
DAMAGES = (
    BadZipFile,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What reading a ZIP raises where it is damaged: at its ends, in its headers, in its content."""

Progress = Callable[[str, int], object]
"""Is told the name of a table and how many more of its rows are done."""


class BackupError(Exception):
    """A backup that was not written or not restored, with one line that says why; the database is as it was."""


@dataclass(frozen=True)
class Table:
    """What a table held: its columns in the order of the values, how many rows, their SHA-256.

    `last` is the last key that was ever given; a row that is gone had it, perhaps. None where keys are not counted.
    """

    columns: list[str]
    rows: int
    sha256: str
    last: int | None = None


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: when it was made (ISO 8601), by which migrations, and what each table held."""

    made: str
    migrations: list[str]
    tables: dict[str, Table]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def sha256(self) -> str:
        """The sum of the whole: of all that is said here, the sums of the tables among it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def written(self) -> str:
        """Give it as JSON, with its own sum."""
        return json.dumps(asdict(self) | {"sha256": self.sha256}, indent=1)


def _manifest(text: bytes) -> Manifest:
    """Read what `Manifest.written` gave; raise `BackupError` for anything else."""
    try:
        found = json.loads(text)
        if (version := found["format"]) != FORMAT:
            raise BackupError(f"it is of format {version}, of another program; this one reads format {FORMAT}.")
        whole = found.pop("sha256")
        manifest = Manifest(**{**found, "tables": {name: Table(**table) for name, table in found["tables"].items()}})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError("it is no backup of Lianghui: its manifest cannot be read.") from error
    if whole != manifest.sha256:
        raise BackupError("it is damaged: its manifest is not as it was written.")
    return manifest


@contextmanager
def _readable() -> Iterator[None]:
    """Say in one line what is wrong with a file that cannot be read."""
    try:
        yield
    except DAMAGES as error:
        raise BackupError(f"it is damaged, or no backup of Lianghui ({error}).") from error


def entry(table: str) -> str:
    """Give the name under which a table stands in the file."""
    return f"{table}.jsonl"


def opened(file: IO[bytes]) -> tuple[ZipFile, Manifest]:
    """Open a backup and read its manifest; nothing else may be in it than this names."""
    with _readable():
        archive = ZipFile(file)
        manifest = _manifest(archive.read(MANIFEST))
        if sorted(archive.namelist()) != sorted([MANIFEST, *map(entry, manifest.tables)]):
            raise BackupError("it is damaged: it does not hold the tables that its manifest names.")
    return archive, manifest


def read_manifest(file: IO[bytes]) -> Manifest:
    """Read only what a backup says of itself."""
    return opened(file)[1]


def lines(archive: ZipFile, table: str, progress: Progress) -> Iterator[bytes]:
    """Give the lines of a table one by one."""
    with _readable(), archive.open(entry(table)) as content:
        yield from told(table, content, progress)


def told(table: str, rows: Iterable[bytes], progress: Progress) -> Iterator[bytes]:
    """Pass lines on, and tell how many have passed."""
    number = 0
    for line in rows:
        yield line
        number += 1
        if number % ROWS == 0:
            progress(table, ROWS)
    progress(table, number % ROWS)


def summed(rows: Iterable[bytes], to: IO[bytes] | None = None) -> tuple[int, str]:
    """Count lines and sum them up, and write them where that is wished; give number and SHA-256."""
    hashed, number = hashlib.sha256(), 0
    for line in rows:
        hashed.update(line)
        number += 1
        if to is not None:
            to.write(line)
    return number, hashed.hexdigest()
