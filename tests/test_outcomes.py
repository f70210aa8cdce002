"""What came of things at large: `/outcomes/`, how long replies took, what an agency answered, replies narrowed down."""

import re

import pytest
from html5lib import parse

from proposals.models.outbox import recorded
from proposals.models.reply_times import Spread, days_between, days_to_reply
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_event,
    make_proposal,
    make_reply,
    make_session,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
@recorded()
def shown():
    """Five public proposals of two levels and years: one merged, one filed, one assigned, two answered; and a draft."""
    ministry = make_agency(slug="ministry", name="Ministry of Quince")
    centre = make_agency(slug="centre", name="Quince Centre", parent=ministry)
    other = make_agency(slug="other", name="Bureau of Pears")
    cells, banks = make_topic(slug="cells", name="Cells"), make_topic(slug="banks", name="Banks")
    old = make_session(body=make_body(name="National"), year=2023, opened="2023-03-04")
    new = make_session(body=make_body(name="Provincial", level="provincial"), year=2024, opened="2024-01-20")
    [known] = [make_delegate(slug="known")]
    merged = make_proposal(title="Merged", session=old, topics=[cells], published=True)
    filed = make_proposal(title="Filed", session=old, topics=[cells], submitted="2023-03-05", published=True)
    assigned = make_proposal(title="Assigned", session=new, topics=[cells, banks], published=True)
    one = make_proposal(title="One", session=new, topics=[banks], delegates=[known], recommendations=2, published=True)
    two = make_proposal(title="Two", session=new, submitted="2024-02", topics=[banks], published=True)
    make_event(proposal=merged, stage="merged", into=one)
    make_event(proposal=filed, stage="filed", date="2023-04")
    make_event(proposal=assigned, stage="assigned", role="lead", agency=other)
    make_reply(to=[one], agency=centre, date="2024-04-29", outcome="planned", title="First", number="梨函[2024]012号")
    make_reply(to=[one], agency=centre, date="2024-05-09", outcome="resolved", title="Second")
    make_reply(to=[two], agency=ministry, date="2024-05", outcome="planned", title="Third")
    make_reply(to=[make_proposal(session=new)], agency=ministry, date="2024-05", outcome="declined", title="Of a draft")


def tables(page):
    """The tables of a page by caption or by the heading above them, each as rows of texts."""
    tree = parse(page, namespaceHTMLElements=False)
    found = {}
    for section in tree.iter("section"):
        for table in section.iter("table"):
            heading = next(section.iter("h2")).itertext()
            rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in table.iter("tr")]
            found["".join(heading)] = rows
    return found


def text_of(page):
    return " ".join(" ".join(parse(page, namespaceHTMLElements=False).itertext()).split())


def test_filed_and_replied_by_year_level_topic_and_agency(client, shown):
    found = tables(client.get("/outcomes/").text)
    found["Filed and replied by topic"].sort()
    assert found["Filed and replied by year"] == [
        ["Year", "Proposals", "Filing or handling known", "Reply known", "No reply known after six months"],
        ["2023", "", "2", "1 50%", "0", "1 50%"],
        ["2024", "", "3", "3 100%", "2 67%", "1 33%"],
    ]
    assert found["Filed and replied by level"][1:] == [
        ["National", "", "2", "1 50%", "0", "1 50%"],
        ["Provincial", "", "3", "3 100%", "2 67%", "1 33%"],
    ]
    assert found["Filed and replied by topic"][:2] == [
        ["Banks", "", "3", "3 100%", "2 67%", "1 33%"],
        ["Cells", "", "3", "2 67%", "0", "2 67%"],
    ]
    assert found["Filed and replied by agency in charge"][1:] == [
        ["Ministry of Quince", "", "2", "2 100%", "2 100%", "0"],
        ["Bureau of Pears", "", "1", "1 100%", "0", "1 100%"],
    ]


def test_each_part_leads_to_as_many_as_it_says(client, shown):
    page = client.get("/outcomes/").text
    links = re.findall(r'href="(/proposals/\?[^"]+)"[^>]*>(\d+)</a>', page)
    assert len(links) > 20
    for link, number in links:
        listed = client.get(link.replace("&amp;", "&")).text
        assert re.search(r'class="sentence">(\d+)', listed)[1] == number, link


def test_it_says_what_share_is_known_and_that_the_rest_may_have_happened(client, shown):
    page = client.get("/outcomes/").text
    text = text_of(page)
    assert "Proposals 5 Filing or handling known 4 80% Reply known 2 40%" in text
    assert "Agency in charge known 3 60%" in text
    assert "This says what is known here, not what was done." in text


def test_it_takes_the_parameters_of_the_list_and_leaves_its_own_aside(client, shown):
    page = client.get("/outcomes/?topic=banks&replied=yes").text
    assert tables(page)["Filed and replied by year"][1:] == [["2024", "", "3", "3 100%", "2 67%", "1 33%"]]
    assert "What is chosen of status and reply is left aside here" in page
    assert [row[0] for row in tables(page)["Filed and replied by topic"][1:]] == ["Banks"]
    wrong = client.get("/outcomes/?topic=nothing")
    assert wrong.status_code == 200
    assert "There is no “nothing” to choose here." in wrong.text
    assert "Nothing" not in tables(client.get("/outcomes/?q=nothing-like-this").text)


