"""`make bench`: measures the site beside the alternatives, in one run, and writes `bench/RESULTS.md`.

`make bench N=10000` asks for one size only. Records that were made before are used again, so that a run which was
broken off goes on where it stopped.
"""

import argparse
import http.client
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench import rival
from bench.measure import COLD, WARM, Server, ask, asked_often, tag, timed
from bench.report import DATASETTE, FLOOR, OURS, PLAIN, UNCHANGED, WARM_OURS, Measured, report
from tests.site import ROOT, environment

VAR = ROOT / "var" / "bench"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
CLIENTS = 32
LOAD = 960
MANY = 10_016
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

    def datasette(self) -> str:
        """Give the address that asks Datasette."""
        return f"/rival/proposals/{self.detail[0]}.json" if self.detail else rival.address(self.table, self.parameters)


def main() -> None:
    """Measure at each size; write the results after each."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    results: list[Measured] = []
    for number in parser.parse_args().sizes or SIZES:
        print(f"\n{number:,} proposals", flush=True)
        results.append(at_size(number))
        text = report(results)
        (ROOT / "bench" / "RESULTS.md").write_text(text)
    print(text)


def at_size(number: int) -> Measured:
    """Make the record of one size where it is missing, build its index, and measure."""
    var = VAR / str(number)
    var.mkdir(parents=True, exist_ok=True)
    env = environment(var, DJANGO_SETTINGS_MODULE="bench.settings")
    record = var / "lianghui.sqlite3"
    run("manage.py", "shell", "--no-imports", "-c", f"from bench.record import make; make({number})", env=env)
    measured = Measured(number, facts=build(var, env))
    asked = questions(record)
    ours = [each.ours() for each in asked]
    with Server.of_site(env | {"WITHOUT_KEPT_PAGES": "yes"}, var / "server.log") as plain:
        measured.times[FLOOR] = {FLOOR: timed(plain.port, "/empty/", 200, WARM)}
        measured.times[PLAIN] = {each.name: timed(plain.port, each.plain(), 5, WARM) for each in asked}
    with Server.of_site(env, var / "server.log") as site:
        measured.times[OURS] = {each.name: timed(site.port, each.ours(), 15, COLD) for each in asked}
        measured.times[WARM_OURS] = {each.name: timed(site.port, each.ours(), 100, WARM) for each in asked}
        measured.times[UNCHANGED] = {
            each.name: timed(site.port, each.ours(), 100, {"If-None-Match": tag(site.port, each.ours())})
            for each in asked
        }
        for temper, headers, number in (("cold", COLD, LOAD), ("warm", WARM, MANY)):
            often = asked_often(site.port, ours, number, CLIENTS, headers)
            measured.facts[f"requests a second, {CLIENTS} clients, {temper}"] = f"{often:,.0f}"
        measured.facts[f"memory of a worker after {LOAD + MANY:,} requests"] = f"{site.memory():,.0f} MB"
        measured.facts["first list after a save, beside the same later"] = after_a_save(site.port, env)
    path = var / "rival.db"
    if not path.exists():
        rival.build(record, path)
    (var / "rival.json").write_text(rival.metadata())
    theirs = Server.of_datasette(path, var / "rival.json", rival.SETTINGS, var / "datasette.log")
    with theirs as datasette:
        measured.times[DATASETTE] = {
            each.name: timed(datasette.port, each.datasette(), 5, WARM) for each in asked if each.datasette()
        }
    return measured


def run(*command: str, env: dict[str, str]) -> None:
    """Run a Python command of ours; its progress shows."""
    subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)


def build(var: Path, env: dict[str, str]) -> dict[str, str]:
    """Build the index anew; tell how long it takes, how large it is, how much memory any step so far has needed."""
    shutil.rmtree(var / "catalogue", ignore_errors=True)
    began = time.perf_counter()
    run("manage.py", "catalogue", "rebuild", env=env)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    size = sum(file.stat().st_size for file in (var / "catalogue").rglob("*") if file.is_file())
    return {
        "index built in": f"{took:,.1f} s",
        "index on disk": f"{size / 1e6:,.0f} MB",
        "memory of the largest process so far": f"{peak / 1e3:,.0f} MB",
    }


def after_a_save(port: int, env: dict[str, str]) -> str:
    """Save one proposal in another process; give the milliseconds of the first list after it and of the next."""
    run("manage.py", "shell", "--no-imports", "-c", SAVING, env=env)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=900)
    first, later = (ask(connection, "/proposals/", COLD) for _ in range(2))
    return f"{first:,.0f} ms, {later:,.0f} ms"


def questions(record: Path) -> list[Question]:
    """Give the addresses: the same kinds at every size, with the topics that this record has."""
    with closing(sqlite3.connect(record)) as connection:
        topics = [slug for (slug,) in connection.execute(TOPICS)]
        [(key, slug)] = connection.execute(
            "SELECT id, slug FROM proposals_proposal WHERE slug LIKE 'made-up-%' LIMIT 1"
        )
        [(published,)] = connection.execute("SELECT count(*) FROM proposals_proposal WHERE state = 'published'")
    page = min(400, published // 20)
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
        Question("a proposal", detail=(key, slug)),
    ]  # fmt: skip


TOPICS = """
SELECT t.slug FROM proposals_topic t JOIN proposals_proposal_topics p ON p.topic_id = t.id
GROUP BY t.slug ORDER BY count(*) DESC, t.slug
"""

if __name__ == "__main__":
    main()
