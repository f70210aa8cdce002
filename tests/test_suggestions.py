"""Where nothing is found: spelling suggestions out of the index, each with the number that it gives."""

import html
import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.catalogue import Query, catalogue, count, search
from proposals.catalogue.check import differences
from proposals.catalogue.vocabulary import Vocabulary
from tests.factories import make_agency, make_delegate, make_proposal, make_topic


@pytest.fixture
def record(db):
    """Two published proposals, and a draft whose words nothing published has."""
    make_proposal(
        title="Regulation of hospitals",
        summary_en="Cells & therapies",
        topics=[make_topic(name="Rare diseases")],
        delegates=[make_delegate(name="Ding Lieming", name_zh="丁列明", note="medlar")],
        recommendations=[{"text": "Accelerate the approval", "to": [make_agency(name="Pharmaceutical bureau")]}],
        published=True,
    )
    make_proposal(title="Hospital beds", recommendations=["Buy quinces"], published=True)
    make_proposal(title="Hospitality of xqzvquince", delegates=[make_delegate(name="Xqzvding")])


def suggested(question, **more):
    results = search(Query(q=question, **more), Vocabulary())
    return [(query.q, number) for query, number in results.suggestions]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("hospitl", ("hospital", 2)),
        ("ohspital", ("hospital", 2)),
        ("regulatoin", ("Regulation", 1)),
        ("regulatoin beds -cells", None),
        ("regulatoin hospitls", ("Regulation hospitals", 1)),
        ('"hospitl" regulation', ('"Hospital" regulation', 1)),
        ("title:hospitl beds", ("title:Hospital beds", 1)),
        ("aproval", ("approval", 1)),
        ("aproval 細胞", None),
        ("Leiming", ("Lieming", 1)),
        ("delegate:Leiming", ("delegate:Lieming", 1)),
        ("deseases", ("diseases", 1)),
        ("topic:deseases", ("topic:diseases", 1)),
        ("farmaceutical", None),
        ("pharmacuetical", ("Pharmaceutical", 1)),
        ("agency:pharmacuetical", ("agency:Pharmaceutical", 1)),
        ("terapies", ("therapies", 1)),
        ("hospital regulation quinces", None),
        ("-hospitl", None),
        ("zzzzzz", None),
        ("abc", None),
        ("xqzvquinc", None),
        ("medlars", None),
        ("dinglieming1", None),
        ("干细包", None),
    ],
)
def test_what_is_misspelt_is_suggested(record, question, first):
    found = suggested(question)
    assert (found[0] if found else None) == first or (first and first[0].lower() == found[0][0].lower()), found
    assert len(found) <= 3
    assert all(number and number == count(Query(q=other)) for other, number in found)


def test_nothing_is_suggested_where_something_is_found(record):
    assert suggested("hospital") == []


def test_other_conditions_stand(record):
    vocabulary = Vocabulary()
    chosen = {"topic": tuple(vocabulary.values("topic", [vocabulary._lists.topic[0].value]))}
    assert suggested("hospitl", chosen=chosen)[0][1] == 1
    [(query, number)] = search(Query(q="aproval", recommendations=True), vocabulary).suggestions
    assert (query.q, query.recommendations, number) == ("approval", True, 1)


@pytest.mark.parametrize(("prefix", "words"), [("", "Did you mean"), ("/zh", "您要找的是不是")])
def test_the_page_shows_them_as_links_in_both_languages(client, record, prefix, words):
    page = client.get(f"{prefix}/proposals/", {"q": "hospitl"}).text
    assert words in page
    link = re.search(r'<a href="(\?q=[^"]+)" rel="nofollow">(\w+)</a> <span class="count">2</span>', page)
    assert link[2].lower().startswith("hospital")
    assert client.get(f"{prefix}/proposals/{html.unescape(link[1])}").context["results"].total == 2
    assert words not in client.get(f"{prefix}/proposals/", {"q": "zzzzzz"}).text


def test_what_was_typed_is_escaped(client, record):
    page = client.get("/proposals/", {"q": "hospitl <b>cells</b>"}).text
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_no_word_of_a_draft_and_no_pinyin_is_suggested(client, record):
    for question in ("hospitalityy", "xqzvquinces", "xqzvdingg", "dinglieminh", "lieminh", "ding4", "Xqzvdin"):
        assert not [
            other for other, _ in suggested(question) if re.search("xqzv|hospitality|dinglie|ding4", other.lower())
        ]


def test_they_cost_few_queries_and_little_time(client, record):
    client.get("/proposals/", {"q": "cells"})
    with CaptureQueriesContext(connection) as queries:
        client.get("/proposals/", {"q": "hospitl regulatoin deseases lieminng pharmacuetical"})
    assert len(queries) <= 8
    began = time.monotonic()
    suggested(" ".join(f"hospitl{number}" for number in range(30)))
    suggested("a" * 500)
    suggested("-" * 100 + " .*.*.* [[[[ hosp*tal ((((")
    assert time.monotonic() - began < 5


def test_a_name_that_nothing_published_has_any_more_changes_nothing(record):
    for name in ("Hospitals Secretname", "Hospitalling Secretname"):
        proposal = make_proposal(title="Beds", delegates=[make_delegate(name=name)], published=True)
        assert count(Query(q="secretname")) == 1
        proposal.state = proposal.State.DRAFT
        proposal.save()
    assert suggested("hospitalls")[0][0].lower() == "hospital"
    assert suggested("hospitallin")[0][0].lower() == "hospital"
    assert suggested("secretnam") == []
    assert list(differences(catalogue())) == []
