"""Facets with more values than a page lists."""

import pytest

from people.models import Session
from proposals.catalogue import Query, Vocabulary, search
from proposals.models import Sponsorship
from tests.factories import make_body, make_delegate, make_proposal, make_session, make_topic

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


def test_of_those_equally_frequent_the_first_in_the_record_are_listed():
    sponsored = make_proposal(published=True)
    delegates = [make_delegate(name=f"Person {number}") for number in range(120)]
    for number, delegate in enumerate(reversed(delegates)):
        Sponsorship.objects.create(proposal=sponsored, delegate=delegate, order=number + 1)
    assert {value.label for value in facet("delegate").values} == {each.name for each in delegates[:100]}


def test_sessions_that_are_asked_for_one_after_another_keep_the_records_order():
    body = make_body()
    sessions = [make_session(body=body, term=14, ordinal=ordinal, year=2022 + ordinal) for ordinal in (3, 1, 2)]
    for session in sessions:
        make_proposal(session=session, published=True)
    among = Vocabulary()
    [last] = among.values("session", [sessions[2].slug])
    ordered = [*Session.objects.values_list("pk", flat=True)]
    assert last.key == sessions[2].pk
    assert [*among.keys("session", ordered)] == ordered
