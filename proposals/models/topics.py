"""Topics: a tree of what proposals are about, with the words people use for them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.language import Named, has_name, one_of
from people.record import RecordModel
from people.tree import Tree, TreeQuerySet


class TopicQuerySet(TreeQuerySet["Topic"]):
    """The words of trees, for this one."""


class Topic(Named, Tree):
    """A subject; asking for it takes in everything below it."""

    slug = models.SlugField(max_length=60, unique=True, help_text="The address of its page: “stem-cells”.")
    name_en = models.CharField("English name", max_length=120, help_text="“Stem cells”.")
    name_zh = models.CharField("Chinese name", max_length=80, help_text="“干细胞”.")
    order = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(9999)], help_text="Place among its neighbours: 10."
    )
    scope_en = models.TextField("scope", blank=True, help_text="What belongs here and what does not, in a sentence.")
    scope_zh = models.TextField("scope in Chinese", blank=True, help_text="The same in Chinese.")
    mesh_id = models.CharField(
        "MeSH identifier",
        max_length=12,
        null=True,
        blank=True,
        unique=True,
        help_text="“D033581”; only where you have looked it up in MeSH.",
    )
    mesh_heading = models.CharField(
        "MeSH heading", max_length=120, blank=True, help_text="“Stem Cell Transplantation”."
    )

    objects = TopicQuerySet.as_manager()

    class Meta(Tree.Meta):
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

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="synonyms", help_text="What it is a word for.")
    text = models.CharField(max_length=120, help_text="“stem cell transplantation”, “干细胞移植”, “iPSC”.")
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH, help_text="“English”.")
    acronym = models.BooleanField(default=False, help_text="Tick for “CGT”, “MSC” and the like.")
    ambiguous = models.BooleanField(
        default=False,
        help_text="Tick for an acronym that is also another word (“ACT”, “MOST”): it is found only in capitals.",
    )

    class Meta:
        ordering = ["acronym", "language", "text"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "text", "acronym"], name="one_synonym_per_topic_and_text"),
            models.CheckConstraint(
                condition=~models.Q(text=""), name="synonym_text_given", violation_error_message="Give the word."
            ),
            models.CheckConstraint(
                condition=models.Q(acronym=True) | models.Q(ambiguous=False),
                name="only_acronyms_are_ambiguous",
                violation_error_message="Only an acronym can be ambiguous.",
            ),
            one_of("language", SynonymLanguage),
        ]

    def __str__(self) -> str:
        return self.text
