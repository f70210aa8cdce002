"""The counts of everything, carried on from change to change: the same as if all were counted anew."""

import random
from collections import Counter

import pytest

from proposals.catalogue.schema import FACETS, NAME, PROPOSAL, RECOMMENDATION, coded
from proposals.catalogue.totals import Totals


def numbers(kind=PROPOSAL, **values):
    """What a document of a `kind` has, as the index has it; `values` by field."""
    empty = {"type": [kind], "date": values.pop("date", [])} | {facet: [] for facet in FACETS}
    return empty | {facet: [coded(kind, value) for value in each] for facet, each in values.items()}


def test_a_value_between_two_others_finds_its_place():
    totals = Totals()
    for topic in (30, 10, 20, 10):
        totals.add(numbers(topic=[topic]))
    assert totals.by("topic", PROPOSAL) == {10: 2, 20: 1, 30: 1}
    assert Totals(totals.packed()).by("topic", PROPOSAL) == {10: 2, 20: 1, 30: 1}


def test_kinds_are_counted_apart_and_names_not_at_all():
    totals = Totals()
    totals.add(numbers(topic=[1], session=[7]))
    totals.add(numbers(RECOMMENDATION, topic=[1, 2], session=[7]))
    totals.add({"type": [NAME], "id": [1], "proposal": [1]})
    assert totals.by("topic", PROPOSAL) == {1: 1}
    assert totals.by("topic", RECOMMENDATION) == {1: 1, 2: 1}
    assert (totals.number(PROPOSAL), totals.number(RECOMMENDATION)) == (1, 1)


def test_a_copy_changes_without_the_first():
    first = Totals()
    first.add(numbers(topic=[1]))
    carried = first.copy()
    carried.add(numbers(topic=[1]))
    assert (first.by("topic", PROPOSAL), carried.by("topic", PROPOSAL)) == ({1: 1}, {1: 2})
    assert first != carried


def test_a_value_that_nothing_has_any_more_is_told_once_and_can_come_back():
    totals = Totals()
    totals.add(numbers(topic=[1, 2, 3]))
    totals._change("topic", PROPOSAL, {2: 1}, -1)
    assert totals.unused("topic") == [2]
    assert totals.copy().unused("topic") == []
    carried = totals.copy()
    carried.add(numbers(topic=[2]))
    assert carried.by("topic", PROPOSAL) == {1: 1, 2: 1, 3: 1}


def test_ten_thousand_changes_leave_what_was_counted_beside_them():
    chosen, totals, beside = random.Random(4), Totals(), Counter()
    for _ in range(10_000):
        value = chosen.randrange(300)
        sign = -1 if beside[value] and chosen.random() < 0.45 else 1
        beside[value] += sign
        totals._change("delegate", PROPOSAL, {value: 1}, sign)
        if chosen.random() < 0.01:
            totals = totals.copy()
    assert Totals(totals.packed()).by("delegate", PROPOSAL) == +beside


@pytest.mark.parametrize("less", [1, 8, 80])
def test_what_is_cut_off_is_refused(less):
    totals = Totals()
    for topic in range(20):
        totals.add(numbers(topic=[topic]))
    with pytest.raises(ValueError, match=r"cut off|bytes length"):
        Totals(totals.packed()[:-less])
