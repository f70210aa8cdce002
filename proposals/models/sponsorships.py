"""Sponsorships: who put a proposal forward."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from people.history import RecordModel
from people.language import in_language
from people.models import Delegate, Membership, Position

NAME = ("slug", "name_en", "name_zh")
"""What a card shows of a name."""


class SponsorshipQuerySet(models.QuerySet["Sponsorship"]):
    """The words in which proposers are asked for."""

    def named(self) -> Self:
        """Fetch with each the proposer's names."""
        fields = (f"delegate__{name}" for name in NAME)
        own = ("proposal", "order", "organisation_en", "organisation_zh")
        return self.select_related("delegate").only(*own, *fields)

    def for_cards(self) -> Self:
        """Fetch with each what a card shows of a proposer."""
        return self.named().prefetch_related("delegate__positions")


class Sponsorship(RecordModel):
    """One of those who put a proposal forward: a delegate or an organisation, in order."""

    part_of = ["proposal"]

    proposal = models.ForeignKey(
        "proposals.Proposal",
        models.CASCADE,
        verbose_name=_("proposal"),
        related_name="sponsorships",
        help_text=_("What is proposed."),
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=1, validators=[MaxValueValidator(9999)], help_text=_("Place among the proposers: 1, 2, 3.")
    )
    delegate = models.ForeignKey(
        Delegate,
        models.PROTECT,
        verbose_name=_("delegate"),
        null=True,
        blank=True,
        related_name="sponsorships",
        help_text=_("The person; search by any spelling. Empty for an organisation."),
    )
    organisation_en = models.CharField(
        _("organisation"),
        max_length=200,
        blank=True,
        help_text=_("Instead of a person: “Jiusan Society, Shanghai committee”."),
    )
    organisation_zh = models.CharField(
        _("organisation in Chinese"), max_length=120, blank=True, help_text=_("“九三学社上海市委员会”.")
    )
    first = models.BooleanField(
        _("first proposer"), default=False, help_text=_("Tick for the first proposer (第一提案人).")
    )

    objects = SponsorshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("sponsorship")
        verbose_name_plural = _("sponsorships")
        ordering = ["proposal_id", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "delegate"], name="a_delegate_proposes_once"),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(first=True),
                name="one_first_proposer",
                violation_error_message=_("A proposal has only one first proposer."),
            ),
            models.CheckConstraint(
                condition=Q(delegate__isnull=False, organisation_en="", organisation_zh="")
                | (Q(delegate__isnull=True) & ~Q(organisation_en="", organisation_zh="")),
                name="a_delegate_or_an_organisation",
                violation_error_message=_("Choose a delegate or name an organisation: one of the two."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.delegate or in_language(self, "organisation")[0])

    def settle_in(self, whole: RecordModel) -> None:
        """Stand after those there are; the first of them stays the first."""
        if self.proposal == whole:
            there = Sponsorship.objects.filter(proposal=whole.pk)
            self.order = (there.aggregate(last=Max("order"))["last"] or 0) + 1
            self.first = self.first and not there.filter(first=True).exists()

    @classmethod
    def make_way(cls, keys: Collection[int]) -> None:
        """Take the mark from who was first before another gets it; each row concerned is saved after that."""
        cls.objects.filter(pk__in=keys).update(first=False)

    @property
    def seat(self) -> Membership | None:
        """The seat in which the delegate takes part, where it is known."""
        return self.delegate.seat_in(self.proposal.session) if self.delegate else None

    @property
    def positions(self) -> list[Position]:
        """Whom the delegate worked for when this was put forward, as far as is known."""
        return self.delegate.positions_at(self.proposal.date) if self.delegate else []
