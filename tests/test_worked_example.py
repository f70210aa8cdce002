"""The worked example of docs/ is marked as made up in every name of it, and is no part of what ships."""

import pytest

from tests.site import FOUNDING_DATA
from tests.worked_example import EXAMPLE, each

MARKS = ("Made-up", "虚构")
NAMES = {"English name", "Chinese name", "title", "Chinese title", "recommendations", "quotation", "passage", "meaning"}


@pytest.mark.parametrize("heading", [heading for heading, rows in EXAMPLE.items() if NAMES & rows[0].keys()])
def test_every_name_and_sentence_says_that_it_is_made_up(heading):
    texts = [text for row in EXAMPLE[heading] for column in NAMES & row.keys() for text in each(row[column])]
    assert texts
    assert [text for text in texts if not any(mark in text for mark in MARKS)] == []


def test_none_of_it_is_in_the_data_that_ships():
    files = [path for path in FOUNDING_DATA.parent.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if any(mark.encode() in path.read_bytes() for mark in MARKS)] == []
