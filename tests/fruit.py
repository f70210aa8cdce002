"""A record in which every kind of row has a fruit of its own to be found by, and a change that shows."""

from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Lineage,
    OutcomeClass,
    OutcomeScheme,
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
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_echo,
    make_event,
    make_figure,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_sector,
    make_session,
    make_source,
    make_topic,
)


@recorded()
def make_world(*, published=True):
    """One proposal with everything a proposal can have; each row has a fruit of its own to be found by."""
    body = make_body(name="Apple committee", region=make_region(name="Land"))
    session = make_session(body=body, year=1987)
    delegate = make_delegate(name="Grape", variants=["Peach"], employer="Medlar Ltd")
    sector = make_sector(name="Lime")
    region = make_region(name="Lemon")
    membership = make_membership(delegate=delegate, body=body, term=session.term, region=region, sector=sector)
    topic = make_topic(name="Apricot", parent=make_topic(name="Stone fruit"), synonyms=["Cherry"])
    target = make_region(name="Fig", parent=make_region(name="Orchard"))
    agency = make_agency(name="Olive", parent=make_agency(name="Ministry of oil"))
    source = make_source()
    demand = {"text": "Melon", "to": [agency], "topics": []}
    proposal = make_proposal(
        title="Quince", session=session, topics=[topic], regions=[target], delegates=[delegate],
        recommendations=[demand], sources=[source], published=published,
    )  # fmt: skip
    figure = make_figure(proposal=proposal, what="Plum")
    recommendation = proposal.recommendations.get()
    event = make_event(
        proposal=proposal, stage="assigned", role="lead", agency=make_agency(name="Kumquat"), source=source
    )
    scheme = OutcomeScheme.objects.create(slug=f"scheme-{proposal.pk}", name_en="Scheme")
    letter = OutcomeClass.objects.create(scheme=scheme, printed="A", outcome="planned")
    reply = make_reply(
        to=[proposal], agency=make_agency(name="Tamarind"), source=source, scheme=scheme,
        outcomes={recommendation: "planned"},
    )  # fmt: skip
    older = make_proposal(title="Rowan", session=make_session(body=body, term=7, year=1986))
    lineage = Lineage.objects.create(proposal=proposal, other=older, relation="earlier")
    echo = make_echo(recommendation=recommendation, issuer=make_agency(name="Medlar"), source=source)
    rows = (
        lineage, echo, echo.document, event, reply, reply.answers.get(), reply.outcomes.get(), scheme, letter,
        proposal, figure, recommendation, source, agency, target, topic, membership, sector, delegate, session, body,
        proposal.sponsorships.get(), recommendation.addressees.get(), proposal.citations.get(), topic.synonyms.get(),
        delegate.name_variants.get(), delegate.positions.get(),
    )  # fmt: skip
    return {type(row): row for row in rows}


FRUIT = {
    Proposal: "Quince", Sponsorship: "Grape", Recommendation: "Melon", Addressee: "Olive", Figure: "Plum",
    Topic: "Apricot", Synonym: "Cherry", Delegate: "Grape", NameVariant: "Peach", Membership: "Lemon",
    Position: "Medlar", Session: "1987", Body: "Apple", Region: "Fig", Agency: "Olive", Event: "Kumquat",
    Reply: "Tamarind", Answer: "Tamarind",
}  # fmt: skip
"""What the row is found by, or what the value of a facet is called because of it."""
NOT_IN_THE_CATALOGUE = (
    Citation, Source, Sector, RecommendationOutcome, OutcomeScheme, OutcomeClass, Lineage, PolicyDocument, Echo
)  # fmt: skip
"""These show on pages only, which know them by the generation."""
NOT_DELETED_WHILE_USED = (Delegate, Session, Body, Agency, Topic, Region)

CHANGES = {
    Proposal: lambda: {"title_en": "Marmalade"},
    Sponsorship: lambda: {"delegate": None, "organisation_en": "Marmalade"},
    Recommendation: lambda: {"text_zh": "Marmalade"},
    Addressee: lambda: {"agency": make_agency(name="Marmalade")},
    Figure: lambda: {"what_en": "Marmalade"},
    Citation: lambda: {"passage": "Marmalade"},
    Source: lambda: {"title": "Marmalade"},
    Topic: lambda: {"name_en": "Marmalade"},
    Synonym: lambda: {"text": "Marmalade"},
    Delegate: lambda: {"name_en": "Marmalade"},
    NameVariant: lambda: {"spelling": "Marmalade"},
    Membership: lambda: {"region": make_region(name="Marmalade")},
    Position: lambda: {"employer_zh": "Marmalade"},
    Sector: lambda: {"name_en": "Marmalade"},
    Session: lambda: {"body": make_body(name="Marmalade")},
    Body: lambda: {"name_en": "Marmalade"},
    Region: lambda: {"name_en": "Marmalade"},
    Agency: lambda: {"name_en": "Marmalade"},
    Event: lambda: {"agency": make_agency(name="Marmalade")},
    Reply: lambda: {"agency": make_agency(name="Marmalade")},
    Answer: lambda: {"reply": make_reply(agency=make_agency(name="Marmalade"))},
    RecommendationOutcome: lambda: {"outcome": "declined"},
    OutcomeScheme: lambda: {"name_en": "Marmalade"},
    OutcomeClass: lambda: {"meaning_en": "Marmalade"},
    Lineage: lambda: {"relation": "like"},
    PolicyDocument: lambda: {"title_en": "Marmalade"},
    Echo: lambda: {"passage_en": "Marmalade"},
}
