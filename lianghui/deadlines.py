"""How long the database may take over a request: what takes longer is stopped, and its worker is free again.

Only requests have deadlines. Commands (imports, copies, a new catalogue) and threads beside the requests have none, nor
has what a request finds in the catalogue, whose searches are short by what may be asked.

On PostgreSQL the server stops a statement (`statement_timeout`); on SQLite the engine asks now and then whether it may
go on. Both end in an error of the database that is answered with 503; the connection is as good as before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import OperationalError, connections
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus

from lianghui.patience import OF_REQUESTS, patient

STEPS = 20_000
"""Steps of SQLite's engine, of which it takes some millions a second, from one look at the clock to the next."""
NONE = float("inf")
STOPPING = 2.0
"""Seconds that PostgreSQL has to say that it stopped a statement, before it is taken to hang."""


@dataclass(frozen=True)
class Allowance:
    """Seconds that one statement may take, and all of a request up to its last statement."""

    statement: float
    whole: float = NONE


@dataclass
class Deadline:
    """When a request must be done, and when the statement that it is at."""

    allowance: Allowance
    whole: float
    statement: float = NONE


DEADLINE: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def allowance_for(path: str) -> Allowance | None:
    """Tell how long a request for `path` may take; None where no deadline is set.

    A page, an answer of the API, a feed: 503 within 4 seconds, whatever was asked. A file, whose name has an ending, is
    made of many short statements, and a long one takes half a minute. The admin imports 10,000 rows in one request, and
    an analyst would rather wait than do it again.
    """
    seconds: float = settings.SLOWEST_STATEMENT
    if not seconds:
        return None
    if path.startswith("/admin/"):
        return Allowance(settings.SLOWEST_STATEMENT_IN_ADMIN)
    if names_a_file(path):
        return Allowance(seconds)
    return Allowance(seconds, seconds + 0.5)


def names_a_file(path: str) -> bool:
    """Tell whether a file is to be had at `path`, which may take long to make."""
    return "." in path.rpartition("/")[2]


class DeadlinesMiddleware:
    """Sets the deadline of each request, and of each piece of what is sent piece by piece."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        allowance = allowance_for(request.path_info)
        if allowance is None:
            return self.get_response(request)
        with within(allowance):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            pieces: Any = response.streaming_content  # nothing here is asynchronous
            response.streaming_content = _each_within(Allowance(allowance.statement), pieces)
        return response


def _each_within(allowance: Allowance, pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = iter(pieces)
    while True:
        with within(allowance):
            piece = next(waiting, None)
        if piece is None:
            return
        yield piece


@contextmanager
def within(allowance: Allowance) -> Iterator[None]:
    """Stop each statement in here that takes longer than it may; who waits for it waits a little longer."""
    token = DEADLINE.set(Deadline(allowance, time.monotonic() + allowance.whole))
    try:
        with ExitStack() as stack:
            stack.enter_context(patient(max(OF_REQUESTS, allowance.statement + STOPPING)))
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_limited))
            yield
    finally:
        DEADLINE.reset(token)


def _limited(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a statement with the time that is left for it; to take things back there always is time."""
    deadline = DEADLINE.get()
    if deadline is not None and not sql.startswith("ROLLBACK"):
        left = min(deadline.allowance.statement, deadline.whole - time.monotonic())
        if left <= 0:
            raise OperationalError("The time for this request is over.") from QueryCanceled()
        deadline.statement = time.monotonic() + left
        LIMITS[context["connection"].vendor](context["connection"], left, deadline.allowance.statement)
    return execute(sql, params, many, context)


def _limit_postgresql(connection: Any, left: float, usual: float) -> None:
    """Tell the server how long the next statement may take, where it was told otherwise before.

    It is told the usual time until less is left, so that a request which is in time needs no word more. What is set in
    a transaction goes with it where it fails, so it is not relied on.
    """
    wanted = usual if left >= usual else left
    seen: tuple[Any, float] | None = getattr(connection, "limited", None)
    if seen is None or seen[0] is not connection.connection or seen[1] != wanted:
        with connection.wrap_database_errors:
            connection.connection.execute(f"SET statement_timeout = {max(1, int(wanted * 1_000))}")
        settled = connection.connection.info.transaction_status == TransactionStatus.IDLE
        connection.limited = (connection.connection, wanted) if settled else None


def _limit_sqlite(connection: Any, left: float, usual: float) -> None:
    """Let the engine ask for the time."""
    if getattr(connection, "limited", None) is not connection.connection:
        connection.connection.set_progress_handler(_is_over, STEPS)
        connection.limited = connection.connection


def _is_over() -> bool:
    deadline = DEADLINE.get()
    return deadline is not None and time.monotonic() > deadline.statement


LIMITS: dict[str, Callable[[Any, float, float], None]] = {
    "postgresql": _limit_postgresql,
    "sqlite": _limit_sqlite,
}
