"""Dates as exactly as they are known: a day, a month, a year."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from people.dates import date_key, date_words, validate_partial_date


@pytest.mark.parametrize("value", ["2024", "2024-03", "2024-03-12", "2024-02-29", "1900", "2200-12-31"])
def test_years_months_and_days_are_dates(value):
    validate_partial_date(value)


@pytest.mark.parametrize(
    "value",
    [
        "24",
        "2024-3",
        "2024-13",
        "2024-00",
        "2023-02-29",
        "2024-03-00",
        "12 March 2024",
        "2024/03",
        "1899",
        "2201",
        "２０２４",
        "2024-03-12T00",
        " 2024",
        "2024\n",
    ],
)
def test_what_is_no_date_is_refused_by_name(value):
    with pytest.raises(ValidationError, match="is not a date"):
        validate_partial_date(value)


def test_keys_sort_as_the_texts_do():
    dates = ["2024", "2024-03", "2024-03-12", "2024-04", "2025"]
    assert sorted(dates, key=date_key) == dates
    assert date_key("2024-03") < date_key("2024-03-12") < date_key("2024-03", end=True) < date_key("2024-04")
    assert date_key("") == 0


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        ("2024", "2024", "2024"),
        ("2024-03", "March 2024", "2024年3月"),
        ("2024-03-12", "12 Mar 2024", "2024年3月12日"),
        ("", "", ""),
    ],
)
def test_dates_are_written_in_the_readers_manner(value, english, chinese):
    with translation.override("en-gb"):
        assert date_words(value) == english
    with translation.override("zh-hans"):
        assert date_words(value) == chinese
