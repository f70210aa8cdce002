"""gunicorn's worker, with pages of ours for what is refused before the site sees it, and with manners when it stops."""

import selectors
import socket
from http import HTTPStatus
from typing import Any

from django.template.loader import render_to_string
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from lianghui.headers import of_a_page

HEADERS = {"Connection": "close", "Cache-Control": "no-store"}
OURS = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)
"""Faults that are not those of who asks."""
STATUSES = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
}

SILENCE = 30
"""Seconds after which a connection is given up whose other end takes nothing of the answer, or sends no more.

A piece of bytes, as a page is, has to be taken whole within that time; files and what is streamed may take longer.
"""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers what cannot be read as HTTP as the site answers what it cannot read: in both languages.

    It takes no more requests than it has threads: those that wait are nobody's yet, and go to whichever worker is free
    first. gunicorn's own takes a thousand, of which each worker keeps its share though the other has nothing to do.

    Before it stops it takes in all who wait at the door. Connections that the system has made, but that no worker has
    taken, are reset when the last worker closes its socket: of 200 requests in flight at SIGTERM 197 were lost so.
    """

    @property
    def worker_connections(self) -> int:
        """How many connections may be open: one for each thread, besides those over which nothing is asked just now."""
        idle = len(self.keepalived_conns) + len(self.pending_conns)
        return min(int(self.cfg.threads) + idle, int(self.cfg.worker_connections))

    @worker_connections.setter
    def worker_connections(self, _: int) -> None:
        """Leave it to the workers' own count; gunicorn sets it when it starts."""

    def set_accept_enabled(self, enabled: bool) -> None:
        """Stop taking connections, or take them again."""
        if not enabled and not self.alive:
            self.take_in()
        super().set_accept_enabled(enabled)

    def take_in(self) -> None:
        """Take all connections that wait, as far as there is room; another worker may be quicker."""
        with selectors.DefaultSelector() as waiting:
            for listener in self.sockets:
                listener.setblocking(False)
                waiting.register(listener, selectors.EVENT_READ)
            while self.nr_conns < self.cfg.worker_connections and (found := waiting.select(0)):
                for key, _ in found:
                    self.accept(key.fileobj)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer a request; who does not read the answer must not keep a thread, for there are few."""
        conn.sock.settimeout(SILENCE)
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            self.log.debug("Nobody took the answer.")
            return False

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer in the place of a request; nothing of it is noted, neither who sent it nor what."""
        if not isinstance(exc, ParseException) or isinstance(exc, OURS):
            super().handle_error(req, client, addr, exc)
            return
        status = STATUSES.get(type(exc), HTTPStatus.BAD_REQUEST)
        page = render_to_string("414.html" if status == HTTPStatus.REQUEST_URI_TOO_LONG else "400.html").encode()
        headers = "".join(f"{name}: {value}\r\n" for name, value in (HEADERS | of_a_page()).items())
        start = f"HTTP/1.1 {status.value} {status.phrase}\r\n{headers}Content-Length: {len(page)}\r\n\r\n"
        try:
            write_nonblock(client, start.encode("ascii") + page)
        except OSError:
            self.log.debug("Nobody waited for the answer.")
