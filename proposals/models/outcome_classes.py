"""Outcomes: what replies come to, and the classes in which each place sorts them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.history import RecordModel
from people.language import Named, has_name, in_language, one_of
from people.models import Region


class Outcome(models.TextChoices):
    """What a reply comes to, whatever the letter that a place prints for it."""

    RESOLVED = "resolved", _("Resolved")
    IN_PROGRESS = "in_progress", _("In progress")
    PLANNED = "planned", _("Planned")
    LATER = "later", _("Later")
    REFERENCE = "reference", _("For reference")
    DECLINED = "declined", _("Declined")
    UNKNOWN = "unknown", _("Not known")


class OutcomeScheme(Named, RecordModel):
    """The classes in which a place sorts its replies: letters mean one thing in one province, another in the next."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True, help_text=_("“gansu-cppcc-2019”."))
    name_en = models.CharField(_("English name"), max_length=120, help_text=_("“Classes of the Gansu CPPCC”."))
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True, help_text=_("“甘肃省政协提案答复分类”."))
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name=_("region"),
        null=True,
        blank=True,
        related_name="outcome_schemes",
        help_text=_("Where these classes are printed."),
    )

    class Meta:
        verbose_name = _("scheme of classes")
        verbose_name_plural = _("schemes of classes")
        ordering = ["name_en"]
        constraints = [has_name()]


class OutcomeClass(RecordModel):
    """One class of a scheme: the letter or word that is printed, and what it means."""

    part_of = ["scheme"]

    scheme = models.ForeignKey(
        OutcomeScheme,
        models.CASCADE,
        verbose_name=_("scheme"),
        related_name="classes",
        help_text=_("Whose class it is."),
    )
    printed = models.CharField(_("as printed"), max_length=20, help_text=_("“A”, “B1”, “已解决”."))
    meaning_en = models.CharField(_("meaning"), max_length=200, blank=True, help_text=_("“Solved or adopted”."))
    meaning_zh = models.CharField(_("meaning in Chinese"), max_length=120, blank=True, help_text=_("“已经解决或采纳”."))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, help_text=_("What it comes to."))

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ["printed"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "printed"], name="one_class_of_a_scheme_for_a_letter"),
            one_of("outcome", Outcome),
        ]

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.printed, in_language(self, "meaning")[0])))

    def clean(self) -> None:
        """Refuse one letter twice, large and small."""
        super().clean()
        others = OutcomeClass.objects.filter(scheme=self.scheme_id, printed__iexact=self.printed).exclude(pk=self.pk)
        if self.scheme_id and others.exists():
            raise ValidationError({"printed": gettext("The scheme has this class already.")})
