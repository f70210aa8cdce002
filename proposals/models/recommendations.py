"""Recommendations: the single actions a proposal asks for, of whom, and the figures it quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch

from people.addresses import address
from people.dates import PartialDateField, is_partial_date
from people.language import has_name, in_language
from people.models import Agency
from people.record import RecordModel
from people.tree import protect
from proposals.models.proposals import NAME, Proposal, Sponsorship
from proposals.models.topics import Topic


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """The words in which recommendations are asked for."""

    def published(self) -> Self:
        """Narrow down to those of published proposals."""
        return self.filter(proposal__state=Proposal.State.PUBLISHED)

    def for_cards(self, ids: Sequence[int]) -> list[Recommendation]:
        """Fetch the published recommendations with `ids`, in that order, with all that a card shows."""
        found = (
            self.published()
            .filter(pk__in=ids)
            .select_related("proposal__session__body")
            .prefetch_related(
                Prefetch("proposal__sponsorships", Sponsorship.objects.for_cards(), to_attr="proposers"),
                Prefetch("topics", Topic.objects.only(*NAME), to_attr="shown_topics"),
                Prefetch("addressees", Addressee.objects.select_related("agency")),
            )
        )
        by_id = {recommendation.pk: recommendation for recommendation in found}
        return [by_id[key] for key in ids if key in by_id]


class Recommendation(RecordModel):
    """One numbered action that a proposal asks for."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="recommendations", help_text="The proposal that asks for it."
    )
    order = models.PositiveSmallIntegerField(
        "number",
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
        help_text="Its number in the proposal, from 1; #r3 leads to 3.",
    )
    group_en = models.CharField("group", max_length=120, blank=True, help_text="Heading over several: “Legislation”.")
    group_zh = models.CharField("group in Chinese", max_length=80, blank=True, help_text="“立法”.")
    text_en = models.TextField("text", blank=True, help_text="One action in our words: “Hire more reviewers”.")
    text_zh = models.TextField("text in Chinese", blank=True, help_text="“增加审评人员”.")
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="recommendations", help_text="What this single demand is about."
    )
    agencies = models.ManyToManyField(Agency, through="Addressee", related_name="recommendations")
    implied = models.BooleanField(
        default=False, help_text="Tick where the source complains of something and the demand is only implied."
    )
    note_en = models.TextField(
        "editor's note", blank=True, help_text="“The article says this has been done; in context it is a request.”"
    )
    note_zh = models.TextField("editor's note in Chinese", blank=True, help_text="The same in Chinese.")

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "order"],
                name="one_recommendation_per_number",
                violation_error_message="This proposal has a recommendation with this number already.",
            ),
            models.CheckConstraint(
                condition=models.Q(order__range=(1, 32_767)),  # 15 bits: as many as the catalogue orders
                name="recommendation_numbers_possible",
                violation_error_message="Recommendations are numbered from 1.",
            ),
            has_name("text"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.text_en or self.text_zh}"

    def get_absolute_url(self) -> str:
        """Give the lasting address, which leads to its place in the proposal."""
        return address("recommendation", self.pk)

    @property
    def group(self) -> str:
        """The heading over it, in the reader's language or the one there is."""
        return in_language(self, "group")[0]


protect(Recommendation.topics.field)


class Addressee(RecordModel):
    """Of whom a recommendation asks something, and whether the source says so."""

    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, related_name="addressees", help_text="What is asked."
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="addressed", help_text="Of whom: “NMPA”.")
    stated = models.BooleanField(
        default=True, help_text="Clear the tick where the source does not name it and you conclude it."
    )

    class Meta:
        ordering = ["-stated", "pk"]
        constraints = [models.UniqueConstraint(fields=["recommendation", "agency"], name="an_agency_is_addressed_once")]

    def __str__(self) -> str:
        return str(self.agency)


class Figure(RecordModel):
    """A number quoted in a proposal: what it measures, as of when, and whether it still holds."""

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="figures", help_text="The proposal that quotes it."
    )
    value = models.CharField(max_length=40, help_text="As printed: “226.1”, “13.73”, “I” for a clinical phase.")
    unit_en = models.CharField("unit", max_length=60, blank=True, help_text="“billion yuan”, “percent a year”.")
    unit_zh = models.CharField("unit in Chinese", max_length=40, blank=True, help_text="“亿元”, “%”.")
    amount = models.DecimalField(
        max_digits=24,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="The same as one number in the plain unit: 226100000000 for 226.1 billion yuan.",
    )
    what_en = models.CharField(
        "what", max_length=300, blank=True, help_text="“forecast size of the global stem cell therapy market”."
    )
    what_zh = models.CharField(
        "what, in Chinese", max_length=200, blank=True, help_text="“全球干细胞治疗市场规模预测”."
    )
    as_of = PartialDateField(help_text="The time it speaks of: 2030 for a forecast for 2030, 2024-01 for a count then.")
    attribution_en = models.CharField(
        "who says so", max_length=200, blank=True, help_text="“data that the article does not attribute”."
    )
    attribution_zh = models.CharField(
        "who says so, in Chinese", max_length=120, blank=True, help_text="“文中未注明出处”."
    )
    still_true = models.BooleanField(null=True, blank=True, help_text="“No” where events overtook it; unknown is fine.")
    note_en = models.TextField(
        "editor's note", blank=True, help_text="“The first such product was approved in January 2025.”"
    )
    note_zh = models.TextField("editor's note in Chinese", blank=True, help_text="The same in Chinese.")

    class Meta:
        ordering = ["proposal_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(value=""), name="figure_value_given", violation_error_message="Give the value."
            ),
            models.UniqueConstraint(
                fields=["proposal", "value", "unit_en", "unit_zh", "what_en", "what_zh"], name="one_figure_per_fact"
            ),
            has_name("what"),
            *is_partial_date("as_of"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.value, self.unit_en or self.unit_zh, self.what_en or self.what_zh)))

    @property
    def words(self) -> str:
        """The value with its unit, for the reader."""
        return f"{self.value} {in_language(self, 'unit')[0]}".strip()
