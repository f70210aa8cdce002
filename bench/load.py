"""`python -m bench.load 100000 600`: the site under load as in production, into `bench/LOAD.md`.

Fifty clients ask gunicorn over a connection for each request, as the proxy in front does (`deploy/nginx.conf`). Each is
one visitor after the other, with a network address of its own in `X-Forwarded-For` (the settings of production trust
one proxy), so that the limits for each address hold as they are. What they ask for is drawn from `bench/pattern.toml`.
Requests are due at times that do not depend on the answers, so many a second as `--rate` says, and an answer's time
counts from when its request was due: a site that falls behind shows in every request after. Meanwhile an analyst
publishes and corrects.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.__main__ import VAR, build, manage, shell
from bench.checks import faults
from bench.client import Answer, get
from bench.exports import processor
from bench.loaded import Loaded, Memory
from bench.measure import Server, children_of, memory_of
from bench.measured import Measured
from bench.visitors import Kind, Values, Visitor, pattern
from tests.site import ROOT, UNHURRIED, environment, production

NUMBER, SECONDS, CLIENTS, RATE = 100_000, 600, 50, 102
TIMEOUT = 30
"""Seconds after which an answer counts as none."""
SAVES = 10
"""How often, in all the time, the analyst saves."""
PAGE = ROOT / "bench" / "LOAD.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the page, and give 1 where there was an error or something asked for was not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=NUMBER, help="proposals: 100000")
    parser.add_argument("seconds", nargs="?", type=float, default=SECONDS, help="600")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second by all of them: 102")
    parser.add_argument("--out", type=Path, help="bench/LOAD.md for what the issue asks for, else in var/bench")
    given = parser.parse_args(arguments)
    with prepared(given.number) as (env, record), Server.of_site(env, Path(env["LIANGHUI_VAR"]) / "server.log") as site:
        loaded = drive(site.port, site.process.pid, env, record, given.seconds, given.rate, given.clients)
    whole = given.number >= NUMBER and given.seconds >= SECONDS
    page = loaded.report()
    (given.out or (PAGE if whole else VAR / "LOAD.md")).write_text(page)
    print(page)
    return bool(loaded.errors or (whole and not loaded.is_as_asked))


@contextmanager
def prepared(number: int) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Give the environment of a site in production with a made-up record of its own, and the values of that record.

    The record is that of `DATABASE_URL`, filled where it is not yet, or else a copy of that in `var/bench`.
    """
    made, var = VAR / str(number), VAR / f"{number}-load"
    shutil.rmtree(var, ignore_errors=True)
    if address := os.environ.get("DATABASE_URL", ""):
        var.mkdir(parents=True)
        env = as_deployed(var, address)
        shell(f"from bench.record import make; make({number})", env)
        build(Measured(number), var, env)
    else:
        made.mkdir(parents=True, exist_ok=True)
        plain = environment(made, DJANGO_SETTINGS_MODULE="bench.settings")
        shell(f"from bench.record import make; make({number})", plain)
        if not (made / "catalogue").exists():
            build(Measured(number), made, plain)
        shutil.copytree(made, var)
        env = as_deployed(var, f"sqlite:///{var / 'lianghui.sqlite3'}")
    manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
    manage("catalogue", "refresh", env=env)
    try:
        yield env, described(env)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def as_deployed(var: Path, database: str) -> dict[str, str]:
    """Give the environment of a site in production that keeps its things in `var`; its limits are the usual ones."""
    env = environment(var, **production(var, DATABASE_URL=database))
    return {name: value for name, value in env.items() if name not in UNHURRIED}


def described(env: dict[str, str]) -> dict[str, Any]:
    """Ask a site for the values that addresses are made of."""
    found: dict[str, Any] = json.loads(
        shell("import json; from bench.record import values; print(json.dumps(values()))", env)
    )
    return found


