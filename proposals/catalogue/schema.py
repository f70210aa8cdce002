"""What the index holds of each proposal and each recommendation."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tantivy import Schema, SchemaBuilder

PROPOSAL, RECOMMENDATION, META = 1, 2, 3

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
    "agency",
    "delegate",
    "first_proposer",
)
NUMBERS = ("type", "proposal", "id", "newest", "oldest", "date", "date_end", "fingerprint", *FACETS)
TEXTS = ("title", "lead", "words")


def _schema() -> Schema:
    builder = SchemaBuilder()
    for name in NUMBERS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    builder.add_text_field("acronym", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("position", stored=True)
    return builder.build()


SCHEMA = _schema()


def _shape(files: Iterable[str]) -> str:
    code = b"".join((Path(__file__).parent / name).read_bytes() for name in files)
    return hashlib.blake2b(code, digest_size=8).hexdigest()


SHAPE = _shape(["schema.py", "words.py", "documents.py"])
"""Changes whenever the code that fills the index does: an index of another shape is built anew."""
