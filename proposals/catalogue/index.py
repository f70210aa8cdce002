"""The index on disk: opening it, building it anew, and keeping up with the record.

`<CATALOGUE_DIR>/CURRENT` names the folder of the index in use and says what it was built from; a rebuild writes a
new folder beside it and swaps that file. The index itself knows the generation it has reached, in a document of its
own that each commit replaces, so index and position cannot part. Locks are the operating system's: a process that is
killed holds none. Whatever breaks, the record is whole and a new index is one rebuild away.
"""

import fcntl
import json
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, partial, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import tantivy
from django.conf import settings
from django.db import connections
from tantivy import FieldType
from tqdm import tqdm

from people.dates import today
from proposals.catalogue.documents import NAMED, entries
from proposals.catalogue.makers import made_by
from proposals.catalogue.names import is_number, size
from proposals.catalogue.schema import META, NAME, PROPOSAL, SCHEMA, SHAPE, name_number
from proposals.catalogue.totals import Totals
from proposals.catalogue.words import AS_CUT
from proposals.models import Change, Generation, Proposal
from proposals.replica import reached, reading_as_here

FEW = 1_000
"""Proposals that a request takes on itself; more are left to a thread beside it."""
PATIENCE = 1.0
"""Seconds a request waits for the writer's lock before it serves what it has."""
MENDED_FOR = 3600
"""Seconds for which an index that was built in the place of a damaged one is not built again for the same reason."""
HEAP = 15_000_000
BUILDING_HEAP, LARGE_HEAP = 200_000_000, 600_000_000
"""Bytes for a new index; with the larger, which a server's process should not take, the engine has less to merge."""

logger = logging.getLogger(__name__)


class UnavailableError(Exception):
    """There is no index yet: it is being built, or cannot be."""


@dataclass(frozen=True)
class Opened:
    """An index as it was when it was opened or read again last."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    position: int
    day: int
    """The day, 20240312, of which it says what is overdue."""
    totals: Totals
    built_from: str
    stamp: tuple[int, int, bool]
    name: str
    commit: bytes
    """What the engine has on disk of the last commit."""
    kept: dict[Hashable, Any] = field(default_factory=dict)
    """What has been counted in it; it is forgotten with it."""


class Reader:
    """The engine's searcher, which tells the catalogue when it cannot read what is on disk."""

    def __init__(self, searcher: tantivy.Searcher, damaged: Callable[[Exception], None]) -> None:
        self._searcher, self._damaged = searcher, damaged

    def __getattr__(self, name: str) -> Any:
        """Give a number, or a method that raises `UnavailableError` where the engine fails; each is made once."""
        found = getattr(self._searcher, name)
        if not callable(found):
            return found

        @wraps(found)
        def asked(*args: object, **options: object) -> object:
            try:
                with _panics_raised():
                    return found(*args, **options)
            except (OSError, ValueError) as error:
                self._damaged(error)
                raise UnavailableError("The catalogue is damaged and will be built anew.") from error

        setattr(self, name, asked)
        return asked


