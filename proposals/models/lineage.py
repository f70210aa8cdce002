"""Lineage: what was asked before, elsewhere or again, as analysts confirm it, and the line through time of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import connections, models, router
from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.dates import date_key
from people.history import RecordModel
from people.language import one_of
from people.models import Delegate, Level, Membership
from proposals.models.proposals import Proposal
from proposals.models.sources import Source
from proposals.models.sponsorships import Sponsorship

MOST_STEPS = 1_000


class Relation(models.TextChoices):
    """What another proposal is to this one."""

    EARLIER = "earlier", _("raised earlier (曾提出)")
    LIKE = "like", _("alike (类似)")
    TAKEN_UP = "taken_up", _("takes this up (承接)")
    UNRELATED = "unrelated", _("looked at: not related")


class LineageQuerySet(models.QuerySet["Lineage"]):
    """The words in which relations are asked for."""

    def confirmed(self) -> Self:
        """Narrow down to what an analyst holds to be so."""
        return self.exclude(relation=Relation.UNRELATED)


class Lineage(RecordModel):
    """That another proposal, of another year or place, asks for the same; that one does not is kept, and not shown."""

    Relation = Relation

    part_of = ["proposal"]

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, verbose_name=_("proposal"), related_name="lineage", help_text=_("This one.")
    )
    relation = models.CharField(
        _("relation"),
        max_length=10,
        choices=Relation,
        help_text=_("What the other is to this one; suggestions show in public only once you choose."),
    )
    other = models.ForeignKey(
        Proposal,
        models.CASCADE,
        verbose_name=_("other proposal"),
        related_name="lineage_elsewhere",
        help_text=_("Of another year, or another place."),
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="lineage",
        help_text=_("Who says so; empty where it is your own judgement, and shown as such."),
    )

    objects = LineageQuerySet.as_manager()

    class Meta:
        verbose_name = _("related proposal")
        verbose_name_plural = _("raised before, alike, taken up")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "other"],
                name="two_proposals_are_related_once",
                violation_error_message=_("These two are related already."),
            ),
            models.CheckConstraint(
                condition=~Q(proposal=F("other")),
                name="related_to_another",
                violation_error_message=_("It is related to others, not to itself."),
            ),
            one_of("relation", Relation),
        ]

    def __str__(self) -> str:
        return f"{Relation(self.relation).label}: {self.other}" if self.relation and self.other_id else ""

    @property
    def in_time(self) -> tuple[int, int] | None:
        """The keys of the older and of the newer proposal, where the relation says which is which."""
        if self.relation == Relation.EARLIER:
            return self.other_id, self.proposal_id
        return (self.proposal_id, self.other_id) if self.relation == Relation.TAKEN_UP else None

    def clean(self) -> None:
        """Refuse two of one session, what the dates contradict, a second row on the same two, and a ring."""
        super().clean()
        if self.proposal_id and self.proposal_id == self.other_id:
            raise ValidationError({"other": gettext("It is related to others, not to itself.")})
        both = Proposal.objects.select_related("session").in_bulk(filter(None, (self.proposal_id, self.other_id)))
        if len(both) < 2 or self.relation == Relation.UNRELATED:
            return
        mine, other = both[self.proposal_id], both[self.other_id]
        if Lineage.objects.filter(proposal=other, other=mine).exclude(pk=self.pk).exists():
            raise ValidationError({"other": gettext("It is entered on the page of “%(other)s”.") % {"other": other}})
        if mine.session_id == other.session_id:
            raise ValidationError({"other": gettext("Both are of one session: relate those of other years or places.")})
        if self.in_time:
            older, newer = (both[key] for key in self.in_time)
            if date_key(newer.date, end=True) < date_key(older.date):
                said = gettext("“%(older)s” (%(later)s) is not older than “%(newer)s” (%(sooner)s).")
                words = {"older": older, "later": older.date, "newer": newer, "sooner": newer.date}
                raise ValidationError({"relation": said % words})
            if _leads_back(older.pk, newer.pk, but=self.pk):
                raise ValidationError({"other": gettext("That leads round in a ring: it was raised after this one.")})


def _leads_back(older: int, newer: int, *, but: int | None) -> bool:
    """Tell whether the way on from `newer`, to what was raised after it, comes to `older`."""
    after: dict[int, list[int]] = {}
    for row in Lineage.objects.filter(relation__in=[Relation.EARLIER, Relation.TAKEN_UP]):
        if row.pk != but and row.in_time:
            after.setdefault(row.in_time[0], []).append(row.in_time[1])
    waiting, seen = [newer], {newer}
    while waiting:
        following = {*after.get(waiting.pop(), ())} - seen
        seen |= following
        waiting += following
    return older in seen


LINE = """
WITH RECURSIVE line (id) AS (
    SELECT CAST(%s AS bigint)
    UNION
    SELECT CASE WHEN link.proposal_id = line.id THEN link.other_id ELSE link.proposal_id END
    FROM proposals_lineage link
    JOIN line ON line.id IN (link.proposal_id, link.other_id)
    JOIN proposals_proposal one ON one.id = link.proposal_id
    JOIN proposals_proposal two ON two.id = link.other_id
    WHERE link.relation <> 'unrelated'
    AND (one.state = 'published' OR one.id = %s) AND (two.state = 'published' OR two.id = %s)
)
SELECT id FROM line LIMIT %s
"""
"""All that is related to a proposal, directly or by way of others that are public; in one query, however many."""


@dataclass(frozen=True)
class Step:
    """One proposal on the line, and what it is to the one whose page it stands on, where that is said directly."""

    proposal: Proposal
    relation: str = ""
    source: Source | None = None


@dataclass(frozen=True)
class Line:
    """What was raised before and after a proposal, in the order of time, itself among it."""

    steps: Sequence[Step]
    years: list[int]
    delegates: int
    provinces: int


def line_of(proposal: Proposal) -> Line | None:
    """Give the line through time on which a proposal stands, as far as it is public; None where it stands alone."""
    key = proposal.pk
    with connections[router.db_for_read(Proposal)].cursor() as cursor:
        cursor.execute(LINE, [key, key, key, MOST_STEPS])
        keys = [row[0] for row in cursor.fetchall()]
    if len(keys) == 1:
        return None
    proposers = Sponsorship.objects.select_related("delegate").prefetch_related("delegate__memberships")
    found = Proposal.objects.filter(pk__in=keys).select_related("session__body")
    said = {
        row.other_id if row.proposal_id == key else row.proposal_id: row
        for row in Lineage.objects.confirmed().filter(Q(proposal=key) | Q(other=key)).select_related("source")
    }
    steps = [
        Step(each, _seen_from(said[each.pk], key), said[each.pk].source) if each.pk in said else Step(each)
        for each in found.prefetch_related(Prefetch("sponsorships", proposers, to_attr="proposers"))
    ]
    steps.sort(key=lambda step: (date_key(step.proposal.date), step.proposal.pk))
    people = [(each, who) for each in (step.proposal for step in steps) for who in _delegates(each)]
    return Line(
        steps,
        sorted({step.proposal.session.year for step in steps}),
        len({delegate for _proposal, delegate in people}),
        len({_province(*each) for each in people} - {None}),
    )


def _delegates(proposal: Any) -> list[Delegate]:
    return [each.delegate for each in proposal.proposers if each.delegate]


def _seen_from(row: Lineage, key: int) -> str:
    """Say what the other of two is to the one with `key`."""
    if row.relation == Relation.LIKE:
        return gettext("alike")
    older = (row.in_time or (0, 0))[0]
    again = row.relation == Relation.EARLIER
    if older == key:
        return gettext("raised again") if again else gettext("takes it up")
    return gettext("raised earlier") if again else gettext("taken up here")


def _province(proposal: Proposal, delegate: Delegate) -> int | None:
    """Give the region for which a delegate sat at the time, or that of the body where it is not the nation's."""
    body = proposal.session.body
    seat = Membership.in_each(delegate.memberships.all()).get((body.pk, proposal.session.term))
    return (seat.region_id if seat else None) or (None if body.level == Level.NATIONAL else body.region_id)
