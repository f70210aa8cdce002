"""Delegates: their names, memberships and posts, each with its dates."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.dates import PartialDateField, date_key, is_partial_date, refuse_end_before_beginning
from people.history import RecordModel
from people.language import Named, has_name, in_language, one_of
from people.models.bodies import Body, Sector, Session
from people.models.regions import Region


class Delegate(Named, RecordModel):
    """A person: a deputy (代表) of a congress or a member (委员) of a CPPCC committee."""

    found_by_slug = True

    slug = models.SlugField(
        _("slug"), max_length=80, unique=True, help_text=_("The address of the page: “ding-lieming”.")
    )
    name_en = models.CharField(
        _("name in Latin letters"), max_length=120, help_text=_("Pinyin, family name first: “Ding Lieming”.")
    )
    name_zh = models.CharField(
        _("Chinese name"),
        max_length=40,
        blank=True,
        help_text=_("“丁列明”. Only as a source prints it: never from the sound. Empty where no source gives it."),
    )
    wikidata = models.CharField(
        "Wikidata",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"Q[0-9]+\Z", _("Write Q and digits."))],
        help_text=_("“Q9097745”; empty where not known for certain."),
    )
    note = models.TextField(
        _("note"), blank=True, help_text=_("For analysts only: namesakes, open questions. Not shown in public.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    changed = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["name_en", "slug"]
        constraints = [has_name()]

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("delegate", self.slug)

    def take_over(self, other: Delegate) -> None:
        """Keep the other's names as spellings."""
        known = {self.name_en, self.name_zh, *(each.spelling for each in self.name_variants.all())}
        languages = {other.name_en: NameVariantLanguage.ENGLISH, other.name_zh: NameVariantLanguage.SIMPLIFIED}
        for name, language in languages.items():
            if name and name not in known:
                NameVariant.objects.create(delegate=self, spelling=name, language=language)
        self.note = "\n".join(filter(None, [self.note, other.note]))

    @property
    def other_spellings(self) -> list[NameVariant]:
        """Spellings besides the two that stand over the page."""
        return [each for each in self.name_variants.all() if each.spelling not in (self.name_en, self.name_zh)]

    def seat_in(self, session: Session) -> Membership | None:
        """Give the membership in which the delegate took part in `session`."""
        return Membership.in_each(self.memberships.all()).get((session.body_id, session.term))

    def positions_at(self, date: str) -> list[Position]:
        """Give the posts held at `date` (partial), as far as their dates are known."""
        moment = date_key(date)
        return [
            position
            for position in self.positions.all()
            if date_key(position.began) <= date_key(date, end=True)
            and (not position.ended or moment <= date_key(position.ended, end=True))
        ]


class NameVariantLanguage(models.TextChoices):
    """The script or language of the spelling."""

    ENGLISH = "en", _("English or pinyin")
    SIMPLIFIED = "zh-Hans", _("Chinese, simplified")
    TRADITIONAL = "zh-Hant", _("Chinese, traditional")


class NameVariant(RecordModel):
    """Another spelling under which a source names a delegate."""

    Language = NameVariantLanguage

    part_of = ["delegate"]

    delegate = models.ForeignKey(
        Delegate,
        models.CASCADE,
        verbose_name=_("delegate"),
        related_name="name_variants",
        help_text=_("Whose name it is."),
    )
    spelling = models.CharField(_("spelling"), max_length=120, help_text=_("As the source prints it: “Ding Leeming”."))
    language = models.CharField(
        _("language"), max_length=8, choices=Language, default=Language.ENGLISH, help_text=_("“English”.")
    )

    class Meta:
        verbose_name = _("name variant")
        verbose_name_plural = _("name variants")
        ordering = ["spelling"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "spelling"], name="one_variant_per_delegate_and_spelling"),
            models.CheckConstraint(
                condition=~models.Q(spelling=""),
                name="variant_spelling_given",
                violation_error_message=_("Give the spelling."),
            ),
            one_of("language", NameVariantLanguage),
        ]

    def __str__(self) -> str:
        return self.spelling


class MembershipRole(models.TextChoices):
    """The seat, and offices on top of it."""

    MEMBER = "member", _("Member")
    DEPUTY = "deputy", _("Deputy")
    STANDING = "standing_committee_member", _("Member of the Standing Committee")
    VICE_CHAIR = "vice_chair", _("Vice chair")
    CHAIR = "chair", _("Chair")


