"""Proposals and recommendations, light for lists and whole by themselves."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from proposals.api.shapes.pieces import (
    ApiUrl,
    PageUrl,
    PartialDate,
    Shape,
    chinese,
    choice,
    english,
    flag,
    instant,
    integer,
    perhaps,
    string,
)
from proposals.api.shapes.references import (
    KEY,
    TITLE,
    AgencyReference,
    DelegateReference,
    ProposalReference,
    RegionReference,
    ReplyReference,
    SeatReference,
    SessionReference,
    SourceReference,
    TopicReference,
)
from proposals.models import Citation, Outcome, Proposal
from proposals.models.life_cycle import HandlingRole, Satisfaction, Stage
from proposals.models.policies import Judgement

ORGANISATION = _("The organisation, where it is none of the delegates.")
EDITORS_NOTE = _("An editor's note for readers.")
GROUP, DEMAND = _("The heading over several."), _("One action, in our words.")


class PositionShape(Shape):
    """An employer and a post."""

    employer_en = english(_("The employer."))
    employer_zh = chinese(_("The employer."))
    post_en = english(_("The post."))
    post_zh = chinese(_("The post."))
    inferred = flag(_("Whether an editor concluded it: the source does not say so."))
    began = PartialDate(_("When it began."))
    ended = PartialDate(_("When it ended."))


class ProposerShape(Shape):
    """One of those who put a proposal forward: a delegate or an organisation."""

    first = flag(_("Whether this is the first proposer."))
    delegate = DelegateReference(allow_null=True, help_text=_("The delegate; null for an organisation."))
    organisation_en = english(ORGANISATION)
    organisation_zh = chinese(ORGANISATION)


class ProposerInFullShape(ProposerShape):
    """One of those who put a proposal forward, with seat and posts at the time."""

    seat = SeatReference(allow_null=True, help_text=_("The seat in which the delegate took part, where it is known."))
    positions = PositionShape(many=True, help_text=_("Whom the delegate worked for at the time, as far as is known."))


class AddresseeShape(Shape):
    """Of whom a recommendation asks something."""

    agency = AgencyReference(help_text=_("Of whom."))
    inferred = serializers.SerializerMethodField(
        help_text=_("Whether an editor concluded it: the source does not say so.")
    )

    def get_inferred(self, addressee: object) -> bool:
        """Turn round what the record says."""
        return not getattr(addressee, "stated", True)


class RecommendationOutcomeShape(Shape):
    """What a reply says of a recommendation."""

    outcome = choice(Outcome, _("What the reply comes to."))
    quotation_en = english(_("A sentence of the reply."))
    quotation_zh = chinese(_("A sentence of the reply."))
    reply = ReplyReference(help_text=_("The reply that says so."))


class PolicyReference(Shape):
    """A policy document, in short."""

    id = integer(KEY)
    title_en = english(TITLE)
    title_zh = chinese(TITLE)
    number = string(_("Document number, as printed; empty where not known."))
    date = PartialDate(_("Its date."))
    issuer = AgencyReference(help_text=_("Who issued it."))
    html_url = PageUrl()


class EchoShape(Shape):
    """A passage of a policy document that takes a recommendation up, in an editor's judgement."""

    document = PolicyReference(help_text=_("The policy document."))
    passage_en = english(_("The passage."))
    passage_zh = chinese(_("The passage."))
    place = string(_("Where in the document it stands; empty where not known."))
    judgement = choice(Judgement, _("What an editor holds it to do with the recommendation."))
    reason_en = english(_("Why the editor thinks so."))
    reason_zh = chinese(_("Why the editor thinks so."))


class RecommendationLight(Shape):
    """One numbered action that a published proposal asks for, as lists show it."""

    id = integer(KEY)
    url = ApiUrl("recommendations")
    html_url = PageUrl()
    number = integer(_("Its number in the proposal, from 1."), source="order")
    group_en = english(GROUP)
    group_zh = chinese(GROUP)
    text_en = english(DEMAND)
    text_zh = chinese(DEMAND)
    implied = flag(_("Whether the source only implies it."))
    topics = TopicReference(many=True, source="shown_topics", help_text=_("What this single demand is about."))
    addressees = AddresseeShape(many=True, source="shown_addressees", help_text=_("Of whom it asks this."))
    proposal = ProposalReference(help_text=_("The proposal that asks for it."))
    session = SessionReference(source="proposal.session", help_text=_("The session of its proposal."))
    proposers = ProposerShape(
        many=True, source="proposal.proposers", help_text=_("Who put the proposal forward, in order.")
    )


class CitationShape(Shape):
    """A source for a proposal, or for a part of it."""

    role = choice(Citation.Role, _("Whether the entry rests on it, or it only says the same."))
    passage = string(_("Page or paragraph; empty where not known."))
    recommendation = integer(
        _("The id of the recommendation that it bears out; null for others."),
        source="recommendation_id",
        allow_null=True,
    )
    figure = integer(_("The id of the figure that it bears out; null for others."), source="figure_id", allow_null=True)
    source: Any = SourceReference(help_text=_("The source, in short."))


class RecommendationWhole(RecommendationLight):
    """One numbered action that a published proposal asks for, with what is known of it."""

    note_en = english(EDITORS_NOTE)
    note_zh = chinese(EDITORS_NOTE)
    outcomes = RecommendationOutcomeShape(many=True, source="shown_outcomes", help_text=_("What replies say of it."))
    echoes = EchoShape(many=True, source="shown_echoes", help_text=_("Passages of policy documents that take it up."))
    sources = CitationShape(many=True, source="shown_citations", help_text=_("What bears it out."))


