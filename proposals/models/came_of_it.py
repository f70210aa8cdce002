"""What came of a proposal, as its page reads it: of most nothing is known, so each kind of row is read where it is."""

from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

CAME_OF_IT = {
    "events": ("Event", "proposal", "events", ("agency", "into", "source")),
    "answers": ("Answer", "proposal", "answers", ("reply__agency",), "reply__co_agencies"),
    "outcomes": (
        "RecommendationOutcome", "recommendation__proposal", "recommendations__outcomes", ("reply__agency",)
    ),
    "echoes": ("Echo", "recommendation__proposal", "recommendations__echoes", ("document__issuer",)),
}  # fmt: skip
"""What a page shows of what became of a proposal: models, the ways there and back, what is fetched with each row."""


def _rows(model: str) -> QuerySet[Any]:
    """Give the rows of a model that stands on this one."""
    rows: QuerySet[Any] = apps.get_model("proposals", model)._default_manager.all()
    return rows


def whether_more_is_known() -> dict[str, Exists]:
    """Give what tells of each proposal whether rows of each kind are there, `has_events` and so on, and `has_line`."""
    related = _rows("Lineage").filter(Q(proposal=OuterRef("pk")) | Q(other=OuterRef("pk")))
    kinds = {
        f"has_{name}": Exists(_rows(model).filter(**{back: OuterRef("pk")}))
        for name, (model, back, *_more) in CAME_OF_IT.items()
    }
    return {"has_line": Exists(related), **kinds}


def read_what_came_of_it(proposal: Any) -> None:
    """Fetch what is there, by what `whether_more_is_known` told."""
    there = [each for name, each in CAME_OF_IT.items() if getattr(proposal, f"has_{name}")]
    ways = (
        Prefetch(way, _rows(model).select_related(*one).prefetch_related(*many))
        for model, _back, way, one, *many in there
    )
    prefetch_related_objects([proposal], *ways)
