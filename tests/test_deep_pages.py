"""Pages far behind the first: each is there, in order, at a bounded cost; behind the last the way back is shown."""

import re
from dataclasses import replace

import pytest
from django.db import transaction

from proposals.catalogue import PAGE_SIZE, Query, Vocabulary, counts, search
from proposals.models.outbox import recorded
from tests.factories import make_proposal, make_session

pytestmark = pytest.mark.django_db
NUMBER = 130
PAGES = 7


@pytest.fixture(scope="module")
def record(django_db_setup, django_db_blocker):
    """Most are of one day; a third has the word in the title, a third in the summary, the others further down."""
    with django_db_blocker.unblock(), transaction.atomic():
        session = make_session(year=2024)
        with recorded():
            made = [make(session, number) for number in range(NUMBER)]
        yield made
        transaction.set_rollback(True)


def make(session, number):
    return make_proposal(
        title=f"Quince {number}" if number % 3 == 0 else f"Pear {number}",
        summary_en="A quince" if number % 3 == 1 else "",
        recommendations=["Peel the quince"] if number % 3 == 2 else 0,
        submitted=f"2024-03-{number % 9 + 1:02}" if number % 4 == 0 else "2024-03-05",
        session=session,
        published=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("catalogue")


@pytest.fixture(autouse=True)
def _own_catalogue(settings, folder):
    """All pages are of one catalogue."""
    settings.CATALOGUE_DIR = folder


QUERIES = [
    Query(),
    Query(sort="oldest"),
    Query(sort="added"),
    Query(q="quince", sort="newest"),
    Query(q="quince"),
    Query(q="pear"),
]


@pytest.mark.parametrize("large", [20_000, 10], ids=["few", "as if they were many"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.url)
def test_from_whichever_end_a_page_is_looked_for_it_is_the_same(record, monkeypatch, query, large):
    monkeypatch.setattr(counts, "LARGE", large)
    wanted = in_order(record, query)
    for page in range(PAGES + 2):
        found = search(replace(query, page=page + 1), Vocabulary(), facets=()).ids
        assert found == wanted[page * PAGE_SIZE :][:PAGE_SIZE], page + 1


def in_order(record, query):
    """The keys in the order asked for, by what was made: newest first and, by relevance, the title before the rest."""
    found = [number for number in range(NUMBER) if query.q != "pear" or number % 3]
    by_relevance = query.order == "relevance" and query.q == "quince"
    backwards = 1 if query.sort == "oldest" else -1

    def place(number):
        if query.sort == "added":
            return -number
        day = int(record[number].submitted[-2:])
        return by_relevance and number % 3, backwards * day, backwards * number

    return [record[number].pk for number in sorted(found, key=place)]


@pytest.mark.parametrize("query", QUERIES[:4], ids=lambda query: query.url)
def test_no_page_is_further_from_an_end_than_the_middle(record, monkeypatch, query):
    """What the engine goes past costs memory and time, so the last page must cost no more than the first."""
    passed = []

    real = counts.Counts._ordered

    def ordered(self, tier, start, *args, **options):
        passed.append(start)
        return real(self, tier, start, *args, **options)

    monkeypatch.setattr(counts.Counts, "_ordered", ordered)
    most = {}
    for page in range(1, PAGES + 1):
        passed.clear()
        search(replace(query, page=page), Vocabulary(), facets=())
        most[page] = max(passed)
    assert most[1] == most[PAGES] == 0
    assert max(most.values()) <= NUMBER / 2


def pages_linked(response):
    return re.findall(r'<a href="(\?[^"]*)" rel="nofollow">(\d+)</a>', response.text.partition("<main")[2])


@pytest.mark.parametrize("page", [PAGES + 1, 1_000, 10**18, "9" * 300])
@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_behind_the_last_page_the_way_back_is_shown(record, client, page, prefix):
    response = client.get(f"{prefix}/proposals/?q=quince&page={page}")
    assert response.status_code == 404
    assert ("没有这一页结果。" if prefix else "There is no such page of results.") in response.text
    ways = dict(pages_linked(response))
    assert ways["?q=quince"] == "1"
    assert ways[f"?q=quince&amp;page={PAGES}"] == str(PAGES)
    for way in ways:
        assert client.get(f"{prefix}/proposals/{way.replace('&amp;', '&')}").status_code == 200


def test_where_there_is_one_page_or_nothing_at_all_the_way_back_is_shown_too(record, client):
    for address, number in (("/recommendations/?q=quince", 43), ("/proposals/?q=damson", 0), ("/proposals/?q=129", 1)):
        response = client.get(f"{address}&page=99")
        assert response.status_code == 404
        assert re.search(rf'<a href="[?]q=\w+" rel="nofollow">{number} \w+</a>', response.text)


def test_pages_end(record, client):
    """Who follows every link from page to page comes to an end, and finds each page once."""
    ways, seen = ["?"], set()
    while ways:
        way = ways.pop()
        response = client.get(f"/proposals/{way}")
        assert response.status_code == 200
        found = {link.replace("&amp;", "&") for link, _ in pages_linked(response) if "page_size" not in link} - seen
        seen |= found
        ways += found
    assert seen == {"?", *(f"?page={page}" for page in range(2, PAGES + 1))}
