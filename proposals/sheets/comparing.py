"""Comparing: which proposal a row of a sheet is, what it would change there, and what cannot be taken.

What is shown before an import and what is done are the same: `changes` gives both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from people.language import language_of
from people.models import Agency, Delegate, Region
from people.versions import Different
from proposals.models import Addressee, Citation, Proposal, Recommendation, Sponsorship, Topic
from proposals.models.likeness import bare
from proposals.sheets.cutting import listed
from proposals.sheets.names import Names, key
from proposals.sheets.planning import CHANGED, UNCHANGED, Planned
from proposals.sheets.values import Meant, Texts

RELATED = ("topics", "target_regions", "sponsorships", "recommendations__addressees", "citations")


@dataclass
class PlannedProposal(Planned):
    """A row that is a proposal."""

    meant: Meant = field(default_factory=Meant)
    record: Proposal | None = None

    def take_suggested(self) -> None:
        """Give a new proposal without a topic those that its texts speak of."""
        self.meant.topics = self.meant.topics or [*self.suggested]


class Known:
    """The proposals that the rows of a sheet may mean, and the rows so far."""

    def __init__(self, rows: Iterable[PlannedProposal]) -> None:
        sessions = {row.meant.values["session"].pk for row in rows if "session" in row.meant.values}
        self.by_slug: dict[str, Proposal] = {}
        self.by_number: dict[tuple[int, str, str], Proposal] = {}
        self.by_title: dict[tuple[int, str], list[Proposal]] = defaultdict(list)
        every = Proposal.objects.filter(session__in=sessions).select_related("session__body").order_by("pk")
        for proposal in every.prefetch_related(*RELATED):
            self.by_slug[proposal.slug] = proposal
            if proposal.number:
                self.by_number[proposal.session_id, proposal.kind, bare(proposal.number)] = proposal
            for title in {key(proposal.title_en), key(proposal.title_zh)} - {""}:
                self.by_title[proposal.session_id, title].append(proposal)
        self._elsewhere: set[str] = set()
        if any(row.meant.slug for row in rows):
            others = Proposal.objects.exclude(session__in=sessions).order_by()
            self._elsewhere.update(others.values_list("slug", flat=True))
        self._rows: dict[tuple[Any, ...], list[tuple[int, str]]] = defaultdict(list)

    def match(self, row: PlannedProposal) -> None:
        """Find the proposal that a row means: by its slug, its number at the session, or its title there.

        A slug that nobody has is that of a new one, as lists have them that were written from another record. Raises
        `ValidationError` where several could be meant, the slug is another's, or a row before means the same.
        """
        found, number = row.meant, bare(str(row.meant.values.get("number") or ""))
        session = found.values["session"].pk
        titles = {key(str(found.values.get(name) or "")) for name in ("title_en", "title_zh")} - {""}
        row.record = self.by_slug.get(found.slug) or self._called(session, found.values["kind"], number, titles)
        if found.slug in self._elsewhere:
            raise ValidationError({"slug": _("a proposal of another session has this slug")})
        if found.slug and row.record is not None and row.record.slug != found.slug:
            raise ValidationError({"slug": _("this proposal is there as “%(slug)s”") % {"slug": row.record.slug}})
        keys: list[tuple[Any, ...]] = [(session, title) for title in titles]
        keys += [(session, found.values["kind"], number)] if number else []
        self._refuse_twice(row, keys, number or found.slug)
        if found.slug and row.record is None:
            self._refuse_twice(row, [(found.slug,)], found.slug)

    def _called(self, session: int, kind: str, number: str, titles: Iterable[str]) -> Proposal | None:
        """Give the proposal of that number at the session, or of one of these titles and no other number."""
        if number and (by_number := self.by_number.get((session, kind, number))):
            return by_number
        alike = {one.pk: one for title in titles for one in self.by_title[session, title]}
        fitting = [one for one in alike.values() if not number or not one.number]
        if len(fitting) > 1:
            numbers = ", ".join(one.number or one.slug for one in fitting)
            raise ValidationError(_("several have this title at the session: %(numbers)s") % {"numbers": numbers})
        return fitting[0] if fitting else None

    def _refuse_twice(self, row: PlannedProposal, keys: Iterable[tuple[Any, ...]], number: str) -> None:
        """Refuse what a row before means too; two of one title with different numbers, or slugs, are two."""
        for each in [(row.record.pk,)] if row.record is not None else keys:
            for line, other in self._rows[each]:
                if row.record is not None or not number or not other or number == other:
                    raise ValidationError(_("the same proposal as in row %(row)s") % {"row": line})
            self._rows[each].append((row.line, number))


@dataclass(frozen=True)
class Change:
    """One thing that a row changes of a proposal, in words, and what does it; values are set and saved afterwards."""

    different: Different
    do: Callable[[], object]


def nothing() -> None:
    """Do nothing: another change does it."""


def changes(proposal: Proposal, found: Meant, known: Names) -> Iterator[Change]:
    """Give what a row changes of a stored proposal.

    Cells that are filled in take the place of what was there. A row that gives the slug is of a list that was written
    here: its lists are the whole. A sheet of others may hold only some, so what it lists is added.
    """
    for name, value in given(found, proposal).items():
        column: Any = Proposal._meta.get_field(name)
        before = str(getattr(proposal, name) or "")
        yield Change(Different(str(column.verbose_name), before, str(value)), partial(setattr, proposal, name, value))
    exact = bool(found.slug)
    for label, model, links, wanted in (
        (_("topics"), Topic, proposal.topics, found.topics),
        (_("target regions"), Region, proposal.target_regions, found.regions),
    ):
        there = [row.pk for row in links.all()]
        after = wanted if exact else [*there, *(each for each in wanted if each not in there)]
        if wanted and {*after} != {*there}:
            yield Change(_lists(label, known.told(model), there, after), partial(links.set, after))
    yield from _proposers(proposal, found, known, exact=exact)
    yield from _demands(proposal, found, exact=exact)
    yield from _addressees(proposal, found, known, exact=exact)
    if found.source and found.source.pk not in {row.source_id for row in proposal.citations.all()}:
        source = found.source
        yield Change(
            Different(_("source"), "", str(source)), lambda: Citation.objects.create(source=source, proposal=proposal)
        )


def _lists(label: str, told: Any, before: Iterable[int], after: Iterable[int]) -> Different:
    return Different(label, *(listed(told[each] for each in keys) for keys in (before, after)))


def given(found: Meant, proposal: Proposal) -> dict[str, Any]:
    """Give the values of cells that say something else than `proposal`; zeros before a number do not."""
    same_number = proposal.number and bare(str(found.values.get("number") or "")) == bare(proposal.number)
    return {
        name: value
        for name, value in found.values.items()
        if name != "session"
        and name not in found.supposed
        and value not in (None, "")
        and getattr(proposal, name) != value
        and not (name.startswith("title") and value in (proposal.title_en, proposal.title_zh))
        and not (name == "number" and same_number)
    }


def _proposers(proposal: Proposal, found: Meant, known: Names, *, exact: bool) -> Iterator[Change]:
    rows = sorted(proposal.sponsorships.all(), key=lambda row: row.order)
    names = {row: {row.delegate_id, row.organisation_en, row.organisation_zh} - {None, ""} for row in rows}
    wanted: list[int | str] = [*found.delegates, *found.organisations]
    new = [each for each in wanted if not any(each in mine for mine in names.values())]
    kept = [row for row in rows if not (exact and wanted) or names[row] & {*wanted}]

    def do() -> None:
        for row in rows:
            if row not in kept:
                row.delete()
        last = proposal.sponsorships.aggregate(last=Max("order"))["last"] or 0
        lead = not proposal.sponsorships.filter(first=True).exists()
        for order, each in enumerate(new, start=last + 1):
            sponsorship(proposal, each, order, first=lead and order == last + 1).save()

    if new or len(kept) < len(rows):
        told = known.told(Delegate)
        added = [told[each] if isinstance(each, int) else each for each in new]
        yield Change(Different(_("proposers"), listed(map(str, rows)), listed([*map(str, kept), *added])), do)


def sponsorship(proposal: Proposal, who: int | str, order: int, *, first: bool) -> Sponsorship:
    """Make a proposer of the key of a delegate, or the name of an organisation; it is not saved."""
    named = {"delegate_id": who} if isinstance(who, int) else {f"organisation_{language_of(who)}": who}
    return Sponsorship(proposal=proposal, order=order, first=first, **named)


Demand = tuple[Recommendation | None, Texts]
"""A stored recommendation, or None for a new one, and the texts that a row gives it."""


def _demands(proposal: Proposal, found: Meant, *, exact: bool) -> Iterator[Change]:
    """Give what changes of the recommendations, each told by itself; the first change does it all."""
    rows = sorted(proposal.recommendations.all(), key=lambda row: row.order)
    there = {_squeezed(text): row for row in rows for text in (row.text_en, row.text_zh) if text}
    pairs: list[Demand] = [
        (next(filter(None, (there.get(_squeezed(text)) for text in texts.values())), None), texts)
        for texts in found.recommendations
    ]
    if exact and pairs:
        final = _aligned(rows, pairs)
    else:
        more = {row: texts for row, texts in pairs if row}
        final = [*((row, more.get(row, {})) for row in rows), *(pair for pair in pairs if pair[0] is None)]
    told = [different for row, texts in final for different in _texts(row, texts, exact=exact)]
    gone = [row for row in rows if row not in [kept for kept, _texts in final]]
    told += [Different(_("recommendation"), row.text_en or row.text_zh, "") for row in gone]
    moved = exact and [row for row, _texts in final if row in rows] != [row for row in rows if row not in gone]
    if moved:
        told.append(Different(_("order of the recommendations"), "", _("as in the sheet")))
    do = partial(_enter_demands, proposal, final, gone, found, exact=exact)
    yield from (Change(each, nothing if index else do) for index, each in enumerate(told))


def _texts(row: Recommendation | None, texts: Texts, *, exact: bool) -> Iterator[Different]:
    """Give the texts that a stored recommendation, or a new one, does not say yet in either language."""
    there = {_squeezed(text) for text in (row.text_en, row.text_zh)} if row else set()
    for name, text in texts.items():
        before = getattr(row, name) if row else ""
        if _squeezed(text) not in there and (exact or not before):
            yield Different(_("recommendation"), before, text)


def _aligned(rows: Sequence[Recommendation], pairs: Sequence[Demand]) -> list[Demand]:
    """Put a whole list beside the stored one: what stands between two that are the same was changed, new, or gone."""
    tokens = [row.pk if row else -index for index, (row, _texts) in enumerate(pairs, start=1)]
    known = {row.pk for row, _texts in pairs if row}
    final: list[Demand] = []
    for _how, i1, i2, j1, j2 in SequenceMatcher(None, [row.pk for row in rows], tokens, autojunk=False).get_opcodes():
        free = [row for row in rows[i1:i2] if row.pk not in known]
        for row, texts in pairs[j1:j2]:
            final.append((row or (free.pop(0) if free else None), texts))
    return final


def _enter_demands(
    proposal: Proposal, final: Sequence[Demand], gone: Iterable[Recommendation], found: Meant, *, exact: bool
) -> None:
    for lost in gone:
        lost.delete()
    places = {row.pk: index for index, (row, _texts) in enumerate(final, start=1) if row}
    if exact:
        Recommendation.make_way([row.pk for row, _texts in final if row and row.order != places[row.pk]])
    last = 0
    for index, (row, texts) in enumerate(final, start=1):
        demand: Any = row or Recommendation(proposal=proposal, order=last + 1)
        demand.order = index if exact else demand.order
        last = demand.order
        there = {_squeezed(demand.text_en), _squeezed(demand.text_zh)}
        for name, text in texts.items():
            if _squeezed(text) not in there and (exact or not getattr(demand, name)):
                setattr(demand, name, text)
        demand.save()
        for agency, stated in found.agencies.items() if row is None and not exact else ():
            Addressee.objects.create(recommendation=demand, agency_id=agency, stated=stated)


def _addressees(proposal: Proposal, found: Meant, known: Names, *, exact: bool) -> Iterator[Change]:
    """Give the agencies that no recommendation is addressed to so far: each is then addressed to them."""
    rows = [each for demand in proposal.recommendations.all() for each in demand.addressees.all()]
    there = list(dict.fromkeys(row.agency_id for row in rows))
    new = [agency for agency in found.agencies if agency not in there]
    gone = [agency for agency in there if exact and found.agencies and agency not in found.agencies]

    def do() -> None:
        for row in rows:
            if row.agency_id in gone:
                row.delete()
        for demand in proposal.recommendations.model.objects.filter(proposal=proposal) if new else ():
            for agency in new:
                Addressee.objects.get_or_create(
                    recommendation=demand, agency_id=agency, defaults={"stated": found.agencies[agency]}
                )

    if new or gone:
        after = [*(each for each in there if each not in gone), *new]
        yield Change(_lists(_("each recommendation addressed to"), known.told(Agency), there, after), do)


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def compare(row: PlannedProposal, known: Names) -> None:
    """Find what a row would change of its proposal, and whether the record would take it."""
    changed = Proposal(
        slug=row.meant.slug, **{name: each for name, each in row.meant.values.items() if each is not None}
    )
    if row.record is None:
        row.changes = list(_whole(row.meant, known))
    else:
        row.changes = [change.different for change in changes(row.record, row.meant, known)]
        row.how = CHANGED if row.changes else UNCHANGED
        for one in Proposal._meta.concrete_fields:
            if one.name not in row.meant.values or row.meant.values[one.name] is None:
                setattr(changed, one.attname, getattr(row.record, one.attname))
    try:
        changed.clean_fields(exclude=["session", "published_at", *(() if row.meant.slug else ("slug",))])
        changed.clean()
    except ValidationError as error:
        row.faults += [(name, said) for name, messages in error.message_dict.items() for said in messages]
    others: list[tuple[str, Any, list[str]]] = [
        ("proposers", sponsorship(changed, name, 1, first=False), ["proposal"]) for name in row.meant.organisations
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


def _whole(found: Meant, known: Names) -> Iterator[Different]:
    """Give all that a new proposal would hold."""
    if found.slug:
        yield Different(_("slug"), "", found.slug)
    for name, value in found.values.items():
        column: Any = Proposal._meta.get_field(name)
        if value not in (None, "") and name not in found.supposed:
            yield Different(str(column.verbose_name), "", str(value))
    for label, model, keys in (
        (_("proposers"), Delegate, found.delegates),
        (_("topics"), Topic, found.topics),
        (_("target regions"), Region, found.regions),
    ):
        if keys:
            yield _lists(label, known.told(model), [], keys)
    if found.organisations:
        yield Different(_("organisations"), "", listed(found.organisations))
    for texts in found.recommendations:
        yield Different(_("recommendation"), "", "\n".join(texts.values()))
    if found.agencies and found.recommendations:
        yield _lists(_("each recommendation addressed to"), known.told(Agency), [], found.agencies)
    if found.source:
        yield Different(_("source"), "", str(found.source))
