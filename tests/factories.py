"""Rows for tests: `make_…` gives one saved row of the record; whatever is not said is made up.

Every function takes keywords only. Names and slugs are numbered, so that two calls never collide; a word that a test
looks for is given by the test itself: `make_proposal(title="Hire more reviewers", topics=[stem_cells])`.
"""

from collections.abc import Iterable, Sequence
from itertools import count

from people.models import Agency, Body, Delegate, Level, Membership, NameVariant, Position, Region, Sector, Session
from proposals.intake.editing import new_demand, new_person, new_section
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Intake,
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
from proposals.models.outbox import recorded

_numbers = count(1)


def make_region(*, name="", name_zh="某地", kind=Region.Kind.PROVINCE, parent=None, **fields):
    number = next(_numbers)
    fields = {"slug": f"region-{number}", **fields}
    return Region.objects.create(
        name_en=name or f"Region {number}", name_zh=name_zh, kind=kind, parent=parent, **fields
    )


def make_body(*, name="", name_zh="", system=Body.System.CPPCC, level=Level.NATIONAL, region=None, **fields):
    number = next(_numbers)
    fields = {"slug": f"body-{number}", **fields}
    return Body.objects.create(
        name_en=name or f"Committee {number}",
        name_zh=name_zh,
        system=system,
        level=level,
        region=region or make_region(),
        **fields,
    )


def make_session(*, body=None, term=14, ordinal=2, year=2024, **fields):
    fields = {"slug": f"session-{next(_numbers)}", **fields}
    return Session.objects.create(body=body or make_body(), term=term, ordinal=ordinal, year=year, **fields)


def make_sector(*, name="", name_zh="某界", kind=Sector.Kind.WALK, **fields):
    number = next(_numbers)
    fields = {"slug": f"sector-{number}", "order": number % 1_000, **fields}  # there are 34
    return Sector.objects.create(name_en=name or f"Sector {number}", name_zh=name_zh, kind=kind, **fields)


@recorded()
def make_delegate(*, name="", name_zh="", variants: Iterable[str] = (), employer="", **fields):
    """`variants` are further spellings; `employer` adds a position."""
    number = next(_numbers)
    fields = {"slug": f"delegate-{number}", **fields}
    delegate = Delegate.objects.create(name_en=name or f"Delegate {number}", name_zh=name_zh, **fields)
    for spelling in variants:
        NameVariant.objects.create(delegate=delegate, spelling=spelling)
    if employer:
        Position.objects.create(delegate=delegate, employer_en=employer)
    return delegate


def make_membership(*, delegate=None, body=None, term=14, role=Membership.Role.MEMBER, **fields):
    return Membership.objects.create(
        delegate=delegate or make_delegate(), body=body or make_body(), term=term, role=role, **fields
    )


@recorded()
def make_topic(*, name="", name_zh="某题", parent=None, synonyms: Iterable[str] = (), **fields):
    number = next(_numbers)
    fields = {"slug": f"topic-{number}", **fields}
    topic = Topic.objects.create(name_en=name or f"Topic {number}", name_zh=name_zh, parent=parent, **fields)
    for text in synonyms:
        Synonym.objects.create(topic=topic, text=text)
    return topic


def make_agency(*, name="", name_zh="", kind=Agency.Kind.MINISTRY, parent=None, **fields):
    number = next(_numbers)
    fields = {"slug": f"agency-{number}", **fields}
    return Agency.objects.create(
        name_en=name or f"Agency {number}", name_zh=name_zh, kind=kind, parent=parent, **fields
    )


def make_source(
    *,
    title="",
    kind=Source.Kind.NEWS,
    reliability=Source.Reliability.PRESS,
    language=Source.Language.ENGLISH,
    **fields,
):
    number = next(_numbers)
    fields = {"slug": f"source-{number}", "published": "2024-03-12", **fields}
    return Source.objects.create(
        title=title or f"Source {number}", kind=kind, reliability=reliability, language=language, **fields
    )


@recorded()
def make_recommendation(
    *,
    proposal,
    text="",
    order=None,
    topics: Iterable[Topic] = (),
    to: Iterable[Agency] = (),
    inferred: Iterable[Agency] = (),
    sources: Iterable[Source] = (),
    **fields,
):
    """Without `order` it comes last; `to` are agencies that the source names, `inferred` those that we conclude."""
    last = proposal.recommendations.order_by("-order").first()
    order = order or (last.order + 1 if last else 1)
    fields = {"text_en": text or f"Do thing {order}", **fields}
    recommendation = Recommendation.objects.create(proposal=proposal, order=order, **fields)
    recommendation.topics.set(topics)
    for agency in to:
        Addressee.objects.create(recommendation=recommendation, agency=agency)
    for agency in inferred:
        Addressee.objects.create(recommendation=recommendation, agency=agency, stated=False)
    for source in sources:
        Citation.objects.create(recommendation=recommendation, source=source)
    return recommendation


