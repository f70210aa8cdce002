"""The founding data set: complete, true to its sources, and silent about what nobody has confirmed."""

import csv
import hashlib
import re

import pytest
from django.core.management import call_command

from proposals.dataset import TABLES
from proposals.models import Addressee, Citation, Generation, Proposal, Recommendation
from proposals.models.outbox import RECORD
from tests.site import FOUNDING_DATA


def rows(file: str) -> list[dict[str, str]]:
    """Give the rows of a file of the founding data set."""
    with (FOUNDING_DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_it_loads_five_proposals_with_59_recommendations(founding):
    published = Proposal.objects.published().order_by("pk")
    assert [proposal.recommendations.count() for proposal in published] == [20, 9, 7, 9, 14]
    assert Recommendation.objects.count() == 59
    assert [str(proposal.sponsorships.get(first=True)) for proposal in published] == [
        "Ding Lieming 丁列明",
        "Liu Yun",
        "Wang Guilin",
        "Yuan Xiaofeng 袁晓峰",
        "Zhang Yi",
    ]
    assert Generation.now().value == 1


def test_the_data_set_has_a_file_for_every_part_of_the_record():
    assert {file.name for file in FOUNDING_DATA.glob("*.csv")} == {table.file for table in TABLES}
    assert {table.model for table in TABLES} == {*RECORD} - {Addressee}


def test_all_34_provinces_and_every_zone_lie_in_the_country():
    regions = {row["iso_code"] or row["slug"]: row for row in rows("regions.csv")}
    parents = {code: row["parent"] for code, row in regions.items()}
    provinces = {code for code, row in regions.items() if row["gb_code"]}
    assert len(provinces) == 34
    assert {parents.pop("CN"), *(parents.pop(code) for code in provinces)} == {"", "CN"}
    assert len(parents) == 14
    assert {code for code, parent in parents.items() if parent not in provinces} == {
        "greater-bay-area",
        "yangtze-river-delta",
        "beijing-tianjin-hebei",
    }
    assert all(row["name_en"] and row["name_zh"] for row in regions.values())


def test_all_52_topics_lie_in_a_tree_of_three_levels():
    parents = {row["slug"]: row["parent"] for row in rows("topics.csv")}
    levels = [1 + bool(parent) + bool(parent and parents[parent]) for parent in parents.values()]
    assert [levels.count(level) for level in (1, 2, 3)] == [7, 34, 11]
    assert not any(parents[parents[parent]] for parent in parents.values() if parent and parents[parent])
    assert [row["order"] for row in rows("topics.csv")] == [str(order) for order in range(52)]
    assert all(row["name_en"] and row["name_zh"] for row in rows("topics.csv"))


def test_every_acronym_is_marked_and_so_is_the_ambiguous_one():
    synonyms = rows("synonyms.csv")
    marked = {row["text"] for row in synonyms if row["acronym"] == "yes"}
    assert {row["text"] for row in synonyms if re.fullmatch(r"[A-Z][A-Z -]*[A-Z]", row["text"])} <= marked
    assert {"CGT", "iPSC", "mRNA", "CAR-T", "CRISPR", "GMP"} <= marked
    assert all(row["language"] == "en" for row in synonyms if row["acronym"] == "yes")
    assert {row["text"] for row in synonyms if row["ambiguous"] == "yes"} == {
        *("SC", "GT", "RM", "EV", "OV", "ACT", "TE", "LV", "NK", "MOST", "IND", "IRB")
    }
    assert len({(row["topic"], row["text"]) for row in synonyms}) == len(synonyms)


# Digests of four names that nobody has confirmed yet; the names themselves have no place in this file either.
UNCONFIRMED = {"534bf0e673367184", "ec894a713658444d", "738047f78dcbf6f5", "6fd9fe5ba685c094"}


def test_what_nobody_has_confirmed_stands_nowhere(founding, capsys):
    call_command("dumpdata", "people", "proposals")
    texts = [capsys.readouterr().out, *(file.read_text("utf-8") for file in FOUNDING_DATA.iterdir())]
    assert "丁列明" in texts[0]
    for text in texts:
        for word in (text[start : start + length] for length in (2, 3, 7) for start in range(len(text))):
            assert hashlib.sha256(word.encode()).hexdigest()[:16] not in UNCONFIRMED, word


def test_no_more_is_said_of_a_delegate_than_is_known():
    assert {row["slug"]: row["name_zh"] for row in rows("delegates.csv") if row["name_zh"]} == {
        "ding-lieming": "丁列明",
        "yuan-xiaofeng": "袁晓峰",
    }
    assert {(row["delegate"], row["inferred"]) for row in rows("positions.csv")} == {
        ("ding-lieming", "no"),
        ("liu-yun", "yes"),
    }
    assert {
        (row["delegate"], row["body"], row["region"], row["region_inferred"]) for row in rows("memberships.csv")
    } == {
        ("ding-lieming", "npc-national", "CN-ZJ", "no"),
        ("ding-lieming", "cppcc-national", "CN-ZJ", "yes"),
        ("liu-yun", "cppcc-national", "CN-JS", "yes"),
        ("wang-guilin", "cppcc-national", "", "no"),
        ("yuan-xiaofeng", "cppcc-shaanxi", "CN-SN", "no"),
        ("zhang-yi", "cppcc-shanghai", "CN-SH", "no"),
    }
    assert {row["delegate"] for row in rows("memberships.csv") if row["sector"]} == {"ding-lieming"}
    assert {row["accessed"] for row in rows("sources.csv")} == {""}


@pytest.mark.parametrize("column", ["proposal", "figure", "membership", "position", "name_variant"])
def test_every_fact_has_a_source(column):
    table = next(table for table in TABLES if table.model is Citation._meta.get_field(column).related_model)
    facts = {table.names[0].format_map(row) for row in rows(table.file)}
    assert facts
    assert facts == {row[column] for row in rows("citations.csv") if row[column] and row["role"] == "source"}
