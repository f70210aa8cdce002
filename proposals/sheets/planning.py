"""Planning: what an import would do, row by row and cell by cell, before anything is done."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from people.language import language_of
from people.versions import Different
from proposals.models import Proposal, Recommendation, Sponsorship
from proposals.sheets.reading import Sheet, harmless
from proposals.sheets.values import Meant, Names, key, meant

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
HOW = (NEW, CHANGED, UNCHANGED, REFUSED)


@dataclass
class Planned:
    """One row of a sheet: what it means, which proposal it is, and what of that would change, or why it is refused."""

    line: int
    cells: dict[str, str]
    meant: Meant
    how: str = NEW
    proposal: Proposal | None = None
    changes: list[Different] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title that the row gives, in either language."""
        return str(self.meant.values.get("title_zh") or self.meant.values.get("title_en") or "")


def plan(sheet: Sheet, mapping: Mapping[str, str], known: Names | None = None) -> list[Planned]:
    """Tell what each row of a sheet would do; `mapping` gives the names of `COLUMNS` by the sheet's own."""
    known = known or Names()
    rows = [_row(line, cells, sheet.header, mapping, known) for line, cells in sheet.rows]
    there = _proposals(rows)
    first: dict[Any, int] = {}
    for row in rows:
        row.faults = row.meant.faults
        keys = list(_keys(row.meant)) if not row.faults else []
        before = next((first[each] for each in keys if each in first), None)
        if before is not None:
            row.faults = [("", _("the same proposal as in row %(row)s") % {"row": before})]
        first.update(dict.fromkeys(keys, row.line))
        row.proposal = next((there[each] for each in keys if each in there and _fits(there[each], row.meant)), None)
        if not row.faults:
            _compare(row)
        if row.faults:
            row.how = REFUSED
    return rows


def counted(rows: Iterable[Planned]) -> dict[str, int]:
    """Count the rows by what they would do."""
    counts = Counter(row.how for row in rows)
    return {how: counts[how] for how in HOW}


def refused_rows(header: list[str], rows: Iterable[Planned]) -> str:
    """Write refused rows as CSV, as they were, each with the reasons, so that they can be mended and read again."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*header, _("refused because")])
    for row in rows:
        reasons = "; ".join(": ".join(filter(None, fault)) for fault in row.faults)
        writer.writerow([harmless(cell) for cell in (*(row.cells[column] for column in header), reasons)])
    return text.getvalue()


def _row(line: int, cells: list[str], header: list[str], mapping: Mapping[str, str], known: Names) -> Planned:
    named = dict(zip(header, cells, strict=True))
    by_name = {name: named[column] for column, name in mapping.items() if column in named}
    return Planned(line, named, meant(by_name, known))


def _keys(found: Meant) -> Iterator[tuple[Any, ...]]:
    """Give what tells a proposal from others: its number at the session, or its title there."""
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


def given(found: Meant, proposal: Proposal) -> dict[str, Any]:
    """Give the values of cells that say something else than `proposal`; zeros before a number do not."""
    return {
        name: value
        for name, value in found.values.items()
        if name != "session"
        and name not in found.supposed
        and value not in (None, "")
        and getattr(proposal, name) != value
        and not (name == "number" and _fits(proposal, found) and proposal.number)
    }


def _proposals(rows: Iterable[Planned]) -> dict[tuple[Any, ...], Proposal]:
    """Read the proposals of the sessions that the rows name, by what tells each from others."""
    sessions = {row.meant.values["session"].pk for row in rows if "session" in row.meant.values}
    found: dict[tuple[Any, ...], Proposal] = {}
    every = Proposal.objects.filter(session__in=sessions).select_related("session__body").order_by("-pk")
    for proposal in every.prefetch_related("topics", "target_regions", "sponsorships", "recommendations", "citations"):
        for name in ("title_en", "title_zh"):
            if getattr(proposal, name):
                found[proposal.session_id, key(getattr(proposal, name))] = proposal
        if proposal.number:
            found[proposal.session_id, proposal.kind, proposal.number.lstrip("0")] = proposal
    return found


def _compare(row: Planned) -> None:
    """Find what a row would change of its proposal, and whether the record would take it."""
    changed = Proposal(**{name: value for name, value in row.meant.values.items() if value is not None})
    if row.proposal is not None:
        row.changes = list(_changes(row.proposal, row.meant))
        row.how = CHANGED if row.changes else UNCHANGED
        for one in Proposal._meta.concrete_fields:
            if one.name not in row.meant.values or row.meant.values[one.name] is None:
                setattr(changed, one.attname, getattr(row.proposal, one.attname))
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
    for column, other, unknown in others:
        try:
            other.clean_fields(exclude=unknown)
        except ValidationError as error:
            row.faults += [(column, said) for said in error.messages]
    for order, text in enumerate(row.meant.recommendations, start=1):
        try:
            Recommendation(order=order, **{f"text_{language_of(text)}": text}).clean_fields(exclude=["proposal"])
        except ValidationError as error:
            row.faults += [("recommendations", said) for said in error.messages]


def _changes(proposal: Proposal, found: Meant) -> Iterator[Different]:
    """Give the cells that say something else than the record, and what is in the sheet and not in the record."""
    for name, value in given(found, proposal).items():
        column: Any = Proposal._meta.get_field(name)
        yield Different(str(column.verbose_name), str(getattr(proposal, name) or ""), str(value))
    sponsorships = list(proposal.sponsorships.all())
    organisations = {text for row in sponsorships for text in (row.organisation_en, row.organisation_zh)}
    lists: list[tuple[str, set[Any], list[Any]]] = [
        (_("topics"), {row.pk for row in proposal.topics.all()}, found.topics),
        (_("target regions"), {row.pk for row in proposal.target_regions.all()}, found.regions),
        (_("proposers"), {row.delegate_id for row in sponsorships}, found.delegates),
        (_("organisations"), organisations, found.organisations),
        (_("sources"), {row.source_id for row in proposal.citations.all()}, [found.source.pk] if found.source else []),
    ]
    for label, there, wanted in lists:
        if missing := [each for each in wanted if each not in there]:
            yield Different(label, "", _("%(number)s more") % {"number": len(missing)})
    texts = {text for row in proposal.recommendations.all() for text in (row.text_en, row.text_zh)}
    for text in found.recommendations:
        if text not in texts:
            yield Different(_("recommendation"), "", text)
