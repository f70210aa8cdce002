"""How long a request waits for the database, and when one that gave no answer is asked again.

A database that is gone refuses at once, but one that hangs answers nothing: the server is stopped, its disk stands
still, or packets are lost on the way. The server's own limit of a statement is no help then. So each wait of a request
ends, and for a moment after one that was in vain nobody else of this process waits: one asks, all others are told at
once. Whoever is no request, a command or a thread beside the requests, waits as long as it takes.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

OF_REQUESTS = 10.0
"""Seconds for one answer of the database: longer than any statement of a page may take."""
AT_FIRST = 1.5
"""Seconds for the first question of a public page, which costs the database nothing."""
PAUSE = 1.0
"""Seconds after an answer that did not come until the database is asked again."""
TRYING = 3.0
"""Seconds that whoever asks again has for it, before another one tries: a little more than `connect_timeout`."""

patience: ContextVar[float | None] = ContextVar("patience", default=None)
"""Seconds that this request waits for each answer; None for ever."""


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Wait at most so many seconds for each answer of the database inside."""
    token = patience.set(seconds)
    try:
        yield
    finally:
        patience.reset(token)


class Breaker:
    """Whether a database is worth asking, as the threads of one process found."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: float | None = None

    def admits(self) -> bool:
        """Tell whether to ask: always while all is well, else one at a time, once the pause is over."""
        now = time.monotonic()
        with self._lock:
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + TRYING
            return True

    def failed(self) -> None:
        """Note that no answer came."""
        with self._lock:
            self._until = time.monotonic() + PAUSE

    def succeeded(self) -> None:
        """Note that it answers."""
        with self._lock:
            self._until = None


breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
"""By the alias of the database."""