def make_figure(*, proposal, value="226.1", what="", sources: Iterable[Source] = (), **fields):
    fields = {"unit_en": "billion yuan", "what_en": what or f"Quantity {next(_numbers)}", **fields}
    figure = Figure.objects.create(proposal=proposal, value=value, **fields)
    for source in sources:
        Citation.objects.create(figure=figure, source=source)
    return figure


def make_intake(*, title="", text="Plant quinces.", demands: Iterable[str] = ("Plant quinces.",), **fields):
    """An article that is being read, with one open section that makes the `demands`."""
    title = title or f"Article {next(_numbers)}"
    section = new_section("s1", [[0, len(text)]]) | {"title": title}
    section["demands"] = [new_demand(f"s1d{number}", each, []) for number, each in enumerate(demands, start=1)]
    section["people"] = [new_person("s1p1", title, [])]
    return Intake.objects.create(title=title, text=text, sections=[section], **fields)


def make_event(*, proposal=None, stage="filed", source=None, **fields):
    return Event.objects.create(
        proposal=proposal or make_proposal(), stage=stage, source=source or make_source(), **fields
    )


@recorded()
def make_reply(*, to: Iterable[Proposal] = (), outcomes=None, agency=None, source=None, title="", **fields):
    """A reply to the proposals `to`; `outcomes` maps recommendations to what it says of them."""
    reply = Reply.objects.create(
        agency=agency or make_agency(),
        source=source or make_source(),
        **{"title_en": title or f"Reply {next(_numbers)}", **fields},
    )
    for proposal in to:
        Answer.objects.create(reply=reply, proposal=proposal)
    for recommendation, outcome in (outcomes or {}).items():
        RecommendationOutcome.objects.create(reply=reply, recommendation=recommendation, outcome=outcome)
    return reply


@recorded()
def make_echo(*, recommendation=None, issuer=None, source=None, date="", passage="Pilots are supported.", **fields):
    """An echo of a recommendation in a policy document of its own; `fields` are the echo's."""
    recommendation = recommendation or make_recommendation(proposal=make_proposal())
    document = PolicyDocument.objects.create(
        title_en=f"Notice {next(_numbers)}", issuer=issuer or make_agency(), source=source or make_source(), date=date
    )
    fields = {"judgement": "part", "passage_en": passage, **fields}
    return Echo.objects.create(document=document, recommendation=recommendation, **fields)


@recorded()
def make_proposal(
    *,
    title="",
    session=None,
    topics: Iterable[Topic] = (),
    regions: Iterable[Region] = (),
    delegates: Iterable[Delegate] = (),
    organisations: Iterable[str] = (),
    recommendations: int | Sequence[str | dict] = 0,
    sources: Iterable[Source] = (),
    published=False,
    **fields,
):
    """`delegates` (the first one as first proposer), then `organisations`, put it forward.

    `recommendations` is how many, or a list of texts or of `make_recommendation`'s keywords. Without a session it
    belongs to the oldest there is.
    """
    fields = {"title_en": title or f"Proposal {next(_numbers)}", **fields}
    session = session or Session.objects.order_by("pk").first() or make_session()
    proposal = Proposal.objects.create(session=session, **fields)
    proposal.topics.set(topics)
    proposal.target_regions.set(regions)
    places = count(1)
    for delegate in delegates:
        order = next(places)
        Sponsorship.objects.create(proposal=proposal, order=order, delegate=delegate, first=order == 1)
    for organisation in organisations:
        order = next(places)
        Sponsorship.objects.create(proposal=proposal, order=order, organisation_en=organisation, first=order == 1)
    if isinstance(recommendations, int):
        recommendations = [{}] * recommendations
    for order, wanted in enumerate(recommendations, start=1):
        wanted = {"text": wanted} if isinstance(wanted, str) else wanted
        make_recommendation(proposal=proposal, **{"order": order, **wanted})
    for source in sources:
        Citation.objects.create(proposal=proposal, source=source)
    if published:
        proposal.state = Proposal.State.PUBLISHED
        proposal.save()
    return proposal
