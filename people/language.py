"""Which of two languages a reader gets, and how two names stand side by side."""

import re
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ENGLISH, CHINESE = "en", "zh"
TAGS = {ENGLISH: "en-GB", CHINESE: "zh-Hans"}
TURNING = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What is written from right to left, and the signs that turn what follows them."""
GIVE_A_NAME = _("Give the name in at least one language.")


IN_CHINESE = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")


def language_of(text: str) -> str:
    """Give `zh` for a text with Chinese characters, `en` for any other."""
    return CHINESE if IN_CHINESE.search(text) else ENGLISH


def reader_language() -> str:
    """Give `zh` to a reader of the Chinese pages, `en` to everybody else."""
    return CHINESE if (get_language() or ENGLISH).startswith(CHINESE) else ENGLISH


def turns(text: str) -> bool:
    """Tell whether anything in `text` is written from right to left, or turns what follows it."""
    return not text.isascii() and bool(TURNING.search(text))  # most names on an English page are


def in_language(thing: object, field: str, reader: str = "") -> tuple[str, str]:
    """Read `field` (`name` for `name_en`, `name_zh`) for the reader: the text, and its language's tag if foreign.

    Where there is no text in the reader's language the original stands in. Who reads much says who the `reader` is.
    """
    reader = reader or reader_language()
    if text := getattr(thing, f"{field}_{reader}"):
        return text, ""
    other = ENGLISH if reader == CHINESE else CHINESE
    return getattr(thing, f"{field}_{other}"), TAGS[other]


def in_other_language(thing: object, field: str, reader: str = "") -> tuple[str, str]:
    """Read `field` in the language that the reader's page is not in: the text and its language's tag.

    Both are "" where that would say nothing new: there is no such text, it is the same, or it stands in already.
    """
    reader = reader or reader_language()
    other = ENGLISH if reader == CHINESE else CHINESE
    own, text = getattr(thing, f"{field}_{reader}"), getattr(thing, f"{field}_{other}")
    return (text, TAGS[other]) if own and text and own != text else ("", "")


class Named:
    """A thing with `name_en` and `name_zh`; mixed into models."""

    name_en: str
    name_zh: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name_en, self.name_zh)))

    @property
    def name(self) -> str:
        """The name in the reader's language, or the one there is."""
        return in_language(self, "name")[0]


def one_of(field: str, choices: type[models.Choices]) -> models.CheckConstraint:
    """Give the database's own check that `field` holds one of `choices`."""
    return models.CheckConstraint(
        condition=models.Q((f"{field}__in", choices.values)),
        name=f"%(app_label)s_%(class)s_{field}_known",
    )


def has_name(field: str = "name", message: "StrPromise" = GIVE_A_NAME) -> models.CheckConstraint:
    """Give the database's own check that `field` is there in one of the two languages; `message` asks for it."""
    return models.CheckConstraint(
        condition=~models.Q((f"{field}_en", ""), (f"{field}_zh", "")),
        name=f"%(app_label)s_%(class)s_{field}_given",
        violation_error_message=message,
    )
