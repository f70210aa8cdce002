"""What the index holds of each proposal and each recommendation."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tantivy import Schema, SchemaBuilder

PROPOSAL, RECOMMENDATION, META, NAME = 1, 2, 3, 4

FACETS = (
    "topic",
    "region",
    "delegate_region",
    "level",
    "body",
    "session",
    "year",
    "kind",
    "status",
    "replied",
    "outcome",
    "lead_agency",
    "agency",
    "delegate",
    "first_proposer",
)
NUMBERS = (
    "type",
    "proposal",
    "id",
    "newest",
    "oldest",
    "added",
    "date",
    "date_end",
    "due",
    "days",
    "fingerprint",
    *FACETS,
)
UNSOUGHT = {"id", "newest", "oldest", "added", "days", "fingerprint"}
"""Numbers that are read, counted or sorted by, but never looked for."""
TEXTS = ("title", "proposers", "lead", "words")
"""Fields for texts, the foremost first: of proposers only organisations stand there, delegates are a facet."""


def name_number(facet: str, key: int) -> int:
    """Give the number that stands for one value of one facet among the names; no proposal has it as its key."""
    return FACETS.index(facet) + 1 << 48 | key


def named(number: int) -> tuple[str, int]:
    """Give the facet and the value's key that `name_number` made a number of."""
    return FACETS[(number >> 48) - 1], number & (1 << 48) - 1


def coded(kind: int, key: int) -> int:
    """Give a facet's value as the index has it: with the kind of document, so that one term asks for both."""
    return key << 2 | kind


def uncoded(field: str, value: int) -> int:
    """Give the key that `coded` made a value of; other fields than facets hold plain numbers."""
    return value >> 2 if field in FACETS else value


def _schema() -> Schema:
    builder = SchemaBuilder()
    for name in NUMBERS:
        builder.add_unsigned_field(name, indexed=name not in UNSOUGHT, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    builder.add_text_field("acronym", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("position", stored=True)
    builder.add_unsigned_field("day", stored=True)
    builder.add_bytes_field("totals", stored=True)
    builder.add_bytes_field("row", stored=True)
    return builder.build()


SCHEMA = _schema()


def _shape(files: Iterable[str]) -> str:
    code = b"".join((Path(__file__).parent / name).read_bytes() for name in files)
    return hashlib.blake2b(code, digest_size=8).hexdigest()


SHAPE = _shape(["schema.py", "words.py", "pinyin.py", "documents.py", "rows.py", "totals.py"])
"""Changes whenever the code that fills the index does: an index of another shape is built anew."""
