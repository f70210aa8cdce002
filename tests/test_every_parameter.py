"""Whatever stands in whichever part or parameter of whichever address: an answer soon, and never a fault of ours.

The ordinary run takes a sample of each address and each parameter; `make soak` takes all of them.
"""

import logging
import random
import time
from collections import Counter, defaultdict

import pytest
from django.core.cache import cache

from proposals.catalogue import ORDERS
from proposals.models import Proposal
from tests.factories import make_echo, make_event, make_reply
from tests.hostile import (
    EVERY_NAME,
    IN_ADMIN,
    IN_LISTS,
    PART,
    VALUES,
    admin_ways,
    every_way,
    filters_in_admin,
    made_up,
    named_in_code,
    parameters_of,
    right,
    wrong,
)

FIXED = 60
"""Values for each parameter, of those that were thought of; those of public addresses get all there are."""
GENERATED, SOME = 2_000, 20
"""Values that are made up, for each parameter; those that each has in an ordinary run."""
WITHOUT_PARAMETERS = {
    **dict.fromkeys(["alerts/confirm/<str:token>/", "alerts/stop/<str:token>/", "alerts/yours/<str:token>/"], 404),
    **dict.fromkeys(["compare.md", "compare.xlsx", "oembed"], 400),
    "data/<str:name>": 404,
    **dict.fromkeys(["proposals/<int:pk>/", "recommendations/<int:pk>/"], 302),
}
"""What is not answered with 200 where nothing else is said; of all other public addresses `right` finds the page."""
LONGEST = 8_190
"""Characters of an address that gunicorn lets through, as tests/test_gunicorn.py has it."""
REFUSING = ("api/", "oembed")
"""Where one wrong parameter is enough for no answer."""
SLOWEST, SLOWEST_ON_A_BUSY_MACHINE = 1.0, 30.0
"""Seconds."""


@pytest.fixture
def record(founding, settings):
    """The founding data, with replies, events and what takes up a recommendation, and alerts by mail."""
    settings.ALERTS_BY_MAIL, settings.CONTACT_EMAIL = True, "contact@example.org"
    proposal = Proposal.objects.order_by("pk")[0]
    agency = proposal.recommendations.exclude(agencies=None)[0].agencies.all()[0]
    make_reply(to=[proposal], agency=agency, outcomes={proposal.recommendations.all()[0]: "planned"}, date="2024-08")
    make_event(proposal=proposal, stage="assigned", role="lead", agency=agency)
    make_echo(recommendation=proposal.recommendations.all()[0], issuer=agency)
    logging.disable(logging.CRITICAL)  # pytest keeps a record of each line, through which Python looks for garbage
    yield
    logging.disable(logging.NOTSET)


class Asking:
    """Asks, and keeps what was answered: how often with which status, what was a fault of ours, and the slowest.

    What takes long may be the fault of a machine that is busy. So it is asked again, and is slow if it is so each time,
    or if it made the processor work as long.
    """

    def __init__(self, client):
        self.client, self.statuses, self.faults, self.slowest = client, Counter(), [], (0.0, "")
        client.raise_request_exception = False

    def ask(self, path, query=""):
        try:
            answer, content, took, worked = self.timed(path, query)
            for _ in range(3):
                if took < SLOWEST:
                    break
                cache.clear()
                took = min(took, self.timed(path, query)[2])
        except Exception as error:
            self.faults.append(f"{path[:200]}?{query[:200]}: {error!r}")
            return
        self.slowest = max(self.slowest, (max(took, worked), f"{path[:100]}?{query[:200]}"))
        self.statuses[answer.status_code] += 1
        unknown_format = answer.status_code == 501 and path == "/oembed"  # as its specification has it
        if (answer.status_code >= 500 and not unknown_format) or b"Traceback" in content:
            self.faults.append(f"{path[:200]}?{query[:200]}: {answer.status_code}")
        if any("\n" in value or "\r" in value for value in answer.headers.values()) or "Set-Cookie" in answer.headers:
            self.faults.append(f"{path[:200]}?{query[:200]}: a header that was made up")

    def timed(self, path, query):
        """Give the answer, its content, and the seconds that it took, by the clock and of the processor."""
        began, work = time.perf_counter(), time.thread_time()
        answer = self.client.get(path, QUERY_STRING=query)
        content = answer.getvalue()
        return answer, content, time.perf_counter() - began, time.thread_time() - work

    def told(self, about, slowest):
        """Fail where anything was wrong; say what was asked."""
        number, (took, where) = self.statuses.total(), self.slowest
        print(f"{about}: {number} requests, {dict(self.statuses)}, slowest {took:.2f} s at {where}")
        assert self.faults == []
        assert number
        assert took < slowest, where


@pytest.fixture
def asking(client, record):
    """Ask without an account; every kind of page was seen before, so that no request stands for what is done once."""
    asking = Asking(client)
    found = {route: client.get(right(route)).status_code for route in every_way()}
    assert {route: status for route, status in found.items() if status != 200} == WITHOUT_PARAMETERS
    cache.clear()
    return asking


@pytest.fixture
def analyst(client, record, admin_user):
    client.force_login(admin_user)
    client.get("/admin/")
    return Asking(client)


