"""Official letters: what replies and policy documents have in common as documents that an agency has signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from people.addresses import free_slug, stem
from people.dates import refuse_future
from people.history import RecordModel
from people.language import in_language
from proposals.models.reply_titles import letter_number


class Letter(RecordModel):
    """A document with a title in one language or both, a number as printed, a date, and who signed it first."""

    signed_by: ClassVar[str]
    """The name of the relation to the agency that signed it first."""

    if TYPE_CHECKING:  # what each concrete letter has
        objects: Any
        slug: Any
        title_en: Any
        number: Any
        date: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the slug where it is missing."""
        if not self.slug:
            start = stem(
                f"{getattr(self, self.signed_by).slug} {self.title_en or self.date}", self._meta.model_name or ""
            )
            self.slug = free_slug(type(self).objects.exclude(pk=self.pk), start)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a day that is yet to come, and a number that another of the agency bears, however each is printed."""
        super().clean()
        refuse_future(self.date)
        mine = self.number_in_one_form
        signed = {f"{self.signed_by}_id": getattr(self, f"{self.signed_by}_id")}
        others = type(self).objects.filter(**signed).exclude(pk=self.pk).exclude(number="") if mine else ()
        for printed, *titles in others and others.values_list("number", "title_zh", "title_en"):
            if (letter_number(printed) or printed) == mine:
                said = gettext("“%(other)s” bears this number already: %(number)s.")
                raise ValidationError({"number": said % {"other": next(filter(None, titles)), "number": printed}})

    @property
    def title(self) -> str:
        """The title in the reader's language, or the one there is."""
        return in_language(self, "title")[0]

    @property
    def number_in_one_form(self) -> str:
        """The document number with the brackets 〔〕 and no zeros; as printed where it is of another form."""
        return letter_number(self.number) or self.number

    @property
    def is_public(self) -> bool:
        """Whether the public may see it."""
        return bool(self.pk) and type(self).objects.published().filter(pk=self.pk).exists()
