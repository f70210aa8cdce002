"""Visitors who read all the time, each from an address of its own, and what they saw."""

import http.client
import random
import ssl
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

ADDRESSES = (
    *("/", "/zh/", "/proposals/", "/zh/proposals/", "/proposals/?q=stem+cells&topic=regulation", "/recommendations/"),
    *("/proposals/?q=干细胞", "/delegates/", "/topics/", "/regions/", "/agencies/", "/sessions/", "/outcomes/"),
    *("/proposals/feed/", "/proposals/export.csv", "/replies/export.csv", "/recommendations/export.jsonl"),
    *("/api/v1/proposals/", "/sitemap.xml", "/about/", "/compare/", "/proposals/matrix/", "/replies/"),
)


@dataclass(frozen=True)
class Seen:
    """One answer: when it was asked for and how long it took, in seconds; of one that broke off the reason."""

    at: float
    seconds: float
    address: str
    status: int
    problem: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.problem) or self.status >= 500


class Visitors:
    """`fresh` is the share of addresses that nobody has asked for yet, which no kept page answers."""

    def __init__(self, port: int, trusted: ssl.SSLContext, *, number: int, pause: float, fresh: float = 0.5) -> None:
        self.port, self.trusted, self.pause, self.fresh = port, trusted, pause, fresh
        self.seen: list[Seen] = []
        self._stop = Event()
        self._threads = [Thread(target=self._read, args=[each], daemon=True) for each in range(1, number + 1)]

    @contextmanager
    def reading(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(60)

    def _read(self, number: int) -> None:
        rng = random.Random(number)
        while not self._stop.wait(self.pause * rng.uniform(0.5, 1.5)):
            address = rng.choice(ADDRESSES)
            if rng.random() < self.fresh:
                address += f"{'&' if '?' in address else '?'}visitor={number}-{len(self.seen)}"
            self.seen.append(self.ask(address, source=f"127.0.1.{number}"))

    def ask(self, address: str, source: str = "127.0.0.1") -> Seen:
        """Ask once, over a connection of its own, and read to the end."""
        path = address.encode().decode("latin-1") if address.isascii() else quoted(address)
        begun, status = time.monotonic(), 0
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, context=self.trusted, source_address=(source, 0)
        )
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            status = response.status
            response.read()
            problem = ""
        except (OSError, http.client.HTTPException) as error:
            problem = repr(error)
        finally:
            connection.close()
        return Seen(begun, time.monotonic() - begun, address, status, problem)


def quoted(address: str) -> str:
    return "".join(sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in address)


def said(seen: Sequence[Seen], moments: dict[str, float]) -> str:
    """Say what visitors saw from each moment to the next, and what they must not see."""
    lines = ["", f"{'':<34}{'answers':>8}{'failed':>8}{'median':>10}{'95 %':>9}{'slowest':>10}"]
    ends = [*list(moments.values())[1:], float("inf")]
    for (name, begin), end in zip(moments.items(), ends, strict=True):
        some = [each for each in seen if begin <= each.at < end]
        lengths = sorted(each.seconds * 1000 for each in some) or [0.0]
        middle, most = lengths[len(lengths) // 2], lengths[int(len(lengths) * 0.95)]
        broken = sum(each.failed for each in some)
        lines.append(f"{name:<34}{len(some):>8}{broken:>8}{middle:>7.0f} ms{most:>6.0f} ms{lengths[-1]:>7.0f} ms")
    failed = [each for each in seen if each.failed]
    wrong: Counter[Any] = Counter((each.address.partition("visitor")[0], each.status, each.problem) for each in failed)
    return "\n".join([*lines, *(f"{times} × {what}" for what, times in wrong.most_common(10))])
