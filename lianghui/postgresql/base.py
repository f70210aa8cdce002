"""Django's PostgreSQL, whose answers a request does not wait for without end; see `lianghui.patience`."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from lianghui.patience import breakers, patience


class NotAskedError(psycopg.OperationalError):
    """Nobody was asked: a moment ago there was no answer."""


class Connection(psycopg.Connection[Any]):
    """A connection that is given up where the patience of a request ends; `alias` is that of its database."""

    alias = ""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer; close the connection where none comes, for nobody knows what it would still say."""
        longest = patience.get()
        if longest is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, longest)
        except psycopg.errors._WaitTimeout as error:  # to be made a public one, as psycopg says
            self.pgconn.finish()
            breakers[self.alias].failed()
            raise psycopg.OperationalError(f"no answer of the database within {longest} seconds") from error


_psycopg = ModuleType("psycopg")
"""The module that Django asks, with our connections in the place of its own."""
vars(_psycopg).update(vars(psycopg), connect=Connection.connect)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which makes such connections."""

    Database = _psycopg

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; a request is refused at once where another one has just had no answer."""
        breaker = breakers[self.alias]
        if patience.get() is None:
            return super().get_new_connection(conn_params)
        if not breaker.admits():
            raise NotAskedError("the database did not answer a moment ago, and is not asked yet")
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            breaker.failed()
            raise
        connection.alias = self.alias
        breaker.succeeded()
        return connection
