"""Turns: what everybody wants at once after a change is made once, whichever of this host's processes is asked."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from weakref import WeakValueDictionary

from django.conf import settings

LONGEST = 0.5
"""Seconds for which one waits for another who makes the same, before making it oneself."""
AGAIN = 0.01
"""Seconds after which another process is looked at again."""
PLACES = 2**40
"""Bytes of a file that is empty: the system locks them all the same, each for whoever makes what it stands for."""


class _Turn:
    """Whose turn it is in this process; gone when nobody wants it any more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()


@contextmanager
def in_turn(key: str) -> Iterator[None]:
    """Let one thread of all processes make what `key` names, in hexadecimal; who wants the same waits a moment."""
    until = time.monotonic() + LONGEST
    turn = _turns.setdefault(key, _Turn())
    if not turn.lock.acquire(timeout=LONGEST):
        yield
        return
    try:
        with _among_processes(int(key, 16) % PLACES, until):
            yield
    finally:
        turn.lock.release()


@contextmanager
def _among_processes(place: int, until: float) -> Iterator[None]:
    file = _file(os.getpid())
    try:
        while file is not None and not _locked(file, place) and time.monotonic() < until:
            time.sleep(AGAIN)
        yield
    finally:
        if file is not None:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, place)


def _locked(file: int, place: int) -> bool:
    with suppress(BlockingIOError, PermissionError):  # which of the two is the system's choice
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        return True
    return False


@lru_cache(maxsize=1)
def _file(_process: int) -> int | None:
    """Open the file for this process, and leave it open: to close it would end all turns; none on a read-only disk."""
    with suppress(OSError):
        return os.open(settings.VAR_DIR / "turns", os.O_RDWR | os.O_CREAT, 0o600)
    return None
