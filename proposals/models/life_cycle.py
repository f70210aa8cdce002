"""The life cycle: what became of a proposal, as dated events, and what follows from them.

submitted -> filed, merged or turned into an opinion -> assigned -> being handled -> replied -> feedback -> followed up.
Replies are records of their own (`replies`), and count as events. The status is what the events say, never typed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.dates import SHAPE, PartialDateField, date_key, is_partial_date, refuse_future
from people.history import RecordModel
from people.language import one_of
from people.models import Agency
from proposals.models.proposals import Proposal, ProposalStatus
from proposals.models.sources import Source

MOST_STEPS = 1_000


class Stage(models.TextChoices):
    """What can happen to a proposal; those without a place in the order are marks that it is given."""

    SUBMITTED = "submitted", _("Submitted (提交)")
    FILED = "filed", _("Filed (立案)")
    MERGED = "merged", _("Merged into another (并案)")
    OPINION = "opinion", _("Turned into an opinion (转为意见和建议)")
    ASSIGNED = "assigned", _("Assigned (交办)")
    HANDLED = "handled", _("Being handled (办理)")
    REPLIED = "replied", _("Replied (答复)")
    FEEDBACK = "feedback", _("Delegate's feedback (反馈)")
    FOLLOWED_UP = "followed_up", _("Followed up (跟踪办理)")
    KEY = "key", _("Key proposal (重点提案)")
    OF_THE_YEAR = "of_the_year", _("Proposal of the year (年度好提案)")
    OUTSTANDING = "outstanding", _("Outstanding proposal (优秀提案)")


class HandlingRole(models.TextChoices):
    """The part that an agency has."""

    LEAD = "lead", _("Lead (主办)")
    CO_HANDLING = "co_handling", _("Co-handling (会办)")
    SEPARATE = "separate", _("Separate (分办)")


class Satisfaction(models.TextChoices):
    """What the delegate says of the reply."""

    SATISFIED = "satisfied", _("Satisfied (满意)")
    BASICALLY = "basically", _("Basically satisfied (基本满意)")
    DISSATISFIED = "dissatisfied", _("Dissatisfied (不满意)")


RANK = {
    Stage.SUBMITTED: 0,
    Stage.FILED: 1,
    Stage.MERGED: 1,
    Stage.OPINION: 1,
    Stage.ASSIGNED: 2,
    Stage.HANDLED: 3,
    Stage.REPLIED: 4,
    Stage.FEEDBACK: 5,
    Stage.FOLLOWED_UP: 6,
}
"""The order in which the stages are reached for the first time."""
STATUS = {stage: ProposalStatus(stage.value) for stage in RANK}
IN_ANY_ORDER = {(Stage.FEEDBACK, Stage.FOLLOWED_UP)}
"""An agency may write twice before the delegate says anything."""
AGAIN = {Stage.ASSIGNED, Stage.HANDLED}
ANSWERS = {Stage.REPLIED, Stage.FOLLOWED_UP}
OF_AGENCIES = {Stage.ASSIGNED, Stage.HANDLED, *ANSWERS}
"""What an agency does, or has done to it."""


SHOW_A_REPLY = {*ANSWERS, Stage.FEEDBACK}
LEADING = {HandlingRole.LEAD, HandlingRole.SEPARATE}
NO_REPLY_DUE = {ProposalStatus.MERGED, ProposalStatus.OPINION}
MONTHS = 6
"""A reply is due within three months, and three more where it is put off."""


class Replied(models.TextChoices):
    """Whether a reply is known."""

    YES = "yes", _("Reply known")
    NO = "no", _("No reply known")
    OVERDUE = "overdue", _("No reply known after six months")


def reply_due(date: str, status: str) -> int:
    """Give the last day on which a reply is in time, as `date_key` does, counted from the last day that `date` can be.

    0 where none is due: what was merged is answered with what took it in, an opinion need not be.
    """
    if not date or status in NO_REPLY_DUE:
        return 0
    year, month, day = (*map(int, date.split("-")), *(12, 31)[date.count("-") :])
    year, month = year + (month - 1 + MONTHS) // 12, (month - 1 + MONTHS) % 12 + 1
    return 10_000 * year + 100 * month + min(day, monthrange(year, month)[1])


@dataclass(frozen=True)
class Fact:
    """One thing that happened: an event, or a reply."""

    stage: str
    date: str = ""
    agency: int | None = None
    role: str = ""
    satisfaction: str = ""
    into: int | None = None


def current_status(facts: Iterable[Fact]) -> ProposalStatus:
    """Tell how far a proposal has come: to the highest stage that anything says.

    A delegate who is dissatisfied may send it back: what is assigned or handled after that, by its date, and not
    answered since, is being handled; what is answered since is followed up, whoever answers.
    """
    known = [fact for fact in facts if fact.stage in RANK]
    if _handled_again(known):
        return ProposalStatus.HANDLED
    return _sent_back_last(known) or max(
        (STATUS[Stage(fact.stage)] for fact in known), key=_rank_of_status, default=ProposalStatus.SUBMITTED
    )


def _rank_of_status(status: ProposalStatus) -> tuple[int, int]:
    """Give the rank; of the three ways in which it can be examined a merger or an opinion says more than the filing."""
    return RANK[Stage(status.value)], ProposalStatus.values.index(status)


def _sent_back(facts: Iterable[Fact]) -> int:
    """Give the last day on which the last dissatisfied feedback can have been; 0 where there is none, or no date."""
    back = [fact.date for fact in facts if fact.satisfaction == Satisfaction.DISSATISFIED and fact.date]
    return max((date_key(date, end=True) for date in back), default=0)


def _sent_back_last(facts: Sequence[Fact]) -> ProposalStatus | None:
    """Give what came of it since it was last sent back, where the dates prove it."""
    since = _sent_back(facts)
    if not since:
        return None
    said = [fact for fact in facts if fact.stage in SHOW_A_REPLY]
    if later := [(date_key(each.date), each.stage == Stage.FEEDBACK) for each in said if date_key(each.date) > since]:
        return ProposalStatus.FEEDBACK if max(later)[1] else ProposalStatus.FOLLOWED_UP
    answers = [fact.date for fact in said if fact.stage in ANSWERS]
    proved = all(date and date_key(date, end=True) <= since for date in answers)
    return ProposalStatus.FEEDBACK if proved else None


def _handled_again(facts: Sequence[Fact]) -> bool:
    since = _sent_back(facts)
    again = [date_key(fact.date) for fact in facts if fact.stage in AGAIN and since and date_key(fact.date) > since]
    answered = [date_key(fact.date, end=True) for fact in facts if fact.stage in ANSWERS and fact.date]
    return bool(again) and max(answered, default=0) < min(again)


def impossible(facts: Sequence[Fact], begin: str) -> Iterator[str]:
    """Say what cannot be: more than one lead, filed and turned away at once, one stage before another that precedes it.

    `begin` is when the proposal was put forward, as exactly as is known; days that are not known prove nothing.
    """
    yield from _contradictions(facts)
    first: dict[str, str] = {Stage.SUBMITTED: begin} if begin else {}
    for fact in sorted(facts, key=lambda fact: date_key(fact.date)):
        if fact.date and fact.stage == Stage.SUBMITTED:
            first[fact.stage] = max(begin, fact.date, key=date_key)
        elif fact.date and fact.stage in RANK:
            first.setdefault(fact.stage, fact.date)
    ordered = sorted(first, key=lambda stage: RANK[Stage(stage)])
    for earlier, later in combinations(ordered, 2):
        before = date_key(first[later], end=True) < date_key(first[earlier])
        if before and RANK[Stage(earlier)] < RANK[Stage(later)] and (earlier, later) not in IN_ANY_ORDER:
            words = {"later": Stage(later).label, "earlier": Stage(earlier).label}
            yield gettext("“%(later)s” cannot be before “%(earlier)s”.") % words


def _contradictions(facts: Sequence[Fact]) -> Iterator[str]:
    since = _sent_back(facts)
    leading = [fact for fact in facts if fact.role == HandlingRole.LEAD]
    for lead in (  # who leads may change after it was sent back; where that is, days that are not known prove nothing
        {fact.agency for fact in leading if not since or 0 < date_key(fact.date, end=True) <= since},
        {fact.agency for fact in leading if since and date_key(fact.date) > since},
    ):
        if len(lead) > 1:
            yield gettext("Two agencies cannot both lead: the others are co-handling, or each handles it separately.")
    if len({fact.into for fact in facts} - {None}) > 1:
        yield gettext("It cannot be merged into two others.")
    if {Stage.FILED, Stage.OPINION} <= {fact.stage for fact in facts}:
        yield gettext("It cannot be both filed and turned into an opinion.")


class EventQuerySet(models.QuerySet["Event"]):
    """The words in which events are asked for."""

    def in_charge(self) -> Self:
        """Narrow down to those by which an agency is in charge of something that the public may see."""
        return self.filter(role__in=sorted(LEADING), proposal__state=Proposal.State.PUBLISHED)


class Event(RecordModel):
    """One thing that happened to a proposal, with where it is said."""

    Stage = Stage
    Role = HandlingRole
    Satisfaction = Satisfaction

    part_of = ["proposal"]

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, verbose_name=_("proposal"), related_name="events", help_text=_("What it happened to.")
    )
    stage = models.CharField(
        _("what happened"),
        max_length=12,
        choices=Stage,
        help_text=_("“Filed (立案)”; replies have pages of their own."),
    )
    date = PartialDateField(_("date"), help_text=_("2024, 2024-03 or 2024-03-12; empty where not known."))
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        verbose_name=_("agency"),
        null=True,
        blank=True,
        related_name="events",
        help_text=_("To whom it was assigned, or who did it."),
    )
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=HandlingRole,
        blank=True,
        help_text=_(
            "The agency's part: the lead answers for all, those that handle it separately each for themselves."
        ),
    )
    into = models.ForeignKey(
        Proposal,
        models.PROTECT,
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        related_name="merged_events",
        help_text=_("The proposal that took this one in; empty where the source does not say which."),
    )
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=Satisfaction, blank=True, help_text=_("What the feedback says.")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), related_name="events", help_text=_("Where it is said.")
    )
    passage = models.CharField(
        _("passage"), max_length=200, blank=True, help_text=_("Page or paragraph: “p. 3”, “paragraph 7”.")
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "stage", "date", "agency", "source", "passage"],
                name="one_event_once",
                violation_error_message=_("This is entered already."),
            ),
            models.UniqueConstraint(
                fields=["proposal", "stage", "date", "source", "passage"],
                condition=Q(agency__isnull=True),
                name="one_event_of_no_agency_once",
                violation_error_message=_("This is entered already."),
            ),
            models.CheckConstraint(
                condition=Q(into__isnull=True) | Q(stage="merged"),
                name="only_what_is_merged_goes_into_another",
                violation_error_message=_("Only what is merged goes into another."),
            ),
            models.CheckConstraint(
                condition=Q(satisfaction="") | Q(stage="feedback"),
                name="only_feedback_is_satisfied",
                violation_error_message=_("Only feedback says whether the delegate is satisfied."),
            ),
            models.CheckConstraint(
                condition=Q(role="") | Q(stage="assigned", agency__isnull=False),
                name="an_agency_is_assigned_its_part",
                violation_error_message=_("A part is given to an agency, where the proposal is assigned."),
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True) | Q(stage__in=sorted(OF_AGENCIES)),
                name="an_agency_handles_and_replies",
                violation_error_message=_("Agencies are assigned a proposal, handle it and reply."),
            ),
            models.CheckConstraint(
                condition=~Q(into=models.F("proposal")),
                name="merged_into_another",
                violation_error_message=_("It is merged into another, not into itself."),
            ),
            one_of("stage", Stage),
            *is_partial_date("date"),
        ]

    checked_together = False
    """Whether somebody else checks it beside the other events of its proposal."""

    def __str__(self) -> str:
        return ", ".join(filter(None, (str(Stage(self.stage).label) if self.stage else "", self.date)))

    @property
    def fact(self) -> Fact:
        """What it says of the life cycle."""
        return Fact(self.stage, self.date, self.agency_id, self.role, self.satisfaction, self.into_id)

    def clean(self) -> None:
        """Refuse what cannot be beside the other events of the proposal, and a merger that leads back."""
        super().clean()
        refuse_future(self.date)
        if self.into_id and self.proposal_id and leads_back(self.proposal_id, self.into_id):
            raise ValidationError({"into": _("That one was merged into this one: mergers lead nowhere in a ring.")})
        if self.checked_together or not SHAPE.fullmatch(self.date or "2024"):
            return
        proposal = Proposal.objects.filter(pk=self.proposal_id).select_related("session").first()
        if proposal is not None:
            refuse_impossible(proposal, [*facts_of(proposal, but=self), self.fact])


def leads_back(proposal: int, into: int | None) -> bool:
    """Tell whether the way on from `into`, merger by merger, comes to `proposal`."""
    seen: set[int] = set()
    waiting = {into} if into is not None else set()
    while waiting and len(seen) < MOST_STEPS:
        seen |= waiting
        further = Event.objects.filter(proposal__in=waiting, into__isnull=False).values_list("into", flat=True)
        waiting = {each for each in further if each is not None} - seen
    return proposal in seen


def facts_of(proposal: Proposal, *, but: Event | None = None) -> list[Fact]:
    """Give all that is stored on what became of a proposal: events but one, and replies."""
    events = [event.fact for event in proposal.events.all() if but is None or event.pk != but.pk]
    return [*events, *reply_facts(answer.reply for answer in proposal.answers.select_related("reply"))]


def reply_facts(replies: Iterable[Any]) -> list[Fact]:
    """Give replies to one proposal as facts; a later one of the same agency follows up."""
    seen: set[int] = set()
    facts = []
    for reply in sorted(replies, key=lambda reply: date_key(reply.date)):
        facts.append(Fact(Stage.FOLLOWED_UP if reply.agency_id in seen else Stage.REPLIED, reply.date, reply.agency_id))
        seen.add(reply.agency_id)
    return facts


@dataclass(frozen=True)
class Moment:
    """A place on the way of a proposal, for readers: an event, or a reply."""

    stage: Stage
    date: str
    event: Event | None = None
    reply: Any = None


def way_of(proposal: Proposal) -> list[Moment]:
    """Give what became of a proposal in order; what has no date stands where its stage is reached at the earliest."""
    answers = [answer.reply for answer in proposal.answers.all()]
    moments = [Moment(Stage(event.stage), event.date, event=event) for event in proposal.events.all()]
    replies = sorted(answers, key=lambda reply: date_key(reply.date))
    stages = [Stage(fact.stage) for fact in reply_facts(replies)]
    moments += [Moment(stage, reply.date, reply=reply) for stage, reply in zip(stages, replies, strict=True)]

    def place(moment: Moment) -> tuple[int, int]:
        rank = RANK.get(moment.stage, len(RANK))
        before = [date_key(each.date) for each in moments if each.date and RANK.get(each.stage, len(RANK)) <= rank]
        return date_key(moment.date) or max(before, default=0), rank

    return sorted(moments, key=place)


def refuse_impossible(proposal: Proposal, facts: Sequence[Fact]) -> None:
    """Raise `ValidationError` where facts contradict each other or come before the proposal itself."""
    session: Any = proposal.session
    submitted = proposal.submitted if SHAPE.fullmatch(proposal.submitted) else ""  # what is wrong has its own message
    reasons = list(impossible(facts, submitted or session.opened or str(session.year)))
    if reasons:
        raise ValidationError(reasons)


def settle(proposals: Iterable[int]) -> None:
    """Bring the status of proposals up to date with what is stored of their life cycle."""
    for proposal in Proposal.objects.filter(pk__in=proposals):
        status = current_status(facts_of(proposal))
        if proposal.status != status:
            proposal.status = status
            proposal.save()
