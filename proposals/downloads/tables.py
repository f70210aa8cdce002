"""The tables of the public record: which columns of which models, and which of their rows.

Columns are named one by one: what is new in a model is not public before somebody says so here. Every row hangs on
something published; topics, regions and synonyms are public by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Case, F, Field, Model, Q, QuerySet, When

from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from people.tree import lineage
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Lineage,
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

PUBLIC = Proposal.State.PUBLISHED
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Table:
    """One table: the model of its rows, its columns, and its public rows.

    `columns` are names of fields; a relation becomes a column that ends in `_id`. `key` tells two rows apart. `unless`
    names relations that are left empty where the other end is not public. `derived` are columns that are computed, with
    what they say; `facets` those by which Datasette counts.
    """

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    rows: Callable[[], Rows]
    key: tuple[str, ...] = ("id",)
    unless: Mapping[str, Callable[[], Q]] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    label: str = ""
    about: str = ""

    @cached_property
    def fields(self) -> dict[str, Field[Any, Any]]:
        """The fields, by the name of the column."""
        found: list[Any] = [self.model._meta.get_field(name) for name in self.columns]
        return {one.attname: one for one in found}

    def values(self) -> Any:
        """Iterate over the rows as tuples in the order of the columns, read a block at a time."""
        ordered = self.rows().order_by(*self.key)
        if self.derived:
            names = [*self.fields, *self.derived]
            return (tuple(getattr(row, name) for name in names) for row in ordered.iterator(chunk_size=BLOCK))
        shown = {
            f"shown_{name}": Case(When(public(), then=F(name)), default=None) for name, public in self.unless.items()
        }
        names = [
            f"shown_{name}" if (name := one.name) in self.unless else column for column, one in self.fields.items()
        ]
        return ordered.annotate(**shown).values_list(*names).iterator(chunk_size=BLOCK)


BLOCK = 2_000
"""Rows that are in memory at once."""


def _of_published(model: type[Model], way: str = "proposal") -> Callable[[], Rows]:
    return lambda: model._default_manager.filter(**{f"{way}__state": PUBLIC})


def _delegates() -> Rows:
    return Delegate.objects.filter(pk__in=_of_published(Sponsorship)().exclude(delegate=None).values("delegate"))


def _of_delegates(model: Any) -> Callable[[], Rows]:
    return lambda: model.objects.filter(delegate__in=_delegates())


def _replies() -> Rows:
    return Reply.objects.published()


def _policies() -> Rows:
    return PolicyDocument.objects.published()


def _sessions() -> Rows:
    return Session.objects.filter(pk__in=Proposal.objects.published().values("session")).select_related("body")


def _bodies() -> Rows:
    seats = Membership.objects.filter(delegate__in=_delegates())
    return Body.objects.filter(Q(pk__in=_sessions().values("body")) | Q(pk__in=seats.values("body")))


def _sectors() -> Rows:
    seats = Membership.objects.filter(delegate__in=_delegates()).exclude(sector=None)
    return Sector.objects.filter(pk__in=seats.values("sector"))


def _lineage() -> Rows:
    return Lineage.objects.confirmed().filter(proposal__state=PUBLIC, other__state=PUBLIC)


def _outcomes() -> Rows:
    return RecommendationOutcome.objects.filter(
        recommendation__proposal__state=PUBLIC, reply__answers__proposal=F("recommendation__proposal")
    )


def _schemes() -> Rows:
    return OutcomeScheme.objects.filter(pk__in=_replies().exclude(scheme=None).values("scheme"))


def _agencies() -> Rows:
    """Give those that are asked, handle, answer or issue, and those that they lie below."""
    named = {
        key
        for rows, name in (
            (_of_published(Addressee, "recommendation__proposal")(), "agency"),
            (_of_published(Event)().exclude(agency=None), "agency"),
            (_replies(), "agency"),
            (Reply.co_agencies.through.objects.filter(reply__in=_replies()), "agency"),
            (_policies(), "issuer"),
            (PolicyDocument.co_issuers.through.objects.filter(policydocument__in=_policies()), "agency"),
        )
        for key in rows.order_by().values_list(name, flat=True).distinct()
    }
    parents = dict(Agency.objects.values_list("pk", "parent"))
    return Agency.objects.filter(pk__in={each for key in named for each in lineage(key, parents)})


def _citations() -> Rows:
    of_proposals = Q(proposal__state=PUBLIC) | Q(recommendation__proposal__state=PUBLIC)
    of_proposals |= Q(figure__proposal__state=PUBLIC)
    people = _delegates()
    of_delegates = Q(membership__delegate__in=people) | Q(position__delegate__in=people)
    return Citation.objects.filter(of_proposals | of_delegates | Q(name_variant__delegate__in=people))


def _sources() -> Rows:
    citing = (_citations(), _of_published(Event)(), _replies(), _policies(), _lineage().exclude(source=None))
    cited = Q()
    for rows in citing:
        cited |= Q(pk__in=rows.order_by().values("source"))
    return Source.objects.filter(cited)


def _links(model: Any, near: str, far: str, rows: Callable[[], Rows], name: str, about: str) -> Table:
    """Make the table of plain links between two models."""
    key = (f"{near}_id", f"{far}_id")
    return Table(name, model, (near, far), lambda: model.objects.filter(**{f"{near}__in": rows()}), key, about=about)


def _published() -> Rows:
    return Proposal.objects.published()


def _recommendations() -> Rows:
    return Recommendation.objects.published()


NAMES = ("name_en", "name_zh")
CITED = ("proposal", "recommendation", "figure", "membership", "position", "name_variant")
SESSION_NAMES = {
    "name_en": "Its name in English, made of the body's name, the term and the ordinal.",
    "name_zh": "Its name in Chinese; empty where the body's short Chinese name is not known.",
}
TABLES = (
    Table(
        "regions",
        Region,
        (
            *("id", "slug", "parent", "kind", "iso_code", "gb_code", *NAMES, "full_name_en", "full_name_zh"),
            *("other_names", "description_en", "description_zh"),
        ),
        Region.objects.all,
        facets=("kind",),
        label="name_en",
    ),
    Table("topics", Topic, ("id", "slug", "parent", *NAMES, "scope_en", "scope_zh", "mesh_id", "mesh_heading"),
          Topic.objects.all, label="name_en"),
    Table("synonyms", Synonym, ("id", "topic", "text", "language", "acronym", "ambiguous"), Synonym.objects.all),
    Table("bodies", Body, ("id", "slug", "system", "level", "region", *NAMES, "short_name_zh"), _bodies,
          label="name_en"),
    Table("sessions", Session, ("id", "slug", "body", "term", "ordinal", "year", "opened", "closed"), _sessions,
          derived=SESSION_NAMES, facets=("year",), label="name_en"),
    Table("sectors", Sector, ("id", "kind", "order", *NAMES), _sectors, label="name_en"),
    Table(
        "agencies",
        Agency,
        ("id", "slug", "parent", "kind", *NAMES, "short_name_en", "short_name_zh", "other_names", "region"),
        _agencies,
        facets=("kind",),
        label="name_en",
    ),
    Table("delegates", Delegate, ("id", "slug", *NAMES, "wikidata"), _delegates, label="name_en"),
    Table("name_variants", NameVariant, ("id", "delegate", "spelling", "language"), _of_delegates(NameVariant)),
    Table(
        "memberships",
        Membership,
        (
            *("id", "delegate", "body", "term", "role", "sector", "delegation_en", "delegation_zh", "region"),
            *("region_inferred", "began", "ended"),
        ),
        _of_delegates(Membership),
        facets=("role", "body_id"),
    ),
    Table(
        "positions",
        Position,
        ("id", "delegate", "employer_en", "employer_zh", "post_en", "post_zh", "inferred", "began", "ended"),
        _of_delegates(Position),
    ),
    Table(
        "sources",
        Source,
        (
            *("id", "kind", "reliability", "title", "outlet", "url", "archive_url", "language", "machine_translated"),
            *("published", "accessed", "note_en", "note_zh"),
        ),
        _sources,
        facets=("kind", "reliability"),
        label="title",
    ),
    Table(
        "proposals",
        Proposal,
        (
            *("id", "slug", "kind", "title_en", "title_zh", "summary_en", "summary_zh", "session", "number"),
            *("submitted", "status", "proposers_in_all", "note_en", "note_zh", "published_at"),
        ),
        _published,
        facets=("session_id", "kind", "status"),
        label="title_en",
    ),
    _links(Proposal.topics.through, "proposal", "topic", _published, "proposal_topics", "Which topics a proposal has."),
    _links(Proposal.target_regions.through, "proposal", "region", _published, "proposal_regions",
           "Which regions a proposal is about."),
    Table("sponsorships", Sponsorship,
          ("id", "proposal", "order", "delegate", "organisation_en", "organisation_zh", "first"),
          _of_published(Sponsorship)),
    Table(
        "recommendations",
        Recommendation,
        (
            *("id", "proposal", "order", "group_en", "group_zh", "text_en", "text_zh", "implied"),
            *("note_en", "note_zh"),
        ),
        _recommendations,
        label="text_en",
    ),
    _links(Recommendation.topics.through, "recommendation", "topic", _recommendations, "recommendation_topics",
           "Which topics a single recommendation has."),
    Table("addressees", Addressee, ("id", "recommendation", "agency", "stated"),
          _of_published(Addressee, "recommendation__proposal"), facets=("agency_id", "stated")),
    Table(
        "figures",
        Figure,
        (
            *("id", "proposal", "value", "unit_en", "unit_zh", "amount", "what_en", "what_zh", "as_of"),
            *("attribution_en", "attribution_zh", "still_true", "note_en", "note_zh"),
        ),
        _of_published(Figure),
    ),
    Table(
        "events",
        Event,
        ("id", "proposal", "stage", "date", "agency", "role", "into", "satisfaction", "source", "passage"),
        _of_published(Event),
        unless={"into": lambda: Q(into__state=PUBLIC)},
        facets=("stage", "role"),
    ),
    Table("outcome_schemes", OutcomeScheme, ("id", *NAMES, "region"), _schemes, label="name_en"),
    Table(
        "replies",
        Reply,
        (
            *("id", "agency", "title_en", "title_zh", "number", "date", "class_printed", "scheme", "outcome"),
            *("summary_en", "summary_zh", "source"),
        ),
        _replies,
        facets=("agency_id", "outcome"),
        label="title_en",
    ),
    _links(Reply.co_agencies.through, "reply", "agency", _replies, "reply_agencies",
           "Whose opinions a reply takes in besides that of the agency which signed it."),
    Table("answers", Answer, ("id", "reply", "proposal"), _of_published(Answer)),
    Table("outcomes", RecommendationOutcome,
          ("id", "reply", "recommendation", "outcome", "quotation_zh", "quotation_en"), _outcomes),
    Table("lineage", Lineage, ("id", "proposal", "relation", "other", "source"), _lineage),
    Table("policy_documents", PolicyDocument,
          ("id", "title_en", "title_zh", "number", "issuer", "date", "source"), _policies, label="title_en"),
    _links(PolicyDocument.co_issuers.through, "policydocument", "agency", _policies, "policy_issuers",
           "Who issued a policy document together with its first issuer."),
    Table(
        "echoes",
        Echo,
        (
            *("id", "document", "recommendation", "passage_zh", "passage_en", "place", "judgement"),
            *("reason_en", "reason_zh"),
        ),
        Echo.objects.published,
    ),
    Table("citations", Citation, ("id", "source", "role", "passage", *CITED), _citations),
)  # fmt: skip
BY_MODEL = {table.model: table for table in TABLES}
