"""Turns: what everybody wants at once after a change is made once on a host, and no more of it at a time than helps."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from weakref import WeakValueDictionary

from django.conf import settings

LONGEST = 2.0
"""Seconds for which one waits in all before making it oneself, beside whoever else does; a page may take 3.5 in all."""
AGAIN = 0.01
"""Seconds after which another process is looked at again."""
PLACES = 2**40
"""Bytes of a file that is empty: the system locks them all the same, each for whoever makes what it stands for."""
AT_A_TIME = 2
"""Pages that a process makes at a time: with four all take a tenth more work, and what is quick waits for them."""


class _Turn:
    """Whose turn it is in this process; gone when nobody wants it any more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
_makers = threading.BoundedSemaphore(AT_A_TIME)


@contextmanager
def in_turn(key: str, *, is_long: bool = False) -> Iterator[None]:
    """Let one thread of all processes make what `key` names, in hexadecimal; who wants the same waits a moment.

    What `is_long` in the making keeps nobody from making something else.
    """
    until = time.monotonic() + LONGEST
    turn = _turns.setdefault(key, _Turn())
    with ExitStack() as held:
        if held.enter_context(_held(turn.lock, until)):
            held.enter_context(_among_processes(int(key, 16) % PLACES, until))
        if not is_long:
            held.enter_context(_held(_makers, until))
        yield


@contextmanager
def _held(lock: threading.Lock | threading.BoundedSemaphore, until: float) -> Iterator[bool]:
    held = lock.acquire(timeout=max(0.0, until - time.monotonic()))
    try:
        yield held
    finally:
        if held:
            lock.release()


@contextmanager
def _among_processes(place: int, until: float) -> Iterator[None]:
    """Wait for other processes; where the disk or its locks fail, nobody can be told, and nobody is waited for."""
    with suppress(OSError):
        while not _locked(place) and time.monotonic() < until:
            time.sleep(AGAIN)
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.lockf(_file(os.getpid()), fcntl.LOCK_UN, 1, place)


def _locked(place: int) -> bool:
    file = _file(os.getpid())
    with suppress(BlockingIOError, PermissionError):  # which of the two says that another has it is the system's choice
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        return True
    return False


@lru_cache(maxsize=1)
def _file(_process: int) -> int:
    """Open the file for this process, and leave it open: to close it would end all turns."""
    return os.open(settings.VAR_DIR / "turns", os.O_RDWR | os.O_CREAT, 0o600)
