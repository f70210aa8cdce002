"""`make bench`: measures the site beside the alternatives, in one run, and writes `bench/RESULTS.md`.

`make bench N=10000` asks for one size only. Records that were made before are used again, so that a run which was
broken off goes on where it stopped.
"""

import argparse
import http.client
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from tqdm import tqdm

from bench import rival
from bench.measure import COLD, WARM, Peak, Server, ask, asked_often, tag, timed
from bench.report import DATASETTE, FLOOR, OURS, PLAIN, UNCHANGED, WARM_OURS, Measured, report
from tests.postgresql import server
from tests.site import ROOT, environment

VAR = ROOT / "var" / "bench"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
ON_POSTGRESQL = 100_000
CLIENTS = 32
LOAD = 960
MANY = 10_016
SAVES = 5
SAVING = """
from proposals.models import Proposal
one = Proposal.objects.published().latest("pk")
one.summary_en += " Saved."
one.save()
"""


@dataclass(frozen=True)
class Question:
    """One address of the site, and what asks the same of the alternatives."""

    name: str
    parameters: Sequence[tuple[str, str]] = ()
    table: str = "proposals"
    detail: tuple[int, str] | None = None

    def ours(self) -> str:
        """Give the address that asks the site."""
        if self.detail:
            return f"/proposals/{self.detail[0]}/{self.detail[1]}/"
        return f"/{self.table}/?{urlencode(self.parameters)}"

    def plain(self) -> str:
        """Give the address that asks the plain views."""
        return f"/plain/proposals/{self.detail[0]}/" if self.detail else f"/plain{self.ours()}"

    def datasette(self, path: Path) -> str:
        """Give the address that asks Datasette, which serves the database `path`."""
        if self.detail:
            return f"/rival/proposals/{self.detail[0]}.json"
        return rival.address(path, self.table, self.parameters)


def main() -> None:
    """Measure at each size; write the results after each."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    results: list[Measured] = []
    for number in parser.parse_args().sizes or SIZES:
        results.append(on_sqlite(number))
        write(results)
        if number == ON_POSTGRESQL:
            with server() as address:
                results.append(on_postgresql(number, address))
            write(results)
    print(report(results))


def write(results: Sequence[Measured]) -> None:
    """Write what has been measured so far."""
    (ROOT / "bench" / "RESULTS.md").write_text(report(results))


def on_sqlite(number: int) -> Measured:
    """Measure the site, the plain ORM and Datasette at one size."""
    var = VAR / str(number)
    env = environment(var, DJANGO_SETTINGS_MODULE="bench.settings")
    measured = Measured(number)
    asked = measure(measured, var, env)
    path = var / "rival.db"
    if not path.exists():
        print("Datasette's database ...", flush=True)
        rival.build(var / "lianghui.sqlite3", path)
    with Server.of_datasette(path, rival.SETTINGS, var / "datasette.log") as datasette:
        measured.times[DATASETTE] = {
            each.name: timed(datasette.port, each.datasette(path), 5, WARM) for each in shown(asked, DATASETTE)
        }
    return measured


def on_postgresql(number: int, address: str) -> Measured:
    """Measure the site and the plain ORM on an empty PostgreSQL database, which is filled first."""
    var = VAR / f"{number}-postgresql"
    shutil.rmtree(var, ignore_errors=True)
    env = environment(var, DJANGO_SETTINGS_MODULE="bench.settings", DATABASE_URL=address)
    measured = Measured(number, database="PostgreSQL")
    measure(measured, var, env)
    return measured


def measure(measured: Measured, var: Path, env: dict[str, str]) -> list[Question]:
    """Make the record where it is missing, build its index, measure the site and the plain ORM; give what is asked."""
    print(f"\n{measured.name}", flush=True)
    var.mkdir(parents=True, exist_ok=True)
    shell(f"from bench.record import make; make({measured.number})", env)
    measured.facts |= build(var, env)
    asked = questions(env)
    with Server.of_site(env | {"WITHOUT_KEPT_PAGES": "yes"}, var / "server.log") as plain:
        measured.times[FLOOR] = {FLOOR: timed(plain.port, "/empty/", 200, WARM)}
        measured.times[PLAIN] = {each.name: timed(plain.port, each.plain(), 5, WARM) for each in shown(asked, PLAIN)}
    with Server.of_site(env, var / "server.log") as site:
        measured.times[OURS] = {each.name: timed(site.port, each.ours(), 15, COLD) for each in shown(asked, OURS)}
        measured.times[WARM_OURS] = {each.name: timed(site.port, each.ours(), 100, WARM) for each in asked}
        measured.times[UNCHANGED] = {
            each.name: timed(site.port, each.ours(), 100, {"If-None-Match": tag(site.port, each.ours())})
            for each in asked
        }
        addresses = [each.ours() for each in asked]
        for temper, headers, often in (("cold", COLD, LOAD), ("warm", WARM, MANY)):
            speed = asked_often(site.port, addresses, often, CLIENTS, headers)
            measured.facts[f"requests a second, {CLIENTS} clients, {temper}"] = speed
        measured.facts[f"memory of a worker after {LOAD + MANY:,} requests, MB"] = site.memory()
        measured.facts |= after_saves(site.port, env)
    return asked


def shown(asked: Sequence[Question], who: str) -> Iterable[Question]:
    """Give the questions one by one and show how far they are."""
    return tqdm(asked, desc=who, unit=" addresses")


def shell(code: str, env: dict[str, str], *, reads: bool = False) -> str:
    """Run code in the site's shell; its progress shows. Where it is to be read, give what it prints."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    pipe = subprocess.PIPE if reads else None
    return subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=pipe, text=True).stdout or ""


