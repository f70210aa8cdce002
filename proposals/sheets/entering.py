"""Entering: proposals as a sheet says them, new ones as drafts, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Max

from people.addresses import Slugs, stem
from people.history import Edit, lock
from people.language import language_of
from proposals.models import Addressee, Citation, Proposal, Recommendation, Source, Sponsorship
from proposals.sheets.comparing import PlannedProposal, given, missing
from proposals.sheets.planning import CHANGED, NEW

AT_ONCE = 500


def enter(rows: Sequence[PlannedProposal], going: Edit, tell: Callable[[int], object]) -> None:
    """Do what was planned for rows that are new or changed; `tell` hears how many are done each time."""
    _enter_sources(rows)
    for row in rows:
        if row.how == CHANGED:
            _change(row)
            tell(1)
    new = [row for row in rows if row.how == NEW]
    slugs = Slugs(Proposal.objects.values_list("slug", flat=True))
    for start in range(0, len(new), AT_ONCE):
        _enter(new[start : start + AT_ONCE], slugs, going)
        tell(len(new[start : start + AT_ONCE]))


def _enter_sources(rows: Iterable[PlannedProposal]) -> None:
    slugs = Slugs(Source.objects.values_list("slug", flat=True))
    for row in rows:
        source = row.meant.source
        if source is not None and source.pk is None:
            source.slug = slugs.take(stem(source.title, "source"))
            source.full_clean()
            source.save()


def _change(row: PlannedProposal) -> None:
    """Change a proposal as planned: cells that are filled in take the place of what was there, lists are added to."""
    meant = row.meant
    assert row.record is not None  # noqa: S101 - what is changed is there
    lock(row.record)
    proposal = row.record = Proposal.objects.get(pk=row.record.pk)
    for name, value in given(meant, proposal).items():
        setattr(proposal, name, value)
    proposal.full_clean()
    proposal.save()
    proposal.topics.add(*meant.topics)
    proposal.target_regions.add(*meant.regions)
    there = {each.delegate_id for each in proposal.sponsorships.all()}
    named = {text for each in proposal.sponsorships.all() for text in (each.organisation_en, each.organisation_zh)}
    last = proposal.sponsorships.aggregate(last=Max("order"))["last"] or 0
    first = not proposal.sponsorships.filter(first=True).exists()
    for sponsorship in _sponsorships(row, last, first=first):
        organisation = sponsorship.organisation_en or sponsorship.organisation_zh
        if (sponsorship.delegate_id or 0) not in there and organisation not in named - {""}:
            sponsorship.save()
    number = proposal.recommendations.aggregate(last=Max("order"))["last"] or 0
    for demand, texts in list(missing(proposal, meant.recommendations)):
        if demand is None:
            number += 1
            demand = Recommendation.objects.create(proposal=proposal, order=number, **texts)
            for agency in meant.agencies:
                Addressee.objects.create(recommendation=demand, agency_id=agency)
        else:
            for name, text in texts.items():
                setattr(demand, name, text)
            demand.save()
    if meant.source and meant.source.pk not in {each.source_id for each in proposal.citations.all()}:
        Citation.objects.create(source=meant.source, proposal=proposal)


def _sponsorships(row: PlannedProposal, last: int = 0, *, first: bool = True) -> Iterator[Sponsorship]:
    proposal = row.record
    for order, delegate in enumerate(row.meant.delegates, start=last + 1):
        yield Sponsorship(proposal=proposal, order=order, delegate_id=delegate, first=first and order == last + 1)
    for order, name in enumerate(row.meant.organisations, start=last + 1 + len(row.meant.delegates)):
        lead = first and not row.meant.delegates and order == last + 1
        yield Sponsorship(proposal=proposal, order=order, first=lead, **{f"organisation_{language_of(name)}": name})


def _enter(rows: Sequence[PlannedProposal], slugs: Slugs, going: Edit) -> None:
    """Enter new proposals with all that belongs to them, a table at a time; as drafts they show nowhere in public."""
    proposals = []
    for row in rows:
        values = {name: value for name, value in row.meant.values.items() if value is not None}
        row.record = Proposal(**values, slug=slugs.take(stem(values.get("title_en", ""), "proposal")))
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
    asked = [(demand, agency) for row, demand in demands for agency in row.meant.agencies]
    addressees = [Addressee(recommendation=demand, agency_id=agency) for demand, agency in asked]
    citations = [Citation(source=row.meant.source, proposal=row.record) for row in rows if row.meant.source]
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
