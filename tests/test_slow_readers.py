"""Who asks for a page and does not read it: gunicorn's thread is soon free for the next one."""

import os
import socket
import time

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from lianghui import server

LONG = 50_000_000
"""More bytes than the system takes from us before anybody has read them."""


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(server, "SILENCE", 0.5)
    settings = Config()
    made = server.Worker(1, os.getpid(), [], None, 30, settings, Logger(settings))
    yield made
    made.tmp.close()


def in_pieces(_, start_response):
    start_response("200 OK", [("Content-Type", "text/csv")])
    return (b"x" * 100_000 for _ in range(LONG // 100_000))


def in_one_piece(_, start_response):
    start_response("200 OK", [("Content-Length", str(LONG))])
    return [b"x" * LONG]


def a_form(environ, start_response):
    environ["wsgi.input"].read(9)
    return in_one_piece(environ, start_response)


@pytest.mark.parametrize("site", [in_pieces, in_one_piece, a_form])
def test_a_thread_is_free_soon_after_somebody_reads_or_sends_no_more(worker, site, capfd):
    worker.wsgi = site
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
        taken, address = listener.accept()
        begun = time.monotonic()
        with taken:
            assert worker.handle(TConn(worker.cfg, taken, address, listener.getsockname())) is False
        assert time.monotonic() - begun < 10
    assert capfd.readouterr().err == ""
