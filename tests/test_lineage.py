"""Raised before, elsewhere, again: relations that analysts confirm, suggestions, the line through time."""

import pytest
from django.core.exceptions import ValidationError

from people.doubles import merge
from people.history import Version
from proposals.models import Lineage, Proposal
from proposals.models.likeness import perhaps_related
from proposals.models.lineage import line_of
from proposals.models.outbox import recorded
from tests.admin_pages import address, errors_of, sent_back
from tests.factories import (
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def cells():
    return make_topic(name="Cells")


@pytest.fixture
def years(cells):
    """A demand of three years in two provinces, each time by somebody else, and in the last year by two."""
    made = []
    for year, people in ((2022, 1), (2023, 1), (2024, 2)):
        region = make_region(name=f"Province {year}")
        body = make_body(level="provincial", region=region, name=f"CPPCC {year}")
        session = make_session(body=body, term=year - 2009, ordinal=1, year=year)
        delegates = [make_delegate(name=f"Delegate {year} {number}") for number in range(people)]
        for delegate in delegates:
            make_membership(delegate=delegate, body=body, term=session.term, region=region)
        title = f"Set up a bank for stem cells ({year})"
        made.append(make_proposal(title=title, session=session, topics=[cells], delegates=delegates, published=True))
    return made


def relate(proposal, relation, other, **more):
    row = Lineage(proposal=proposal, relation=relation, other=other, **more)
    row.full_clean()
    row.save()
    return row


def page_of(client, proposal, prefix=""):
    return client.get(f"{prefix}{proposal.get_absolute_url()}").text


def test_a_proposal_shows_the_line_of_what_was_raised_before_and_after_it(client, years):
    first, second, third = years
    relate(second, "earlier", first, source=make_source(title="Who said so"))
    relate(second, "taken_up", third)
    for proposal in years:
        page = page_of(client, proposal)
        assert "Raised in 2022, 2023, 2024, by 4 delegates in 3 provinces." in page
        places = [page.index(f">{year}</strong>") for year in (2022, 2023, 2024)]
        assert places == sorted(places)
    page = page_of(client, second)
    assert page.count("This proposal") == 1
    assert "raised earlier · " in page
    assert "Who said so" in page
    assert "takes it up · <em>in an editor's judgement</em>" in page
    assert "taken up here" in page_of(client, third)
    assert "2022、2023、2024 年提出" in client.get(f"/zh{third.get_absolute_url()}").text


def test_what_is_not_public_or_not_related_is_on_no_line(client, years):
    first, second, third = years
    relate(second, "earlier", first)
    relate(third, "unrelated", second)
    assert "(2024)" not in page_of(client, first).split('id="line"')[1].split("<h2")[0]
    assert 'id="line"' not in page_of(client, third)
    second.state = Proposal.State.DRAFT
    second.save()
    assert 'id="line"' not in page_of(client, first)
    assert line_of(second) is not None, "the preview of a draft shows what will show"


def test_a_line_holds_by_way_of_others(years):
    first, second, third = years
    relate(second, "like", first)
    relate(third, "like", second)
    line = line_of(first)
    assert [step.proposal for step in line.steps] == years
    assert [step.relation for step in line.steps] == ["", "alike", ""]


@pytest.mark.parametrize(
    ("relation", "first", "second", "said"),
    [
        ("earlier", 0, 1, "is not older than"),
        ("taken_up", 1, 0, "is not older than"),
        ("earlier", 0, 0, "itself"),
    ],
)
def test_what_cannot_be_is_refused(years, relation, first, second, said):
    with pytest.raises(ValidationError, match=said):
        relate(years[first], relation, years[second])


def test_two_of_one_session_are_not_related(years):
    twin = make_proposal(session=years[0].session)
    with pytest.raises(ValidationError, match="of one session"):
        relate(twin, "like", years[0])


def test_a_ring_is_refused_and_so_is_a_relation_from_the_other_end(cells):
    body = [make_body() for _ in range(3)]
    one, two, three = (make_proposal(session=make_session(body=each, year=2024)) for each in body)
    relate(two, "earlier", one)
    relate(two, "taken_up", three)
    with pytest.raises(ValidationError, match="ring"):
        relate(one, "earlier", three)
    with pytest.raises(ValidationError, match="entered on the page of"):
        relate(one, "taken_up", two)


def test_like_titles_on_a_topic_are_suggested_the_nearest_first(years, cells):
    first, second, third = years
    make_proposal(title="Set up a bank for stem cells (2024)", session=make_session(body=make_body()))  # no topic
    make_proposal(title="Teach nurses", session=make_session(body=make_body()), topics=[cells])
    chinese = [
        make_proposal(
            title="", title_en="", title_zh=title, session=make_session(body=make_body(), year=year), topics=[cells]
        )
        for title, year in (("关于建立干细胞库的提案", 2021), ("关于建立干细胞库的建议", 2022))
    ]
    assert {*perhaps_related(third)} == {first.pk, second.pk}
    assert perhaps_related(chinese[0]) == [chinese[1].pk]
    relate(third, "unrelated", first)
    assert perhaps_related(third) == [second.pk]


def test_a_delegate_of_both_makes_a_proposal_the_likelier(years, cells):
    [delegate] = years[0].delegates.all()
    other = make_proposal(
        title="Set up stem cell storage", session=make_session(body=make_body()), topics=[cells], delegates=[delegate]
    )
    alone = make_proposal(title="Set up stem cell storage", session=make_session(body=make_body()), topics=[cells])
    assert perhaps_related(other).index(years[0].pk) == 1
    assert years[0].pk not in perhaps_related(alone)


def test_a_suggestion_is_nothing_until_a_relation_is_chosen(analyst, years):
    first, second, third = years
    url = address(Proposal, "change", third.pk)
    opened = analyst.get(url)
    assert first.title_en in opened.text
    entered = sent_back(opened)
    suggested = {entered[f"lineage-{number}-other"] for number in range(2)}
    assert suggested == {first.pk, second.pk}
    assert analyst.post(url, entered).status_code == 302
    assert not Lineage.objects.exists()
    number = next(number for number in range(2) if entered[f"lineage-{number}-other"] == second.pk)
    assert analyst.post(url, entered | {f"lineage-{number}-relation": "earlier"}).status_code == 302
    assert [(row.relation, row.other) for row in Lineage.objects.all()] == [("earlier", second)]
    assert "(2022)" in page_of(analyst, third)


def test_who_thinks_of_another_and_forgets_the_relation_is_told(analyst, years):
    first, *_, third = years
    url = address(Proposal, "change", third.pk)
    opened = sent_back(analyst.get(url))
    row = f"lineage-{int(opened['lineage-TOTAL_FORMS']) - 1}"
    page = analyst.post(url, opened | {f"{row}-other": first.pk})
    assert errors_of(page)[f"{row}-relation"] == ["This field is required."]


def test_a_relation_is_kept_in_the_history_of_its_proposal(years):
    first, second, _third = years
    with recorded():
        relate(second, "earlier", first)
    assert Version.objects.last(second) == 2


def test_two_related_proposals_made_one_are_related_no_more(years):
    first, second, third = years
    relate(second, "earlier", first)
    relate(third, "earlier", second)
    merge(first, second)
    assert [(row.proposal, row.other) for row in Lineage.objects.all()] == [(third, first)]
