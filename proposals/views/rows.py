"""The rows of lists: proposals as lists show them, each made once until what it shows changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from people.dates import today
from people.language import reader_language
from proposals.catalogue import Results
from proposals.models import Change, Proposal


@dataclass(frozen=True)
class Row:
    """One proposal on a list: what readers see of it, and what is said of the list to those who read no pages."""

    pk: int
    title: str
    place: str
    html: SafeString

    @property
    def name(self) -> str:
        """What the list calls it, as it calls what is no proposal."""
        return self.title

    def get_absolute_url(self) -> str:
        """Give the address of the proposal's page."""
        return self.place


def rows_of(results: Results, ids: Sequence[int], *, comparable: bool = False) -> list[Row]:
    """Give the rows of the published proposals with `ids`, which `results` found, in that order.

    A row is kept under the generation in which its proposal last changed in public, for what changes a row is noted
    there; the generation is read before the row is made, so that nothing older is ever kept under a newer one. Rows
    in which words are marked are made anew.
    """
    if any(results.query.marks.values()):
        found = Proposal.objects.for_cards(ids, results.matched)
        return [_row(proposal, results, comparable=comparable) for proposal in found]
    changed = Change.objects.in_bulk(ids)
    state = f"{results.vocabulary.opened.built_from} {reader_language()} {today()} {comparable}".replace(" ", "/")
    keys = {f"{state}/{key}/{changed[key].generation if key in changed else 0}": key for key in ids}
    kept: dict[str, Row] = caches["rows"].get_many(keys)
    rows = {keys[name]: row for name, row in kept.items()}
    made = {
        proposal.pk: _row(proposal, results, comparable=comparable)
        for proposal in Proposal.objects.for_cards([key for key in ids if key not in rows])
    }
    caches["rows"].set_many({name: made[key] for name, key in keys.items() if key in made})
    rows |= made
    return [rows[key] for key in ids if key in rows]


def _row(proposal: Proposal, results: Results, *, comparable: bool) -> Row:
    shown = {"proposal": proposal, "results": results, "comparable": gettext("Compare") if comparable else ""}
    html = render_to_string("proposals/_proposal.html", shown)
    return Row(proposal.pk, proposal.title, proposal.get_absolute_url(), html)
