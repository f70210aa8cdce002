"""Files that are no longer right come back by themselves: whoever asks for them has them written anew."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import connections

from proposals.downloads.writing import write

logger = logging.getLogger(__name__)
PAUSE = 60
"""Seconds between two beginnings in one process: what fails is not tried at every request."""


class Renewal:
    """At most one thread of this process that writes; another process waits at the lock and finds it done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._begun = -float(PAUSE)

    def begin(self) -> threading.Thread | None:
        """Begin to write beside this request, unless that is done already or was just tried."""
        if not settings.DOWNLOADS_RENEWED:
            return None
        with self._lock:
            writing = self._thread is not None and self._thread.is_alive()
            if writing or time.monotonic() - self._begun < PAUSE:
                return None
            self._begun = time.monotonic()
            self._thread = threading.Thread(target=_write, name="writing downloads", daemon=True)
            self._thread.start()
            return self._thread


def _write() -> None:
    try:
        write(lambda _table, _rows: None)
    except Exception:
        logger.exception("The files for /data/ could not be written anew.")
    finally:
        connections.close_all()


renewal = Renewal()
