"""Importing: what was planned is done, all of it or nothing, as one batch that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from people.addresses import Slugs, stem
from people.history import Batch, Edit, Version, edit, lock
from people.language import language_of
from people.versions import bring_back
from proposals.models import Addressee, Citation, Proposal, Recommendation, Source, Sponsorship
from proposals.models.outbox import recorded
from proposals.sheets.planning import CHANGED, NEW, REFUSED, Planned, given

AT_ONCE = 500


class NotImportedError(Exception):
    """Nothing was imported: rows are refused, or the record was changed since it was planned."""


def carry_out(rows: Sequence[Planned], batch: Batch, tell: Callable[[int], object] = int) -> Batch:
    """Do what was planned for each row, in one transaction; `tell` hears how many rows are done each time.

    What is new is a draft. Raises `NotImportedError`; then nothing is changed.
    """
    if any(row.how == REFUSED for row in rows):
        raise NotImportedError(_("There are rows that are refused: mend them, or leave them out."))
    new, changed = ([row for row in rows if row.how == how] for how in (NEW, CHANGED))
    reason = _("Import: %(name)s") % {"name": batch.name}
    with recorded(batch.by, reason), edit() as going:
        _claim(batch, done_at=None)
        going.reason = going.reason or reason
        batch.new, batch.changed, batch.done_at = len(new), len(changed), timezone.now()
        batch.save()
        going.batch = batch
        _enter_sources(rows)
        for row in changed:
            _change(row)
            tell(1)
        slugs = Slugs(Proposal.objects.values_list("slug", flat=True))
        for start in range(0, len(new), AT_ONCE):
            _enter(new[start : start + AT_ONCE], slugs, going)
            tell(len(new[start : start + AT_ONCE]))
    return batch


def _claim(batch: Batch, **as_it_was: Any) -> None:
    """Make others wait that would do the same with a batch; refuse where they were first."""
    if batch.pk and not Batch.objects.select_for_update().filter(pk=batch.pk, **as_it_was).exists():
        raise NotImportedError(_("Somebody else was first: look again."))


def _enter_sources(rows: Iterable[Planned]) -> None:
    slugs = Slugs(Source.objects.values_list("slug", flat=True))
    for row in rows:
        source = row.meant.source
        if source is not None and source.pk is None and row.how in (NEW, CHANGED):
            source.slug = slugs.take(stem(source.title, "source"))
            source.full_clean()
            source.save()


def _change(row: Planned) -> None:
    """Change a proposal as planned: cells that are filled in take the place of what was there, lists are added to."""
    meant = row.meant
    assert row.proposal is not None  # noqa: S101 - what is changed is there
    lock(row.proposal)
    proposal = row.proposal = Proposal.objects.get(pk=row.proposal.pk)
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
    texts = {text for each in proposal.recommendations.all() for text in (each.text_en, each.text_zh)}
    number = proposal.recommendations.aggregate(last=Max("order"))["last"] or 0
    for text in meant.recommendations:
        if text not in texts:
            number += 1
            demand = Recommendation.objects.create(
                proposal=proposal, order=number, **{f"text_{language_of(text)}": text}
            )
            for agency in meant.agencies:
                Addressee.objects.create(recommendation=demand, agency_id=agency)
    if meant.source and meant.source.pk not in {each.source_id for each in proposal.citations.all()}:
        Citation.objects.create(source=meant.source, proposal=proposal)


def _sponsorships(row: Planned, last: int = 0, *, first: bool = True) -> Iterator[Sponsorship]:
    proposal = row.proposal
    for order, delegate in enumerate(row.meant.delegates, start=last + 1):
        yield Sponsorship(proposal=proposal, order=order, delegate_id=delegate, first=first and order == last + 1)
    for order, name in enumerate(row.meant.organisations, start=last + 1 + len(row.meant.delegates)):
        lead = first and not row.meant.delegates and order == last + 1
        yield Sponsorship(proposal=proposal, order=order, first=lead, **{f"organisation_{language_of(name)}": name})


def _enter(rows: Sequence[Planned], slugs: Slugs, going: Edit) -> None:
    """Enter new proposals with all that belongs to them, a table at a time; as drafts they show nowhere in public."""
    proposals = []
    for row in rows:
        values = {name: value for name, value in row.meant.values.items() if value is not None}
        row.proposal = Proposal(**values, slug=slugs.take(stem(values.get("title_en", ""), "proposal")))
        proposals.append(row.proposal)
    Proposal.objects.bulk_create(proposals)
    demands = [
        (row, Recommendation(proposal=row.proposal, order=order, **{f"text_{language_of(text)}": text}))
        for row in rows
        for order, text in enumerate(row.meant.recommendations, start=1)
    ]
    made: list[list[Any]] = [
        proposals,
        Sponsorship.objects.bulk_create([each for row in rows for each in _sponsorships(row)]),
        Recommendation.objects.bulk_create([demand for _row, demand in demands]),
    ]
    asked = [(demand, agency) for row, demand in demands for agency in row.meant.agencies]
    addressees = [Addressee(recommendation=demand, agency_id=agency) for demand, agency in asked]
    citations = [Citation(source=row.meant.source, proposal=row.proposal) for row in rows if row.meant.source]
    made += [Addressee.objects.bulk_create(addressees), Citation.objects.bulk_create(citations)]
    for links, name in ((Proposal.topics, "topics"), (Proposal.target_regions, "regions")):
        column = links.field.m2m_reverse_field_name()
        through: Any = links.through
        through.objects.bulk_create(
            [
                through(proposal=row.proposal, **{f"{column}_id": linked})
                for row in rows
                for linked in getattr(row.meant, name)
            ]
        )
    for each in (each for table in made for each in table):
        going.saved(each, new=True)


def undo(batch: Batch, by: Any = None) -> None:
    """Take back what a batch did: what was new goes, what was changed is what it was before.

    Raises `ValidationError`, with the names, where something was changed since; then nothing is taken back.
    """
    if batch.undone_at:
        raise ValidationError(_("This was undone already."))
    versions = list(batch.versions.order_by("-pk"))
    reason = _("Undone: %(name)s") % {"name": batch.name}
    with recorded(by, reason), edit() as going:
        try:
            _claim(batch, undone_at=None)
        except NotImportedError as error:
            raise ValidationError(str(error)) from error
        built_on = [version.name for version in versions if _last(version) != version.number]
        if built_on:
            raise ValidationError([_("These were changed since:"), *built_on[:20]])
        going.reason = going.reason or reason
        for version in versions:
            if version.number > 1:
                bring_back(version.model, version.key, version.number - 1)
        created = [version for version in versions if version.number == 1]
        for version in sorted(created, key=lambda each: each.model is Source):
            for record in version.model._base_manager.filter(pk=version.key):
                if not (isinstance(record, Source) and record.citations.exists()):  # somebody else cites it by now
                    record.delete()
        batch.undone_at = timezone.now()
        batch.save()


def _last(version: Version) -> int:
    found = Version.objects.filter(kind=version.kind, key=version.key).aggregate(last=Max("number"))["last"]
    return int(found)