class RecommendationOfProposal(Shape):
    """One of the numbered actions of a proposal, within it."""

    id = integer(KEY)
    url = ApiUrl("recommendations")
    html_url = PageUrl()
    number = integer(_("Its number in the proposal, from 1."), source="order")
    group_en = english(GROUP)
    group_zh = chinese(GROUP)
    text_en = english(DEMAND)
    text_zh = chinese(DEMAND)
    implied = flag(_("Whether the source only implies it."))
    note_en = english(EDITORS_NOTE)
    note_zh = chinese(EDITORS_NOTE)
    topics = TopicReference(many=True, source="topics.all", help_text=_("What this single demand is about."))
    addressees = AddresseeShape(many=True, source="addressees.all", help_text=_("Of whom it asks this."))
    outcomes = RecommendationOutcomeShape(many=True, source="shown_outcomes", help_text=_("What replies say of it."))
    echoes = EchoShape(many=True, source="shown_echoes", help_text=_("Passages of policy documents that take it up."))


class ProposalLight(Shape):
    """A published proposal, as lists show it."""

    id = integer(KEY)
    url = ApiUrl("proposals")
    html_url = PageUrl()
    kind = choice(Proposal.Kind, _("Which of the three documents that English reports all call “proposal”."))
    title_en = english(TITLE)
    title_zh = chinese(TITLE)
    number = string(_("As printed, with its zeros; empty where not known."))
    submitted = PartialDate(_("When it was submitted."))
    status = choice(Proposal.Status, _("How far it is known to have come."))
    session = SessionReference(help_text=_("The session at which it was put forward."))
    proposers = ProposerShape(many=True, help_text=_("Who put it forward, in order."))
    proposers_in_all = integer(_("How many there are, where the source names a few of many."), allow_null=True)
    topics = TopicReference(many=True, source="shown_topics", help_text=_("What the whole is about."))
    regions = RegionReference(
        many=True, source="shown_regions", help_text=_("The regions it is about, not where its delegates are from.")
    )
    recommendation_count = integer(_("How many recommendations it makes."))
    published_at = instant(_("When it was first published here."))
    changed = instant(_("When its entry was last saved."))


class FigureShape(Shape):
    """A number that a proposal quotes."""

    id = integer(KEY)
    value = string(_("As printed."))
    unit_en = english(_("Its unit."))
    unit_zh = chinese(_("Its unit."))
    amount = serializers.DecimalField(
        24, 6, allow_null=True, help_text=_("The same in the plain unit; null where it is no plain number.")
    )
    what_en = english(_("What it measures."))
    what_zh = chinese(_("What it measures."))
    as_of = PartialDate(_("The time it speaks of."))
    attribution_en = english(_("Who says so."))
    attribution_zh = chinese(_("Who says so."))
    still_true = flag(_("Whether it still holds; null where nobody looked."), allow_null=True)
    note_en = english(EDITORS_NOTE)
    note_zh = chinese(EDITORS_NOTE)


class EventShape(Shape):
    """One thing that happened to a proposal: an event, or a reply."""

    stage = choice(Stage, _("What happened."))
    date = PartialDate(_("When."))
    agency = AgencyReference(allow_null=True, help_text=_("To whom it was assigned, or who did it."))
    role = perhaps(HandlingRole, _("The agency's part; null where not known."), source="event.role")
    merged_into = ProposalReference(allow_null=True, help_text=_("The published proposal that took it in."))
    satisfaction = perhaps(
        Satisfaction, _("What the feedback says; null where there is none."), source="event.satisfaction"
    )
    reply = ReplyReference(allow_null=True, help_text=_("The reply, where this is one."))
    source: Any = SourceReference(source="event.source", allow_null=True, help_text=_("Where it is said."))
    passage = string(_("Page or paragraph; empty where not known."), source="event.passage", default="")


class StepShape(Shape):
    """Another proposal that asks for the same, directly related or by way of others."""

    proposal = ProposalReference(help_text=_("The other proposal."))
    year = integer(_("The year of its session."), source="proposal.session.year")
    relation = string(
        _("What it is to this one, in the language asked for; empty where it is related by way of another."),
    )
    source: Any = SourceReference(allow_null=True, help_text=_("Who says so; null for an editor's judgement."))


class ProposalWhole(ProposalLight):
    """A published proposal, with all that its page shows."""

    summary_en = english(_("The reasons and the main demands, in our words."))
    summary_zh = chinese(_("The reasons and the main demands, in our words."))
    note_en = english(EDITORS_NOTE)
    note_zh = chinese(EDITORS_NOTE)
    proposers = ProposerInFullShape(many=True, help_text=_("Who put it forward, in order."))
    recommendations = RecommendationOfProposal(
        many=True, source="recommendations.all", help_text=_("What it asks for, in order.")
    )
    figures = FigureShape(many=True, source="figures.all", help_text=_("Numbers that it quotes."))
    events = EventShape(many=True, source="way", help_text=_("What became of it, in order."))
    line = StepShape(many=True, help_text=_("What was raised before, elsewhere or again, in the order of time."))
    sources = CitationShape(many=True, source="shown_citations", help_text=_("What bears it out."))
