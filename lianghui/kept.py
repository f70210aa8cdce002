"""What is kept of answers, in files: for all processes of this host, in the memory of none."""

import logging
import pickle
import zlib
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

SELDOM = 200
"""Files are counted once for so many that are written: to list thousands takes longer than to make a page."""
LARGEST = 200_000_000
"""Bytes of all files; some 200 of the largest pages may be written before that is looked at again."""
DAMAGED = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, ImportError),
    *(pickle.PickleError, zlib.error),
)

logger = logging.getLogger(__name__)
_writes = count(1)


class KeptFiles(FileBasedCache):
    """Django's cache in files, which drops the oldest, and without which a site goes on where none can be written."""

    _dir: str
    _list_cache_files: Callable[[], list[str]]
    _delete: Callable[[str], None]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Give what was kept; `default` where nothing was, or where its file cannot be read."""
        try:
            return super().get(key, default, version)
        except DAMAGED:
            return default

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:  # as in Django
        """Keep `value`, or nothing where the disk is full or must not be written to."""
        try:
            super().set(key, value, timeout, version)
        except OSError as error:
            logger.warning("Nothing can be kept in %s: %s", self._dir, error)

    def _write_content(self, file: BinaryIO, timeout: float | None, value: Any) -> None:
        """Write as Django does, but do not compress again what is compressed."""
        expiry = self.get_backend_timeout(timeout)
        file.write(pickle.dumps(expiry, pickle.HIGHEST_PROTOCOL))
        file.write(zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 0))

    def _createdir(self) -> None:
        """Make the folder, for nobody else; not as Django does, who changes the mask of all threads to do so."""
        with suppress(OSError):  # what cannot be written is said when it is to be
            Path(self._dir).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _cull(self) -> None:
        if next(_writes) % SELDOM:
            return
        files = sorted(map(_written, self._list_cache_files()))
        if len(files) < self._max_entries and sum(size for _, size, _ in files) < LARGEST:
            return
        for _when, _size, file in files[: len(files) // self._cull_frequency]:
            self._delete(file)


def _written(file: str) -> tuple[float, int, str]:
    """Tell when a file was written and how large it is; one that another process has dropped comes first."""
    try:
        found = Path(file).stat()
    except OSError:
        return 0.0, 0, file
    return found.st_mtime, found.st_size, file
