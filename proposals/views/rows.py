"""The rows of lists: proposals as lists show them, each made once until what it shows changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from people.dates import today
from people.language import reader_language
from proposals.catalogue import Results
from proposals.models import Change, Proposal
from proposals.models.on_cards import read_for_cards

CHANGED = Subquery(Change.objects.filter(proposal=OuterRef("pk")).values("generation"))


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
    there; it is read before the row is made, so that nothing older is ever kept under a newer one. Rows in which words
    are marked are made anew.
    """
    marked = any(results.query.marks.values())
    found = Proposal.objects.annotate(generation=CHANGED).for_rows(ids, results.matched)
    state = f"{results.vocabulary.opened.built_from} {reader_language()} {today()} {comparable}".replace(" ", "/")
    names = {each.pk: f"{state}/{each.pk}/{each.generation}" for each in found}  # type: ignore[attr-defined]
    kept: dict[str, Row] = {} if marked else caches["rows"].get_many(names.values())
    missing = [proposal for proposal in found if names[proposal.pk] not in kept]
    read_for_cards(missing)
    made = {names[each.pk]: row_of(each, results, comparable=comparable) for each in missing}
    if not marked:
        caches["rows"].set_many(made)
    rows = kept | made
    return [rows[names[proposal.pk]] for proposal in found]


def row_of(proposal: Proposal, results: Results, *, comparable: bool = False) -> Row:
    """Make the row of a proposal as it comes from `for_cards`, which `results` found."""
    shown = {"proposal": proposal, "results": results, "comparable": gettext("Compare") if comparable else ""}
    html = render_to_string("proposals/_proposal.html", shown)
    return Row(proposal.pk, proposal.title, proposal.get_absolute_url(), html)
