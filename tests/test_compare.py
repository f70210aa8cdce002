"""Proposals side by side: aligned by topic, with differences in words, chosen by links and forms alone."""

import re
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import html5lib
import pytest
from openpyxl import load_workbook

from people.models import Delegate
from proposals.comparison import compare
from proposals.models import Proposal
from tests.factories import make_body, make_proposal, make_region, make_session, make_topic
from tests.side_by_side import asked, make_three, query


@pytest.fixture
def record(db):
    return make_three()


def sheet(response, number=0):
    return load_workbook(BytesIO(response.content)).worksheets[number]


def layout(comparison):
    """Under each heading the topics, and in each column the numbers of what stands there, and of what is elsewhere."""
    return {
        group.heading: {
            row.topic.text: [
                (
                    [int(demand.number.text) for demand in place.demands],
                    [int(number.text) for number in place.elsewhere],
                )
                for place in row.places
            ]
            for row in group.rows
        }
        for group in comparison.groups
    }


def facts(comparison):
    return {
        fact.label: ["\n".join(line.text for line in cell) for cell in fact.cells] + [fact.compared]
        for fact in comparison.facts
    }


def test_each_recommendation_stands_once_where_most_can_be_compared(record):
    assert layout(compare(asked(*record))) == {
        "Topics that all share": {
            "Rules": [([2], [1]), ([2], [1]), ([], [1])],
            "Rules › Law": [([1], []), ([1], []), ([1], [])],
        },
        "Topics that some share": {
            "Banks": [([], [1]), ([], []), ([2], [])],
            "Trials": [([3], []), ([3], []), ([], [])],
        },
        "Without a topic": {"Other": [([4], []), ([], []), ([], [])]},
    }


def test_a_topic_that_nobody_shares_stands_under_the_top_of_its_tree_or_what_is_shared_above(record):
    first, second, third = record
    assert layout(compare(asked(first, third)))["Topics that only one has"] == {"Trials": [([3], []), ([], [])]}
    assert layout(compare(asked(first, second)))["Topics that all share"]["Rules"] == [([2], [1]), ([2], [1])]
    alone = make_topic(name="Alone", parent=make_topic(name="Far", parent=make_topic(name="Top")))
    fourth = make_proposal(recommendations=[{"topics": [alone]}], published=True)
    assert layout(compare(asked(fourth, third)))["Topics that only one has"]["Top"] == [([1], []), ([], [])]


def test_how_many_share_a_topic_is_said_in_words(record):
    rows = {row.topic.text: row.compared.text for group in compare(asked(*record)).groups for row in group.rows}
    assert rows == {
        "Rules": "in all 3",
        "Rules › Law": "in all 3",
        "Banks": "in 2 of 3",
        "Trials": "in 2 of 3",
        "Other": "only in 1. Ding",
    }


def test_a_column_says_what_is_known_of_a_proposal(record):
    said = facts(compare(asked(*record)))
    assert {label: cells[0] for label, cells in said.items()} == {
        "Put forward by": "Ding 丁\nMember · sector: Medicine\nBetta",
        "Body": "Committee",
        "Session": "14th Committee, 2nd session\n4 Mar 2024",
        "Date": "5 Mar 2024",
        "Level": "National",
        "Status": "Submitted, as reported",
        "Kind of document": "Proposal (提案)",
        "Number": "0462",
        "About": "Guangdong",
        "Topics": "Rules",
        "Recommendations": "4",
    }
    assert said["Body"][-1] == "same"
    assert facts(compare(asked(*record[1:])))["Number"] == ["not known", "not known", ""]
    assert said["Date"][-3:] == [*["4 Mar 2024\nof the session; day of submission not known"] * 2, "differs"]
    assert [said[label][1] for label in ("Put forward by", "Number", "About", "Topics")] == [
        "Society",
        "not known",
        "not stated",
        "none",
    ]


def test_a_recommendation_says_of_whom_it_is_asked_and_what_else_it_is_on(record):
    first, second, _ = record
    demands = {
        demand.number.address: [line.text for line in demand.lines]
        for group in compare(asked(first, second)).groups
        for row in group.rows
        for place in row.places
        for demand in place.demands
    }
    assert demands[f"{first.get_absolute_url()}#r1"] == ["1. Pass a law", "To: Ministry", "Also on: Banks, Rules"]
    assert demands[f"{first.get_absolute_url()}#r2"] == [
        "2. Review faster",
        "To: Ministry (inferred)",
        "Also on: Speed",
    ]
    assert demands[f"{first.get_absolute_url()}#r3"] == [
        "3. Hold trials (implied in the source)",
        "To: not stated",
    ]
    assert demands[f"{second.get_absolute_url()}#r2"][-1] == "Editor's note: A request"


