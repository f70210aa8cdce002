"""Two web hosts behind nginx, a primary and its replica: what visitors see while one after the other is killed."""

import json
import re
import time
import urllib.error
import urllib.request
from itertools import count
from pathlib import Path

import pytest

from tests.machines.visitors import Visitors, said

LOST, AS_FAR = "the primary is killed meanwhile", "the replica has come as far"
OFTEN = 4
"""nginx asks the hosts in turn: so often that each is asked twice."""
NOBODY_ASKED = count()


@pytest.mark.parametrize(
    ("pause", "length"), [(0.2, 2), pytest.param(0.02, 20, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_no_visitor_sees_a_host_or_a_database_die(all_machines, pause, length):
    machines, databases, moments = all_machines, all_machines.databases, {}
    visitors = Visitors(machines.proxy.port, machines.proxy.trusted, number=20, pause=pause)
    analyst = machines.analyst()
    change, page = proposal_of(analyst)
    assert_rows_come_from_the_replica(machines, analyst, page)

    def then(name):
        moments[name] = time.monotonic()
        time.sleep(length)

    with visitors.reading():
        then("all is well")
        begun = time.monotonic()
        save(analyst, change, "Saved when all is well")
        usual = time.monotonic() - begun
        machines.hosts.kill(0)
        then("a web host is killed")
        machines.hosts.start()
        then("it is back")
        databases.replica.kill()
        then("the replica is killed")
        assert_shown_at_once(analyst, change, page, "Saved without a replica")
        assert_told(machines, ready=False, reachable=False)
        databases.replica.start()
        databases.caught_up()
        assert_told(machines, ready=True, reachable=True, behind=0)
        then("it is back, and follows")
        databases.replica.ask("SELECT pg_wal_replay_pause()")
        moments["the replica lags"] = time.monotonic()
        assert_shown_at_once(analyst, change, page, "Saved while the replica lags")
        assert_told(machines, behind=1)
        moments[LOST] = time.monotonic()
        databases.primary.kill()  # the hosts have shown what the replica does not hold
        assert_nothing_older_is_shown(analyst, page, "Saved while the replica lags")
        databases.replica.ask("SELECT pg_wal_replay_resume()")
        databases.has("Saved while the replica lags")
        then(AS_FAR)
        with pytest.raises((urllib.error.HTTPError, OSError)):
            analyst.send(change, title_en="Not saved")
        moments["the replica is promoted"] = begun = time.monotonic()
        databases.promote()
        promoted = time.monotonic() - begun
        refused = save(analyst, change, "Saved after promotion")
        again = time.monotonic() - begun
        assert all("Saved after promotion" in analyst.read(fresh(page)) for _ in range(OFTEN))
        then("an analyst has saved")
    print(said(visitors.seen, moments))
    print(f"Promoted in {promoted:.1f} s; an analyst had saved {again:.1f} s after it began, refused {refused} times;")
    print(f"when all was well a save took {usual:.1f} s.")
    failed = [each for each in visitors.seen if each.failed]
    apart = [each for each in failed if moments[LOST] <= each.at + each.seconds and each.at < moments[AS_FAR]]
    assert failed == apart
    assert {(each.status, each.problem) for each in apart} <= {(503, "")}
    for index in range(2):
        machines.hosts.manage_on(index, "catalogue", "verify")  # nothing was lost, so nothing is in an index too much
    assert not re.search(r"127\.0\.1\.|visitor=", logs(machines))


def fresh(page):
    """Give an address that no kept page answers."""
    return f"{page}?nobody={next(NOBODY_ASKED)}"


def proposal_of(analyst):
    """Give where a proposal is changed, and where it is shown."""
    [(key, slug)] = set(re.findall(r"/proposals/(\d+)/(cgt-industry[\w-]*)/", analyst.read("/proposals/")))
    return f"/admin/proposals/proposal/{key}/change/", f"/proposals/{key}/{slug}/"


def assert_rows_come_from_the_replica(machines, analyst, page):
    databases = machines.databases
    databases.caught_up()
    lengths = [len(server.log.read_text()) for server in (databases.primary, databases.replica)]
    for _ in range(OFTEN):
        analyst.read(fresh(page))
        analyst.read(fresh("/proposals/"))
    assert databases.primary.tables_read(lengths[0]) == {"proposals_generation"}
    read = databases.replica.tables_read(lengths[1])
    assert read >= {"proposals_proposal", "people_delegate"}


def assert_shown_at_once(analyst, change, page, title):
    analyst.send(change, title_en=title)
    assert all(title in analyst.read(fresh(page)) for _ in range(OFTEN))
    assert all(title in analyst.read(fresh("/proposals/")) for _ in range(OFTEN))


def assert_told(machines, **wanted):
    """Have a host say soon how it and its replica are; for a moment it does not ask who gave no answer."""
    end, told = time.monotonic() + 30, {}
    while not wanted.items() <= told.items():
        assert time.monotonic() < end, told
        time.sleep(0.1)
        try:
            with urllib.request.urlopen(f"{machines.hosts.urls[1]}/readyz", timeout=60) as answer:
                told = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            told = json.loads(error.read())
        told |= told["replica"]


def assert_nothing_older_is_shown(analyst, page, title):
    """A page that was kept may be shown; one that would have to be made says to try again."""
    for address in [page, *(fresh(page) for _ in range(OFTEN)), "/proposals/", fresh("/proposals/")]:
        try:
            assert title in analyst.read(address)
        except urllib.error.HTTPError as error:
            assert (error.code, int(error.headers["Retry-After"]) > 0) == (503, True)  # noqa: PT017


def save(analyst, change, title):
    """Save as soon as that can be done; give how often it was refused."""
    end, refused = time.monotonic() + 120, 0
    while True:
        try:
            analyst.send(change, title_en=title)
        except (urllib.error.HTTPError, OSError):
            assert time.monotonic() < end
            refused += 1
            time.sleep(0.1)
        else:
            return refused


def logs(machines):
    return "\n".join(path.read_text() for path in Path(machines.proxy.directory).glob("*.log"))
