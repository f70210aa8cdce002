"""Servers to measure, and what is measured of them: milliseconds, requests a second, memory."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from tqdm import tqdm

from tests.site import ROOT, free_port, wait_for

SLOW, LONG = 1_000, 15_000
"""Milliseconds: of an answer that is asked for only twice, and about all that is spent on one address."""
VERY_SLOW = 20_000
"""Milliseconds of an answer that is not asked for a second time."""


class Peak:
    """The most memory, in MB, that all processes that this one has started held at once while this was entered.

    Pages of files that are mapped into memory count too.
    """

    def __init__(self) -> None:
        self.most = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.ended.wait(0.1):
            self.most = max(self.most, sum(map(memory_of, children_of(os.getpid()))))


def children_of(process: int) -> list[int]:
    """Give the processes that a process has started, and those that these have."""
    try:
        lists = [path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:
        return []
    own = [int(child) for each in lists for child in each]
    return [*own, *(child for each in own for child in children_of(each))]


def memory_of(process: int, which: str = "VmRSS") -> float:
    """Give the memory of a process in MB, of `RssAnon` what no file stands behind; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(which)) / 1_000


class Server:
    """A server on a free port of this machine, for as long as it is entered."""

    def __init__(self, command: Sequence[str], env: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.command = [part.replace("PORT", str(self.port)) for part in command]
        self.env, self.log = env, log

    @classmethod
    def of_site(cls, env: dict[str, str], log: Path) -> Server:
        """Serve the site as in production."""
        return cls([sys.executable, "-m", "gunicorn", "-b", "127.0.0.1:PORT"], env, log)

    @classmethod
    def of_datasette(cls, path: Path, settings: dict[str, Any], log: Path) -> Server:
        """Serve a database with Datasette."""
        options = [word for name, value in settings.items() for word in ("--setting", name, str(value))]
        command = [sys.executable, "-m", "datasette", str(path), "-p", "PORT", *options]
        return cls(command, dict(os.environ), log)

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(f"http://127.0.0.1:{self.port}/", self.process, self.log, seconds=120)
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def memory(self) -> float:
        """Give the memory of the largest worker in MB."""
        return max(map(memory_of, children_of(self.process.pid)))


COLD = {"X-Cold": "1"}
WARM: dict[str, str] = {}
"""Headers: whether a server first forgets what it keeps of earlier answers."""


def ask(connection: http.client.HTTPConnection, address: str, headers: dict[str, str]) -> tuple[float, bytes]:
    """Ask for an address; give the milliseconds until all of the answer was there, and the answer.

    Stop where it is neither 200 nor 304.
    """
    began = time.perf_counter()
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    body = response.read()
    taken = (time.perf_counter() - began) * 1_000
    if response.status not in (200, 304):
        sys.exit(f"bench: {address} was answered with status {response.status}")
    return taken, body


def timed(port: int, address: str, times: int, headers: dict[str, str]) -> tuple[list[float], bytes]:
    """Ask for an address again and again after a few times for nothing; give the milliseconds of each, and an answer.

    The few times warm every worker: a request goes to whichever is free. Who takes seconds is asked twice in all, and
    who takes very long, once.
    """
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=900)) as connection:
        first, body = ask(connection, address, headers)
        if first > VERY_SLOW:
            return [first], body
        if first > SLOW:
            return [first, ask(connection, address, headers)[0]], body
        for _ in range(3):
            ask(connection, address, headers)
        often = min(times, max(3, int(LONG / first)))
        return [ask(connection, address, headers)[0] for _ in range(often)], body


def tag(port: int, address: str) -> str:
    """Give the tag under which the site sends a page."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=900)) as connection:
        connection.request("GET", address)
        response = connection.getresponse()
        response.read()
        return response.headers["ETag"]


def asked_often(port: int, addresses: Sequence[str], number: int, clients: int, headers: dict[str, str]) -> float:
    """Put `number` requests with so many clients at once; give how many were answered a second."""
    share = number // clients

    def client(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=900)
        for turn in range(share):
            ask(connection, addresses[(place + turn) % len(addresses)], headers)
            bar.update()
        connection.close()

    began = time.perf_counter()
    bar = tqdm(total=share * clients, unit=" requests", desc="load", mininterval=1)
    with bar, ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    return share * clients / (time.perf_counter() - began)
