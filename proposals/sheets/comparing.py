"""Comparing: which proposal a row of a sheet is, what it says that the record does not, and what cannot be taken."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from people.language import language_of
from people.models import Delegate, Region
from people.versions import Different
from proposals.models import Proposal, Recommendation, Source, Sponsorship, Topic
from proposals.sheets.cutting import listed
from proposals.sheets.names import Names, key
from proposals.sheets.planning import CHANGED, UNCHANGED, Planned
from proposals.sheets.values import Meant, Texts

Told = tuple[Any, ...]
"""What tells a proposal from others: its number at the session, or its title there."""


@dataclass
class PlannedProposal(Planned):
    """A row that is a proposal."""

    meant: Meant = field(default_factory=Meant)
    record: Proposal | None = None

    def take_suggested(self) -> None:
        """Give a new proposal without a topic those that its texts speak of."""
        self.meant.topics = self.meant.topics or [*self.suggested]


def match(row: PlannedProposal, there: dict[Told, Proposal], first: dict[Told, int]) -> None:
    """Find the proposal that a row means; refuse it where a row before, noted in `first`, means the same."""
    row.faults = row.meant.faults
    keys = list(_keys(row.meant)) if not row.faults else []
    before = next((first[each] for each in keys if each in first), None)
    if before is not None:
        row.faults = [("", _("the same proposal as in row %(row)s") % {"row": before})]
    first.update(dict.fromkeys(keys, row.line))
    row.record = next((there[each] for each in keys if each in there and _fits(there[each], row.meant)), None)


def _keys(found: Meant) -> Iterator[Told]:
    session, values = found.values["session"], found.values
    if values.get("number"):
        yield session.pk, values["kind"], values["number"].lstrip("0")
    for name in ("title_en", "title_zh"):
        if values.get(name):
            yield session.pk, key(values[name])


def _fits(proposal: Proposal, found: Meant) -> bool:
    """Tell whether a proposal found by its title can be meant: two with different numbers are two."""
    number = str(found.values.get("number") or "").lstrip("0")
    return not number or not proposal.number or number == proposal.number.lstrip("0")


def known_proposals(rows: Iterable[PlannedProposal]) -> dict[Told, Proposal]:
    """Read the proposals of the sessions that the rows name, by what tells each from others."""
    sessions = {row.meant.values["session"].pk for row in rows if "session" in row.meant.values}
    found: dict[Told, Proposal] = {}
    every = Proposal.objects.filter(session__in=sessions).select_related("session__body").order_by("-pk")
    for proposal in every.prefetch_related("topics", "target_regions", "sponsorships", "recommendations", "citations"):
        for name in ("title_en", "title_zh"):
            if getattr(proposal, name):
                found[proposal.session_id, key(getattr(proposal, name))] = proposal
        if proposal.number:
            found[proposal.session_id, proposal.kind, proposal.number.lstrip("0")] = proposal
    return found


def given(found: Meant, proposal: Proposal) -> dict[str, Any]:
    """Give the values of cells that say something else than `proposal`; zeros before a number do not."""
    return {
        name: value
        for name, value in found.values.items()
        if name != "session"
        and name not in found.supposed
        and value not in (None, "")
        and getattr(proposal, name) != value
        and not (name.startswith("title") and value in (proposal.title_en, proposal.title_zh))
        and not (name == "number" and _fits(proposal, found) and proposal.number)
    }


def missing(proposal: Proposal | None, demands: Iterable[Texts]) -> Iterator[tuple[Recommendation | None, Texts]]:
    """Give the texts that no recommendation of `proposal` has, each with the one that has it in the other language."""
    rows = list(proposal.recommendations.all()) if proposal else []
    there = {_squeezed(text): row for row in rows for text in (row.text_en, row.text_zh) if text}
    for texts in demands:
        row = next((there[_squeezed(text)] for text in texts.values() if _squeezed(text) in there), None)
        new = {name: text for name, text in texts.items() if row is None or not getattr(row, name)}
        new = {name: text for name, text in new.items() if _squeezed(text) not in there}
        if new:
            yield row, new


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def compare(row: PlannedProposal, known: Names) -> None:
    """Find what a row would change of its proposal, and whether the record would take it."""
    changed = Proposal(**{name: value for name, value in row.meant.values.items() if value is not None})
    row.changes = list(_changes(row, known))
    if row.record is not None:
        row.how = CHANGED if row.changes else UNCHANGED
        for one in Proposal._meta.concrete_fields:
            if one.name not in row.meant.values or row.meant.values[one.name] is None:
                setattr(changed, one.attname, getattr(row.record, one.attname))
    try:
        changed.clean_fields(exclude=["session", "slug", "published_at"])
        changed.clean()
    except ValidationError as error:
        row.faults += [(name, said) for name, messages in error.message_dict.items() for said in messages]
    others: list[tuple[str, Any, list[str]]] = [
        ("proposers", Sponsorship(**{f"organisation_{language_of(name)}": name}), ["proposal"])
        for name in row.meant.organisations
    ]
    if row.meant.source is not None and row.meant.source.pk is None:
        others.append(("source_url", row.meant.source, ["slug"]))
    for order, texts in enumerate(row.meant.recommendations, start=1):
        others.append(("recommendations_en", Recommendation(order=order, **texts), ["proposal"]))
    for column, other, unknown in others:
        try:
            other.clean_fields(exclude=unknown)
        except ValidationError as error:
            row.refuse(column, error)


def _changes(row: PlannedProposal, known: Names) -> Iterator[Different]:
    """Give the cells that say something else than the record, and what is in the sheet and not in the record."""
    proposal, found = row.record, row.meant
    for name, value in (given(found, proposal) if proposal else found.values).items():
        column: Any = Proposal._meta.get_field(name)
        if value not in (None, "") and name not in found.supposed:
            yield Different(str(column.verbose_name), str(getattr(proposal, name, None) or ""), str(value))
    there = _there(proposal) if proposal else defaultdict(set)
    for label, model, wanted in (
        (_("proposers"), Delegate, found.delegates),
        (_("topics"), Topic, found.topics),
        (_("target regions"), Region, found.regions),
    ):
        if more := [known.told(model)[each] for each in wanted if each not in there[model]]:
            yield Different(label, "", listed(more))
    if more := [name for name in found.organisations if name not in there[str]]:
        yield Different(_("organisations"), "", listed(more))
    for _row, texts in missing(proposal, found.recommendations):
        yield Different(_("recommendation"), "", "\n".join(texts.values()))
    if found.source and (found.source.pk is None or found.source.pk not in there[Source]):
        yield Different(_("source"), "", str(found.source))


def _there(proposal: Proposal) -> dict[Any, set[Any]]:
    """Give what a proposal has already, by kind; names of organisations under `str`."""
    sponsorships = list(proposal.sponsorships.all())
    return {
        Topic: {row.pk for row in proposal.topics.all()},
        Region: {row.pk for row in proposal.target_regions.all()},
        Delegate: {row.delegate_id for row in sponsorships},
        str: {text for row in sponsorships for text in (row.organisation_en, row.organisation_zh)},
        Source: {row.source_id for row in proposal.citations.all()},
    }
