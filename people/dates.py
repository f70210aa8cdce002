"""Dates known to the day, the month or only the year, as sources give them."""

import calendar
import datetime
import re
import unicodedata
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import In
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LONGEST_TYPED = 30
YEARS = range(1900, 2201)
SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def validate_partial_date(value: str) -> None:
    """Refuse what is not `2024`, `2024-03` or `2024-03-12`, is not in the calendar or not in 1900 to 2200."""
    found = SHAPE.fullmatch(value)
    try:
        if not found or not value.isascii():
            raise ValueError
        if datetime.date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).year not in YEARS:
            raise ValueError
    except ValueError:
        raise ValidationError(
            _("“%(value)s” is not a date: write 2024, 2024-03 or 2024-03-12."),
            code="invalid",
            params={"value": value},
        ) from None


MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
HAN_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
TIME = re.compile(
    r"(?<=\d)[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$|[上中下]旬$|(?<=\d月)[初底末]$"
)
"""What sheets and sources say besides the day or the month, and the record does not keep."""
WAYS = (
    re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"),
    re.compile(r"(?P<year>\d{4})(?:\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2}))?)?\s*[年月日号]?"),
    re.compile(r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+)?(?P<name>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})", re.IGNORECASE),
    re.compile(r"(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})", re.IGNORECASE),
)


def partial_date(text: str) -> str:
    """Read a date as people and sheets write it: 2024/3/12, 2024年3月, 二〇二四年三月, 12 March 2024, Mar. 2024.

    Gives `2024-03-12`, `2024-03` or `2024`; what is no date in any of these ways is given back as it is.
    """
    typed = TIME.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = HAN_NUMBER.sub(lambda found: digits(found[0]), typed)
    found = next(filter(None, (way.fullmatch(plain) for way in WAYS)), None)
    if found is None:
        return text
    parts = found.groupdict()
    month = parts.get("month")
    if name := parts.get("name"):
        short = name.lower().removesuffix("t") if name.lower() == "sept" else name.lower()
        month = next((str(number) for number, each in enumerate(MONTHS, start=1) if each.startswith(short)), "")
        if not month:
            return text
    return "-".join([parts["year"], *(part.zfill(2) for part in (month, parts.get("day")) if part)])


HAN_NUMBER = re.compile(f"[{''.join(HAN_DIGITS)}十百]+")


def digits(han: str) -> str:
    """Write 二〇二四, 十二 or 三十一 in digits; digits stay."""
    if han.isdecimal():
        return han
    if "百" in han:
        hundreds, _mark, rest = han.partition("百")
        return str(100 * int(digits(hundreds or "一")) + int(digits(rest.lstrip("零〇") or "〇")))
    tens, ten, ones = han.partition("十")
    if ten:
        return str(10 * int(HAN_DIGITS.get(tens, "1")) + int(HAN_DIGITS.get(ones, "0")))
    return "".join(HAN_DIGITS[digit] for digit in han)


def date_key(value: str, *, end: bool = False) -> int:
    """Turn `2024-03` into 20240300, or into 20240399 as the end of a span; "" into 0.

    What is unknown counts as the first moment of what is known, so that keys sort as the texts do.
    """
    if not value:
        return 0
    return int(value.replace("-", "").ljust(8, "9" if end else "0"))


def refuse_end_before_beginning(began: str, ended: str, field: str) -> None:
    """Raise `ValidationError` for `field` where `ended` is known to be before `began`."""
    if ended and all(SHAPE.fullmatch(date) for date in (began, ended)) and date_key(ended, end=True) < date_key(began):
        raise ValidationError({field: _("This is before the beginning.")})


def today() -> int:
    """Give this day in the site's time zone as `date_key` does."""
    return date_key(timezone.localdate().isoformat())


def refuse_future(date: str, field: str = "date") -> None:
    """Raise `ValidationError` for `field` where `date` is known to be after today."""
    if SHAPE.fullmatch(date) and date_key(date) > today():
        raise ValidationError({field: _("This day is yet to come.")})


def date_words(value: str) -> str:
    """Write `2024-03-12` as the reader's language does: "12 Mar 2024", "March 2024", "2024"."""
    return _in_words(value, get_language())


@lru_cache(maxsize=20_000)
def _in_words(value: str, _language: str | None) -> str:
    year, month, day = (*value.split("-"), "", "")[:3]
    if not month:
        return value
    date = datetime.date(int(year), int(month), int(day or 1))
    return formats.date_format(date, "DATE_FORMAT" if day else "YEAR_MONTH_FORMAT")


class PartialDateFormField(forms.CharField):
    """A date as an analyst types it."""

    def to_python(self, value: Any) -> str:
        """Give it as it is kept."""
        return partial_date(super().to_python(value) or "")


class PartialDateField(models.CharField):  # type: ignore[type-arg]  # Django does not let fields be subscripted
    """ISO 8601 with less precision where less is known; "" where nothing is. Sorts as text."""

    default_validators = [validate_partial_date]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 10, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Give a field that reads dates in several ways."""
        return super().formfield(**{"form_class": PartialDateFormField, "max_length": LONGEST_TYPED, **kwargs})


def is_partial_date(*fields: str) -> list[models.CheckConstraint]:
    """Give the database's own check that each field is as long as a date known to year, month or day."""
    return [
        models.CheckConstraint(condition=In(Length(field), [0, 4, 7, 10]), name=f"%(app_label)s_%(class)s_{field}_date")
        for field in fields
    ]
