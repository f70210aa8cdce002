"""Facets with more values than a page lists."""

import pytest

from proposals.catalogue import Query, Vocabulary, search
from proposals.models import Sponsorship
from tests.factories import make_delegate, make_proposal, make_topic

pytestmark = pytest.mark.django_db


def facet(name):
    [found] = [each for each in search(Query(), Vocabulary()).facets if each.name == name]
    return found


def test_the_top_of_a_tree_is_listed_whatever_lies_below_it():
    first = make_topic(name="First")
    below = [make_topic(name=f"Below {number}", parent=first) for number in range(150)]
    others = [make_topic(name=f"Other {number}") for number in range(20)]
    make_proposal(topics=[*below, *others], published=True)
    topics = facet("topic")
    assert {value.label for value in topics.values if not value.depth} >= {"First", *(each.name for each in others)}
    assert (len(topics.values), topics.number) == (100, 171)
    assert [value.depth for value in topics.values][:2] == [0, 1]


def test_of_many_delegates_those_with_most_are_listed_and_the_number_of_all_is_told(client):
    busiest = make_delegate(name="Zhuang Busy")
    for _ in range(2):
        make_proposal(delegates=[busiest], published=True)
    many = make_proposal(published=True)
    for number in range(130):
        Sponsorship.objects.create(proposal=many, delegate=make_delegate(name=f"Person {number}"), order=number + 1)
    delegates = facet("delegate")
    assert (len(delegates.values), delegates.number) == (100, 131)
    assert (delegates.values[0].label, delegates.values[0].count) == ("Zhuang Busy", 2)
    assert "100 of 131" in client.get("/proposals/").text