def build(var: Path, env: dict[str, str]) -> dict[str, float]:
    """Build the index anew; tell how long it takes, how large it is, how much memory all processes need together."""
    shutil.rmtree(var / "catalogue", ignore_errors=True)
    began = time.perf_counter()
    command = [sys.executable, "manage.py", "catalogue", "rebuild"]
    with subprocess.Popen(command, cwd=ROOT, env=env) as building, Peak(building.pid) as peak:
        status = building.wait()
    if status:
        sys.exit("bench: the index could not be built")
    took = time.perf_counter() - began
    size = sum(file.stat().st_size for file in (var / "catalogue").rglob("*") if file.is_file())
    return {"index built in, seconds": took, "index on disk, MB": size / 1e6, "memory to build it, MB": peak.most}


def after_saves(port: int, env: dict[str, str]) -> dict[str, float]:
    """Save a proposal in another process a few times; measure the first list after each, and the next."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=900)
    first, later = [], []
    for _ in range(SAVES):
        shell(SAVING, env)
        first.append(ask(connection, "/proposals/", COLD))
        later.append(ask(connection, "/proposals/", COLD))
    return {"first list after a save, ms": median(first), "the same list later, ms": median(later)}


def questions(env: dict[str, str]) -> list[Question]:
    """Give the addresses: the same kinds at every size, with the topics that this record has."""
    found = json.loads(shell("from bench.record import describe; describe()", env, reads=True))
    topics = found["topics"]
    page = min(400, found["published"] // 20)
    two = [("topic", topics[1]), ("topic", topics[5]), ("region", "CN-SH"), ("year", "2020")]
    return [
        Question("all"),
        Question("a broad topic", [("topic", topics[0])]),
        Question("a narrow topic", [("topic", topics[-1])]),
        Question("two topics, a region, a year", two),
        Question("a frequent word", [("q", "strengthen")]),
        Question("a rare word", [("q", "zevorcaleucel")]),
        Question("a Chinese word", [("q", "干细胞")]),
        Question("a phrase", [("q", '"stem cell"')]),
        Question("a word and two facets", [("q", "improve"), ("year", "2020"), ("level", "provincial")]),
        Question("recommendations with a word", [("q", "accelerate")], table="recommendations"),
        Question(f"page {page}", [("page", str(page))]),
        Question("a delegate", [("delegate", "made-up-7")]),
        Question("a proposal", detail=tuple(found["one"])),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
