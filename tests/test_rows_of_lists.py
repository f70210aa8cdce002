"""Proposals on lists: as the record has them at this moment, though the index keeps what a list shows of each."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Position
from proposals.catalogue import index
from proposals.models import Proposal
from tests.factories import make_delegate, make_proposal, make_region, make_topic

pytestmark = pytest.mark.django_db
LIST = "/proposals/"


@pytest.fixture
def fruit():
    return make_topic(name="Fruit", name_zh="水果", slug="fruit")


@pytest.fixture
def quince(fruit):
    """A proposal of two delegates and an organisation; of the delegates' posts two were held at the time."""
    ada, bao = make_delegate(name="Ada Quill"), make_delegate(name="Bao Ling", name_zh="鲍玲")
    Position.objects.create(delegate=ada, employer_en="Orchard Ltd", began="2020")
    Position.objects.create(delegate=ada, employer_en="Old Garden", ended="2019")
    Position.objects.create(delegate=bao, employer_zh="果园公司", inferred=True)
    return make_proposal(
        title="Plant quinces",
        title_zh="种植榅桲",
        summary_en="Quinces & pears",
        submitted="2024-03-05",
        topics=[make_topic(name="Trees", order=9), fruit],
        regions=[make_region(name="Sichuan")],
        delegates=[bao, ada],
        organisations=["Growers' Society"],
        recommendations=["Buy land", "Water it"],
        published=True,
    )


def rows(client, address=LIST):
    """The rows of a list: the words of each, in their order."""
    articles = re.findall(r'<article class="card">(.*?)</article>', client.get(address).text, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in articles]


def nothing_is_written(monkeypatch):
    """Let nothing more be written to the index, as where another process holds its lock for long."""
    monkeypatch.setattr(index.Catalogue, "catch_up", lambda _self: None)


def test_a_row_says_who_what_when_and_about_what(client, quince):
    [row] = rows(client)
    assert row == (
        "Plant quinces 种植榅桲"
        " Bao Ling 鲍玲 ( 果园公司 , inferred ), Ada Quill (Orchard Ltd), Growers' Society"
        f" · {quince.session.name_en} · 5 Mar 2024"
        " Quinces & pears Submitted, as reported · 2 recommendations · Sichuan Fruit Trees Compare : Plant quinces"
    )
    assert "种植榅桲" in rows(client, "/zh/proposals/")[0]
    assert "水果" in rows(client, "/zh/proposals/")[0]


def test_a_list_reads_nothing_of_the_record_but_what_is_public_and_when_it_changed(client, quince):
    client.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        assert len(rows(client, f"{LIST}?topic=fruit")) == 1
    assert not any(name in each["sql"] for each in asked for name in ("sponsorship", "position", "title_en"))


def test_what_is_changed_shows_at_once_on_every_list(client, quince, fruit):
    assert all("Fruit Trees" in rows(client, place)[0] for place in ("/", LIST, "/topics/fruit/"))
    fruit.name_en = "Fruits"
    fruit.save()
    quince.recommendations.all()[0].delete()
    for place in ("/", LIST, "/topics/fruit/"):
        assert "1 recommendation · Sichuan Fruits Trees" in rows(client, place)[0]


def test_what_the_index_does_not_know_yet_is_read_from_the_record(client, quince, monkeypatch):
    plum = make_proposal(title="Plant plums", published=True)
    assert len(rows(client)) == 2
    nothing_is_written(monkeypatch)
    quince.title_en = "Plant medlars"
    quince.save()
    plum.state = Proposal.State.DRAFT
    plum.save()
    [row] = rows(client)
    assert row.startswith("Plant medlars 种植榅桲 Bao Ling 鲍玲 ( 果园公司 , inferred ), Ada Quill (Orchard Ltd)")
    assert "Plant plums" not in client.get("/").text


def test_a_row_shows_the_recommendation_in_which_the_words_stand(client, quince):
    [row] = rows(client, f"{LIST}?q=water")
    assert "Recommendation 2 : Water it" in row
    assert "<mark>Water</mark> it" in client.get(f"{LIST}?q=water").text
