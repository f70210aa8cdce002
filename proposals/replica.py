"""Reading from a replica of the database, where there is one: which of the two a public page is made from.

The primary is asked for the generation of every public request, which is one row. The page is made from the replica
where that has come as far, and from the primary where it lags: so nobody, on whichever host, is shown less than what
was published, and nothing that was taken back. Where one of the two cannot be asked the other answers alone, but no
replica that lacks what this host has shown; `lianghui.patience` sees to it that this takes no time. Who is no visitor,
all writing, and what stands in other tables than those of the record belong to the primary.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.core.signals import request_started
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.models import Model

from proposals.models import Generation

REPLICA = "replica"
NAMES = {DEFAULT_DB_ALIAS: "primary", REPLICA: REPLICA}
RECORD = {"people", "proposals"}
"""The apps whose tables public pages are made from."""

SINCE_IT_FOLLOWED = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())"
"""Seconds; nothing of a server that never followed another."""

Read = TypeVar("Read")
logger = logging.getLogger(__name__)
_reads: ContextVar[str] = ContextVar("reads", default=DEFAULT_DB_ALIAS)
_away: set[str] = set()
"""The databases that did not answer when they were asked last."""
_known: Generation | None = None
"""How far the record was when this process asked the primary last."""


class ReplicaRouter:
    """Sends what is read of the record to the database that was chosen for this request."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        """Name the database to read from."""
        return _reads.get() if model._meta.app_label in RECORD else DEFAULT_DB_ALIAS

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str:
        """Name the database to write to."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_rows: Model, **_hints: Any) -> bool:
        """Rows of the one and the other are of the same record."""
        return True

    def allow_migrate(self, db: str, _app: str, **_hints: Any) -> bool:
        """Change tables on the primary alone: the replica follows by itself."""
        return db != REPLICA


def has_replica() -> bool:
    """Tell whether DATABASE_REPLICA_URL names one."""
    return REPLICA in connections.settings


def generation(shown: Callable[[Generation], bool]) -> Generation:
    """Give how far the public record has come, as the primary says; as the replica says where the primary is away.

    `shown` tells whether this host has shown more than a generation. Raises `OperationalError` where neither can be
    asked, and where the replica is behind: it may hold what was taken back since.
    """
    global _known
    if not has_replica():
        return Generation.now()
    primary = _ask(DEFAULT_DB_ALIAS)
    if primary is not None:
        _known = primary
        return primary
    replica = _standing_in()
    if replica is None or shown(replica):
        raise OperationalError("The primary does not answer, and no replica that has all that was shown here.")
    _reads.set(REPLICA)
    return replica


def read_from_replica(now: Generation) -> None:
    """Have this request read from the replica, if there is one and it has come to `now`."""
    if has_replica() and _reads.get() != REPLICA and _comes_to(_ask(REPLICA), now):
        _reads.set(REPLICA)


def turn_from_lost() -> bool:
    """Where the database that this request reads from was lost, have it read from the other; tell whether it does.

    One that took too long, or had other complaints, is not lost.
    """
    used = _reads.get()
    if not connections[used].errors_occurred or connections[used].is_usable():
        return False
    other, found = (DEFAULT_DB_ALIAS, _ask(DEFAULT_DB_ALIAS)) if used == REPLICA else (REPLICA, _standing_in())
    if found is None:
        return False
    _reads.set(other)
    return True


def read_whole(read: Callable[[], Read]) -> Read:
    """Read something; where the database was lost meanwhile, read all of it again from the other."""
    try:
        return read()
    except (OperationalError, InterfaceError):
        if not turn_from_lost():
            raise
    return read()


def reached(position: int) -> bool:
    """Tell whether the record has come to a generation that an index is at.

    An index may be ahead of the replica: another request took it from the primary. The page then goes on from the
    primary, so that no row is older than the index; where the primary is away, with the rows there are.
    """
    if Generation.now().value >= position:
        return True
    if _reads.get() != REPLICA:
        return False
    primary = _ask(DEFAULT_DB_ALIAS)
    if primary is None:
        return True
    _reads.set(DEFAULT_DB_ALIAS)
    return primary.value >= position


def reading_as_here(work: Callable[[], None]) -> Callable[[], None]:
    """Give `work` for a thread beside this request: it reads from the same database, and takes as long as it needs."""
    alias = _reads.get()

    def beside() -> None:
        with _reading(alias):
            work()

    return beside


def behind() -> tuple[int | None, float | None] | None:
    """Tell by how many changes the replica is behind the primary, and for how many seconds it has followed none.

    None in the place of what nobody can tell: the first where the primary is away or of another record. None at all
    where the replica is away. A replica that has come as far may have had nothing to follow for long: 0 seconds.
    """
    replica, primary = _ask(REPLICA), _ask(DEFAULT_DB_ALIAS)
    if replica is None:
        return None
    changes = primary.value - replica.value if primary and primary.record == replica.record else None
    if changes is not None and changes <= 0:  # it was asked first, so that it may be ahead where it was promoted
        return 0, 0.0
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(SINCE_IT_FOLLOWED)
            (seconds,) = cursor.fetchone()
    except (OperationalError, InterfaceError):
        return None
    return changes, None if seconds is None else float(seconds)


def _standing_in() -> Generation | None:
    """Ask the replica in the place of the primary; None where it lacks something that the primary said it had."""
    found = _ask(REPLICA)
    return found if _known is None or _comes_to(found, _known) else None


def _comes_to(found: Generation | None, now: Generation) -> bool:
    return found is not None and found.record == now.record and found.value >= now.value


def _ask(alias: str) -> Generation | None:
    """Ask a database how far it is; None where it does not answer, or did not a moment ago. A change is logged once."""
    try:
        with _reading(alias):
            found = Generation.now()
    except (OperationalError, InterfaceError) as error:
        if alias not in _away:
            _away.add(alias)
            logger.error("The %s does not answer: %s", NAMES[alias], error)
        return None
    if alias in _away:
        _away.discard(alias)
        logger.warning("The %s answers again", NAMES[alias])
    return found


@contextmanager
def _reading(alias: str) -> Iterator[None]:
    token = _reads.set(alias)
    try:
        yield
    finally:
        _reads.reset(token)


def _begin(**_more: Any) -> None:
    """Forget what an earlier request of this thread chose; not at its end, as an export reads while it is sent."""
    _reads.set(DEFAULT_DB_ALIAS)


request_started.connect(_begin, dispatch_uid="replica")