def test_only_differences_leaves_out_what_is_the_same_on_the_page_and_in_the_copies(client, record):
    first, second, _ = record
    every, only = compare(asked(first, second)), compare(asked(first, second, only="differences"))
    assert {*facts(every)} - {*facts(only)} == {"Body", "Session", "Level", "Status", "Kind of document"}
    assert "Trials" not in [row.topic.text for group in only.groups for row in group.rows]
    assert only.left_out == 6
    page = client.get(f"/compare/{query(first, second, only='differences')}").text
    assert "6 rows that are the same in all are left out." in page
    assert ">Show all rows</a>" in page
    for address in (f"/compare/{query(first, second)}", f"/compare.md{query(first, second)}"):
        assert "Submitted, as reported" in client.get(address).text
        assert "Submitted, as reported" not in client.get(f"{address}&only=differences").text
    rows = [row[0].value for row in sheet(client.get(f"/compare.xlsx{query(first, second, only='differences')}"))]
    assert "Date" in rows
    assert "Status" not in rows


def test_a_column_is_taken_away_and_another_added_by_a_link(client, record):
    first, second, third = record
    page = client.get(f"/compare/{query(first, second, q='third', only='differences')}").text
    links = [unescape(link) for link in re.findall(r'href="(\?[^"]*)" rel="nofollow"', page)]
    assert f"{query(second)}&only=differences" in links
    assert f"{query(first)}&only=differences" in links
    assert f"{query(first, second, third)}&only=differences" in links
    assert f'<input type="hidden" name="p" value="{first.pk}">' in page
    assert '<input type="hidden" name="only" value="differences">' in page


def offered(client, place):
    return [proposal.title for proposal, _ in client.get(f"/compare/{place}").context["offered"]]


def test_others_are_found_by_words_by_number_and_by_address(client, record):
    first, second, third = record
    assert {*offered(client, query(first, q="law"))} == {"Second", "Third"}
    assert offered(client, query(second, q="0462")) == ["First"]
    assert offered(client, query(first, q=f"https://lianghui.example/zh{third.get_absolute_url()}")) == ["Third"]
    assert offered(client, query(first, q=first.get_absolute_url())) == []
    assert offered(client, query(first, q="nothing-like-this")) == []
    assert (
        "No other published proposal is found by this." in client.get(f"/compare/{query(q='nothing-like-this')}").text
    )


@pytest.mark.parametrize("chosen", [0, 1, 2])
@pytest.mark.parametrize(
    "q", ["", "%20%20", "%00", "%01", "%1f", "-", "x" * 600, "%22", "*", "/proposals/", "😀", "W" * 300]
)
def test_whatever_is_looked_for_there_is_a_page(client, record, chosen, q):
    page = client.get(f"/compare/{query(*record[:chosen], q=q)}")
    assert page.status_code == 200
    if not unquote(q).strip():
        assert ("Others on the same topics:" in page.text) == (chosen == 1)
    assert "\x00" not in page.text


def test_to_one_without_topics_nothing_is_offered_unasked(client, record):
    assert offered(client, query(record[1])) == []


def test_the_number_of_a_document_finds_it(client, record):
    shanghai = make_body(name="CPPCC National Committee", level="national", region=make_region())
    numbered = make_proposal(title="Numbered", number="0777", session=make_session(body=shanghai), published=True)
    draft = make_proposal(title="Draft", number="0778", session=numbered.session)
    assert offered(client, query(record[0], q="CPPCC+14-2+777")) == ["Numbered"]
    assert offered(client, query(record[0], q="CPPCC+14-2+778")) == []
    assert draft.number == "0778"


def test_at_most_ten_are_offered_and_none_that_stands_there(client, db):
    proposals = [make_proposal(title=f"Quince {number}", published=True) for number in range(14)]
    found = offered(client, query(*proposals[:2], q="quince"))
    assert len(found) == 10
    assert not {*found} & {"Quince 0", "Quince 1"}


def test_to_a_single_one_others_on_its_topics_are_offered(client, record):
    first, *_ = record
    topic = first.topics.get()
    make_proposal(title="Fourth", topics=[topic], published=True)
    assert "Fourth" in offered(client, query(first))
    assert "Others on the same topics:" in client.get(f"/compare/{query(first)}").text


def test_five_are_the_most(client, db):
    proposals = [make_proposal(title=f"Quince {number}", published=True) for number in range(7)]
    page = client.get(f"/compare/{query(*proposals, q='quince')}")
    assert [column.place for column in page.context["comparison"].columns] == [1, 2, 3, 4, 5]
    assert "At most 5 stand side by side. Left out: “Quince 5”, “Quince 6”." in page.text
    assert "Five is the most that can be compared." in page.text
    assert 'name="q"' not in page.text.partition("<main")[2]


