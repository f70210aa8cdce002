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
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from statistics import median

from tqdm import tqdm

from bench import rival
from bench.measure import COLD, WARM, Peak, Server, ask, asked_often, tag, timed
from bench.measured import (
    BUILT,
    COMPARED,
    DIFFERENCES,
    FIRST,
    FLOOR,
    LATER,
    MADE,
    MEMORY,
    UNCHANGED,
    WARM_OURS,
    WORKER,
    Measured,
)
from bench.questions import DATASETTE, OURS, PLAIN, Question, questions
from bench.report import report
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
saved = " Saved."
one.summary_en = one.summary_en.removesuffix(saved) + saved * (not one.summary_en.endswith(saved))
one.save()
"""


def main() -> None:
    """Measure at each size; write the results after each."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    began = time.monotonic()
    results: list[Measured] = []

    def write() -> str:
        text = report(results, (time.monotonic() - began) / 60, len(SIZES))
        (ROOT / "bench" / "RESULTS.md").write_text(text)
        return text

    for number in parser.parse_args().sizes or SIZES:
        results.append(on_sqlite(number))
        text = write()
        if number == ON_POSTGRESQL:
            with server() as address:
                results.append(on_postgresql(number, address))
            text = write()
    print(text)


def on_sqlite(number: int) -> Measured:
    """Measure the site, the plain ORM and Datasette at one size."""
    var = VAR / str(number)
    env = environment(var, DJANGO_SETTINGS_MODULE="bench.settings")
    measured = Measured(number)
    asked = measure(measured, var, env)
    path = var / "rival.db"
    if not path.exists():
        rival.build(var / "lianghui.sqlite3", path)
    with Server.of_datasette(path, rival.SETTINGS, var / "datasette.log") as datasette:
        addresses = {each: each.datasette(path) for each in asked}
        measured.take(DATASETTE, ask_all(DATASETTE, datasette.port, addresses, 5, WARM))
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
    measured.facts[MADE] = seconds(lambda: shell(f"from bench.record import make; make({measured.number})", env))
    build(measured, var, env)
    described = json.loads(shell("import json; from bench.record import describe; print(json.dumps(describe()))", env))
    measured.version = described["database"]
    asked = questions(described)
    ours = {each: each.ours() for each in asked}
    with Server.of_site(env | {"WITHOUT_KEPT_PAGES": "yes"}, var / "server.log") as plain:
        measured.times[FLOOR] = {FLOOR: timed(plain.port, "/empty/", 200, WARM)[0]}
        measured.take(PLAIN, ask_all(PLAIN, plain.port, {each: each.plain() for each in asked}, 5, WARM))
    with Server.of_site(env, var / "server.log") as site:
        measured.take(OURS, ask_all(OURS, site.port, ours, 15, COLD))
        measured.take(WARM_OURS, ask_all(WARM_OURS, site.port, ours, 100, WARM))
        measured.take(UNCHANGED, ask_all(UNCHANGED, site.port, ours, 100, None))
        for temper, headers, often in (("cold", COLD, LOAD), ("warm", WARM, MANY)):
            speed = asked_often(site.port, list(ours.values()), often, CLIENTS, headers)
            measured.facts[f"requests a second, {CLIENTS} clients, {temper}"] = speed
        measured.facts[WORKER] = site.memory()
        after_saves(measured, site.port, env)
    print("verify ...", flush=True)
    measured.facts[COMPARED] = seconds(lambda: manage("catalogue", "verify", env=env))
    measured.facts[DIFFERENCES] = 0  # else it has ended with an error
    return asked


def ask_all(
    who: str, port: int, addresses: Mapping[Question, str], times: int, headers: dict[str, str] | None
) -> Iterator[tuple[Question, list[float], bytes]]:
    """Ask `who` each address; yield the question, the milliseconds and an answer. Shows how far it is.

    Without headers each is asked for as by who has it already.
    """
    with tqdm(addresses.items(), desc=who, unit=" addresses") as bar:
        for question, address in bar:
            bar.set_postfix_str(question.name)
            asking = {"If-None-Match": tag(port, address)} if headers is None else headers
            yield question, *timed(port, address, times, asking)


def manage(*command: str, env: dict[str, str], reads: bool = False) -> str:
    """Run a management command; its progress shows. Stop where it fails; where it is to be read, give what it says."""
    pipe = subprocess.PIPE if reads else None
    ran = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, stdout=pipe, text=True)
    if ran.returncode:
        sys.exit(f"bench: {' '.join(command)} ended with an error")
    return ran.stdout or ""


def shell(code: str, env: dict[str, str]) -> str:
    """Run code in the site's shell; its progress shows. Give what it prints."""
    return manage("shell", "--no-imports", "-c", code, env=env, reads=True)


def seconds(work: Callable[[], object]) -> float:
    """Do some work and give how long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def build(measured: Measured, var: Path, env: dict[str, str]) -> None:
    """Build the index anew; note how long it takes, how large it is, how much memory all processes need together."""
    shutil.rmtree(var / "catalogue", ignore_errors=True)
    with Peak() as peak:
        measured.facts[BUILT] = seconds(lambda: manage("catalogue", "rebuild", env=env))
    size = sum(file.stat().st_size for file in (var / "catalogue").rglob("*") if file.is_file())
    measured.facts |= {MEMORY: peak.most, "index on disk, MB": size / 1e6}


def after_saves(measured: Measured, port: int, env: dict[str, str]) -> None:
    """Save a proposal in another process a few times; measure the first list after each, and the next."""
    first, later = [], []
    for _ in tqdm(range(SAVES), desc="saves"):
        shell(SAVING, env)  # it may take longer than the server keeps a connection open
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=900)) as connection:
            first.append(ask(connection, "/proposals/", COLD)[0])
            later.append(ask(connection, "/proposals/", COLD)[0])
    measured.facts |= {FIRST: median(first), LATER: median(later)}


if __name__ == "__main__":
    main()
