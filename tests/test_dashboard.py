"""The admin's first page says what waits, each with its list."""

import pytest

from people.doubles import Double
from proposals.models.outbox import recorded
from tests.factories import make_intake, make_proposal, make_session, make_source, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


def make(**fields):
    """A proposal that lacks nothing but what is None."""
    given = {
        "recommendations": 1,
        "topics": [make_topic()],
        "sources": [make_source()],
        "status": "replied",
        "session": make_session(year=2023, opened="2023-03-04"),
    }
    return make_proposal(**{name: value for name, value in {**given, **fields}.items() if value is not None})


def test_each_number_is_that_of_its_list(analyst, admin_user):
    make(title="Whole")
    make(title="No source", sources=None)
    make(title="No topic", topics=None)
    make(title="No demand", recommendations=None)
    make(title="No reply", status="submitted")
    make(title="Too young", status="submitted", session=make_session(year=2190, opened="2190-03-04"))
    make(title="In review", state="review")
    with recorded(admin_user):
        make(title="Mine")
    make_intake(title="Half read")
    first, second = make(title="One"), make(title="Other")
    Double.objects.create(kind="proposals.proposal", first=first.pk, second=second.pk, reason="title", percent=90)
    waiting = {each.label: each for each in analyst.get("/admin/").context["waiting"]}
    assert {label: each.number for label, each in waiting.items()} == {
        "drafts that you worked on": 1,
        "in review": 1,
        "without a source": 1,
        "without a topic": 1,
        "without a recommendation": 1,
        "without a reply after six months": 1,
        "pairs of proposals that may be one": 1,
        "pairs of delegates that may be one": 0,
        "replies to no proposal that is known": 0,
        "articles begun and not finished": 1,
        "sources whose address does not answer": 0,
    }
    for label, title in {
        "drafts that you worked on": "Mine",
        "in review": "In review",
        "without a source": "No source",
        "without a topic": "No topic",
        "without a recommendation": "No demand",
        "without a reply after six months": "No reply",
    }.items():
        assert [row.title_en for row in analyst.get(waiting[label].url).context["cl"].result_list] == [title], label


def test_articles_that_were_begun_are_listed_and_another_is_one_click_away(analyst):
    make_intake(title="Half read")
    make_intake(title="Read").delete()
    page = analyst.get("/admin/")
    assert 'href="/admin/proposals/intake/add/"' in page.text
    [url] = [each.url for each in page.context["waiting"] if each.label == "articles begun and not finished"]
    assert [row.title for row in analyst.get(url).context["cl"].result_list] == ["Half read"]


def test_the_last_edits_of_all_are_named_with_their_reason(analyst, admin_user):
    with recorded(admin_user, "Read again"):
        proposal = make(title="Quince")
    page = analyst.get("/admin/").text
    assert "Read again" in page
    assert f"/admin/proposals/proposal/{proposal.pk}/history/" in page
    proposal.delete()
    assert "deleted" in analyst.get("/admin/").text


def test_who_may_not_see_proposals_is_told_nothing(client, django_user_model):
    make(title="Quince")
    client.force_login(django_user_model.objects.create_user("new", is_staff=True))
    page = client.get("/admin/")
    assert "waiting" not in page.context
    assert "Quince" not in page.text
