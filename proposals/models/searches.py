"""Searches in vain: what readers looked for and did not find, so that analysts know what the record lacks.

They are kept in a file beside the record and not in it: who reads must not wait for who writes. It holds the words and
the day, nothing of who asked.
"""

import re
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

LARGEST = 500_000
"""Bytes, after which a new file is begun; that before it is kept too."""
LONGEST = 100
"""Characters of a search that are kept."""
PRIVATE = re.compile(r"\d{7,}|@")
"""What looks like a telephone number, an identity card or an address of mail is not kept."""
RECENT = timedelta(days=30)


def _files() -> tuple[Path, Path]:
    """Give the file that is written, and the one before it."""
    return settings.VAR_DIR / "searches-in-vain", settings.VAR_DIR / "searches-in-vain.before"


def note_in_vain(words: str) -> None:
    """Note that a search found nothing; where that cannot be written the reader is answered all the same."""
    if PRIVATE.search(words):
        return
    now, before = _files()
    text = "".join(sign for sign in " ".join(words.split())[:LONGEST] if sign.isprintable())
    with suppress(OSError), now.open("a", encoding="utf-8", errors="replace") as file:
        file.write(f"{timezone.localdate().isoformat()} {text}\n")
        if file.tell() > LARGEST:
            now.replace(before)


def searched_in_vain(most: int) -> list[tuple[str, int]]:
    """Give what was looked for in vain in the last thirty days, the most frequent first, and how often."""
    since, found = timezone.localdate() - RECENT, Counter[str]()
    for path in _files():
        with suppress(OSError):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                day, _space, text = line.partition(" ")
                with suppress(ValueError):
                    if text and date.fromisoformat(day) >= since:
                        found[text.casefold()] += 1
    return found.most_common(most)
