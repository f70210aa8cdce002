"""Bodies and their sessions: the NPC and the CPPCC, national and below."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.dates import PartialDateField, is_partial_date, refuse_end_before_beginning
from people.history import RecordModel
from people.language import Named, has_name, one_of
from people.models.regions import Region

CHINESE_DIGITS = "〇一二三四五六七八九"


def ordinal_en(number: int) -> str:
    """Write 1 as "1st", 12 as "12th", 22 as "22nd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def number_zh(number: int) -> str:
    """Write 1 to 99 in Chinese: 2 is 二, 14 十四, 20 二十, 35 三十五."""
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{CHINESE_DIGITS[tens % 10]}十")
    return head + (CHINESE_DIGITS[ones] if ones else "")


class Level(models.TextChoices):
    """The level of government at which a body sits."""

    NATIONAL = "national", _("National")
    PROVINCIAL = "provincial", _("Provincial")
    MUNICIPAL = "municipal", _("Municipal (prefecture level)")
    COUNTY = "county", _("County or district")


class BodySystem(models.TextChoices):
    """The two systems that meet in the Two Sessions."""

    NPC = "npc", _("People's Congress")
    CPPCC = "cppcc", _("CPPCC")


class Body(Named, RecordModel):
    """One congress or one committee: “CPPCC Shanghai Committee”."""

    System = BodySystem

    system = models.CharField(
        _("system"), max_length=5, choices=System, help_text=_("People's Congress (人大) or CPPCC (政协).")
    )
    level = models.CharField(
        _("level"),
        max_length=10,
        choices=Level,
        help_text=_("Beijing, Tianjin, Shanghai and Chongqing are province-level: “Provincial”."),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name=_("region"),
        related_name="bodies",
        help_text=_("The country, or the province it belongs to."),
    )
    slug = models.SlugField(
        _("slug"), max_length=60, unique=True, help_text=_("“cppcc-national”, “cppcc-shanghai”, “npc-national”.")
    )
    name_en = models.CharField(
        _("English name"), max_length=200, help_text=_("Without the term: “CPPCC National Committee”.")
    )
    name_zh = models.CharField(
        _("Chinese name"),
        max_length=100,
        blank=True,
        help_text=_("Without the term: “中国人民政治协商会议全国委员会”."),
    )
    short_name_zh = models.CharField(
        _("short Chinese name"),
        max_length=40,
        blank=True,
        help_text=_("As in the name of a session, before the term: “全国政协” of 全国政协十四届二次会议."),
    )

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ["level", "name_en"]
        constraints = [
            models.UniqueConstraint(fields=["system", "region"], name="one_body_per_system_and_region"),
            one_of("system", BodySystem),
            one_of("level", Level),
            has_name(),
        ]


class Session(Named, RecordModel):
    """One yearly meeting of a body: “14th CPPCC National Committee, 2nd session”."""

    found_by_slug = True

    body = models.ForeignKey(
        Body, models.PROTECT, verbose_name=_("body"), related_name="sessions", help_text=_("Whose session it is.")
    )
    term = models.PositiveSmallIntegerField(
        _("term"),
        help_text=_("Number of the committee or congress (届): 14. In one year it differs from province to province."),
    )
    ordinal = models.PositiveSmallIntegerField(
        _("session in the term"), help_text=_("Number of the session in its term (次): 2.")
    )
    year = models.PositiveSmallIntegerField(_("year"), help_text=_("The year in which it met: 2024."))
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("“cppcc-national-14-2”: the body's slug, the term, the session."),
    )
    opened = PartialDateField(_("opened"), help_text=_("2024-03-04, or 2024-03 where the day is not known."))
    closed = PartialDateField(_("closed"), help_text=_("2024-03-10, or 2024-03 where the day is not known."))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-year", "body", "-ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["body", "term", "ordinal"], name="one_session_per_body_term_ordinal"),
            models.CheckConstraint(
                condition=models.Q(term__range=(1, 99), ordinal__range=(1, 20), year__range=(1949, 2200)),
                name="session_numbers_possible",
                violation_error_message=_("Term 1 to 99, session 1 to 20, year from 1949."),
            ),
            *is_partial_date("opened", "closed"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse an opening in another year, and an end before it."""
        super().clean()
        refuse_end_before_beginning(self.opened, self.closed, "closed")
        if self.opened and self.opened[:4] != str(self.year):
            raise ValidationError({"opened": another_year(self)})

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("session", self.slug)

    @property
    def date(self) -> str:
        """When it was held, as exactly as is known: the day it opened, or the year."""
        return self.opened or str(self.year)

    @property
    def name_en(self) -> str:  # type: ignore[override]  # made of the body's name, never set
        """As in "14th CPPCC National Committee, 2nd session"."""
        return f"{ordinal_en(self.term)} {self.body.name_en}, {ordinal_en(self.ordinal)} session"

    @property
    def name_zh(self) -> str:  # type: ignore[override]  # likewise
        """As in 全国政协十四届二次会议; "" where the body's short Chinese name is not known."""
        body = self.body.short_name_zh
        return body and f"{body}{number_zh(self.term)}届{number_zh(self.ordinal)}次会议"


def another_year(session: Session) -> str:
    """Say that a date is not in the year of `session`."""
    return gettext("The session was in %(year)s: this is another year.") % {"year": session.year}


class SectorKind(models.TextChoices):
    """What a sector stands for."""

    PARTY = "party", _("Party or people without party")
    ORGANISATION = "people_organisation", _("People's organisation")
    WALK = "walk_of_life", _("Walk of life")
    INVITED = "invited", _("Specially invited")


class Sector(Named, RecordModel):
    """A sector (界别) of the CPPCC: a party, an organisation or a walk of life."""

    Kind = SectorKind

    kind = models.CharField(
        _("kind"), max_length=20, choices=Kind, help_text=_("Party, organisation, walk of life or invited.")
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, validators=[MaxValueValidator(9999)], help_text=_("Place in the official list: 26.")
    )
    slug = models.SlugField(_("slug"), max_length=80, unique=True, help_text=_("“medicine-and-health”."))
    name_en = models.CharField(_("English name"), max_length=200, help_text=_("“Medicine and health”."))
    name_zh = models.CharField(_("Chinese name"), max_length=100, help_text=_("“医药卫生界”."))

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["order", "name_en"]
        constraints = [one_of("kind", SectorKind), has_name()]
