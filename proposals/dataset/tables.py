"""The tables of a data set: which file holds which model, and how its rows are told apart and named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Field, Model

from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from proposals.models import (
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Lineage,
    OutcomeClass,
    OutcomeScheme,
    PolicyDocument,
    Proposal,
    Recommendation,
    RecommendationOutcome,
    Reply,
    Source,
    Sponsorship,
    Synonym,
    Topic,
)
from proposals.models.sources import SUPPORTED

DIVIDER = ";"
INFERRED = " (inferred)"
YES_NO = {"yes": True, "no": False}
FAULTS_SHOWN = 50


class DatasetError(Exception):
    """A data set that was not loaded, or not written: its arguments are the faults, a line of text each."""

    def __str__(self) -> str:
        more = len(self.args) - FAULTS_SHOWN
        return "\n".join(self.args[:FAULTS_SHOWN]) + (f"\nand {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Table:
    """One file: the model of its rows, which fields tell two rows apart, and what other rows call one.

    `lists` maps a column to a many-to-many field with a model between, in which `(inferred)` is kept. `without` are
    fields that have no column: they belong to another file. Columns that are `optional` may be missing. `new_only` are
    taken for new rows and left alone in others: what an analyst took back is not published again. `mark` is a column
    of which one row may say yes: those that say no come first, so that it is free when another claims it.
    """

    file: str
    model: type[Model]
    key: tuple[str, ...] = ("slug",)
    names: tuple[str, ...] = ("{slug}",)
    lists: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    new_only: tuple[str, ...] = ()
    mark: str = ""

    @cached_property
    def columns(self) -> dict[str, Field[Any, Any]]:
        """The fields that have a column, by the column's name."""
        meta = self.model._meta
        fields = {one.name: one for one in (*meta.concrete_fields, *meta.many_to_many) if one.editable}
        lists = {column: fields.pop(name) for column, name in self.lists.items()}
        return {name: one for name, one in fields.items() if name not in ("id", *self.without)} | lists


POST = ("employer_en", "employer_zh", "post_en", "post_zh", "began")
ORGANISATION = ("organisation_en", "organisation_zh")
ASKED = {"addressees": "agencies"}
FACT = ("value", "unit_en", "unit_zh", "what_en", "what_zh")
QUOTED = ("{proposal}:{value} {unit_en}", "{proposal}:{value} {unit_en} ({what_en})")
WITHDRAWN = ("withdrawn_because_en", "withdrawn_because_zh")
TABLES = (
    Table("regions.csv", Region, names=("{slug}", "{iso_code}")),
    Table("bodies.csv", Body),
    Table("sessions.csv", Session),
    Table("sectors.csv", Sector),
    Table("topics.csv", Topic),
    Table("synonyms.csv", Synonym, key=("topic", "text", "acronym"), names=()),
    Table("agencies.csv", Agency),
    Table("delegates.csv", Delegate, optional=("note",)),
    Table("name_variants.csv", NameVariant, key=("delegate", "spelling"), names=("{delegate}:{spelling}",)),
    Table("memberships.csv", Membership, key=("delegate", "body", "term", "role"), names=("{delegate}@{body}:{term}",)),
    Table(
        "positions.csv",
        Position,
        key=("delegate", *POST),
        names=("{delegate}@{employer_en}", "{delegate}@{employer_zh}"),
    ),
    Table("sources.csv", Source),
    Table("proposals.csv", Proposal, without=("delegates",), optional=WITHDRAWN, new_only=("state", *WITHDRAWN)),
    Table("sponsorships.csv", Sponsorship, key=("proposal", "delegate", *ORGANISATION), names=(), mark="first"),
    Table("recommendations.csv", Recommendation, key=("proposal", "order"), names=("{proposal}#{order}",), lists=ASKED),
    Table("figures.csv", Figure, key=("proposal", *FACT), names=QUOTED),
    Table("outcome_schemes.csv", OutcomeScheme),
    Table("outcome_classes.csv", OutcomeClass, key=("scheme", "printed"), names=()),
    Table("events.csv", Event, key=("proposal", "stage", "date", "agency", "source", "passage"), names=()),
    Table("replies.csv", Reply, optional=("note",)),
    Table("answers.csv", Answer, key=("reply", "proposal"), names=()),
    Table("outcomes.csv", RecommendationOutcome, key=("reply", "recommendation"), names=()),
    Table("lineage.csv", Lineage, key=("proposal", "other"), names=()),
    Table("policy_documents.csv", PolicyDocument, optional=("note",)),
    Table("echoes.csv", Echo, key=("document", "recommendation"), names=()),
    Table("citations.csv", Citation, key=("source", *SUPPORTED, "passage"), names=()),
)