class Catalogue:
    """The index as one process sees it; its threads share one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._opened: Opened | None = None
        self._busy = threading.Lock()
        self._looking = threading.Lock()

    def fresh(self) -> Opened:
        """Give the index with the record's last change in it, or with the last that could be had in time.

        Raises `UnavailableError` where there is none yet.
        """
        now = _as_of.get() or Generation.now()
        opened = self.look()
        if opened and opened.position < now.value:
            opened = self.look(again=True)
        if opened and self.fits(opened, now) and opened.position >= now.value and opened.day == today():
            return opened
        try:
            if opened and self.fits(opened, now):
                self._work(self.catch_up, Change.objects.filter(generation__gt=opened.position).count())
            else:
                self._work(self.rebuild, Proposal.objects.count())
        except (OSError, ValueError) as error:  # a full or read-only disk, a damaged file: go on with what there is
            logger.exception("The catalogue could not be brought up to generation %s", now.value)
            if opened and isinstance(error, ValueError):
                self._damaged(opened.name, error)
        opened = self.look()
        if opened is None or not self.fits(opened, now):
            raise UnavailableError("The catalogue is being built.")
        return opened

    def reaches(self, now: Generation) -> bool:
        """Tell whether what this process answers has the record's change `now` in it."""
        opened = self.look()
        fits = opened is not None and self.fits(opened, now)
        return fits and opened is not None and opened.position >= now.value and opened.day == today()

    def is_ahead_of(self, now: Generation) -> bool:
        """Tell whether this host has come further in the record than `now`, in whichever process, however long ago."""
        opened = self.look(again=True)
        return opened is not None and opened.position > now.value and opened.built_from.startswith(str(now.record))

    def refresh(self, *, progress: bool = False, processes: int = 0) -> None:
        """Bring the index up to the record, however long it takes."""
        if self.fits(self.look(again=True), Generation.now()):
            self.catch_up()
        else:
            self.rebuild(progress=progress, processes=processes)

    def rebuild(self, *, progress: bool = False, anyway: bool = False, damaged: str = "", processes: int = 0) -> None:
        """Write a new index beside the old and swap it in; the old one serves meanwhile.

        Does nothing where another process has done it in the meantime, unless `anyway`. An index called `damaged` is
        never good enough. With `processes`, so many others make what is to be written.
        """
        with _locked(self.root / "rebuild.lock"):
            now, day = Generation.now(), today()
            current = self._current().get("index")
            if not anyway and current != (damaged or None) and self.fits(self.look(), now):
                return
            name = f"index-{uuid.uuid4().hex}"
            (self.root / name).mkdir()
            total = Proposal.objects.published().count()
            with (
                _panics_raised(),
                tqdm(total=total, unit=" proposals", disable=not progress) as bar,
            ):
                heap = LARGE_HEAP if processes else BUILDING_HEAP
                with _writing(_opened(tantivy.Index(SCHEMA, str(self.root / name))), heap) as writer:
                    for entry in entries(make=made_by(processes)):
                        writer.add_document(entry.document())
                        bar.update(PROPOSAL in entry.numbers["type"])
                _count_all(self.root / name, now.value, day)
            with _locked(self.root / "write.lock"):
                kept = {name, current}
                mended = time.time() if damaged else 0
                described = {"index": name, "built_from": _built_from(now), "mended": mended}
                _replace(self.root / "CURRENT", json.dumps(described))
            for old in self.root.glob("index-*"):
                if old.name not in kept:
                    shutil.rmtree(old, ignore_errors=True)
            for half in self.root.glob("CURRENT.*"):
                half.unlink(missing_ok=True)
        self.look()

    def catch_up(self) -> None:
        """Write what changed since the index's position; leave it where another process writes for long."""
        with _locked(self.root / "write.lock", patience=PATIENCE) as ours:
            opened = self.look(again=True)
            now, day = Generation.now(), today()
            if not ours or opened is None or (opened.position >= now.value and opened.day == day):
                return
            since = Change.objects.filter(generation__gt=opened.position)
            with _panics_raised():
                changed = sorted({*since.values_list("proposal", flat=True), *_due(opened, day)})
            totals = opened.totals.copy()
            with _panics_raised():  # no `Reader`: it would mend damage at once, under the lock that is held here
                away = tantivy.Query.term_set_query(SCHEMA, "proposal", changed)
                totals.count(opened.index.searcher(), away, away=True)
            with _panics_raised(), _writing(opened.index, HEAP) as writer:
                for key in changed:
                    writer.delete_documents_by_query(is_number("proposal", key))
                for entry in entries(changed):
                    if NAME in entry.numbers["type"]:
                        writer.delete_documents_by_query(is_number("proposal", *entry.numbers["proposal"]))
                    writer.add_document(entry.document())
                    totals.add(entry.numbers)
                for facet in NAMED:
                    for key in totals.unused(facet):
                        writer.delete_documents_by_query(is_number("proposal", name_number(facet, key)))
                writer.delete_documents_by_query(is_number("type", META))
                writer.add_document(_meta(now.value, day, totals))
            self.look(again=True)

    def look(self, *, again: bool = False) -> Opened | None:
        """Open the index in use if it was swapped; read it `again` for what was committed since.

        One thread at a time: a slow one would put what it read earlier in the place of what another read later.
        """
        with self._looking:
            try:
                with _panics_raised():
                    self._opened = self._look(again=again)
            except (OSError, ValueError, LookupError, TypeError) as error:
                if not isinstance(error, FileNotFoundError):
                    logger.warning("The catalogue in %s cannot be read (%s) and will be built anew", self.root, error)
                self._opened = None
            return self._opened

    def _look(self, *, again: bool) -> Opened:
        file = (self.root / "CURRENT").stat()
        writable = os.access(self.root, os.W_OK, effective_ids=True)
        stamp = (file.st_mtime_ns, file.st_ino, writable)
        opened = self._opened
        if opened and opened.stamp == stamp:
            if not again or opened.commit == self._commit(opened.name):
                return opened
            if writable:
                return self._read(opened.index, opened.built_from, stamp, opened.name)
        current = self._current()
        folder = self.root / current["index"]
        with nullcontext(folder) if writable else _linked(folder) as readable:
            index = _opened(tantivy.Index.open(str(readable)))
            return self._read(index, current["built_from"], stamp, current["index"])

    def _commit(self, name: str) -> bytes:
        return (self.root / name / "meta.json").read_bytes()

    def _read(self, index: tantivy.Index, built_from: str, stamp: tuple[int, int, bool], name: str) -> Opened:
        """Read the last commit and the generation it reaches."""
        commit = self._commit(name)  # first: what is committed meanwhile is then read again
        index.reload()
        searcher = index.searcher()
        (_, address), *_others = searcher.search(is_number("type", META), 1).hits
        meta = searcher.doc(address)
        reader = Reader(searcher, partial(self._damaged, name))
        totals = Totals(bytes(meta["totals"][0]))
        asked = cast("tantivy.Searcher", reader)
        return Opened(index, asked, meta["position"][0], meta["day"][0], totals, built_from, stamp, name, commit)

    def _damaged(self, name: str, error: Exception) -> None:
        """Build anew an index that the engine could not read or write; the same again within an hour is left alone."""
        logger.error("The catalogue in %s is damaged (%s)", self.root / name, error)
        if 0 <= time.time() - float(self._current().get("mended", 0)) < MENDED_FOR:
            return
        try:
            self._work(partial(self.rebuild, damaged=name), Proposal.objects.count())
        except (OSError, ValueError):
            logger.exception("The catalogue could not be built anew")

    def fits(self, opened: Opened | None, now: Generation) -> bool:
        """Tell whether the index is of this record and this program, and not from its future."""
        if opened is None or opened.built_from != _built_from(now):
            return False
        return opened.position <= now.value or reached(opened.position)

    def _work(self, work: Callable[[], None], size: int) -> None:
        """Do `work` now if it is small, else in a thread of its own, of which there is one at a time."""
        if size <= FEW:
            work()
        elif self._busy.acquire(blocking=False):
            threading.Thread(target=reading_as_here(partial(self._beside, work)), daemon=True).start()

    def _beside(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            logger.exception("The catalogue could not be brought up to the record")
        finally:
            connections.close_all()
            self._busy.release()

    def _current(self) -> dict[str, Any]:
        try:
            current = json.loads((self.root / "CURRENT").read_text())
        except (OSError, ValueError):
            return {}
        return current if isinstance(current, dict) else {}


_as_of: ContextVar[Generation | None] = ContextVar("as_of", default=None)


@contextmanager
def as_of(now: Generation) -> Iterator[None]:
    """Take the record to be at `now` in all that is asked inside: one page reads the counter once."""
    token = _as_of.set(now)
    try:
        yield
    finally:
        _as_of.reset(token)


def is_in_step(opened: Opened) -> bool:
    """Tell whether an index is at the very generation that all that is asked inside `as_of` is of."""
    now = _as_of.get()
    return now is not None and opened.position == now.value


def catalogue() -> Catalogue:
    """Give this process's view of the index in `settings.CATALOGUE_DIR`."""
    return _catalogue(Path(settings.CATALOGUE_DIR))


@lru_cache(maxsize=4)
def _catalogue(root: Path) -> Catalogue:
    return Catalogue(root)


def _opened(index: tantivy.Index) -> tantivy.Index:
    index.config_reader("manual")
    index.register_tokenizer("words", AS_CUT)
    return index


@contextmanager
def _linked(folder: Path) -> Iterator[Path]:
    """Give a folder with links to the files of another: the engine locks what it opens, by a file beside it."""
    with TemporaryDirectory(prefix="lianghui-") as links:
        for file in folder.glob("[!.]*"):
            (Path(links) / file.name).symlink_to(file.absolute())
        (Path(links) / ".managed.json").write_bytes((folder / ".managed.json").read_bytes())
        yield Path(links)


@contextmanager
def _panics_raised() -> Iterator[None]:
    """Raise a panic of the engine, which is no `Exception`, as `ValueError`."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(f"the engine gave up: {error}") from error


def _due(opened: Opened, day: int) -> list[int]:
    """Give the proposals that became overdue since the day of the index, or no longer are where the clock went back."""
    first, last = sorted((opened.day, day))
    within = tantivy.Query.range_query(SCHEMA, "due", FieldType.Unsigned, first, last)
    searcher = opened.index.searcher()
    number = size(searcher, within)
    hits = searcher.search(within, number, count=False).hits if number else []
    return [int(key or 0) for key in searcher.fast_field_values("proposal", [address for _, address in hits])]


def _count_all(folder: Path, position: int, day: int) -> None:
    """Finish a new index: write the counts of all that is in it, and the generation it has reached."""
    index = _opened(tantivy.Index.open(str(folder)))
    totals = Totals()
    totals.count(index.searcher(), tantivy.Query.all_query())
    with _writing(index, HEAP) as writer:
        writer.add_document(_meta(position, day, totals))


def _meta(position: int, day: int, totals: Totals) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("type", META)
    document.add_unsigned("position", position)
    document.add_unsigned("day", day)
    document.add_bytes("totals", totals.packed())
    return document


def _built_from(now: Generation) -> str:
    return f"{now.record} {SHAPE}"


@contextmanager
def _writing(index: tantivy.Index, heap: int) -> Iterator[tantivy.IndexWriter]:
    """Commit what is written inside, all of it or nothing; wait for merges, or they would never end."""
    writer = index.writer(heap, 1)
    try:
        yield writer
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


@contextmanager
def _locked(path: Path, patience: float | None = None) -> Iterator[bool]:
    """Hold the lock of a file, waiting for it at most `patience` seconds; tell whether it is ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + (patience or 0)
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if patience is None else fcntl.LOCK_NB))
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    yield False
                    return
                time.sleep(0.005)
            else:
                yield True
                return


def _replace(path: Path, text: str) -> None:
    """Write a file so that readers see the old text or the new, whatever happens in between."""
    new = path.with_suffix(f".{uuid.uuid4().hex}")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
