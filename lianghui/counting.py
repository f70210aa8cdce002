"""How often somebody asked, counted over all worker processes of a host in one small file of its own.

It is kept apart from the record: to count costs a request some 0.02 ms, no power cut need leave it whole, and where it
cannot be written the site goes on without it, says so once, and counts again as soon as it can.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

logger = logging.getLogger(__name__)

TABLE = "CREATE TABLE IF NOT EXISTS tallies (who BLOB PRIMARY KEY, free REAL NOT NULL) WITHOUT ROWID"
# One number for each who asks: the time at which all of the past is made good. Each time it moves on by the share of
# the span that one time may take; it may be ahead of now by the whole span. Further ahead it can be only where the
# clock was put back, and then it begins anew. (The "generic cell rate algorithm".)
COUNT = """
INSERT INTO tallies VALUES (:who, :now + :step)
ON CONFLICT DO UPDATE SET free = iif(free > :now + :span, :now, max(free, :now)) + :step
WHERE free <= :now + :span - :step OR free > :now + :span
RETURNING free
"""
FREE = "SELECT free FROM tallies WHERE who = ?"
FORGET = "DELETE FROM tallies WHERE free < ?"
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
WAITS = 0.1
"""Seconds that one count waits for another process's."""
PAUSE, PAUSE_OF_BUSY = 5.0, 0.5
"""Seconds after which it is tried again to count where that failed; and where it waited for others in vain."""
SWEEP = 30.0
"""Seconds after which what is made good is forgotten."""
ROUNDING = 1e-6
"""Seconds: sums of times are not exact."""


class Tallies:
    """The counts in the file at `path`, for all threads of this process; other processes have their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._file = 0
        self._swept = self._paused_until = float("-inf")
        self._failing = False

    def once_more(self, who: bytes, most: int, span: float) -> float:
        """Count that `who` asks once more; give 0, or where that is over `most` in `span` seconds, those to wait.

        What is refused is not counted. Where nothing can be counted everybody may ask.
        """
        with self._lock:
            if time.monotonic() < self._paused_until:
                return 0.0
            try:
                wait = self._counted(who, most, span)
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
                return 0.0
            if self._failing:
                logger.warning("How often each address asks is counted again.")
                self._failing = False
            return wait

    def _counted(self, who: bytes, most: int, span: float) -> float:
        connection, now, step = self._open(), time.time(), span / most
        if time.monotonic() > self._swept + SWEEP:
            self._swept = time.monotonic()
            connection.execute(FORGET, (now,))
        asked = {"who": who, "now": now, "span": span + ROUNDING, "step": step}
        if connection.execute(COUNT, asked).fetchall():
            return 0.0
        [free] = connection.execute(FREE, (who,)).fetchone() or [now]
        return max(0.0, float(free) + step - span - now) or step

    def _open(self) -> sqlite3.Connection:
        """Give the connection to the file that is there now: what stood there before may have been deleted."""
        with suppress(FileNotFoundError):
            if self._connection is not None and self.path.stat().st_ino == self._file:
                return self._connection
        self._close()
        connection = sqlite3.connect(self.path, timeout=WAITS, isolation_level=None, check_same_thread=False)
        try:
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", TABLE):
                connection.execute(statement)
            self._file = self.path.stat().st_ino
        except (sqlite3.Error, OSError):
            connection.close()
            raise
        self._connection, self._swept = connection, float("-inf")
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _give_up(self, error: Exception) -> None:
        """Go on without counting for a while; take away a file that nobody can read."""
        if not self._failing:
            logger.warning("How often each address asks cannot be counted, so nobody is refused: %s", error)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        self._failing = True
        self._paused_until = time.monotonic() + (PAUSE_OF_BUSY if code in BUSY else PAUSE)
        self._close()
        if code in DAMAGED:
            for end in ("-wal", "-shm", ""):
                with suppress(OSError):
                    self.path.with_name(self.path.name + end).unlink(missing_ok=True)