class Membership(RecordModel):
    """A delegate's seat in one body for one term."""

    Role = MembershipRole

    part_of = ["delegate"]

    delegate = models.ForeignKey(
        Delegate, models.CASCADE, verbose_name=_("delegate"), related_name="memberships", help_text=_("Who sits.")
    )
    body = models.ForeignKey(
        Body, models.PROTECT, verbose_name=_("body"), related_name="memberships", help_text=_("In which body.")
    )
    term = models.PositiveSmallIntegerField(_("term"), help_text=_("Number of the committee or congress (届): 14."))
    role = models.CharField(
        _("role"),
        max_length=30,
        choices=Role,
        default=Role.MEMBER,
        help_text=_("Member (政协委员), deputy (人大代表), or an office on top: Standing Committee (常委)."),
    )
    sector = models.ForeignKey(
        Sector,
        models.PROTECT,
        verbose_name=_("sector"),
        null=True,
        blank=True,
        related_name="memberships",
        help_text=_("CPPCC only (界别): “Medicine and health”. Empty where not known."),
    )
    delegation_en = models.CharField(
        _("delegation"), max_length=100, blank=True, help_text=_("Congress only (代表团): “Zhejiang”.")
    )
    delegation_zh = models.CharField(
        _("delegation in Chinese"), max_length=60, blank=True, help_text=_("“浙江代表团”.")
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name=_("region"),
        null=True,
        blank=True,
        related_name="memberships",
        help_text=_("Where the delegate comes from. Empty where no source says it and nothing bears it out."),
    )
    region_inferred = models.BooleanField(
        _("region inferred"),
        default=False,
        help_text=_("Tick where the region is your conclusion (from a post, say), not the source's word."),
    )
    began = PartialDateField(_("began"), help_text=_("2023-01, or empty where not known."))
    ended = PartialDateField(_("ended"), help_text=_("2023-03, or empty where it lasts or is not known."))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-term", "body"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "body", "term", "role"], name="one_membership_per_seat"),
            models.CheckConstraint(
                condition=models.Q(term__range=(1, 99)),
                name="membership_term_possible",
                violation_error_message=_("Term 1 to 99."),
            ),
            models.CheckConstraint(
                condition=models.Q(region__isnull=False) | models.Q(region_inferred=False),
                name="only_a_given_region_is_inferred",
                violation_error_message=_("There is no region that could be inferred: choose one or clear the tick."),
            ),
            one_of("role", MembershipRole),
            *is_partial_date("began", "ended"),
        ]

    def __str__(self) -> str:
        named = {"role": self.get_role_display(), "body": self.body.name, "term": self.term}
        return gettext("%(role)s, %(body)s, term %(term)s") % named

    @property
    def where(self) -> str:
        """The body and its term, in the reader's language: "CPPCC National Committee, term 14"."""
        return gettext("%(body)s, term %(term)s") % {"body": self.body.name, "term": self.term}

    @staticmethod
    def in_each(memberships: Iterable[Membership]) -> dict[tuple[int, int], Membership]:
        """Give one delegate's seat in each body (by key) and term: an office before a plain seat."""
        by_rank = sorted(memberships, key=lambda seat: MembershipRole.values.index(seat.role))
        return {(seat.body_id, seat.term): seat for seat in by_rank}

    def clean(self) -> None:
        """Refuse a sector in a congress, a delegation or a deputy in the CPPCC, and an end before the beginning."""
        super().clean()
        refuse_end_before_beginning(self.began, self.ended, "ended")
        if not self.body_id:
            return
        if self.sector_id and self.body.system != Body.System.CPPCC:
            raise ValidationError({"sector": _("Only the CPPCC has sectors; a congress has delegations.")})
        if (self.delegation_en or self.delegation_zh) and self.body.system != Body.System.NPC:
            raise ValidationError({"delegation_en": _("Only a congress has delegations; the CPPCC has sectors.")})
        other = {Body.System.CPPCC: MembershipRole.DEPUTY, Body.System.NPC: MembershipRole.MEMBER}
        if self.role == other.get(Body.System(self.body.system)):
            raise ValidationError({"role": _("A congress has deputies (代表), the CPPCC has members (委员).")})


class Position(RecordModel):
    """A delegate's employer and post, so that readers see whose interest speaks."""

    part_of = ["delegate"]

    delegate = models.ForeignKey(
        Delegate,
        models.CASCADE,
        verbose_name=_("delegate"),
        related_name="positions",
        help_text=_("Who holds the post."),
    )
    employer_en = models.CharField(
        _("employer"), max_length=200, blank=True, help_text=_("“Betta Pharmaceuticals Co., Ltd.”")
    )
    employer_zh = models.CharField(
        _("employer in Chinese"), max_length=120, blank=True, help_text=_("“贝达药业股份有限公司”.")
    )
    post_en = models.CharField(
        _("post"), max_length=200, blank=True, help_text=_("“Chairman and CEO”; empty if not known.")
    )
    post_zh = models.CharField(_("post in Chinese"), max_length=120, blank=True, help_text=_("“董事长兼首席执行官”."))
    inferred = models.BooleanField(
        _("inferred"), default=False, help_text=_("Tick where the source implies the employer but does not state it.")
    )
    began = PartialDateField(_("began"), help_text=_("2003-01, or empty where not known."))
    ended = PartialDateField(_("ended"), help_text=_("2024-06, or empty where it lasts or is not known."))

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["-ended", "-began", "employer_en"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "employer_en", "employer_zh", "post_en", "post_zh", "began"],
                name="one_position_per_post",
            ),
            has_name("employer", _("Give the employer in at least one language.")),
            *is_partial_date("began", "ended"),
        ]

    def clean(self) -> None:
        """Refuse an end before the beginning."""
        super().clean()
        refuse_end_before_beginning(self.began, self.ended, "ended")

    def __str__(self) -> str:
        return ", ".join(filter(None, (in_language(self, name)[0] for name in ("post", "employer"))))
