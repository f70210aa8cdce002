"""Intakes: articles being read into drafts, as far as an analyst has come with each. Working material: never public."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from proposals.models.sources import Source, SourceKind, SourceLanguage, SourceReliability

OPEN, ACCEPTED, LEFT_OUT = "open", "accepted", "left_out"
"""What has become of a section."""


class IntakeState(models.TextChoices):
    """Whether something is left to decide."""

    BEGUN = "begun", _("Begun")
    FINISHED = "finished", _("Finished")


class IntakeQuerySet(models.QuerySet["Intake"]):
    """The words in which intakes are asked for."""

    def unfinished(self) -> IntakeQuerySet:
        """Narrow down to those with a section on which nobody has decided."""
        return self.filter(state=IntakeState.BEGUN)


class Intake(models.Model):
    """One article: its text as it was read, what it seems to say as analysts have corrected it, what became of that.

    What is typed is kept as it is typed, right or wrong: it is checked when a section is accepted. `sections` are
    dictionaries of the shape that `intake.editing` describes.
    """

    State = IntakeState

    title = models.CharField(_("title"), max_length=300)
    outlet = models.CharField(_("outlet"), max_length=120, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    published = models.CharField(_("published"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=SourceLanguage, default=SourceLanguage.ENGLISH)
    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind, default=SourceKind.NEWS)
    reliability = models.CharField(
        _("reliability"), max_length=14, choices=SourceReliability, default=SourceReliability.SECOND_HAND
    )
    machine_translated = models.BooleanField(_("machine translated"), default=False)
    text = models.TextField(_("text"))
    about = models.JSONField(default=list, blank=True)
    """Where the text names itself: kind, start and end of each passage."""
    left_out = models.JSONField(default=list, blank=True)
    """Passages that are not read: why, start and end of each."""
    sections = models.JSONField(default=list, blank=True)
    sketch = models.JSONField(default=list, blank=True)
    """By what it is like other texts: see `intake.likeness`."""
    source = models.ForeignKey(
        Source, models.SET_NULL, verbose_name=_("source"), null=True, blank=True, related_name="intakes"
    )
    state = models.CharField(_("state"), max_length=10, choices=IntakeState, default=IntakeState.BEGUN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("who"), null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("last by"), null=True, blank=True, related_name="+"
    )
    changed = models.DateTimeField(_("changed"), auto_now=True)
    edits = models.PositiveIntegerField(default=0)
    """How often it was saved, so that a form that was opened earlier is told."""

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Note whether something is left to decide."""
        undecided = not self.sections or any(section["state"] == OPEN for section in self.sections)
        self.state = IntakeState.BEGUN if undecided else IntakeState.FINISHED
        self.edits += 1
        super().save(*args, **kwargs)

    @property
    def open_sections(self) -> list[dict[str, Any]]:
        """The sections on which nobody has decided."""
        return [section for section in self.sections if section["state"] == OPEN]
