"""Questions and addresses made to take for ever: each is answered soon, with a page that says what it made of them."""

import time
import urllib.request

import pytest

from people.models import Delegate
from proposals.catalogue import Query, Vocabulary, count, search
from proposals.models import Sponsorship
from proposals.models.outbox import recorded
from tests.factories import make_delegate, make_proposal
from tests.test_hostile_parameters import Answer

SOON = 10
"""Seconds of work; a bomb that goes off takes hours."""
HAN = "干细胞临床试验药品审评审批医疗保障体系罕见病老龄化立法伦理国际中心"
BOMBS = {
    "nested repetition": "(a+)+$",
    "nested repetition, long": f"({'(' * 50}a+{')+' * 50})+$",
    "alternatives that overlap": f"{'(a|aa)+' * 60}$",
    "counted repetition of counted repetition": "a{1,1000}{1,1000}{1,1000}",
    "everything, again and again": ".*" * 250,
    "classes": "[a-z]*" * 80,
    "stars": "*" * 500,
    "stars between letters": "a*" * 250,
    "question marks": "?" * 500,
    "stars with words": "*a* *e* *i* *o* *u* *" * 20,
    "per cent": "%" * 500,
    "per cent and underscores": "%_%a%_" * 80,
    "fuzzy": "quinces~2 " * 30,
    "boosted": "quince^1e308 " * 30,
    "a range": "[* TO *] " * 50,
    "brackets": "(" * 500,
    "brackets with operators": "(a OR " * 80,
    "nots": "-" * 500,
    "nots before words": "NOT -!" * 80,
    "quotation marks": '"a" ' * 120,
    "a quotation of stars": f'"{"a* " * 160}"',
    "one character": "干",
    "one character 500 times": "干" * 500,
    "thirty single characters": " ".join(HAN[:30]),
    "single characters after words": " ".join(f"a-{each}" for each in HAN[:30]),
    "joiners": "a-" * 250,
    "joiners of all kinds": "a-.'’&·" * 70,
    "one word of 500 letters": "a" * 500,
    "accents": "a" + "\u0301" * 499,
    "ligatures that grow": "ﷺ" * 500,
    "backslashes": "\\" * 500,
    "look-behind": "(?<=a)(?!b)(?P<x>a)(?P=x)" * 20,
}


@pytest.fixture
@recorded()
def record(db):
    for number in range(8):
        make_proposal(
            title=f"{'a' * 60} quince a-{number} {'a' * number}!",
            title_zh=f"{HAN[number:]}{HAN[:number]}" * 2,
            summary_en="a " * 300 + "".join(f"a-{each} " for each in HAN),
            recommendations=["a " * 50 + "ﷺ"],
            published=True,
        )


@pytest.mark.parametrize(
    ("address", "every"),
    [
        ("/proposals/", 3),
        ("/zh/recommendations/", 8),
        pytest.param("/proposals/", 1, marks=pytest.mark.soak),
        pytest.param("/recommendations/", 1, marks=pytest.mark.soak),
    ],
)
def test_a_bomb_in_the_words_is_answered_soon(client, record, address, every):
    client.get(address)
    slow = {}
    for about, bomb in [*BOMBS.items()][::every]:
        began = time.process_time()
        response = client.get(address, {"q": bomb})
        took = time.process_time() - began
        assert response.status_code == 200, about
        answer = Answer(response.text)
        assert answer.boxes["q"] == bomb, about
        assert bool(answer.above) == ("q" in answer.beside), about
        assert 'id="found"' in response.text, about
        if took > SOON:
            slow[about] = took
    assert slow == {}


@pytest.mark.parametrize("name", ["topic", "delegate"])
def test_ten_thousand_values_for_one_facet_get_a_message_soon(client, record, name):
    began = time.process_time()
    query = "&".join(f"{name}={number}" for number in range(10_000))
    response = client.get("/proposals/", QUERY_STRING=query)
    assert time.process_time() - began < SOON
    assert response.status_code == 200
    assert "at most 200 values" in Answer(response.text).beside[name]


@pytest.mark.soak
def test_the_server_takes_as_many_values_as_an_address_holds_and_goes_on(reading_site):
    query = "&".join(f"topic=no-{number}" for number in range(600))  # of 10,000 tests/test_sizes.py has the answer
    for address in (f"/proposals/?{query}", "/proposals/"):
        with urllib.request.urlopen(f"{reading_site.url}{address}", timeout=60) as response:
            page = response.read().decode()
        assert response.status == 200
        assert ("at most 200 values" in page) is (address != "/proposals/")


@pytest.mark.parametrize("number", [1_500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_of_thousands_of_values_in_the_record_the_first_are_listed_and_every_count_is_exact(db, client, number):
    """As many delegates, each on one proposal but for one who is on all of them, and one on three."""
    made = [make_proposal(title=f"Quince {each}", published=True) for each in range(50)]
    everywhere, thrice = make_delegate(name="Everywhere"), make_delegate(name="Thrice", slug="thrice")
    many = Delegate.objects.bulk_create(
        Delegate(slug=f"one-of-many-{each}", name_en=f"Person {each}") for each in range(number - 2)
    )
    by = [*((made[place % 50], one) for place, one in enumerate(many))]
    by += [*((one, everywhere) for one in made), *((one, thrice) for one in made[:3])]
    Sponsorship.objects.bulk_create(
        Sponsorship(proposal=proposal, delegate=delegate, order=order) for order, (proposal, delegate) in enumerate(by)
    )
    began = time.process_time()
    client.get("/proposals/")
    assert time.process_time() - began < 3 * SOON  # with the building of the index
    for query in (Query(), Query(q="quince")):
        [facet] = search(query, Vocabulary(), facets=["delegate"]).facets
        assert (facet.number, len(facet.values)) == (number, 100)
        assert [(value.label, value.count) for value in facet.values[:2]] == [("Everywhere", 50), ("Thrice", 3)]
        assert {value.count for value in facet.values[2:]} == {1}
        for value in facet.values[:5]:
            assert count(query.choosing("delegate", Vocabulary().values("delegate", [value.value]))) == value.count
    for address in (
        "/proposals/?q=quince",
        "/proposals/?delegate=thrice",
        "/delegates/",
        f"/delegates/?page={number // 100}",
    ):
        began = time.process_time()
        assert client.get(address).status_code == 200
        assert time.process_time() - began < SOON
    assert f"100 of {number}" in client.get("/proposals/").text
