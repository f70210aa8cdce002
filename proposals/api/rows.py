"""The rows of the record that the API hands out, each with all that its shape shows: only what the public may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from people.models import Membership
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Lineage,
    PolicyDocument,
    Proposal,
    Recommendation,
    RecommendationOutcome,
    Reply,
    Source,
    Sponsorship,
)
from proposals.models.came_of_it import read_what_came_of_it
from proposals.models.life_cycle import way_of
from proposals.models.lineage import line_of

PROPOSERS = Sponsorship.objects.select_related("delegate")
PUBLIC = Q(proposal__state=Proposal.State.PUBLISHED)
SPONSORED = Sponsorship.objects.filter(PUBLIC, delegate__isnull=False)


def in_order(found: QuerySet[Any], ids: Sequence[int]) -> list[Any]:
    """Fetch the rows with `ids`, in that order."""
    by_id = {row.pk: row for row in found.filter(pk__in=ids)}
    return [by_id[key] for key in ids if key in by_id]


def proposals() -> QuerySet[Proposal]:
    """Give published proposals, as lists show them."""
    return (
        Proposal.objects.published()
        .select_related("session__body")
        .prefetch_related(
            Prefetch("sponsorships", PROPOSERS, to_attr="proposers"),
            Prefetch("topics", to_attr="shown_topics"),
            Prefetch("target_regions", to_attr="shown_regions"),
        )
        .annotate(recommendation_count=Count("recommendations"))
    )


def whole(proposal: Any) -> Any:
    """Fetch with a proposal, read `for_page`, what became of it, as its page shows it."""
    read_what_came_of_it(proposal)
    proposal.proposers = proposal.sponsorships.all()
    proposal.shown_topics, proposal.shown_regions = proposal.topics.all(), proposal.target_regions.all()
    recommendations = proposal.recommendations.all()
    proposal.recommendation_count = len(recommendations)
    for recommendation in recommendations:
        recommendation.shown_outcomes = getattr(recommendation, "shown_outcomes", ())
        recommendation.shown_echoes = recommendation.echoes.all() if proposal.has_echoes else ()
    moments = way_of(proposal) if proposal.has_events or proposal.has_answers else []
    proposal.way = [_told(moment) for moment in moments]
    line = line_of(proposal) if proposal.has_line else None
    proposal.line = [step for step in line.steps if step.proposal.pk != proposal.pk] if line else ()
    proposal.shown_citations = Citation.objects.on(proposal)
    return proposal


def _told(moment: Any) -> dict[str, Any]:
    """Give one thing that happened; what it was merged into only where that is public."""
    event, reply = moment.event, moment.reply
    into = event.into if event and event.into and event.into.is_public else None
    agency = event.agency if event else reply.agency
    told = {"stage": moment.stage, "date": moment.date, "event": event, "reply": reply}
    return told | {"agency": agency, "merged_into": into}


def recommendations() -> QuerySet[Recommendation]:
    """Give recommendations of published proposals, as lists show them."""
    return (
        Recommendation.objects.published()
        .select_related("proposal__session__body")
        .prefetch_related(
            Prefetch("proposal__sponsorships", PROPOSERS, to_attr="proposers"),
            Prefetch("topics", to_attr="shown_topics"),
            Prefetch("addressees", Addressee.objects.select_related("agency"), to_attr="shown_addressees"),
        )
    )


def recommendations_whole() -> QuerySet[Recommendation]:
    """Give recommendations of published proposals, with what replies and policy documents say of them."""
    outcomes = RecommendationOutcome.objects.filter(reply__answers__proposal=F("recommendation__proposal"))
    return recommendations().prefetch_related(
        Prefetch("outcomes", outcomes.select_related("reply"), to_attr="shown_outcomes"),
        Prefetch("echoes", Echo.objects.select_related("document__issuer"), to_attr="shown_echoes"),
        Prefetch("citations", Citation.objects.select_related("source"), to_attr="shown_citations"),
    )


def replies() -> QuerySet[Reply]:
    """Give public replies with what is public of that which they answer."""
    answers = Answer.objects.filter(PUBLIC).select_related("proposal")
    return (
        Reply.objects.published()
        .select_related("agency")
        .prefetch_related("co_agencies", Prefetch("answers", answers, to_attr="shown_answers"))
    )


def replies_whole() -> QuerySet[Reply]:
    """Give public replies with what they say of single recommendations of what is public."""
    outcomes = RecommendationOutcome.objects.filter(
        recommendation__proposal__state=Proposal.State.PUBLISHED,
        reply__answers__proposal=F("recommendation__proposal"),
    )
    return (
        replies()
        .select_related("source", "scheme")
        .prefetch_related(Prefetch("outcomes", outcomes.select_related("recommendation"), to_attr="shown_outcomes"))
    )


def answering(found: Iterable[Any]) -> list[Any]:
    """Put beside each reply the proposals that it answers."""
    replies = list(found)
    for reply in replies:
        reply.shown_proposals = [answer.proposal for answer in reply.shown_answers]
    return replies


def memberships() -> QuerySet[Membership]:
    """Give the seats of the delegates of published proposals."""
    public = SPONSORED.filter(delegate=OuterRef("delegate"))
    related = ("delegate", "body", "sector", "region")
    return Membership.objects.filter(Exists(public)).select_related(*related)


def sources() -> QuerySet[Source]:
    """Give the sources that bear out something public."""
    delegates = SPONSORED.values("delegate")
    cited = (
        PUBLIC
        | Q(recommendation__proposal__state=Proposal.State.PUBLISHED)
        | Q(figure__proposal__state=Proposal.State.PUBLISHED)
        | Q(membership__delegate__in=delegates)
        | Q(position__delegate__in=delegates)
        | Q(name_variant__delegate__in=delegates)
    )
    related = Lineage.objects.confirmed().filter(PUBLIC, other__state=Proposal.State.PUBLISHED)
    ways: list[QuerySet[Any]] = [
        Citation.objects.filter(cited),
        Event.objects.filter(PUBLIC),
        Reply.objects.published(),
    ]
    ways += [PolicyDocument.objects.published(), related]
    shown = Q()
    for way in ways:
        shown |= Q(Exists(way.filter(source=OuterRef("pk"))))
    return Source.objects.filter(shown)
