"""The first rows of a comparison: who put each proposal forward, where, when, and what is known of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from people.dates import date_words
from people.models import Level
from people.models.bodies import Session
from proposals.comparison.texts import Cell, Line, Part, also, given, joined, part, words
from proposals.models import Proposal, Sponsorship

Value = datetime.date | int | None


@dataclass(frozen=True)
class Fact:
    """One row: its label, a cell for each proposal, and what of the cells is a day or a number."""

    label: str
    cells: tuple[Cell, ...]
    values: tuple[Value, ...]

    @property
    def same(self) -> bool:
        """Whether it is the same of all."""
        return len(set(self.cells)) == 1

    @property
    def differs(self) -> bool:
        """Whether there is something to compare, and it is not the same of all."""
        return len(self.cells) > 1 and not self.same

    @property
    def compared(self) -> str:
        """The same in a word; "" where there is nothing to compare: one proposal, or nothing known of any."""
        known = any(line.kind != "none" for cell in self.cells for line in cell)
        return "" if len(self.cells) == 1 or not known else _("same") if self.same else _("differs")


def facts(proposals: Sequence[Proposal]) -> tuple[Fact, ...]:
    """Give the rows; that of notes only where there is one."""
    rows: list[tuple[str, Callable[[Proposal], Cell], Callable[[Proposal], Value]]] = [
        (_("Put forward by"), _who, _no_value),
        (_("Body"), lambda proposal: (Line((part(proposal.session.body),)),), _no_value),
        (_("Session"), _session, _no_value),
        (_("Date"), _date, _day),
        (_("Level"), lambda proposal: words(str(Level(proposal.session.body.level).label)), _no_value),
        (_("Status"), lambda proposal: words(proposal.status_label), _no_value),
        (_("Kind of document"), lambda proposal: words(proposal.get_kind_display()), _no_value),
        (_("Number"), _number, _no_value),
        (_("About"), _regions, _no_value),
        (_("Topics"), _topics, _no_value),
        (_("Recommendations"), lambda proposal: words(str(_demands(proposal))), _demands),
    ]
    if any(given(proposal, "note") for proposal in proposals):
        rows.append((_("Editor's note"), _note, _no_value))
    return tuple(
        Fact(label, tuple(cell(each) for each in proposals), tuple(value(each) for each in proposals))
        for label, cell, value in rows
    )


def _none(text: str) -> Cell:
    return words(text, "none")


def _who(proposal: Proposal) -> Cell:
    sponsorships = proposal.sponsorships.all()
    lines = [line for each in sponsorships for line in _proposer(each, several=len(sponsorships) > 1)]
    if proposal.proposers_in_all:
        lines.append(Line((_("%(total)s proposers in all") % {"total": proposal.proposers_in_all},), "facts"))
    return tuple(lines) or _none(_("not known"))


def _proposer(sponsorship: Sponsorship, *, several: bool) -> list[Line]:
    """Give the name, the seat and the employers of the time."""
    first: tuple[str, ...] = (" · ", _("first proposer")) if several and sponsorship.first else ()
    delegate = sponsorship.delegate
    if delegate is None:
        return [Line((part(sponsorship, "organisation"), *first))]
    name = joined([part(delegate, linked=True), *also(delegate)], by=" ")
    posts = [
        Line(
            (
                *joined([*given(position, "post"), part(position, "employer"), *also(position, "employer")], by=" · "),
                *([" ", _("(inferred)")] if position.inferred else []),
            ),
            "facts",
        )
        for position in sponsorship.positions
    ]
    return [Line((*name, *first)), *_seat(sponsorship), *posts]


def _seat(sponsorship: Sponsorship) -> list[Line]:
    seat = sponsorship.seat
    if seat is None:
        return []
    parts: list[Part | str] = [seat.get_role_display()]
    if seat.sector:
        parts += [" · ", _("sector:"), " ", part(seat.sector)]
    if delegation := given(seat, "delegation"):
        parts += [" · ", _("delegation:"), " ", *delegation]
    return [Line(tuple(parts), "facts")]


def _session(proposal: Proposal) -> Cell:
    session: Session = proposal.session
    opened = Line((date_words(session.opened),), "facts")
    return (Line((part(session, linked=True),)), *([opened] if session.opened else []))


def _date(proposal: Proposal) -> Cell:
    date = words(date_words(proposal.date))
    return date if proposal.submitted else (*date, *words(_("of the session; day of submission not known"), "facts"))


def _regions(proposal: Proposal) -> Cell:
    regions = [part(region, linked=True) for region in proposal.target_regions.all()]
    return (Line(joined(regions)),) if regions else _none(_("not stated"))


def _topics(proposal: Proposal) -> Cell:
    topics = [part(topic, linked=True) for topic in proposal.topics.all()]
    return (Line(joined(topics)),) if topics else _none(_("none"))


def _number(proposal: Proposal) -> Cell:
    return (Line((Part(proposal.number),)),) if proposal.number else _none(_("not known"))


def _note(proposal: Proposal) -> Cell:
    note = given(proposal, "note")
    return (Line(note),) if note else _none(_("none"))


def _demands(proposal: Proposal) -> int:
    """Count its recommendations."""
    return len(proposal.recommendations.all())


def _day(proposal: Proposal) -> Value:
    """Give the day of submission, where it is known."""
    submitted = str(proposal.submitted)
    return datetime.date.fromisoformat(submitted) if len(submitted) == len("2024-03-12") else None


def _no_value(_proposal: Proposal) -> Value:
    return None
