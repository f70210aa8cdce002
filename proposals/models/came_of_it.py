"""What came of a proposal, as its page reads it: of most nothing is known, so each kind of row is read where it is."""

from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects


class Kind(NamedTuple):
    """One kind of row: its model, the ways to the proposal and from it, and what is fetched with each row."""

    model: str
    back: str
    way: str
    with_each: str
    and_of_each: tuple[str, ...] = ()


CAME_OF_IT = {
    "events": Kind("Event", "proposal", "events", "agency into source"),
    "answers": Kind("Answer", "proposal", "answers", "reply__agency", ("reply__co_agencies",)),
    "outcomes": Kind(
        "RecommendationOutcome", "recommendation__proposal", "recommendations__outcomes", "reply__agency"
    ),
    "echoes": Kind("Echo", "recommendation__proposal", "recommendations__echoes", "document__issuer"),
}  # fmt: skip
"""What a page shows of what became of a proposal."""


def _rows(model: str) -> QuerySet[Any]:
    """Give the rows of a model that stands on this one."""
    rows: QuerySet[Any] = apps.get_model("proposals", model)._default_manager.all()
    return rows


def whether_more_is_known() -> dict[str, Exists]:
    """Give what tells of each proposal whether rows of each kind are there, `has_events` and so on, and `has_line`."""
    related = _rows("Lineage").filter(Q(proposal=OuterRef("pk")) | Q(other=OuterRef("pk")))
    kinds = {
        f"has_{name}": Exists(_rows(kind.model).filter(**{kind.back: OuterRef("pk")}))
        for name, kind in CAME_OF_IT.items()
    }
    return {"has_line": Exists(related), **kinds}


def read_what_came_of_it(proposal: Any) -> None:
    """Fetch what is there, by what `whether_more_is_known` told."""
    for name, kind in CAME_OF_IT.items():
        if getattr(proposal, f"has_{name}"):
            rows = _rows(kind.model).select_related(*kind.with_each.split()).prefetch_related(*kind.and_of_each)
            prefetch_related_objects([proposal], Prefetch(kind.way, rows))
    answering = {answer.reply_id for answer in proposal.answers.all()} if proposal.has_outcomes else ()
    for recommendation in proposal.recommendations.all() if answering else ():
        mine = recommendation.outcomes.all()
        recommendation.shown_outcomes = [each for each in mine if each.reply_id in answering]
