"""Writing the files: into a folder of their own, which takes the place of the one before in a single step."""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings

from proposals.downloads.datasette import metadata
from proposals.downloads.held import DATABASE, note_held
from proposals.downloads.offered import MANIFEST, POINTER, Offer, offer
from proposals.downloads.package import LICENCE, TITLE, write_package
from proposals.downloads.popolo import write_popolo
from proposals.downloads.sqlite import write_sqlite
from proposals.models import Generation
from proposals.snapshot import snapshot

MEDIA_TYPES = {
    "lianghui.zip": "application/zip",
    "lianghui.sqlite3": "application/vnd.sqlite3",
    "popolo.json": "application/json",
    "metadata.json": "application/json",
}
"""The files that are offered, in the order in which the page tells of them."""
PREFIX = "written-"
Progress = Callable[[str, int], object]


def write(progress: Progress, *, anyway: bool = False) -> Offer | None:
    """Write all files of the public record as it is now; None where those on offer are of this very state.

    Who comes while another writes waits, and then finds that there is nothing left to do. What a run that was broken
    off has left is cleared away by the next. Raises `OSError` where the directory cannot be written to.
    """
    top = Path(settings.DOWNLOADS_DIR)
    top.mkdir(parents=True, exist_ok=True)
    with (top / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        now, there = Generation.now(), offer()
        if there and not anyway and (there.record, there.generation) == (str(now.record), now.value):
            return None
        _clear(top, there.folder if there else None)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=top))
        _write_into(folder, progress)
        pointer = top / f"{POINTER}.new"
        pointer.write_text(json.dumps({"folder": folder.name}))
        pointer.replace(top / POINTER)
        _clear(top, folder)
        return offer()


def _write_into(folder: Path, progress: Progress) -> None:
    date = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    database = folder / DATABASE
    with snapshot():
        state = Generation.now()
        rows = write_sqlite(database, progress)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        write_package(folder / "lianghui.zip", file, date, progress)
        write_popolo(folder / "popolo.json", file)
        note_held(folder, file)
    (folder / "metadata.json").write_text(json.dumps(metadata(), ensure_ascii=False, indent=2))
    files = [
        {"name": name, "media_type": kind, "bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
        for name, kind in MEDIA_TYPES.items()
    ]
    manifest = {
        "title": TITLE,
        "license": LICENCE,
        "date": date.isoformat(),
        "record": str(state.record),
        "generation": state.value,
        "files": files,
        "rows": rows,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2))
    os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a temporary folder is its owner's alone


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clear(top: Path, kept: Path | None) -> None:
    """Remove all folders but one; who is reading from one of them reads to the end."""
    for folder in top.glob(f"{PREFIX}*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)
