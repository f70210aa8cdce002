"""Entering is quick: a list is pasted at once, dates are typed in any way, the next one keeps what is the same."""

import pytest

from people.dates import partial_date
from proposals.models import Proposal
from proposals.models.pasting import points
from tests.admin_pages import address, errors_of, sent_back
from tests.factories import make_proposal, make_session, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("Hire\nTrain\n\nPay", ["Hire", "Train", "Pay"]),
        ("1. Hire\n2. Train them\nand more of them\n3) Pay", ["Hire", "Train them and more of them", "Pay"]),
        ("一、建立机制\n二、完善\n制度\n（三）细化", ["建立机制", "完善制度", "细化"]),
        ("第一，加强\n第二，改进", ["加强", "改进"]),
        ("第1条 加强\n第2条 改进", ["加强", "改进"]),
        ("① a\n② b", ["a", "b"]),
        ("- one\n• two\n* three", ["one", "two", "three"]),
        ("(a) one\n(b) two", ["one", "two"]),
        ("1．建立\r\n2、完善", ["建立", "完善"]),
        (
            "3.5 percent more\n2024 is the year\n十年来\n二十项",
            ["3.5 percent more", "2024 is the year", "十年来", "二十项"],
        ),
        ("GMP-grade\nCAR-T", ["GMP-grade", "CAR-T"]),
        ("1. 2024 budget\n2. \n3.", ["2024 budget"]),
        ("Recommendation 1: Hire\nRecommendation 2: Train", ["Hire", "Train"]),
        ("a\x00b", ["ab"]),
        (" \n\n", []),
    ],
)
def test_a_pasted_list_is_cut_into_its_points(pasted, found):
    assert points(pasted) == found


def test_each_point_becomes_a_recommendation_after_the_last(analyst):
    proposal = make_proposal(recommendations=["one", "two"])
    url = address(Proposal, "change", proposal.pk)
    entered = sent_back(analyst.get(url)) | {"pasted": "1. three\n2. 四", "recommendations-2-text_en": "typed"}
    assert analyst.post(url, entered).status_code == 302
    rows = proposal.recommendations.order_by("order").values_list("order", "text_en", "text_zh")
    assert list(rows) == [(1, "one", ""), (2, "two", ""), (3, "typed", ""), (4, "three", ""), (5, "", "四")]
    assert not analyst.get(url).context["adminform"].form["pasted"].value()


def test_a_new_proposal_with_a_pasted_list_is_published_at_once(analyst):
    entered = sent_back(analyst.get(address(Proposal, "add"))) | {
        "title_en": "Quince",
        "session": make_session().pk,
        "pasted": "\n".join(f"{number}. Demand {number}" for number in range(1, 21)),
        "citations-0-source": make_source().pk,
        "_step_publish": "1",
    }
    assert analyst.post(address(Proposal, "add"), entered).status_code == 302
    assert Proposal.objects.published().get().recommendations.count() == 20


def test_too_long_a_list_is_refused_and_kept(analyst):
    proposal = make_proposal()
    url = address(Proposal, "change", proposal.pk)
    response = analyst.post(url, sent_back(analyst.get(url)) | {"pasted": "x\n" * 301})
    assert errors_of(response) == {"pasted": ["More than 300 points at once: paste fewer."]}
    assert response.context["adminform"].form["pasted"].value().count("x") == 301


def test_a_date_is_typed_as_the_source_prints_it(analyst):
    proposal = make_proposal(session=make_session(year=2024))
    url = address(Proposal, "change", proposal.pk)
    assert analyst.post(url, sent_back(analyst.get(url)) | {"submitted": "2024年3月5日"}).status_code == 302
    assert Proposal.objects.get().submitted == "2024-03-05"
    response = analyst.post(url, sent_back(analyst.get(url)) | {"submitted": "in spring"})
    assert "“in spring” is not a date" in str(errors_of(response)["submitted"])
    assert partial_date("in spring") == "in spring"


def test_the_next_proposal_keeps_session_kind_and_source(analyst):
    session, source = make_session(), make_source(title="A round-up")
    entered = sent_back(analyst.get(address(Proposal, "add"))) | {
        "title_en": "First",
        "session": session.pk,
        "citations-0-source": source.pk,
        "_addanother": "1",
    }
    page = analyst.post(address(Proposal, "add"), entered, follow=True)
    kept = sent_back(page)
    assert (kept["session"], kept["kind"], kept["citations-0-source"]) == (str(session.pk), "proposal", str(source.pk))
    assert "A round-up" in page.text
    [(where, _status)] = page.redirect_chain  # a browser sends the form back to where it came from
    assert analyst.post(where, kept | {"title_en": "Second"}).status_code == 302
    assert Proposal.objects.get(title_en="Second").citations.get().source == source
