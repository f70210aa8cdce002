"""Sources, and what each of them bears out."""

from __future__ import annotations

from typing import Self

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.dates import PartialDateField, is_partial_date
from people.history import RecordModel
from people.language import one_of
from people.models import Delegate, Membership, NameVariant, Position
from proposals.models.proposals import Proposal
from proposals.models.recommendations import Figure, Recommendation

WEB_ONLY = URLValidator(schemes=["http", "https"])


def is_on_the_web(field: str) -> models.CheckConstraint:
    """Give the database's own check that `field` is empty or leads to a page: it stands in links."""
    begins = models.Q(*((f"{field}__istartswith", f"{scheme}://") for scheme in WEB_ONLY.schemes), _connector="OR")
    return models.CheckConstraint(
        condition=begins | models.Q((field, "")),
        name=f"%(app_label)s_%(class)s_{field}_on_the_web",
        violation_error_message=WEB_ONLY.message,
    )


class SourceKind(models.TextChoices):
    """What sort of publication it is."""

    OFFICIAL = "official", _("Official document")
    NEWS = "news", _("News report")
    COMPANY = "company", _("Company's website")
    INTERVIEW = "interview", _("Interview or statement")
    BROADCAST = "broadcast", _("Broadcast")
    POST = "post", _("Post on a social network")
    REFERENCE = "reference", _("Reference work or database")


class SourceReliability(models.TextChoices):
    """How near it stands to the document itself."""

    OFFICIAL = "official_text", _("Official text")
    OWN_WORDS = "own_words", _("Delegate's own words")
    PRESS = "press_report", _("Press report")
    SECOND_HAND = "second_hand", _("Second-hand")


class SourceLanguage(models.TextChoices):
    """The language in which it was read."""

    ENGLISH = "en", _("English")
    CHINESE = "zh", _("Chinese")


class Source(RecordModel):
    """Something published that says what the record says."""

    Kind = SourceKind
    Reliability = SourceReliability
    Language = SourceLanguage

    slug = models.SlugField(
        _("slug"), max_length=100, unique=True, help_text=_("Short and lasting: “two-sessions-roundup-2024”.")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, help_text=_("“News report”."))
    reliability = models.CharField(
        _("reliability"),
        max_length=14,
        choices=Reliability,
        help_text=_("“Press report” where a journalist retells the proposal."),
    )
    title = models.CharField(_("title"), max_length=300, help_text=_("As printed, in its own language, or what it is."))
    outlet = models.CharField(
        _("outlet"), max_length=120, blank=True, help_text=_("“China Daily”, “新华社”; empty where not known.")
    )
    url = models.URLField(
        _("address"),
        max_length=500,
        blank=True,
        validators=[WEB_ONLY],
        help_text=_("“https://…”; empty where not on the web."),
    )
    archive_url = models.URLField(
        _("archived copy"),
        max_length=500,
        blank=True,
        validators=[WEB_ONLY],
        help_text=_("A copy that stays: “https://web.archive.org/…”."),
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language, help_text=_("The language you read it in.")
    )
    machine_translated = models.BooleanField(
        _("machine translated"), default=False, help_text=_("Tick where a machine translated what you read.")
    )
    published = PartialDateField(_("published"), help_text=_("2024-03-12, 2024-03 or 2024."))
    accessed = models.DateField(
        _("accessed"), null=True, blank=True, help_text=_("The day on which you read it: 2026-11-23.")
    )
    link_fault = models.CharField(_("what is wrong with the address"), max_length=200, blank=True, editable=False)
    link_checked = models.DateTimeField(_("address tried"), null=True, blank=True, editable=False)
    note_en = models.TextField(
        _("editor's note"), blank=True, help_text=_("What readers must know: “Spells one name in four ways.”")
    )
    note_zh = models.TextField(_("editor's note in Chinese"), blank=True, help_text=_("The same in Chinese."))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-published", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["url"],
                condition=~models.Q(url=""),
                name="one_source_per_address",
                violation_error_message=_("There is a source with this address already."),
            ),
            one_of("kind", SourceKind),
            one_of("reliability", SourceReliability),
            one_of("language", SourceLanguage),
            *is_partial_date("published"),
            is_on_the_web("url"),
            is_on_the_web("archive_url"),
        ]

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.title, self.outlet, self.published)))


