"""The tutorial of docs/: its code runs as it stands, against the real thing, and counts what the data set says."""

import csv
import re
from collections import Counter

import pytest

from tests.site import FOUNDING_DATA, ROOT

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TUTORIAL, re.MULTILINE | re.DOTALL)
HOST = "https://lianghui.example"


def table(name):
    with (FOUNDING_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def done(reading_site):
    """What the names in the tutorial mean once all of its code has run."""
    names: dict = {}
    assert sum(HOST in block for block in BLOCKS) == 1
    for block in BLOCKS:
        exec(block.replace(HOST, reading_site.url), names)
    return names


def addressees(*, inferred):
    """How many recommendations each agency is addressed by, as the files of the data set say."""
    found = Counter()
    for row in table("recommendations"):
        named = [each.strip() for each in row["addressees"].split(";") if each.strip()]
        found.update({each.removesuffix(" (inferred)") for each in named if inferred or "(inferred)" not in each})
    return found


def test_it_loads_every_recommendation(done):
    rows = table("recommendations")
    assert len(done["recommendations"]) == len(rows) == 59
    assert done["recommendations"]["proposal"].nunique() == len(table("proposals"))


def test_it_counts_recommendations_by_agency(done):
    assert done["by_agency"].to_dict() == addressees(inferred=False)
    assert done["with_inferred"].to_dict() == addressees(inferred=True)
    assert done["with_inferred"].sum() > done["by_agency"].sum() > 0
    assert done["with_inferred"].is_monotonic_decreasing


def test_it_counts_recommendations_by_year(done):
    years = {row["slug"]: int(row["year"]) for row in table("sessions")}
    sessions = {row["slug"]: row["session"] for row in table("proposals")}
    counted = Counter(years[sessions[row["proposal"]]] for row in table("recommendations"))
    assert done["by_year"].to_dict() == counted


def test_it_asks_for_less(done):
    found = done["stem_cells"]
    assert 0 < len(found) <= len(table("proposals"))
    assert {*found["title_en"]} <= {row["title_en"] for row in table("proposals")}


def test_it_reads_in_the_sidecar_what_a_column_means(done):
    assert "source names" in done["meanings"]["agencies"]
    assert {*done["meanings"]} == {*done["recommendations"].columns}
