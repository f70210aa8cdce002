"""Every list of the API can be gone through by a cursor, which holds whatever comes and goes."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Proposal, Reply
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)
from tests.test_api import RESOURCES, get, wrong

pytestmark = pytest.mark.django_db


def walked(client, address):
    """The rows of a list, from an address on through all of `next`."""
    found = []
    while address:
        answer = get(client, address)
        found += answer["results"]
        address = answer["next"]
    return found


@pytest.fixture
@recorded()
def many(db):
    """Twenty-five and more of everything that is listed, all public."""
    body, source, reply_to = make_body(slug="cppcc"), make_source(), make_proposal(published=True)
    for number in range(25):
        delegate, region = make_delegate(slug=f"d-{number}"), make_region(slug=f"r-{number}")
        seat = make_body(slug=f"b-{number}", region=region)
        make_membership(delegate=delegate, body=seat, region=region)
        agency, topic = make_agency(slug=f"a-{number}"), make_topic(slug=f"t-{number}", order=number % 3)
        make_proposal(
            title=f"Quince {number}",
            session=make_session(slug=f"s-{number}", body=body, year=2000 + number % 5, term=1 + number),
            topics=[topic],
            delegates=[delegate],
            recommendations=[{"text": "Plant", "to": [agency]}],
            sources=[source, make_source(title=f"Source {number}", url=f"https://n.example/{number}")],
            published=True,
        )
        make_reply(to=[reply_to], agency=agency, date=("2024", "2024-03", "2024-03-12")[number % 3])


def test_the_cursor_goes_through_every_list_once_in_the_order_of_its_pages(many, client):
    for name in RESOURCES:
        first = get(client, f"{name}/")
        assert first["count"] >= 25, name
        assert "cursor=" in first["next"], name
        assert first["previous"] is None
        urls = [row["url"] for row in walked(client, f"{name}/")]
        assert len(urls) == len({*urls}) == first["count"], name
        assert urls == [row["url"] for row in walked(client, f"{name}/?page=1")], name
        assert [row["url"] for row in get(client, f"{name}/?page_size=100")["results"]] == urls, name
        short = walked(client, f"{name}/?fields=url&lang=zh")
        assert [{*row} for row in short] == [{"url"}] * len(urls), name


def test_a_list_reads_no_more_rows_than_it_gives_and_counts_the_others(many, client):
    for name in RESOURCES[2:]:
        for question in ("", "?page=2", "?" + get(client, f"{name}/")["next"].partition("?")[2]):
            cache.clear()
            with CaptureQueriesContext(connection) as asked:
                get(client, f"{name}/{question}")
            asked = [query["sql"] for query in asked]
            assert len([sql for sql in asked if " LIMIT 21" in sql]) == 1, (name, asked)
            assert len([sql for sql in asked if "COUNT(*)" in sql]) == 1, (name, asked)


def test_the_newest_replies_and_sessions_and_the_first_topics_come_first(many, client):
    dates = [row["date"] for row in walked(client, "replies/")]
    assert dates == sorted(dates, reverse=True)
    years = [row["year"] for row in walked(client, "sessions/")]
    assert years == sorted(years, reverse=True)
    numbers = [int(row["slug"].partition("-")[2]) for row in walked(client, "topics/") if row["slug"].startswith("t-")]
    assert numbers == sorted(numbers, key=lambda number: (number % 3, number))


def test_the_cursor_of_every_list_stays_right_while_its_rows_come_and_go(many, client):
    first = {name: get(client, f"{name}/") for name in RESOURCES}
    before = {name: {row["url"] for row in get(client, f"{name}/?page_size=100")["results"]} for name in RESOURCES}
    proposal = Proposal.objects.order_by("pk")[0]
    with recorded():
        Reply.objects.order_by("-date", "-pk")[3].delete()
        make_reply(to=[proposal], date="2025-01")
        make_reply(to=[proposal], date="2024-03")
        gone = Proposal.objects.get(title_en="Quince 4")
        gone.state = Proposal.State.DRAFT
        gone.save()
        make_proposal(
            session=make_session(slug="s-new", year=2030, term=40),
            topics=[make_topic(slug="t-new", order=0)],
            delegates=[make_delegate(slug="d-new")],
            recommendations=[{"text": "Plant", "to": [make_agency(slug="a-new")]}],
            sources=[make_source()],
            published=True,
        )
    for name in RESOURCES:
        urls = [row["url"] for row in first[name]["results"] + walked(client, first[name]["next"])]
        assert len(urls) == len({*urls}), name
        stays = before[name] & {row["url"] for row in get(client, f"{name}/?page_size=100")["results"]}
        assert stays <= {*urls}, name


def test_a_cursor_that_no_list_gave_is_wrong(many, client):
    for name in RESOURCES:
        for cursor in ("zzz", "-1", "1" * 30, "1.2.3.4", "%00", "٣", "1%0A", ".", "2024-03-12", "None"):
            assert wrong(client, f"{name}/?cursor={cursor}") == ["cursor"], (name, cursor)
        assert wrong(client, f"{name}/?cursor=zzz&page=1") == ["cursor"]
        following = get(client, f"{name}/")["next"].partition("cursor=")[2]
        assert wrong(client, f"{name}/?cursor={following}&page=1") == ["cursor"]
    assert get(client, f"topics/?cursor=99999.{'9' * 18}")["results"] == []


def test_lists_of_things_are_given_in_pages_on_request(client):
    for number in range(25):
        make_topic(slug=f"t-{number}", order=number)
    first = get(client, "topics/?page=1")
    second = get(client, first["next"])
    assert [row["slug"] for row in first["results"] + second["results"]] == [f"t-{n}" for n in range(25)]
    assert (first["previous"], second["next"], second["previous"]) == (None, None, first["next"].replace("=2", "=1"))
    assert get(client, "topics/?page=3", 404)["detail"] == "There is no such page of results."
    assert len(get(client, "topics/?page_size=50")["results"]) == 25
