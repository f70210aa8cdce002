"""How many SQL queries each page asks: a number that is pinned here and does not grow with the rows."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.links import confirm_link, stop_link, yours_link
from alerts.models import Pending, Subscriber
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from proposals.catalogue import catalogue, vocabulary
from proposals.catalogue.schema import FACETS
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Lineage,
    PolicyDocument,
    Proposal,
    Recommendation,
    RecommendationOutcome,
    Reply,
    Source,
    Sponsorship,
    Synonym,
    Topic,
)
from tests.mail import mail_on, make_reader
from tests.public_ways import OUTSIDE

EVERY_FACET = (
    "topic=topic-0&region=CN&delegate_region=CN&level=national&body=body&session=session-0&year=2024&kind=proposal"
    "&status=replied&replied=yes&outcome=planned&lead_agency=agency-0&agency=agency-0&delegate=delegate-0&first_proposer=delegate-0"
)
LIST_AT_MOST, DETAIL_AT_MOST, WITH_ALL_THAT_CAME_OF_IT = 12, 14, 24
"""Of most proposals nothing is known but that they were submitted; of the others each kind of row is one query more."""
BARE = 3
RELATED = 100
"""Proposals that are related to one: a line is drawn whole, and holds no thousands."""
LISTS = {
    "/proposals/": 6,
    "/proposals/?q=cells&submitted_after=2000&sort=oldest": 6,
    f"/proposals/?{EVERY_FACET}": 7,
    f"/proposals/?{EVERY_FACET}&q=nothing+such": 6,
    "/proposals/?delegate=nobody&page=x": 8,
    "/proposals/?find_in=delegate&find=name": 6,
    "/recommendations/": 11,
    f"/recommendations/?{EVERY_FACET}": 12,
}
DETAIL = {"/proposals/{proposal}/proposal-0/": 24, "/proposals/{bare}/proposal-3/": 14}
OTHERS = {
    "/": 4,
    "/proposals/matrix/": 3,
    **dict.fromkeys(
        (
            "/about/",
            "/about/method/",
            "/about/outcomes/",
            "/about/data/",
            "/about/api/",
            "/about/licence/",
            "/about/accessibility/",
            "/api/docs/",
        ),
        1,  # whether anything changed since the page was kept
    ),
    "/about/privacy/": 1,
    "/card.png": 1,
    "/healthz": 0,
    "/readyz": 4,
    "/proposals/{proposal}/": 12,
    "/proposals/{proposal}/proposal-0/changes/": 3,
    "/proposals/{proposal}/proposal-0/card.png": 7,
    "/proposals/{proposal}/other/card.png": 2,
    "/recommendations/{recommendation}/": 2,
    "/proposals/{proposal}/cite.bib": 6,
    "/recommendations/{recommendation}/cite/": 6,
    "/recommendations/{recommendation}/cite.ris": 6,
    "/replies/{reply}/cite.csl.json": 2,
    "/data/": 1,
    "/delegates/": 8,
    "/delegates/delegate-0/": 11,
    "/topics/": 2,
    "/topics/topic-0/": 6,
    "/regions/": 2,
    "/regions/china/": 6,
    "/agencies/": 2,
    "/agencies/agency-0/": 14,
    "/sessions/": 3,
    "/replies/": 7,
    "/replies/{reply}/": 5,
    "/sessions/session-0/": 5,
    "/replies/?agency=agency-0&outcome=planned&year=2024&q=reply": 9,
    "/outcomes/": 3,
    f"/outcomes/?{EVERY_FACET}": 6,
    "/proposals/feed/": 7,
    f"/proposals/feed/?{EVERY_FACET}": 12,
    "/recommendations/feed/": 7,
    "/replies/feed/": 7,
    "/proposals/{proposal}/proposal-0/embed/": 6,
    "/oembed?url=http://testserver/proposals/{proposal}/": 7,
    "/opensearch.xml": 1,
    "/.well-known/security.txt": 1,
    "/sitemap.xml": 19,
    "/sitemap-pages-0.xml": 2,
    "/sitemap-proposals-0.xml": 2,
    "/sitemap-agencies-0.xml": 5,
    "/policies/": 5,
    "/policies/{policy}/": 4,
    "/proposals/export.csv": 19,
    f"/proposals/export.csv?{EVERY_FACET}": 24,
    "/proposals/export.csv-metadata.json": 2,
    "/proposals/export.xlsx": 28,
    "/proposals/export.jsonl": 19,
    "/recommendations/export.csv": 13,
    "/recommendations/export.xlsx": 27,
    "/replies/export.csv": 7,
    "/replies/export.xlsx": 7,
    "/replies/export.csv-metadata.json": 3,
    "/replies/export.csv?agency=agency-0&outcome=planned&year=2024&q=reply": 9,
    "/compare/?p={proposal}&p={other}": 12,
    "/compare/?p={proposal}&q=cells": 17,
    "/compare/?p={proposal}": 18,
    "/compare.md?p={proposal}&p={other}&only=differences": 12,
    "/compare.xlsx?p={proposal}&p={other}": 12,
    "/alerts/proposals/": 1,
    f"/alerts/proposals/?{EVERY_FACET}": 6,
    f"/alerts/recommendations/?{EVERY_FACET}": 6,
    "/alerts/proposal/{proposal}/": 4,
    "/alerts/delegate/delegate-0/": 6,
    "/alerts/agency/agency-0/": 4,
    "/alerts/asked/": 1,
    "/alerts/confirm/{confirm}/": 2,
    "/alerts/yours/{yours}/": 7,
    "/alerts/stop/{stop}/": 2,
}
API = {
    "/api/v1/": 1,
    "/api/v1/schema/": 1,
    "/api/v1/proposals/": 5,
    "/api/v1/proposals/?facets=all": 10,
    f"/api/v1/proposals/?{EVERY_FACET}&facets=all": 11,
    "/api/v1/proposals/{proposal}/": 23,
    "/api/v1/proposals/{bare}/": 13,
    "/api/v1/recommendations/?q=hire": 5,
    "/api/v1/recommendations/{recommendation}/": 8,
    "/api/v1/replies/?agency=agency-0&outcome=planned&year=2024&q=reply": 7,
    "/api/v1/replies/{reply}/": 5,
    "/api/v1/memberships/": 3,
    "/api/v1/memberships/?delegate=delegate-0&body=body": 5,
    "/api/v1/memberships/{membership}/": 2,
    "/api/v1/sources/": 3,
    "/api/v1/sources/{source}/": 2,
    "/api/v1/delegates/": 3,
    "/api/v1/delegates/delegate-0/": 9,
    "/api/v1/agencies/": 3,
    "/api/v1/agencies/agency-0/": 2,
    "/api/v1/topics/": 3,
    "/api/v1/topics/topic-0/": 4,
    "/api/v1/regions/": 3,
    "/api/v1/regions/CN/": 2,
    "/api/v1/bodies/": 3,
    "/api/v1/bodies/body/": 2,
    "/api/v1/sessions/": 3,
    "/api/v1/sessions/session-0/": 2,
    "/api/v1/proposals/?cursor=0-18446744073709551615": 5,
    "/api/v1/memberships/?cursor=5": 3,
    "/api/v1/sources/?cursor=5": 3,
    "/api/v1/delegates/?cursor=5": 3,
    "/api/v1/agencies/?cursor=5": 3,
    "/api/v1/topics/?cursor=0.5": 3,
    "/api/v1/sessions/?cursor=2025.5": 3,
    "/api/v1/replies/?page=1": 5,
    "/api/v1/replies/?cursor=2024-08-12.9999999": 5,
}
"""The API has one address in both languages."""
COMPARISONS = {address: number for address, number in OTHERS.items() if address.startswith("/compare")}
PINNED = LISTS | DETAIL | OTHERS
IN_CHINESE = {address: number for address, number in PINNED.items() if not f"/zh{address}".startswith(OUTSIDE)}


@pytest.fixture(autouse=True)
def _mail(settings):
    mail_on(settings)


@pytest.fixture
def ground(db, settings):
    """What there is one of: a country, a committee, a sector, somebody to write to."""
    settings.CONTACT_EMAIL = "desk@lianghui.example"
    china = Region.objects.create(slug="china", iso_code="CN", name_en="China", name_zh="全国", kind="country")
    Sector.objects.create(slug="sector", name_en="Medicine and health", name_zh="医药卫生界", kind="walk_of_life")
    Body.objects.create(slug="body", name_en="Committee", system="cppcc", level="national", region=china)


def fill(numbers):
    """Put a published proposal for each number into the record, with a topic, a delegate and so on of its own.

    What bears the number 0 has to do with every proposal.
    """

    def rows(model, numbers=numbers, **fields):
        """Make a row for each number; a function gives what is different in each."""
        made = [
            model(**{name: value(number) if callable(value) else value for name, value in fields.items()})
            for number in numbers
        ]
        return dict(zip(numbers, model.objects.bulk_create(made), strict=True))

    def named(model, **fields):
        name = model._meta.model_name
        return rows(model, slug=lambda n: f"{name}-{n}", **fields)

    def below_the_first(model, made):
        """Put all but number 0 below it in the tree; give for each number itself and number 0."""
        first = model.objects.get(slug=f"{model._meta.model_name}-0")
        model.objects.filter(pk__in=[row.pk for row in made.values()]).exclude(pk=first.pk).update(parent=first)
        return [(number, row) for number, row in made.items()] + [(number, first) for number in numbers if number]

    china, body, sector = Region.objects.get(slug="china"), Body.objects.get(), Sector.objects.get()
    both = {"name_en": lambda n: f"Name {n}", "name_zh": lambda n: f"名{n}"}
    regions = named(Region, kind="zone", parent=china, **both)
    topics = named(Topic, **both)
    agencies = named(Agency, kind="ministry", region=china, **both)
    sessions = named(Session, body=body, term=lambda n: 1 + n // 20, ordinal=lambda n: 1 + n % 20, year=2024)
    delegates = named(Delegate, **both)
    sources = named(Source, title=lambda n: f"Source {n}", kind="news", reliability="press_report", language="en")
    topics_of, agencies_of = below_the_first(Topic, topics), below_the_first(Agency, agencies)
    rows(Synonym, topic=topics.get, text="word")
    seats = rows(Membership, delegate=delegates.get, body=body, term=lambda n: 1 + n // 20, region=china, sector=sector)
    posts = rows(Position, delegate=delegates.get, employer_en="Employer")
    spellings = rows(NameVariant, delegate=delegates.get, spelling="Another")
    proposals = named(
        Proposal,
        title_en=lambda n: f"Cells {n}",
        session=lambda n: Session.objects.get(slug="session-0") if n % 2 else sessions[n],
        state="published",
        published_at=timezone.now(),
        status="replied",
    )
    first = Delegate.objects.get(slug="delegate-0")
    rows(Sponsorship, proposal=proposals.get, delegate=first, first=True)
    Sponsorship.objects.bulk_create(
        [Sponsorship(proposal=proposals[n], delegate=delegates[n], order=2) for n in numbers if n]
    )
    recommendations = rows(Recommendation, proposal=proposals.get, order=1, text_en="Hire")
    known = [number for number in numbers if number != BARE]
    rows(Event, known, proposal=proposals.get, stage="assigned", agency=agencies.get, source=sources.get)
    replies = named(
        Reply, title_en="Reply", date="2024-08-12", agency=agencies.get, source=sources.get, outcome="planned"
    )
    rows(Answer, known, reply=replies.get, proposal=proposals.get)
    policies = named(PolicyDocument, title_en="Notice", issuer=agencies.get, source=sources.get)
    rows(Echo, known, document=policies.get, recommendation=recommendations.get, passage_en="Yes", judgement="part")
    Lineage.objects.bulk_create(
        [Lineage(proposal=proposals[n], other=Proposal.objects.get(slug="proposal-0"), relation="like")
         for n in known if 0 < n < RELATED]
    )  # fmt: skip
    rows(RecommendationOutcome, known, reply=replies.get, recommendation=recommendations.get, outcome="planned")
    figures = rows(Figure, proposal=proposals.get, value="1", what_en="what")
    for through, sides in {
        Proposal.topics.through: [{"proposal": proposals[n], "topic": topic} for n, topic in topics_of],
        Proposal.target_regions.through: [{"proposal": proposals[n], "region": regions[n]} for n in numbers],
        Recommendation.topics.through: [{"recommendation": recommendations[n], "topic": t} for n, t in topics_of],
        Addressee: [{"recommendation": recommendations[n], "agency": agency} for n, agency in agencies_of],
    }.items():
        through.objects.bulk_create([through(**side) for side in sides])
    for what, cited in {
        "proposal": proposals,
        "recommendation": recommendations,
        "figure": figures,
        "membership": seats,
        "position": posts,
        "name_variant": spellings,
    }.items():
        rows(Citation, source=sources.get, **{what: cited.get})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself, but not within a test's transaction
    catalogue().rebuild(anyway=True)  # rows made in bulk note no change


def tokens():
    """What the links of a reader are signed with, who follows a list, a proposal, its delegate and agency."""
    if not Subscriber.objects.exists():
        make_reader(Proposal.objects.get(slug="proposal-0"))
    reader, waiting = Subscriber.objects.get(), Pending.objects.get()
    links = {"confirm": confirm_link(waiting), "yours": yours_link(reader), "stop": stop_link(reader)}
    return {page: address.rstrip("/").rpartition("/")[2] for page, address in links.items()}


def asked(client, addresses=PINNED, *, prefix=""):
    """How many queries each page takes that is made anew, with no names read before."""
    proposal = Proposal.objects.get(slug="proposal-0")
    other = Proposal.objects.get(slug="proposal-1").pk
    keys = {"proposal": proposal.pk, "other": other, "recommendation": proposal.recommendations.order_by("order")[0].pk}
    keys["reply"] = proposal.answers.get().reply_id
    keys["membership"] = Membership.objects.order_by("pk")[0].pk
    keys["source"] = Source.objects.order_by("pk")[0].pk
    keys["bare"] = Proposal.objects.get(slug=f"proposal-{BARE}").pk
    keys |= tokens()
    keys["policy"] = PolicyDocument.objects.get(slug="policydocument-0").pk
    found = {}
    for address in addresses:
        cache.clear()
        vocabulary._lists.cache_clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{prefix}{address.format(**keys)}")
            if response.streaming:
                assert b"".join(response.streaming_content)
        assert response.status_code in (200, 301, 302)
        found[address] = len(queries)
    return found


def test_every_facet_is_filtered_at_once():
    assert {pair.split("=")[0] for pair in EVERY_FACET.split("&")} == {*FACETS}


def test_every_page_asks_as_often_for_a_thousand_rows_as_for_ten(client, ground):
    fill(range(10))
    assert asked(client) == PINNED
    assert asked(client, IN_CHINESE, prefix="/zh") == IN_CHINESE
    assert asked(client, API) == API
    fill(range(10, 1_000))
    assert "1000 proposals" in client.get("/delegates/delegate-0/").text
    assert asked(client) == PINNED
    assert asked(client, API) == API
    main = {"/proposals/": PINNED["/proposals/"], **DETAIL}
    assert asked(client, main, prefix="/zh") == main


def test_a_proposal_with_200_recommendations_asks_no_more_than_one_with_a_single_one(client, ground):
    fill(range(10))
    assert asked(client, DETAIL) == DETAIL
    proposal, source = Proposal.objects.get(slug="proposal-0"), Source.objects.get(slug="source-9")
    recommendations = Recommendation.objects.bulk_create(
        [Recommendation(proposal=proposal, order=order, text_en="Do it") for order in range(2, 201)]
    )
    figures = Figure.objects.bulk_create([Figure(proposal=proposal, value=str(n), what_en="x") for n in range(30)])
    Addressee.objects.bulk_create(
        [Addressee(recommendation=one, agency=agency) for one in recommendations for agency in Agency.objects.all()]
    )
    Citation.objects.bulk_create(
        [Citation(source=source, recommendation=one) for one in recommendations]
        + [Citation(source=source, figure=one) for one in figures]
    )
    Sponsorship.objects.bulk_create(
        [
            Sponsorship(proposal=proposal, delegate=delegate, order=3)
            for delegate in Delegate.objects.exclude(sponsorships__proposal=proposal)
        ]
    )
    catalogue().rebuild(anyway=True)
    cache.clear()  # what is written past the models is noted nowhere
    addresses = DETAIL | {"/recommendations/": LISTS["/recommendations/"]} | COMPARISONS
    assert client.get(f"/proposals/{proposal.pk}/proposal-0/").text.count('<section class="numbered"') == 200
    assert asked(client, addresses) == asked(client, addresses, prefix="/zh") == addresses


def test_what_is_pinned_stays_within_the_budgets():
    assert max(LISTS.values()) <= LIST_AT_MOST
    assert min(DETAIL.values()) <= DETAIL_AT_MOST
    assert max(DETAIL.values()) <= WITH_ALL_THAT_CAME_OF_IT