def drive(
    port: int, master: int, env: dict[str, str], record: dict[str, Any], seconds: float, rate: float, clients: int
) -> Loaded:
    """Put a running site, whose processes are those of `master`, under load; give what was measured."""
    static = json.loads((Path(env["LIANGHUI_VAR"]) / "static" / "staticfiles.json").read_text())["paths"]
    ours = sorted(f"/static/{name}" for plain, name in static.items() if plain.startswith("lianghui."))
    loaded = Loaded(record["published"], seconds, rate, clients)
    load = Load(port, Values(record, ours), loaded)
    workers = [master, *children_of(master)]
    busy, own = processor(workers), time.process_time()
    with watched(master, loaded), analyst(port, env, seconds, loaded):
        asyncio.run(load.run())
    loaded.busy, loaded.own = processor(workers) - busy, time.process_time() - own
    loaded.restarted = len({*workers} - {master, *children_of(master)})
    return loaded


class Load:
    """The clients of one run, and what they note in `loaded`."""

    def __init__(self, port: int, values: Values, loaded: Loaded) -> None:
        self.port, self.values, self.loaded = port, values, loaded
        self.kinds = pattern()

    async def run(self) -> None:
        """Let all clients ask until the time is over."""
        self.began = time.perf_counter()
        await asyncio.gather(*map(self.client, range(self.loaded.clients)))
        self.loaded.elapsed = time.perf_counter() - self.began

    async def client(self, number: int) -> None:
        """Ask for one address after the other, each when it is due."""
        visitor = Visitor(number, self.kinds, self.values)
        gap = self.loaded.clients / self.loaded.rate
        due, end = self.began + gap * visitor.rng.random(), self.began + self.loaded.seconds
        has: tuple[str, str] | None = None
        while due < end:
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
                self.loaded.late.append(time.perf_counter() - due)
            kind, address = visitor.next()
            if kind.check == "again" and has is None:
                kind, address = self.kinds[0], "/"
            tag = {"If-None-Match": has[1]} if has and kind.check == "again" else None
            address = has[0] if has and kind.check == "again" else address
            answer = await self.ask(kind, address, visitor.network_address, tag, due)
            if answer and "etag" in answer.headers and kind.check not in ("again", "static"):
                has = address, answer.headers["etag"]
            due += gap * visitor.rng.uniform(0.5, 1.5)

    async def ask(self, kind: Kind, address: str, who: str, tag: dict[str, str] | None, due: float) -> Answer | None:
        """Ask for an address, note how long it took and what is wrong with the answer; give the answer, if any."""
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await get(self.port, address, who, tag)
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            self.loaded.note(kind, time.perf_counter() - due)
            self.loaded.errors.append((kind.name, address, f"no answer: {type(error).__name__}"))
            return None
        came = time.perf_counter()
        self.loaded.note(kind, came - due, answer.status)
        self.loaded.in_time += came - self.began <= self.loaded.seconds
        published = range(self.loaded.published, self.loaded.published + SAVES + 1)
        if wrong := faults(kind.check, address, answer, published):
            self.loaded.errors.append((kind.name, address, wrong))
        return answer


@contextmanager
def watched(master: int, loaded: Loaded) -> Iterator[None]:
    """Note the memory of a server's processes every second."""
    ended = threading.Event()

    def look() -> None:
        while True:
            processes = [master, *children_of(master)]
            sums = (sum(memory_of(each, which) for each in processes) for which in ("VmRSS", "RssAnon"))
            loaded.memory.append(Memory(*sums))
            if ended.wait(1):
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def analyst(port: int, env: dict[str, str], seconds: float, loaded: Loaded) -> Iterator[None]:
    """Let an analyst work meanwhile, in a process of its own; note what the public saw of it, and when."""
    code = f"from bench.analyst import work; work({port}, {seconds / (SAVES + 1)}, {seconds})"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        yield
        said, _nothing = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    done = [json.loads(line) for line in said.splitlines()]
    loaded.saves = [each["seen_after"] for each in done if each["seen_after"] is not None]
    if process.returncode or len(loaded.saves) < len(done) or not done:
        loaded.errors.append(("analyst", "", f"{len(loaded.saves)} of {len(done)} saves were seen by the public"))


if __name__ == "__main__":
    sys.exit(main())
