"""Which files are on offer: those written last, as long as everything in them is still public.

The rule: files say of when they are, and additions and corrections since then do not take them away. But as soon as one
row that they hold is no longer public (withdrawn, unpublished, deleted, or no longer tied to anything public), be it a
proposal or the post of a delegate, none of them is given out until they are written anew. What they hold is noted
beside them when they are written, and compared once for each generation of the record.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from proposals.downloads.held import all_public
from proposals.models import Generation

POINTER, MANIFEST = "current.json", "manifest.json"


@dataclass(frozen=True)
class File:
    """One file: its name, its media type, its length in bytes, and its SHA-256 in hexadecimal digits."""

    name: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Offer:
    """What was written last: where, of which state of the record, and whether it may be given out."""

    folder: Path
    record: str
    generation: int
    date: datetime.datetime
    files: tuple[File, ...]
    rows: dict[str, int]

    @property
    def stands(self) -> bool:
        """Whether all that the files hold is still public."""
        now = Generation.now()
        if str(now.record) != self.record:
            return False
        return now.value == self.generation or _all_public(self.folder, now.value)

    def file(self, name: str) -> File | None:
        """Give one of the files by its name."""
        return next((file for file in self.files if file.name == name), None)


def offer() -> Offer | None:
    """Give what was written last; None where nothing was."""
    top = Path(settings.DOWNLOADS_DIR)
    try:
        folder = top / Path(json.loads((top / POINTER).read_text())["folder"]).name
        said: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        return None
    return Offer(
        folder=folder,
        record=said["record"],
        generation=said["generation"],
        date=datetime.datetime.fromisoformat(said["date"]),
        files=tuple(File(each["name"], each["media_type"], each["bytes"], each["sha256"]) for each in said["files"]),
        rows=said["rows"],
    )


@lru_cache(maxsize=4)
def _all_public(folder: Path, _generation: int) -> bool:
    return all_public(folder)