def test_days_are_counted_to_the_first_reply_where_both_are_known(client, shown):
    rows = tables(client.get("/outcomes/").text)["Days from submission to the first reply"]
    assert rows[1:] == [["0–29", "", "0 0%"], ["30–59", "", "0 0%"], ["60–89", "", "0 0%"], ["90–119", "", "1 100%"]]
    assert "Of no reply are both days known" in client.get("/outcomes/?year=2023").text


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [("2024-02-28", "2024-03-01", 2), ("2024-03-01", "2024-03-01", 0), ("2024-03", "2024-04-01", None),
     ("2024-03-01", "2024", None), ("", "2024-03-01", None), ("2024-03-02", "2024-03-01", None)],
)  # fmt: skip
def test_days_are_those_of_the_calendar_or_not_known(first, last, days):
    assert days_between(first, last) == days


def test_which_reply_was_the_first_must_be_known():
    assert days_to_reply("2024-03-01", ["2024-05-01", "2024-04-01"]) == 31
    assert days_to_reply("2024-03-01", ["2024-05-20", "2024-05"]) is None
    assert days_to_reply("2024-03-01", ["2024-05-20", ""]) is None
    assert days_to_reply("2024-03-01", []) is None


def test_half_a_quarter_and_three_quarters_of_the_replies():
    spread = Spread.of([90, None, 10, 400, 60, 30])
    assert (spread.number, spread.least, spread.lower, spread.median, spread.upper, spread.most) == (
        5,
        10,
        30,
        60,
        90,
        400,
    )
    assert spread.bins[0] == (0, 29, 1)
    assert spread.bins[-1] == (360, 0, 1)
    assert sum(number for _first, _last, number in spread.bins) == 5
    assert Spread.of([]).bins == []


def test_an_agency_shows_what_those_below_it_answered_how_and_how_fast(client, shown):
    page = client.get("/agencies/ministry/").text
    shares = next(
        each for each in re.findall(r"<table class=\"bars\">.*?</table>", page, re.S) if "agency=ministry" in each
    )
    assert re.findall(r">(\w+)</a>.*?amount\">(\d) <span class=\"facts\">(\d+)%", shares, re.S) == [
        ("Resolved", "1", "33"),
        ("Planned", "2", "67"),
    ]
    assert "Quince Centre" in page
    assert "3 replies" in page
    assert "Of a draft" not in page
    text = text_of(page)
    assert "half of the replies came within 100" in text
    assert "the quickest and the slowest 100–110" in text


def test_agencies_stand_in_a_tree_those_that_only_answer_too(client, shown):
    page = client.get("/agencies/").text
    assert page.index("Ministry of Quince") < page.index("Quince Centre")
    assert re.search(r"Ministry of Quince.*?in charge of 2.*?<ul.*?Quince Centre.*?in charge of 1", page, re.S)


def test_a_delegate_shows_what_came_of_the_proposals(client, shown):
    with recorded():
        delegate = make_delegate(slug="two")
        for title in ("Answered", "Not answered"):
            proposal = make_proposal(title=title, delegates=[delegate], published=True)
            if title == "Answered":
                make_reply(to=[proposal], outcome="declined")
    page = client.get("/delegates/two/").text
    assert "Outcomes of the replies known" in page
    assert "Whether a reply is known" in page
    assert "?outcome=declined&amp;delegate=two" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("agency=ministry", {"First", "Second", "Third"}),
        ("agency=centre", {"First", "Second"}),
        ("outcome=planned", {"First", "Third"}),
        ("agency=centre&outcome=planned&year=2024", {"First"}),
        ("year=2023", set()),
        ("q=second", {"Second"}),
        ("q=梨函〔2024〕12号", {"First"}),
        ("q=Of+a+draft", set()),
    ],
)
def test_replies_are_narrowed_down(client, shown, asked, found):
    page = client.get(f"/replies/?{asked}").text
    titles = re.findall(r'<h2><a href="/replies/\d+/">([^<]+)</a>', page)
    assert {*titles} == found
    assert f"{len(found)} repl" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("agency=nobody", "There is no such agency among those that answered."),
        ("outcome=good", "There is no such outcome."),
        ("year=x", "Enter a whole number."),
        ("q=%3F", "Type at least one word"),
    ],
)
def test_a_wrong_value_has_its_message_and_the_others_hold(client, shown, asked, said):
    response = client.get(f"/replies/?{asked}")
    assert response.status_code == 200
    assert said in response.text
    assert "3 replies" in response.text


def test_pages_of_replies_keep_what_was_asked(client, shown, monkeypatch):
    monkeypatch.setattr("proposals.views.replies.REPLIES_ON_A_PAGE", 1)
    page = client.get("/replies/?agency=ministry").text
    assert "agency=ministry&amp;page=2" in page
    assert "Page 1 of 3" in page