def test_columns_stand_as_chosen_and_search_engines_are_told_one_address_not_to_keep(client, record):
    first, second, third = record
    page = client.get(f"/compare/{query(third, first, second, only='differences')}")
    assert [column.title[0].text for column in page.context["comparison"].columns] == ["Third", "First", "Second"]
    canonical = query(first, second, third).replace("&", "&amp;")
    assert f'<link rel="canonical" href="http://testserver/compare/{canonical}">' in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert client.get(f"/compare.md{query(first, second)}")["X-Robots-Tag"] == "noindex"
    assert "Disallow: /compare" in client.get("/robots.txt").text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], "Choose two to five proposals."),
        ([""], "Choose two to five proposals."),
        (["{first}"], "Choose two to five proposals."),
        (["{first}", "{first}"], "The same proposal was named more than once; it stands here once."),
        (["{first}", "0{first}", "{second}"], "The same proposal was named more than once; it stands here once."),
        (["{first}", "{second}", "stem cells"], "“stem cells”"),
        (["{first}", "{second}", "<b>"], "“&lt;b&gt;”"),
        (["{first}", "{second}", "%00"], "“ ”"),
        (["{first}", "-{second}", "{second}"], "“-"),
        (["0"], "“0”"),
        (["99999999999999999999"], "“99999999999999999999”"),
        (["９９"], "“９９”"),
        (["{draft}", "{first}", "{second}"], "“{draft}”"),
        ([*map(str, range(10**6, 10**6 + 9_998)), "{first}", "{second}"], "Only the first 50 values were read."),
        (["{first}", "{second}", *map(str, range(10**6, 10**6 + 9_998))], "and 43 more"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_cannot_be_compared_is_named_and_the_rest_compared(client, record, values, told):
    first, second, _ = record
    keys = {"first": first.pk, "second": second.pk, "draft": make_proposal(title="Draft").pk}
    place = "?" + "&".join(f"p={value.format(**keys)}" for value in values)
    page = client.get(f"/compare/{place}")
    assert page.status_code == 200
    assert told.format(**keys) in page.text
    both = {"{first}", "{second}"} <= {*values[:50]}
    assert len(page.context["comparison"].columns) == (2 if both else int("{first}" in values[:50]))
    for copy in ("md", "xlsx"):
        answer = client.get(f"/compare.{copy}{place}")
        assert answer.status_code == (200 if both else 400)
        if not both:
            assert answer["Content-Type"] == "text/plain; charset=utf-8"
            assert answer.text.startswith("p: name two to five published proposals")
            assert answer.text.count("\n") == 1


def test_an_unknown_wish_for_rows_is_named(client, record):
    page = client.get(f"/compare/{query(*record, only='<secrets>')}")
    assert "There is no “&lt;secrets&gt;” to choose here." in page.text
    assert "Submitted, as reported" in page.text


def test_what_is_not_published_looks_as_if_it_were_not_there(client, record):
    first, second, _ = record
    draft = make_proposal(title="Secret", recommendations=["Keep it"])
    withdrawn = make_proposal(title="Secret too", published=True)
    withdrawn.state = Proposal.State.DRAFT
    withdrawn.save()
    for address in ("/compare/", "/compare.md"):
        answers = {
            client.get(f"{address}{query(first, second, key, q='secret')}")
            .text.replace(f"p={key}", "p=KEY")
            .replace(f"“{key}”", "“KEY”")
            for key in (draft.pk, withdrawn.pk, 987_654_321)
        }
        assert len(answers) == 1
        assert "Secret" not in answers.pop()
    assert offered(client, query(first, q=f"/proposals/{draft.pk}/")) == []


def test_a_proposal_with_200_recommendations_stands_beside_one_with_none(client, db):
    many, none = make_proposal(recommendations=200, published=True), make_proposal(published=True)
    page = client.get(f"/compare/{query(many, none)}").text
    assert page.count('<p class="demand">') == 200
    assert "nothing on this" in page
    assert sheet(client.get(f"/compare.xlsx{query(many, none)}")).max_row > 210


def test_names_in_a_script_that_runs_from_the_right_are_kept_apart(client, db):
    arabic = Delegate.objects.create(slug="arabic", name_en="عبد الله")
    proposals = [make_proposal(delegates=[arabic], published=True), make_proposal(published=True)]
    assert "<bdi>عبد الله</bdi></a>" in client.get(f"/compare/{query(*proposals)}").text


def test_each_card_of_a_list_can_be_ticked_for_one_form(client, record):
    page = client.get("/proposals/").text
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    [form] = [form for form in tree.iter("form") if form.get("id") == "compare"]
    assert form.get("action") == "/compare/"
    labels = [label for label in tree.iter("label") if label.get("class") == "choice"]
    assert {" ".join("".join(label.itertext()).split()) for label in labels} == {
        *("Compare: First", "Compare: Second", "Compare: Third")
    }
    boxes = [label.find("input") for label in labels]
    assert {box.get("form") for box in boxes} == {"compare"}
    assert {int(box.get("value")) for box in boxes} == {proposal.pk for proposal in record}
    for elsewhere in ("/recommendations/", "/"):
        assert 'form="compare"' not in client.get(elsewhere).text
        assert 'id="compare"' not in client.get(elsewhere).text
    on_a_topic = client.get("/topics/rules/").text
    assert on_a_topic.count('form="compare"') == 3
    assert on_a_topic.count('<form id="compare"') == 1


def test_a_proposal_leads_to_its_comparison(client, record):
    first, *_ = record
    page = client.get(first.get_absolute_url()).text
    assert f'<a href="/compare/?p={first.pk}" rel="nofollow">Compare with other proposals</a>' in page
