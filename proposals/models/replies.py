"""Replies: what agencies answered, to which proposals, and, where they say so, to which single recommendations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Prefetch, Q
from django.db.models.functions import Coalesce
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.dates import SHAPE, PartialDateField, is_partial_date
from people.history import RecordModel, edit
from people.language import has_name, one_of
from people.models import Agency
from proposals.models.letters import Letter
from proposals.models.life_cycle import Event, refuse_impossible, reply_facts, settle
from proposals.models.outcome_classes import Outcome, OutcomeClass, OutcomeScheme
from proposals.models.proposals import Proposal
from proposals.models.recommendations import Recommendation
from proposals.models.reply_times import Spread, days_between
from proposals.models.reply_titles import RELATIVE, reply_title
from proposals.models.sources import Source

SENTENCE_END = re.compile(r"[。！？!?]|\.(?=\s|$)")
LONGEST_QUOTATION = 300


class ReplyQuerySet(models.QuerySet["Reply"]):
    """The words in which replies are asked for."""

    def published(self) -> Self:
        """Narrow down to replies to something that the public may see."""
        return self.filter(
            models.Exists(Answer.objects.filter(reply=models.OuterRef("pk"), proposal__state=Proposal.State.PUBLISHED))
        )

    def with_what_is_public(self) -> Self:
        """Narrow down to public replies; fetch with each what is public of that which it answers, for its page."""
        public = Proposal.State.PUBLISHED  # asked of what is joined: a list of all that is public has 100,000 keys
        answers = Answer.objects.filter(proposal__state=public).select_related("proposal__session__body")
        outcomes = RecommendationOutcome.objects.filter(
            recommendation__proposal__state=public, reply__answers__proposal=F("recommendation__proposal")
        )
        return (
            self.published()
            .select_related("agency")
            .prefetch_related(
                "co_agencies",
                Prefetch("answers", answers, to_attr="shown_answers"),
                Prefetch("outcomes", outcomes.select_related("recommendation__proposal"), to_attr="shown_outcomes"),
            )
        )

    def with_public_times(self) -> Self:
        """Tell of each since when it is public, as `shown_since`, and when what it shows changed last.

        The latter is `changed_in_public`; see `showing` for what counts.
        """
        return self.annotate(
            shown_since=Coalesce("shown__since", "created"), changed_in_public=Coalesce("shown__changed", "created")
        )

    def by(self, agency: Agency) -> Self:
        """Narrow down to those of `agency` and of what lies below it."""
        return self.filter(agency__in=Agency.objects.below(agency.pk))

    def outcomes(self) -> dict[str, int]:
        """Count them by outcome."""
        return dict(self.order_by().values_list("outcome").annotate(Count("pk")))

    def spread(self) -> Spread:
        """Give the days from the submission of what is public to each of them."""
        answers = Answer.objects.filter(reply__in=self, proposal__state=Proposal.State.PUBLISHED).order_by()
        days: Counter[int] = Counter()
        fields = ("proposal__submitted", "proposal__session__opened", "reply__date")
        for submitted, opened, date, number in answers.values_list(*fields).annotate(Count("pk")):
            if (taken := days_between(submitted or opened, date)) is not None:
                days[taken] += number
        return Spread(days)

    def waiting_for(self, proposal: Proposal) -> list[tuple[Reply, list[Proposal]]]:
        """Give those that wait and whose titles mean `proposal`, and no other of its number, with all they mean."""
        number = proposal.number.lstrip("0")
        waiting = self.waiting().filter(title_zh__contains=number).select_related("agency__region") if number else ()
        meant = [(reply, reply.meant()) for reply in waiting]
        return [(reply, found) for reply, found in meant if proposal in found and not could_be_several(found)]

    def waiting(self) -> Self:
        """Narrow down to replies of which nobody knows yet what they answer."""
        return self.filter(answers=None)


class Reply(Letter):
    """One answer of an agency, as it was sent or published."""

    Outcome = Outcome

    signed_by = "agency"
    _history_m2m_fields = ["co_agencies"]
    unseen = ["slug", "note", "created"]

    slug = models.SlugField(
        _("slug"), max_length=100, unique=True, blank=True, help_text=_("Made from number and title when empty.")
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        verbose_name=_("agency"),
        related_name="replies",
        help_text=_("Who answers; of several the lead."),
    )
    co_agencies = models.ManyToManyField(
        Agency,
        verbose_name=_("together with"),
        blank=True,
        related_name="joint_replies",
        help_text=_("Agencies whose opinions it takes in (会办)."),
    )
    title_zh = models.CharField(
        _("title in Chinese"),
        max_length=300,
        blank=True,
        help_text=_("As printed: “对十三届全国人大四次会议第7090号建议的答复”. It finds its proposal by itself."),
    )
    title_en = models.CharField(
        pgettext_lazy("in English", "title"), max_length=300, blank=True, help_text=_("In our words.")
    )
    number = models.CharField(
        _("document number"), max_length=60, blank=True, help_text=_("As printed: “闽卫督函〔2020〕175号”.")
    )
    date = PartialDateField(_("date"), help_text=_("2024, 2024-03 or 2024-03-12; empty where not known."))
    class_printed = models.CharField(
        _("class as printed"), max_length=20, blank=True, help_text=_("“A”, “B”, “已解决”; empty where there is none.")
    )
    scheme = models.ForeignKey(
        OutcomeScheme,
        models.PROTECT,
        verbose_name=_("scheme of classes"),
        null=True,
        blank=True,
        related_name="replies",
        help_text=_("What the class means differs from place to place."),
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=12,
        choices=Outcome,
        default=Outcome.UNKNOWN,
        help_text=_("What it comes to as a whole; taken from the class where you leave it “Not known”."),
    )
    summary_en = models.TextField(_("summary"), blank=True, help_text=_("What it says, in our own words."))
    summary_zh = models.TextField(_("summary in Chinese"), blank=True, help_text=_("The same in Chinese."))
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), related_name="replies", help_text=_("Where it can be read.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For analysts only. Not shown in public."))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    changed = models.DateTimeField(_("changed"), auto_now=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["-date", "-pk"]
        constraints = [
            has_name("title", _("Give the title in at least one language.")),
            models.UniqueConstraint(
                fields=["agency", "number"],
                condition=~Q(number=""),
                name="one_reply_of_an_agency_for_a_number",
                violation_error_message=_("There is a reply of this agency with this number already."),
            ),
            one_of("outcome", Outcome),
            *is_partial_date("date"),
        ]

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("reply", self.pk)

    def clean(self) -> None:
        """Refuse a class that its scheme does not know; take the outcome from it where none is given."""
        super().clean()
        self.class_printed = self.class_printed.strip()
        dated = self.pk and SHAPE.fullmatch(self.date or "2024")
        for answer in self.answers.select_related("proposal__session") if dated else ():
            refuse_early(self, answer.proposal)
        if not self.scheme_id:
            return
        classes = {row.printed.casefold(): row for row in OutcomeClass.objects.filter(scheme=self.scheme_id)}
        known = classes.get(self.class_printed.casefold())
        if self.class_printed and known is None:
            words = {"printed": self.class_printed, "classes": ", ".join(row.printed for row in classes.values())}
            raise ValidationError(
                {"class_printed": gettext("The scheme has no class “%(printed)s”; it has: %(classes)s.") % words}
            )
        if known and self.outcome == Outcome.UNKNOWN:
            self.outcome = known.outcome

    def against_its_class(self) -> str:
        """Say where the outcome is not what its class means; "" where it is, as a rule."""
        known = self.scheme.classes.filter(printed__iexact=self.class_printed).first() if self.scheme else None
        if known is None or known.outcome in (self.outcome, Outcome.UNKNOWN):
            return ""
        words = [str(Outcome(outcome).label) for outcome in (known.outcome, self.outcome)]
        said = gettext("The class “%(printed)s” means “%(usual)s” here; the outcome is “%(outcome)s”: is that meant?")
        return said % {"printed": known.printed, "usual": words[0], "outcome": words[1]}

    def meant(self) -> list[Proposal]:
        """Give the proposals that its title names: of one body, term, session, number and kind each, or several."""
        read = reply_title(self.title_zh) if self.title_zh else None
        found: dict[int, Proposal] = {}
        for number in read.numbers if read else ():
            place = number.place
            if place in RELATIVE and self.agency.region:
                place = self.agency.region.name_zh
            words = asdict(number) | {"place": place}
            found |= {proposal.pk: proposal for proposal in Proposal.objects.numbered(**words)}
        return list(found.values())

    def answer(self, proposals: Sequence[Proposal]) -> None:
        """Let it answer all of `proposals`, or raise `ValidationError` and let it answer none."""
        answers = [Answer(reply=self, proposal=proposal) for proposal in proposals]
        for answer in answers:
            answer.full_clean()
        for answer in answers:
            answer.save()

    def why_it_waits(self) -> str:
        """Say why its title leads to no proposal."""
        if self.title_zh and reply_title(self.title_zh):
            return gettext("No proposal has the number that the title names: it waits for one.")
        return gettext("The title names no proposal by its number: it waits until you say what it answers.")


def could_be_several(meant: Sequence[Proposal]) -> bool:
    """Tell whether what a title means is open: it names one session, and each number there is that of one proposal."""
    told = {(each.session_id, each.kind, each.number.lstrip("0")) for each in meant}
    return len({each.session_id for each in meant}) > 1 or len(told) < len(meant)


class Answer(RecordModel):
    """Which proposal a reply answers."""

    part_of = ["reply"]

    reply = models.ForeignKey(
        Reply, models.CASCADE, verbose_name=_("reply"), related_name="answers", help_text=_("What answers.")
    )
    proposal = models.ForeignKey(
        Proposal,
        models.CASCADE,
        verbose_name=_("proposal"),
        related_name="answers",
        help_text=_("What it answers; one reply may answer several."),
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "proposal"], name="a_reply_answers_a_proposal_once"),
        ]

    def __str__(self) -> str:
        return str(self.proposal)

    def clean(self) -> None:
        """Refuse a reply from before what it answers."""
        super().clean()
        reply = self.entered_with("reply")  # it may not be stored yet, where both are entered together
        if self.proposal_id and reply and not self.pk and SHAPE.fullmatch(reply.date or "2024"):
            refuse_early(reply, self.proposal)


def refuse_early(reply: Reply, proposal: Proposal, beside: Iterable[Reply] = ()) -> None:
    """Raise `ValidationError` where a reply cannot answer a proposal, by what is known of its life cycle.

    What is not stored yet and answers it too stands `beside`.
    """
    others = [answer.reply for answer in proposal.answers.select_related("reply") if answer.reply_id != reply.pk]
    events = [event.fact for event in proposal.events.all()]
    refuse_impossible(proposal, [*events, *reply_facts([*others, *beside, reply])])


class RecommendationOutcome(RecordModel):
    """What a reply says of a single recommendation."""

    part_of = ["reply"]

    reply = models.ForeignKey(
        Reply, models.CASCADE, verbose_name=_("reply"), related_name="outcomes", help_text=_("What answers.")
    )
    recommendation = models.ForeignKey(
        Recommendation,
        models.CASCADE,
        verbose_name=_("recommendation"),
        related_name="outcomes",
        help_text=_("Which demand it answers."),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, help_text=_("“In progress”."))
    quotation_zh = models.CharField(
        _("quotation"),
        max_length=LONGEST_QUOTATION,
        blank=True,
        help_text=_("A sentence at most, as printed."),
    )
    quotation_en = models.CharField(
        _("quotation in English"), max_length=LONGEST_QUOTATION, blank=True, help_text=_("The same, translated.")
    )

    class Meta:
        verbose_name = _("outcome of a recommendation")
        verbose_name_plural = _("outcomes of recommendations")
        ordering = ["recommendation__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "recommendation"], name="a_reply_has_one_outcome_for_a_recommendation"
            ),
            one_of("outcome", Outcome),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation}: {Outcome(self.outcome).label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a reply that speaks of a demand answers the proposal that makes it."""
        with edit():
            super().save(*args, **kwargs)
            Answer.objects.get_or_create(reply_id=self.reply_id, proposal_id=self.recommendation.proposal_id)

    def clean(self) -> None:
        """Refuse more than a sentence: the reply is quoted, not copied; and a reply from before what it speaks of."""
        super().clean()
        reply = self.entered_with("reply")
        asked = Recommendation.objects.filter(pk=self.recommendation_id).select_related("proposal__session").first()
        if reply and asked and SHAPE.fullmatch(reply.date or "2024"):
            refuse_early(reply, asked.proposal)
        for name in ("quotation_zh", "quotation_en"):
            if len(SENTENCE_END.findall(getattr(self, name).strip())) > 1:
                raise ValidationError({name: _("Quote a sentence at most.")})


def _answered(row: Event | Answer | Reply) -> list[int]:
    """Give the proposals, as stored, whose life cycle a row belongs to."""
    if isinstance(row, Reply):
        return list(Answer.objects.filter(reply=row.pk).values_list("proposal", flat=True))
    return list(type(row)._base_manager.filter(pk=row.pk).values_list("proposal", flat=True))


def _before(instance: Any, **_more: object) -> None:
    """Note whose life cycle a row belongs to before it is saved or deleted."""
    instance._answered = _answered(instance) if instance.pk else []


def _after(instance: Any, **_more: object) -> None:
    """Bring the status of all that it belongs to, or did, up to date."""
    settle({*instance._answered, *_answered(instance)})


for _model in (Event, Answer, Reply):
    for _signal, _receiver in ((pre_save, _before), (pre_delete, _before), (post_save, _after), (post_delete, _after)):
        _signal.connect(_receiver, sender=_model, dispatch_uid=f"life cycle {_model.__name__} {_receiver.__name__}")
