"""Whatever stands in whichever part or parameter of whichever address: an answer soon, and never a fault of ours.

The ordinary run takes a sample of each address and each parameter; `make soak` takes all of them.
"""

import random
import time
from collections import Counter

import pytest
from django.core.cache import cache

from proposals.catalogue import ORDERS
from proposals.models import Proposal
from tests.factories import make_echo, make_event, make_reply
from tests.hostile import (
    EVERY_NAME,
    IN_ADMIN,
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

GENERATED, SOME = 2_000, 200
"""Values that are made up; those of them that an ordinary run tries."""
SLOWEST, SLOWEST_ON_A_BUSY_MACHINE = 1.0, 30.0
"""Seconds."""


@pytest.fixture
def record(founding):
    """The founding data, with replies, events and what takes up a recommendation, and one page of each kind seen."""
    proposal = Proposal.objects.order_by("pk")[0]
    agency = proposal.recommendations.exclude(agencies=None)[0].agencies.all()[0]
    make_reply(to=[proposal], agency=agency, outcomes={proposal.recommendations.all()[0]: "planned"}, date="2024-08")
    make_event(proposal=proposal, stage="assigned", role="lead", agency=agency)
    make_echo(recommendation=proposal.recommendations.all()[0], issuer=agency)


class Asking:
    """Asks, and keeps what was answered: how often with which status, what was a fault of ours, and the slowest."""

    def __init__(self, client):
        self.client, self.statuses, self.faults, self.slowest = client, Counter(), [], (0.0, "")
        client.raise_request_exception = False

    def ask(self, path, query=""):
        began = time.perf_counter()
        try:
            answer = self.client.get(path, QUERY_STRING=query)
            content = answer.getvalue()
        except Exception as error:
            self.faults.append(f"{path[:200]}?{query[:200]}: {error!r}")
            return
        took = time.perf_counter() - began
        self.slowest = max(self.slowest, (took, f"{path[:100]}?{query[:200]}"))
        self.statuses[answer.status_code] += 1
        unknown_format = answer.status_code == 501 and path == "/oembed"  # as its specification has it
        if (answer.status_code >= 500 and not unknown_format) or b"Traceback" in content:
            self.faults.append(f"{path[:200]}?{query[:200]}: {answer.status_code}")
        if any("\n" in value or "\r" in value for value in answer.headers.values()) or "Set-Cookie" in answer.headers:
            self.faults.append(f"{path[:200]}?{query[:200]}: a header that was made up")

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
    for route in every_way():
        client.get(right(route))
    cache.clear()
    return asking


@pytest.fixture
def analyst(client, record, admin_user):
    client.force_login(admin_user)
    client.get("/admin/")
    return Asking(client)


def sample(values, number, seed):
    return random.Random(seed).sample(values, min(number, len(values)))


def test_there_are_enough_values_and_no_parameter_is_forgotten():
    assert len(VALUES) >= 60
    assert len({*made_up(9, GENERATED)}) >= GENERATED * 0.95
    known = {*EVERY_NAME, *IN_ADMIN}
    assert named_in_code() <= known
    assert {"relevance"} <= {*ORDERS}
    assert all(parameters_of(route) for route in every_way())


@pytest.mark.parametrize("few", [3, pytest.param(len(VALUES), marks=pytest.mark.soak)])
def test_each_value_in_all_parameters_of_each_address(asking, few):
    for number, route in enumerate(every_way()):
        for raw in sample(VALUES, few, number):
            asking.ask(right(route), "&".join(f"{name}={raw}" for name in EVERY_NAME))
            cache.clear()
    asking.told("all parameters at once", SLOWEST_ON_A_BUSY_MACHINE if few < len(VALUES) else SLOWEST)


@pytest.mark.parametrize("few", [1, pytest.param(len(VALUES), marks=pytest.mark.soak)])
def test_each_value_in_each_parameter_of_each_address(asking, few):
    for number, route in enumerate(every_way()):
        for place, name in enumerate(parameters_of(route)):
            for raw in sample(VALUES, few, f"{number} {place}"):
                asking.ask(right(route), f"{name}={raw}")
        cache.clear()
    asking.told("one parameter at a time", SLOWEST_ON_A_BUSY_MACHINE if few < len(VALUES) else SLOWEST)


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
    chance, routes = random.Random(10), every_way()
    for raw in made_up(9, few):
        route = chance.choice(routes)
        names = chance.sample(EVERY_NAME, 2) + chance.sample(parameters_of(route), 1)
        asking.ask(right(route), "&".join(f"{name}={raw}" for name in names))
        for path in wrong(chance.choice([each for each in routes if PART.search(each)]), raw):
            asking.ask(path)
    asking.told("made up", SLOWEST_ON_A_BUSY_MACHINE if few < GENERATED else SLOWEST)


@pytest.mark.parametrize("few", [1, pytest.param(len(VALUES), marks=pytest.mark.soak)])
def test_each_value_in_the_parameters_of_the_admin(analyst, few):
    names = (*IN_ADMIN, *filters_in_admin())
    for number, route in enumerate(sorted(admin_ways())):
        for raw in sample(VALUES, few, number):
            analyst.ask(right(route), "&".join(f"{name}={raw}" for name in IN_ADMIN))
            for path in wrong(route, raw):
                analyst.ask(path)
        if route.count("/") == 3 and not PART.search(route):  # a list, which has filters
            for name in names if few > 1 else sample(names, 12, number):
                for raw in sample(VALUES, max(1, few // 8), f"{number} {name}"):
                    analyst.ask(right(route), f"{name}={raw}")
    analyst.told("the admin", SLOWEST_ON_A_BUSY_MACHINE if few == 1 else SLOWEST)
