"""Entering: proposals as a sheet says them, new ones as drafts, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from people.addresses import Slugs, stem
from people.history import Edit, lock
from proposals.models import Addressee, Citation, Proposal, Recommendation, Source, Sponsorship
from proposals.sheets.comparing import RELATED, PlannedProposal, changes, sponsorship
from proposals.sheets.names import Names
from proposals.sheets.planning import CHANGED, NEW

AT_ONCE = 500


def enter(rows: Sequence[PlannedProposal], going: Edit, tell: Callable[[int], object]) -> None:
    """Do what was planned for rows that are new or changed; `tell` hears how many are done each time."""
    enter_sources(row.meant.source for row in rows)
    known = Names()
    for row in rows:
        if row.how == CHANGED:
            _change(row, known)
            tell(1)
    new = [row for row in rows if row.how == NEW]
    given = (row.meant.slug for row in new if row.meant.slug)
    slugs = Slugs([*Proposal.objects.values_list("slug", flat=True), *given])
    for start in range(0, len(new), AT_ONCE):
        _enter(new[start : start + AT_ONCE], slugs, going)
        tell(len(new[start : start + AT_ONCE]))


def enter_sources(sources: Iterable[Source | None]) -> None:
    """Save those that are new; rows share them."""
    slugs = Slugs(Source.objects.values_list("slug", flat=True))
    for source in sources:
        if source is not None and source.pk is None:
            source.slug = slugs.take(stem(source.title, "source"))
            source.full_clean()
            source.save()


def _change(row: PlannedProposal, known: Names) -> None:
    """Change a proposal, as it is by now, as the row says."""
    assert row.record is not None  # noqa: S101 - what is changed is there
    lock(row.record)
    proposal = row.record = Proposal.objects.prefetch_related(*RELATED).get(pk=row.record.pk)
    meant = list(changes(proposal, row.meant, known))
    for change in meant:
        change.do()
    proposal.full_clean()
    proposal.save()


def _sponsorships(row: PlannedProposal) -> Iterator[Sponsorship]:
    assert row.record is not None  # noqa: S101 - it has just been made
    proposers: list[int | str] = [*row.meant.delegates, *row.meant.organisations]
    for order, who in enumerate(proposers, start=1):
        yield sponsorship(row.record, who, order, first=order == 1)


def _enter(rows: Sequence[PlannedProposal], slugs: Slugs, going: Edit) -> None:
    """Enter new proposals with all that belongs to them, a table at a time; as drafts they show nowhere in public."""
    proposals = []
    for row in rows:
        values = {name: value for name, value in row.meant.values.items() if value is not None}
        slug = row.meant.slug or slugs.take(stem(values.get("title_en", ""), "proposal"))
        row.record = Proposal(**values, slug=slug)
        proposals.append(row.record)
    Proposal.objects.bulk_create(proposals)
    demands = [
        (row, Recommendation(proposal=row.record, order=order, **texts))
        for row in rows
        for order, texts in enumerate(row.meant.recommendations, start=1)
    ]
    made: list[list[Any]] = [
        proposals,
        Sponsorship.objects.bulk_create([each for row in rows for each in _sponsorships(row)]),
        Recommendation.objects.bulk_create([demand for _row, demand in demands]),
    ]
    addressees = [
        Addressee(recommendation=demand, agency_id=agency, stated=stated)
        for row, demand in demands
        for agency, stated in row.meant.agencies.items()
    ]
    citations = [
        Citation(source=row.meant.source, proposal=row.record, passage=row.meant.passage)
        for row in rows
        if row.meant.source
    ]
    made += [Addressee.objects.bulk_create(addressees), Citation.objects.bulk_create(citations)]
    for links, name in ((Proposal.topics, "topics"), (Proposal.target_regions, "regions")):
        column = links.field.m2m_reverse_field_name()
        through: Any = links.through
        through.objects.bulk_create(
            [
                through(proposal=row.record, **{f"{column}_id": linked})
                for row in rows
                for linked in getattr(row.meant, name)
            ]
        )
    for each in (each for table in made for each in table):
        going.saved(each, new=True)
