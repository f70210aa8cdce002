"""Topics: a tree of what proposals are about, with the words people use for them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.history import RecordModel
from people.language import Named, has_name, one_of
from people.tree import Tree, TreeQuerySet


class TopicQuerySet(TreeQuerySet["Topic"]):
    """The words of trees, for this one."""


class Topic(Named, Tree):
    """A subject; asking for it takes in everything below it."""

    found_by_slug = True

    slug = models.SlugField(
        _("slug"), max_length=60, unique=True, help_text=_("The address of its page: “stem-cells”.")
    )
    name_en = models.CharField(_("English name"), max_length=120, help_text=_("“Stem cells”."))
    name_zh = models.CharField(_("Chinese name"), max_length=80, help_text=_("“干细胞”."))
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, validators=[MaxValueValidator(9999)], help_text=_("Place among its neighbours: 10.")
    )
    scope_en = models.TextField(
        _("scope"), blank=True, help_text=_("What belongs here and what does not, in a sentence.")
    )
    scope_zh = models.TextField(_("scope in Chinese"), blank=True, help_text=_("The same in Chinese."))
    mesh_id = models.CharField(
        _("MeSH identifier"),
        max_length=12,
        null=True,
        blank=True,
        unique=True,
        help_text=_("“D033581”; only where you have looked it up in MeSH."),
    )
    mesh_heading = models.CharField(
        _("MeSH heading"), max_length=120, blank=True, help_text=_("“Stem Cell Transplantation”.")
    )

    objects = TopicQuerySet.as_manager()

    class Meta(Tree.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "name_en"]
        constraints = [*Tree.Meta.constraints, has_name()]

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("topic", self.slug)


class SynonymLanguage(models.TextChoices):
    """The language of the word."""

    ENGLISH = "en", _("English")
    CHINESE = "zh", _("Chinese")


class Synonym(RecordModel):
    """Another word or an acronym for a topic; search finds the topic by it."""

    Language = SynonymLanguage

    part_of = ["topic"]

    topic = models.ForeignKey(
        Topic, models.CASCADE, verbose_name=_("topic"), related_name="synonyms", help_text=_("What it is a word for.")
    )
    text = models.CharField(
        _("word"), max_length=120, help_text=_("“stem cell transplantation”, “干细胞移植”, “iPSC”.")
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.ENGLISH, help_text=_("“English”.")
    )
    acronym = models.BooleanField(_("acronym"), default=False, help_text=_("Tick for “CGT”, “MSC” and the like."))
    ambiguous = models.BooleanField(
        _("ambiguous"),
        default=False,
        help_text=_("Tick for an acronym that is also another word (“ACT”, “MOST”): it is found only in capitals."),
    )

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["acronym", "language", "text"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "text", "acronym"], name="one_synonym_per_topic_and_text"),
            models.CheckConstraint(
                condition=~models.Q(text=""), name="synonym_text_given", violation_error_message=_("Give the word.")
            ),
            models.CheckConstraint(
                condition=models.Q(acronym=True) | models.Q(ambiguous=False),
                name="only_acronyms_are_ambiguous",
                violation_error_message=_("Only an acronym can be ambiguous."),
            ),
            one_of("language", SynonymLanguage),
        ]

    def __str__(self) -> str:
        return self.text
