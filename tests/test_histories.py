"""Whatever became of proposals: list, facets, picture, API and a slow reading of the record count the same."""

from collections import Counter

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proposals.catalogue import Query, Vocabulary, catalogue, count, search
from proposals.models import Event, Outcome, Proposal, Reply, Source
from proposals.models.life_cycle import OF_AGENCIES, HandlingRole, Satisfaction, Stage
from proposals.models.outbox import recorded
from proposals.outcomes import Overview
from proposals.pictures import Pictures
from tests.factories import make_agency, make_event, make_proposal, make_reply, make_session, make_source
from tests.made_up_record import rows
from tests.slow_life import days_of
from tests.slow_reading import read_documents

pytestmark = pytest.mark.django_db
DATES = st.sampled_from(["", "2023", "2024", "2024-03", "2024-08", "2024-09", "2024-09-15", "2024-10-01", "2026-09"])
AGENCIES = st.integers(0, 2)
EVENT = st.tuples(
    st.sampled_from(Stage.values),
    DATES,
    AGENCIES,
    st.sampled_from(["", *HandlingRole.values]),
    st.sampled_from(["", *Satisfaction.values]),
)
REPLY = st.tuples(DATES, AGENCIES, st.sampled_from(Outcome.values), st.sampled_from(["", *Outcome.values]))
HISTORY = st.tuples(DATES, st.lists(EVENT, max_size=5), st.lists(REPLY, max_size=3), st.booleans())
ALIKE = ("status", "replied", "outcome", "lead_agency")


def write(histories):
    """Enter proposals with these histories, as no analyst could."""
    Proposal.objects.all().delete()
    Reply.objects.all().delete()
    session = make_session(year=2024)
    agencies = [make_agency() for _ in range(3)]
    source = Source.objects.first() or make_source()
    for submitted, events, replies, published in histories:
        proposal = make_proposal(session=session, submitted=submitted, recommendations=1, published=published)
        for place, (stage, date, agency, role, said) in enumerate(events):
            make_event(
                proposal=proposal,
                stage=stage,
                date=date,
                source=source,
                passage=f"p. {place}",
                agency=agencies[agency] if stage in OF_AGENCIES else None,
                role=role if stage == Stage.ASSIGNED else "",
                satisfaction=said if stage == Stage.FEEDBACK else "",
            )
        for date, agency, outcome, of_one in replies:
            outcomes = {proposal.recommendations.get(): of_one} if of_one else {}
            make_reply(
                to=[proposal], date=date, agency=agencies[agency], outcome=outcome, outcomes=outcomes, source=source
            )


def check_overview(proposals):
    """Compare the overview with what a slow reading found of each proposal."""

    def known(some):
        filed = [each for each in some if not {*each["status"]} & {"submitted", "merged", "opinion"}]
        return [len(filed), *(sum(value in each["replied"] for each in some) for value in ("yes", "overdue"))]

    overview = Overview(Query(), Vocabulary())
    assert overview.total == len(proposals)
    assert [part.count for part in overview.known] == known(proposals)
    assert overview.in_charge == sum(bool([*each["lead_agency"]]) for each in proposals)
    for table in overview.tables:
        for row in table.rows:
            value = row.whole.url.partition(f"{table.facet}=")[2]
            mine = [each for each in proposals if value in map(str, each[table.facet])]
            assert [row.whole.count, *(part.count for part in row.steps)] == [len(mine), *known(mine)], value
    days = Counter(map(days_of, Proposal.objects.published()))
    assert {**overview.spread.numbers} == {each: number for each, number in days.items() if each is not None}


def check_api(name, slow):
    """Compare the API's counts and filters with what a slow reading found of each proposal, or recommendation."""
    address = f"/api/v1/{name}/?facets={','.join(ALIKE)}"
    answer = Client().get(address).json()
    assert answer["count"] == len(slow)
    for facet in answer["facets"]:
        wanted = Counter(value for each in slow for value in each[facet["name"]])
        assert {each["value"]: each["count"] for each in facet["values"] if each["count"]} == wanted, facet["name"]
        for value, number in wanted.items():
            assert Client().get(f"/api/v1/{name}/?{facet['name']}={value}").json()["count"] == number, value


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories=st.lists(HISTORY, min_size=10, max_size=10))
def test_three_hundred_histories_are_counted_alike(histories):
    with recorded():
        write(histories)
    rows.cache_clear()
    documents = list(read_documents())
    for recommendations in (False, True):
        slow = [each.facets for each in documents if each.recommendation == recommendations]
        query, vocabulary = Query(recommendations=recommendations), Vocabulary()
        facets = {facet.name: facet for facet in search(query, vocabulary).facets}
        for name in ALIKE:
            wanted = Counter(value for facet in slow for value in facet[name])
            assert {value.value: value.count for value in facets[name].values if value.count} == wanted, name
            for value, number in wanted.items():
                chosen = query.choosing(name, vocabulary.values(name, [value]))
                assert count(chosen) == number, (name, value)
        check_api("recommendations" if recommendations else "proposals", slow)
    shown = {
        part.label: part.count for part in Pictures(Query(), Vocabulary(), ("status",)).statuses.parts if part.count
    }
    statuses = Counter(value for each in documents if not each.recommendation for value in each.facets["status"])
    assert shown == {str(Proposal.Status(value).label): number for value, number in statuses.items()}
    check_overview([each.facets for each in documents if not each.recommendation])
    assert Event.objects.exists() or not any(events for _submitted, events, *_more in histories)
    assert catalogue().look() is not None
