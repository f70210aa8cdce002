"""Recommendations: the single actions a proposal asks for, of whom, and the figures it quotes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Max, Prefetch
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.addresses import address
from people.dates import PartialDateField, is_partial_date
from people.history import RecordModel
from people.language import has_name, in_language
from people.models import Agency
from people.tree import protect
from proposals.models.proposals import CITED, Proposal
from proposals.models.sponsorships import NAME, Sponsorship
from proposals.models.topics import Topic

LAST_NUMBER = 9_999
OUT_OF_THE_WAY = 2 * LAST_NUMBER
"""Added to the numbers of rows about to get others; the column holds up to 32767."""


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """The words in which recommendations are asked for."""

    def published(self) -> Self:
        """Narrow down to those of published proposals."""
        return self.filter(proposal__state=Proposal.State.PUBLISHED)

    def with_public_times(self) -> Self:
        """Tell of each when what its proposal shows changed last, as `changed_in_public`."""
        return self.annotate(changed_in_public=Coalesce("proposal__shown__changed", "proposal__published_at"))

    def for_cards(self, ids: Sequence[int]) -> list[Recommendation]:
        """Fetch the published recommendations with `ids`, in that order, with all that a card shows."""
        found = (
            self.published()
            .filter(pk__in=[key for key in ids if key <= models.BigIntegerField.MAX_BIGINT])  # as addresses have them
            .select_related("proposal__session__body")
            .prefetch_related(
                Prefetch("proposal__sponsorships", Sponsorship.objects.for_cards(), to_attr="proposers"),
                Prefetch("topics", Topic.objects.only(*NAME), to_attr="shown_topics"),
                Prefetch("addressees", Addressee.objects.select_related("agency")),
            )
        )
        by_id = {recommendation.pk: recommendation for recommendation in found}
        return [by_id[key] for key in ids if key in by_id]

    def for_citations(self, ids: Sequence[int]) -> list[Recommendation]:
        """Fetch the published recommendations with `ids`, in that order, with what a citation says and nothing else."""
        fields = ("order", "text_en", "text_zh", *(f"proposal__{name}" for name in CITED))
        proposers = Prefetch("proposal__sponsorships", Sponsorship.objects.named(), to_attr="proposers")
        chosen = self.published().select_related("proposal").only(*fields)
        found = chosen.prefetch_related("proposal__session__body", proposers).in_bulk(ids)
        return [found[key] for key in ids if key in found]


class Recommendation(RecordModel):
    """One numbered action that a proposal asks for."""

    part_of = ["proposal"]
    _history_m2m_fields = ["topics"]

    proposal = models.ForeignKey(
        Proposal,
        models.CASCADE,
        verbose_name=_("proposal"),
        related_name="recommendations",
        help_text=_("The proposal that asks for it."),
    )
    order = models.PositiveSmallIntegerField(
        _("number"),
        validators=[MinValueValidator(1), MaxValueValidator(LAST_NUMBER)],
        help_text=_("Its number in the proposal, from 1; #r3 leads to 3."),
    )
    group_en = models.CharField(
        _("group"), max_length=120, blank=True, help_text=_("Heading over several: “Legislation”.")
    )
    group_zh = models.CharField(_("group in Chinese"), max_length=80, blank=True, help_text=_("“立法”."))
    text_en = models.TextField(
        pgettext_lazy("in English", "text"), blank=True, help_text=_("One action in our words: “Hire more reviewers”.")
    )
    text_zh = models.TextField(_("text in Chinese"), blank=True, help_text=_("“增加审评人员”."))
    topics = models.ManyToManyField(
        Topic,
        verbose_name=_("topics"),
        blank=True,
        related_name="recommendations",
        help_text=_("What this single demand is about."),
    )
    agencies = models.ManyToManyField(
        Agency, through="Addressee", verbose_name=_("agencies"), related_name="recommendations"
    )
    implied = models.BooleanField(
        _("implied"),
        default=False,
        help_text=_("Tick where the source complains of something and the demand is only implied."),
    )
    note_en = models.TextField(
        _("editor's note"),
        blank=True,
        help_text=_("“The article says this has been done; in context it is a request.”"),
    )
    note_zh = models.TextField(_("editor's note in Chinese"), blank=True, help_text=_("The same in Chinese."))

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["proposal_id", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "order"],
                name="one_recommendation_per_number",
                violation_error_message=_("This proposal has a recommendation with this number already."),
            ),
            models.CheckConstraint(
                condition=models.Q(order__range=(1, 32_767)),  # 15 bits: as many as the catalogue orders
                name="recommendation_numbers_possible",
                violation_error_message=_("Recommendations are numbered from 1."),
            ),
            has_name("text", _("Give the text in at least one language.")),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {in_language(self, 'text')[0]}"

    def settle_in(self, whole: RecordModel) -> None:
        """Get the next number."""
        last = Recommendation.objects.filter(proposal=whole.pk).aggregate(last=Max("order"))["last"]
        self.order = (last or 0) + 1

    @classmethod
    def make_way(cls, keys: Collection[int]) -> None:
        """Give rows numbers that are out of the way, so that 1 and 2 can swap; each is saved after that."""
        cls.objects.filter(pk__in=keys, order__lte=LAST_NUMBER).update(order=F("order") + OUT_OF_THE_WAY)

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

    part_of = ["recommendation"]

    recommendation = models.ForeignKey(
        Recommendation,
        models.CASCADE,
        verbose_name=_("recommendation"),
        related_name="addressees",
        help_text=_("What is asked."),
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name=_("agency"), related_name="addressed", help_text=_("Of whom: “NMPA”.")
    )
    stated = models.BooleanField(
        _("stated"), default=True, help_text=_("Clear the tick where the source does not name it and you conclude it.")
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["-stated", "pk"]
        constraints = [models.UniqueConstraint(fields=["recommendation", "agency"], name="an_agency_is_addressed_once")]

    def __str__(self) -> str:
        return str(self.agency)


class Figure(RecordModel):
    """A number quoted in a proposal: what it measures, as of when, and whether it still holds."""

    part_of = ["proposal"]

    proposal = models.ForeignKey(
        Proposal,
        models.CASCADE,
        verbose_name=_("proposal"),
        related_name="figures",
        help_text=_("The proposal that quotes it."),
    )
    value = models.CharField(
        _("value"), max_length=40, help_text=_("As printed: “226.1”, “13.73”, “I” for a clinical phase.")
    )
    unit_en = models.CharField(_("unit"), max_length=60, blank=True, help_text=_("“billion yuan”, “percent a year”."))
    unit_zh = models.CharField(_("unit in Chinese"), max_length=40, blank=True, help_text=_("“亿元”, “万例”."))
    amount = models.DecimalField(
        _("amount"),
        max_digits=24,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("The same as one number in the plain unit: 226100000000 for 226.1 billion yuan."),
    )
    what_en = models.CharField(
        _("what"), max_length=300, blank=True, help_text=_("“forecast size of the global stem cell therapy market”.")
    )
    what_zh = models.CharField(
        _("what, in Chinese"), max_length=200, blank=True, help_text=_("“全球干细胞治疗市场规模预测”.")
    )
    as_of = PartialDateField(
        _("as of"), help_text=_("The time it speaks of: 2030 for a forecast for 2030, 2024-01 for a count then.")
    )
    attribution_en = models.CharField(
        _("who says so"), max_length=200, blank=True, help_text=_("“data that the article does not attribute”.")
    )
    attribution_zh = models.CharField(
        _("who says so, in Chinese"), max_length=120, blank=True, help_text=_("“文中未注明出处”.")
    )
    still_true = models.BooleanField(
        _("still true"), null=True, blank=True, help_text=_("“No” where events overtook it; unknown is fine.")
    )
    note_en = models.TextField(
        _("editor's note"), blank=True, help_text=_("“The first such product was approved in January 2025.”")
    )
    note_zh = models.TextField(_("editor's note in Chinese"), blank=True, help_text=_("The same in Chinese."))

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["proposal_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(value=""), name="figure_value_given", violation_error_message=_("Give the value.")
            ),
            models.UniqueConstraint(
                fields=["proposal", "value", "unit_en", "unit_zh", "what_en", "what_zh"], name="one_figure_per_fact"
            ),
            has_name("what", _("Say what it measures in at least one language.")),
            *is_partial_date("as_of"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.words, in_language(self, "what")[0])))

    @property
    def words(self) -> str:
        """The value with its unit, for the reader."""
        return f"{self.value} {in_language(self, 'unit')[0]}".strip()
