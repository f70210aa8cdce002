"""A walk gives all that a query finds, in the order of its pages, and holds its place while the record changes."""

from dataclasses import replace

import pytest

from proposals.catalogue import Place, Query, Vocabulary, Walk, search, walk
from proposals.models import Proposal
from tests.factories import make_proposal, make_session

QUERIES = [
    {},
    {"sort": "oldest"},
    {"sort": "added"},
    {"q": "cells"},
    {"q": "cells", "sort": "oldest"},
    {"q": "cells -bank"},
    {"q": "nothing such"},
    {"submitted_after": "2024-03"},
]


@pytest.fixture
def record(db):
    """Proposals with the word looked for in the title, in the summary, in a recommendation, on a few days."""
    session = make_session(year=2024)
    for number in range(15):
        make_proposal(
            title=f"Cells {number}" if number % 3 == 0 else f"Bank {number}",
            summary_en="On cells" if number % 3 == 1 else "On banks",
            session=session,
            submitted=f"2024-0{1 + number % 4}-01",
            recommendations=["Grow cells", "Build a bank"],
            published=True,
        )


def pages(query):
    vocabulary = Vocabulary()
    found = search(query, vocabulary, facets=())
    return [key for page in range(1, found.pages + 1) for key in search(replace(query, page=page), vocabulary).ids]


def walked(query, step):
    keys, place = [], None
    while True:
        more, place = Walk(query, Vocabulary()).after(place, step)
        assert len(more) == step or place is None
        keys += more
        if place is None:
            return keys
        place = Place.read(str(place))


@pytest.mark.parametrize("asked", QUERIES)
@pytest.mark.parametrize("recommendations", [False, True])
def test_a_walk_is_all_pages_one_after_another(record, asked, recommendations, monkeypatch):
    query = Query(recommendations=recommendations, **asked)
    expected = pages(query)
    monkeypatch.setattr(walk, "BLOCK", 4)
    assert [key for block in Walk(query, Vocabulary()) for key in block] == expected
    for step in (1, 2, 5, 100):
        assert walked(query, step) == expected


def test_a_walk_gives_what_stays_once_whatever_comes_and_goes(record):
    query = Query(q="cells")
    before = pages(query)
    keys, place = Walk(query, Vocabulary()).after(None, 4)
    make_proposal(title="Cells of today", session=make_session(year=2025), recommendations=["Do it"], published=True)
    Proposal.objects.get(pk=before[6]).delete()
    rest, place = Walk(query, Vocabulary()).after(place, 100)
    assert keys + rest == [key for key in before if key != before[6]]
    assert place is None


@pytest.mark.parametrize("text", ["", "0", "-1", "0-", "x-1", "0-x", "10-1", "0-٣", "0--1", f"0-{1 << 64}", "0-1-2"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ValueError, match="no place"):
        Place.read(text)
