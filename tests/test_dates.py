"""Dates as exactly as they are known: a day, a month, a year."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from people.dates import date_key, date_words, partial_date, validate_partial_date


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


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2024", "2024"),
        ("2024-3", "2024-03"),
        ("2024/3/12", "2024-03-12"),
        ("2024.03.12", "2024-03-12"),
        ("2024年3月12日", "2024-03-12"),
        ("2024 年 3 月", "2024-03"),
        ("2024年", "2024"),
        ("２０２４年３月", "2024-03"),
        ("二〇二四年三月十二日", "2024-03-12"),
        ("二零二四年十一月", "2024-11"),
        ("2024年十二月三十一日", "2024-12-31"),
        ("12 March 2024", "2024-03-12"),
        ("12th Mar. 2024", "2024-03-12"),
        ("March 3, 2024", "2024-03-03"),
        ("Sept 2024", "2024-09"),
        ("Dec. 2024", "2024-12"),
        (" 2024-03 ", "2024-03"),
        ("20240312", "2024-03-12"),
        ("2024-03-12 00:00:00", "2024-03-12"),
        ("2024-03-12T10:00:00Z", "2024-03-12"),
        ("2024/3/12 9:30", "2024-03-12"),
        ("2024年3月上旬", "2024-03"),
        ("2024年3月底", "2024-03"),
    ],
)
def test_dates_are_read_as_people_write_them(typed, kept):
    assert partial_date(typed) == kept
    validate_partial_date(kept)


@pytest.mark.parametrize(
    "typed", ["", "soon", "Maybe 2024", "2024年度", "20241312", "三月", "Ma 2024", "2024-03-12T00"]
)
def test_what_is_no_date_stays_as_it_was_typed(typed):
    assert partial_date(typed) == typed