def sample(values, number, seed):
    return random.Random(seed).sample(values, min(number, len(values)))


def all_at_once(names, raw):
    """A query in which each name has the same value, cut off so that it is let through."""
    return "&".join(f"{name}={raw}"[: LONGEST // len(names) - 1] for name in names)


def mixtures(names, values, turns, together, seed):
    """Queries in which each name has another of the values in each turn, so all of them in as many turns as values.

    Each has the company of `together` others at most, of other ones in each turn, so that what one of them makes
    impossible does not always hide what another does.
    """
    chance = random.Random(seed)
    step, begin = max(1, len(values) // len(names)), chance.randrange(len(values))
    for turn in range(turns):
        given = [f"{name}={values[(begin + turn + place * step) % len(values)]}" for place, name in enumerate(names)]
        chance.shuffle(given)
        for first in range(0, len(given), together):
            yield "&".join(given[first : first + together])


def test_there_are_enough_values_and_no_parameter_is_forgotten():
    assert len(VALUES) >= FIXED
    assert len({*made_up(9, GENERATED)}) >= GENERATED * 0.95
    known = {*EVERY_NAME, *IN_ADMIN}
    assert named_in_code() <= known
    assert {"relevance"} <= {*ORDERS}
    assert all(parameters_of(route) for route in every_way())


def test_mixtures_give_each_name_each_value():
    given = [pair for query in mixtures("abcde", "123", 3, 2, "seed") for pair in query.split("&")]
    assert sorted(given) == [f"{name}={value}" for name in "abcde" for value in "123"]


@pytest.mark.parametrize("few", [3, pytest.param(FIXED, marks=pytest.mark.soak)])
def test_each_value_in_all_parameters_of_each_address(asking, few):
    for number, route in enumerate(every_way()):
        address = right(route)
        for raw in sample(VALUES, few, number):
            asking.ask(address, all_at_once(EVERY_NAME, raw))
            cache.clear()
    asking.told("all parameters at once", SLOWEST_ON_A_BUSY_MACHINE if few < FIXED else SLOWEST)


@pytest.mark.parametrize("few", [1, pytest.param(len(VALUES), marks=pytest.mark.soak)])
def test_each_value_in_each_parameter_of_each_address(asking, few):
    for route in every_way():
        address, together = right(route), 1 if route.startswith(REFUSING) else 3
        for query in mixtures(parameters_of(route), VALUES, few, together, route):
            asking.ask(address, query)
        cache.clear()
    asking.told("each parameter", SLOWEST_ON_A_BUSY_MACHINE if few < len(VALUES) else SLOWEST)


@pytest.mark.parametrize("few", [4, pytest.param(len(VALUES), marks=pytest.mark.soak)])
def test_each_value_in_each_part_of_each_address(asking, few):
    for number, route in enumerate(every_way()):
        for raw in sample(VALUES, few, number):
            for path in wrong(route, raw):
                asking.ask(path)
                asking.ask(f"/zh{path}")
    asking.told("parts of addresses", SLOWEST_ON_A_BUSY_MACHINE if few < len(VALUES) else SLOWEST)


@pytest.mark.parametrize("few", [SOME, pytest.param(GENERATED, marks=pytest.mark.soak)])
def test_values_that_nobody_thought_of(asking, few):
    """Each in each parameter, at one of the addresses that read the same ones; and in a part of some address."""
    values, chance, reading = made_up(9, GENERATED), random.Random(10), defaultdict(list)
    for route in every_way():
        reading[parameters_of(route)].append(route)
    for names, routes in reading.items():
        for query in mixtures(names, values, few, 12, routes[0]):
            asking.ask(right(chance.choice(routes)), query)
        cache.clear()
    divided = [route for route in every_way() if PART.search(route)]
    for raw in sample(values, few * 10, 11):
        for path in wrong(chance.choice(divided), raw):
            asking.ask(path)
    asking.told("made up", SLOWEST_ON_A_BUSY_MACHINE if few < GENERATED else SLOWEST)


@pytest.mark.parametrize("few", [1, pytest.param(FIXED, marks=pytest.mark.soak)])
def test_each_value_in_the_parameters_of_the_admin(analyst, few):
    """All at once at each address, and at lists each by itself: one that is wrong there hides the others."""
    filters = filters_in_admin()
    others = sorted({name for names in filters.values() for name in names})
    for number, route in enumerate(sorted(admin_ways())):
        address = right(route)
        for raw in sample(VALUES, few, number):
            analyst.ask(address, all_at_once(IN_ADMIN, raw))
            for path in wrong(route, raw):
                analyst.ask(path)
        if route in filters:
            names = [*IN_LISTS, *filters[route], *sample(others, 5, number)]
            for name in sample(names, 12, number) if few == 1 else names:
                refused = analyst.client.get(address, {name: "1"}).status_code == 400  # whatever stands in it
                for raw in sample(VALUES, 1 if refused else few, f"{number} {name}"):
                    analyst.ask(address, f"{name}={raw}")
    analyst.told("the admin", SLOWEST_ON_A_BUSY_MACHINE if few == 1 else SLOWEST)
