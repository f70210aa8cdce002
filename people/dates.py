"""Dates known to the day, the month or only the year, as sources give them."""

import datetime
import re
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import In
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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


class PartialDateField(models.CharField):  # type: ignore[type-arg]  # Django does not let fields be subscripted
    """ISO 8601 with less precision where less is known; "" where nothing is. Sorts as text."""

    default_validators = [validate_partial_date]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 10, "blank": True, **kwargs})


def is_partial_date(*fields: str) -> list[models.CheckConstraint]:
    """Give the database's own check that each field is as long as a date known to year, month or day."""
    return [
        models.CheckConstraint(condition=In(Length(field), [0, 4, 7, 10]), name=f"%(app_label)s_%(class)s_{field}_date")
        for field in fields
    ]
