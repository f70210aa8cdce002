"""Importing: what was planned is done, all of it or nothing, as one batch that can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from people.batches import Batch
from people.doubles import forget_doubles, suspect_all
from people.history import RecordModel, Version, edit, in_batches, record_models
from people.versions import as_it_was, bring_back, differences
from proposals.models import Source
from proposals.models.outbox import recorded
from proposals.sheets.planning import CHANGED, NEW, REFUSED, Kind, Planned

NAMED = 20
"""Of what stands in the way so many are named."""


class NotImportedError(Exception):
    """Nothing was imported: rows are refused, or the record was changed since it was planned."""


def carry_out(kind: Kind, rows: Sequence[Planned], batch: Batch, tell: Callable[[int], object] = int) -> Batch:
    """Do what was planned for each row, in one transaction; `tell` hears how many rows are done each time.

    Raises `NotImportedError`; then nothing is changed.
    """
    if any(row.how == REFUSED for row in rows):
        raise NotImportedError(_("There are rows that are refused: mend them, or leave them out."))
    new, changed = ([row for row in rows if row.how == how] for how in (NEW, CHANGED))
    reason = _("Import: %(name)s") % {"name": batch.name}
    with recorded(batch.by, reason), edit() as going:
        _claim(batch, done_at=None)
        going.reason = going.reason or reason
        batch.new, batch.changed, batch.done_at = len(new), len(changed), timezone.now()
        batch.kind = kind.name
        batch.save()
        going.batch = batch
        kind.enter([*changed, *new], going, tell)
        if new:
            suspect_all(kind.model, kind.likes({row.record.pk for row in new if row.record}))
    return batch


def _claim(batch: Batch, **as_it_was: Any) -> None:
    """Make others wait that would do the same with a batch; refuse where they were first."""
    if batch.pk and not Batch.objects.select_for_update().filter(pk=batch.pk, **as_it_was).exists():
        raise NotImportedError(_("Somebody else was first: look again."))


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
        last = _last_numbers(versions)
        later = [version for version in versions if last[version.kind, version.key] != version.number]
        if built_on := [version.name for version in later if not _follows(version)]:
            raise ValidationError([_("These were changed since:"), *built_on[:NAMED]])
        going.reason = going.reason or reason
        for version in versions:
            if version.number > 1 and version not in later:
                bring_back(version.model, version.key, version.number - 1)
        created = [version for version in versions if version.number == 1]
        for model in sorted({version.model for version in created}, key=_when_it_goes):
            keys = [version.key for version in created if version.model is model]
            forget_doubles(model, keys)
            going.foresee(model, keys)
            _take_out(model, keys)
        batch.undone_at = timezone.now()
        batch.save()


def _when_it_goes(model: type[RecordModel]) -> tuple[bool, int]:
    """Tell in which order what was new goes: what needs others before these, and sources, which all cite, last."""
    return model is Source, -record_models().index(model)


def _take_out(model: type[RecordModel], keys: Sequence[int]) -> None:
    """Delete what was new, the newest first; raise `ValidationError` where it is in use, but leave sources that are."""
    try:
        for some in in_batches(keys):
            records = model._base_manager.filter(pk__in=some)
            if model is Source or hasattr(model, "parent"):  # in a tree what is below goes before what is above
                for record in records.order_by("-pk"):
                    if not (isinstance(record, Source) and _cited(record)):
                        record.delete()
            else:
                records.delete()
    except ProtectedError as error:
        using = sorted({str(row.record) for row in error.protected_objects if isinstance(row, RecordModel)})
        raise ValidationError([_("What was imported is in use:"), *using[:NAMED]]) from error


def _cited(source: Source) -> bool:
    return any(rows.exists() for rows in (source.citations, source.replies, source.events))


def _follows(version: Version) -> bool:
    """Tell whether what a version changed only follows from other records, as the status of a proposal does."""
    if version.number == 1:
        return False
    before, after = (as_it_was(version.model, version.key, number) for number in (version.number - 1, version.number))
    return not differences(before, after)


def _last_numbers(versions: Iterable[Version]) -> dict[tuple[str, int], int]:
    """Give the number of the last version of each record of which there is one in `versions`."""
    keys: dict[str, set[int]] = defaultdict(set)
    for version in versions:
        keys[version.kind].add(version.key)
    found = {}
    for kind, every in keys.items():
        for some in in_batches(every):
            last = Version.objects.filter(kind=kind, key__in=some).order_by().values("key").annotate(last=Max("number"))
            found.update({(kind, each["key"]): each["last"] for each in last})
    return found
