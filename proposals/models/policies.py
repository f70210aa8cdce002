"""Policy documents, and their echoes: where a document takes up what a recommendation asks for."""

from __future__ import annotations

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.dates import SHAPE, PartialDateField, date_key, is_partial_date
from people.history import RecordModel
from people.language import has_name, one_of
from people.models import Agency
from proposals.models.letters import Letter
from proposals.models.proposals import Proposal
from proposals.models.recommendations import Recommendation
from proposals.models.sources import Source

LONGEST_PASSAGE = 600


class Judgement(models.TextChoices):
    """What an editor holds a document to do with a recommendation: never that the one came of the other."""

    WHOLE = "whole", _("says the same")
    PART = "part", _("says part of it")
    DIRECTION = "direction", _("points the same way")


class PolicyDocumentQuerySet(models.QuerySet["PolicyDocument"]):
    """The words in which documents are asked for."""

    def published(self) -> Self:
        """Narrow down to those that take up something the public may see."""
        return self.filter(models.Exists(Echo.objects.published().filter(document=models.OuterRef("pk"))))


class PolicyDocument(Letter):
    """A law, plan, notice or opinion by which an authority sets out what is to be done."""

    signed_by = "issuer"
    _history_m2m_fields = ["co_issuers"]
    unseen = ["slug", "note"]

    slug = models.SlugField(
        _("slug"), max_length=100, unique=True, blank=True, help_text=_("Made from the title when empty.")
    )
    title_zh = models.CharField(
        _("title in Chinese"), max_length=300, blank=True, help_text=_("As printed: “关于…试点工作的通知”.")
    )
    title_en = models.CharField(
        pgettext_lazy("in English", "title"), max_length=300, blank=True, help_text=_("In our words.")
    )
    number = models.CharField(
        _("document number"), max_length=60, blank=True, help_text=_("As printed: “商资函〔2024〕568号”.")
    )
    issuer = models.ForeignKey(
        Agency, models.PROTECT, verbose_name=_("issuer"), related_name="policies", help_text=_("Who issued it first.")
    )
    co_issuers = models.ManyToManyField(
        Agency,
        verbose_name=_("together with"),
        blank=True,
        related_name="joint_policies",
        help_text=_("Those who issued it jointly."),
    )
    date = PartialDateField(_("date"), help_text=_("2024, 2024-03 or 2024-03-12; empty where not known."))
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), related_name="policies", help_text=_("Where it can be read.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For analysts only. Not shown in public."))

    objects = PolicyDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy document")
        verbose_name_plural = _("policy documents")
        ordering = ["-date", "-pk"]
        constraints = [
            has_name("title", _("Give the title in at least one language.")),
            models.UniqueConstraint(
                fields=["issuer", "number"],
                condition=~Q(number=""),
                name="one_policy_document_for_a_number",
                violation_error_message=_("There is a document of this issuer with this number already."),
            ),
            *is_partial_date("date"),
        ]

    def clean(self) -> None:
        """Refuse a date before that of what it takes up."""
        super().clean()
        for echo in self.echoes.select_related("recommendation__proposal__session") if self.pk else ():
            refuse_sooner(self, echo.recommendation.proposal)

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("policy", self.pk)


class EchoQuerySet(models.QuerySet["Echo"]):
    """The words in which echoes are asked for."""

    def published(self) -> Self:
        """Narrow down to what the public may see."""
        return self.filter(recommendation__proposal__state=Proposal.State.PUBLISHED)


class Echo(RecordModel):
    """A passage of a policy document that takes up a recommendation; the judgement is the editor's, and set apart."""

    Judgement = Judgement

    part_of = ["document"]

    document = models.ForeignKey(
        PolicyDocument,
        models.CASCADE,
        verbose_name=_("policy document"),
        related_name="echoes",
        help_text=_("What takes it up."),
    )
    recommendation = models.ForeignKey(
        Recommendation,
        models.CASCADE,
        verbose_name=_("recommendation"),
        related_name="echoes",
        help_text=_("Which demand is taken up."),
    )
    passage_zh = models.TextField(
        _("passage"),
        max_length=LONGEST_PASSAGE,
        blank=True,
        help_text=_("Word for word; no more than needed."),
    )
    passage_en = models.TextField(
        _("passage in English"), max_length=LONGEST_PASSAGE, blank=True, help_text=_("The same, translated.")
    )
    place = models.CharField(_("place"), max_length=60, blank=True, help_text=_("“Article 5”, “section 3 (2)”."))
    judgement = models.CharField(
        _("judgement"),
        max_length=10,
        choices=Judgement,
        help_text=_("What you hold the passage to do."),
    )
    reason_en = models.TextField(_("why"), blank=True, help_text=_("What speaks for it; the public reads it."))
    reason_zh = models.TextField(_("why, in Chinese"), blank=True, help_text=_("The same in Chinese."))

    objects = EchoQuerySet.as_manager()

    class Meta:
        verbose_name = _("echo")
        verbose_name_plural = _("echoes")
        ordering = ["recommendation__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "recommendation"],
                name="a_document_echoes_a_recommendation_once",
                violation_error_message=_("This is entered already."),
            ),
            has_name("passage", _("Quote the passage in at least one language.")),
            one_of("judgement", Judgement),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation}: {Judgement(self.judgement).label}" if self.judgement else ""

    def clean(self) -> None:
        """Refuse a document from before what it takes up."""
        super().clean()
        document = self.entered_with("document")
        asked = Recommendation.objects.filter(pk=self.recommendation_id).select_related("proposal__session").first()
        if document and asked:
            refuse_sooner(document, asked.proposal)


def refuse_sooner(document: PolicyDocument, proposal: Proposal) -> None:
    """Raise `ValidationError` where a document is known to be older than a proposal, and so cannot take it up."""
    known = document.date and SHAPE.fullmatch(document.date)
    if known and date_key(document.date, end=True) < date_key(proposal.date):
        words = {"proposal": proposal, "date": proposal.date}
        raise ValidationError(gettext("The document is older than “%(proposal)s” of %(date)s.") % words)