SUPPORTED = ("proposal", "recommendation", "figure", "membership", "position", "name_variant")


class CitationRole(models.TextChoices):
    """Whether the entry rests on it or it only says the same."""

    SOURCE = "source", _("Source")
    ALSO = "also", _("Also reported in")


class CitationQuerySet(models.QuerySet["Citation"]):
    """The words in which citations are asked for."""

    def on(self, proposal: Proposal) -> Self:
        """Narrow down to what bears out `proposal`, its recommendations and its figures; sources at hand."""
        return self.filter(
            models.Q(proposal=proposal)
            | models.Q(recommendation__proposal=proposal)
            | models.Q(figure__proposal=proposal)
        ).select_related("source", "recommendation", "figure")

    def about(self, delegate: Delegate) -> Self:
        """Narrow down to what bears out the seats, posts and spellings of `delegate`; sources at hand."""
        return self.filter(
            models.Q(membership__delegate=delegate)
            | models.Q(position__delegate=delegate)
            | models.Q(name_variant__delegate=delegate)
        ).select_related("source", "membership__body", "position", "name_variant")


class Citation(RecordModel):
    """A source for one thing in the record, with the place in the source."""

    Role = CitationRole

    part_of = SUPPORTED

    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), related_name="citations", help_text=_("Where it is said.")
    )
    role = models.CharField(
        _("kind of citation"),
        max_length=6,
        choices=Role,
        default=Role.SOURCE,
        help_text=_("“Source”, or one that says the same."),
    )
    passage = models.CharField(
        _("passage"), max_length=200, blank=True, help_text=_("Page or paragraph: “p. 3”, “paragraph 7”.")
    )
    proposal = models.ForeignKey(
        Proposal,
        models.CASCADE,
        verbose_name=_("proposal"),
        null=True,
        blank=True,
        related_name="citations",
        help_text=_("Fill in one of these six."),
    )
    recommendation = models.ForeignKey(
        Recommendation,
        models.CASCADE,
        verbose_name=_("recommendation"),
        null=True,
        blank=True,
        related_name="citations",
        help_text=_("A single demand."),
    )
    figure = models.ForeignKey(
        Figure,
        models.CASCADE,
        verbose_name=_("figure"),
        null=True,
        blank=True,
        related_name="citations",
        help_text=_("A number."),
    )
    membership = models.ForeignKey(
        Membership,
        models.CASCADE,
        verbose_name=_("membership"),
        null=True,
        blank=True,
        related_name="citations",
        help_text=_("A seat in a body."),
    )
    position = models.ForeignKey(
        Position,
        models.CASCADE,
        verbose_name=_("position"),
        null=True,
        blank=True,
        related_name="citations",
        help_text=_("An employer and post."),
    )
    name_variant = models.ForeignKey(
        NameVariant,
        models.CASCADE,
        verbose_name=_("name variant"),
        null=True,
        blank=True,
        related_name="citations",
        help_text=_("A spelling."),
    )

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["-role", "source", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    *(models.Q(*((f"{other}__isnull", other != field) for other in SUPPORTED)) for field in SUPPORTED),
                    _connector=models.Q.OR,
                ),
                name="a_citation_supports_one_thing",
                violation_error_message=_("A citation supports exactly one thing."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["source", field, "passage"], name=f"one_citation_per_source_and_{field}"
                )
                for field in SUPPORTED
            ),
            one_of("role", CitationRole),
        ]

    def __str__(self) -> str:
        return ", ".join(filter(None, (str(self.source), self.passage)))

    @property
    def part(self) -> str:
        """What it bears out, for readers: "for recommendation 3"; "" for the whole."""
        if self.recommendation:
            return gettext("for recommendation %(number)s") % {"number": self.recommendation.order}
        if self.figure:
            return gettext("for the figure “%(figure)s”") % {"figure": self.figure.words}
        if self.membership:
            return gettext("for the seat in %(body)s, term %(term)s") % {
                "body": self.membership.body.name,
                "term": self.membership.term,
            }
        if self.position:
            return gettext("for the post")
        if self.name_variant:
            return gettext("for the spelling %(spelling)s") % {"spelling": self.name_variant.spelling}
        return ""
