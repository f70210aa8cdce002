"""History: who changed a record, when and why, and what it was before and after.

A record is a row with all that belongs to it: a proposal with its recommendations, a delegate with the seats. What one
request changes of a record is one version of it, numbered from 1; the rows that it changed are kept as they then stood,
in tables of django-simple-history. All is written at the end of the request, in its transaction. `QuerySet.update` and
`bulk_create` leave no history and are not for rows that show in public.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import Any, ClassVar, cast

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Model, Q, QuerySet
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from people.addresses import LONGEST_KIND, moved
from people.batches import Batch

NEW, CHANGED, GONE = "+", "~", "-"
BATCH = 500
edited = Signal()
"""Sent at the end of each edit, in its transaction: with the `edit` and, as they `stand`, the rows that it touched."""
LONGEST_NAME, LONGEST_REASON = 600, 300


class VersionQuerySet(models.QuerySet["Version"]):
    """The words in which versions are asked for."""

    def of(self, record: RecordModel) -> VersionQuerySet:
        """Narrow down to those of one record."""
        return self.filter(kind=record._meta.label_lower, key=record.pk)

    def last(self, record: RecordModel) -> int:  # type: ignore[override]
        """Give the number of a record's last version; 0 where it was not changed since histories are kept."""
        number: int | None = self.of(record).aggregate(last=Max("number"))["last"]
        return number or 0

    def public_run(self, record: RecordModel) -> list[Version]:
        """Give the versions that the public saw since the record last became public, the newest first."""
        return list(takewhile(lambda version: version.public, self.of(record).order_by("-number")))


class Version(models.Model):
    """One edit of one record."""

    kind = models.CharField(max_length=LONGEST_KIND)
    key = models.PositiveBigIntegerField()
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.CharField(_("why"), max_length=LONGEST_REASON, blank=True)
    public = models.BooleanField(_("public"), default=False)
    gone = models.BooleanField(_("deleted"), default=False)
    batch = models.ForeignKey(
        Batch, models.SET_NULL, null=True, blank=True, related_name="versions", verbose_name=_("import")
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "key", "number"], name="versions_are_numbered")]
        indexes = [models.Index(fields=["-at"], name="versions_by_time")]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    @property
    def url(self) -> str:
        """The analysts' page of the record's history; "" where it is gone."""
        return "" if self.gone else reverse(f"admin:{self.kind.replace('.', '_')}_history", args=[self.key])

    @property
    def what(self) -> str:
        """What the record is, in a word."""
        return str(self.model._meta.verbose_name)

    @property
    def model(self) -> type[RecordModel]:
        """The model of the record."""
        return cast("type[RecordModel]", apps.get_model(self.kind))


class KeptRow(models.Model):
    """What a kept row has besides the columns of the row itself: the version in which it came to be as it is."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="+")

    class Meta:
        abstract = True


At = tuple[type["RecordModel"], int]
"""Where a row is: its model and key."""


class History(HistoricalRecords):  # type: ignore[misc]  # the library says nothing of its types
    """Has the library make the tables; what goes into them is gathered until the end of the edit."""

    def copy_fields(self, model: type[Model]) -> dict[str, Any]:
        """Copy the columns without their indexes: kept rows are found by their version."""
        fields: dict[str, Any] = super().copy_fields(model)
        for each in fields.values():
            each.db_index = False
        return fields

    def post_save(self, instance: RecordModel, created: bool, using: str | None = None, **more: object) -> None:
        """Take in a row that was saved."""
        with edit(savepoint=False) as going:
            going.saved(instance, instance._owner, new=created)

    def pre_delete(self, instance: RecordModel, **more: object) -> None:
        """Take in a row that is about to be deleted."""
        super().pre_delete(instance)
        with edit(savepoint=False) as going:
            instance._owner = going.before(instance)

    def post_delete(self, instance: RecordModel, using: str | None = None, **more: object) -> None:
        """Take in a row that was deleted, but still has its key; what it belonged to may be gone before it."""
        with edit(savepoint=False) as going:
            going.deleted(copy(instance), instance._owner or at(instance.record))

    def m2m_changed(self, instance: Any, action: str, attr: str, pk_set: object, reverse: bool, **more: object) -> None:
        """Take in a row whose links are changed from its own side."""
        if not reverse:
            with edit(savepoint=False) as going:
                if action.startswith("pre"):
                    going.before(instance)
                elif pk_set is None or pk_set:  # to add what is there already adds nothing
                    going.linked.add(at(instance))
                    going.saved(instance, new=False)


class RecordModel(models.Model):
    """A row of the record: a save and what its signals write are one transaction, so neither is without the other.

    `part_of` names the relations of which one leads to the row that it belongs to; a record of its own has none. What
    is `set_apart` is not brought back with an old version. What is `unseen` the public is not shown.
    """

    found_by_slug: ClassVar[bool] = False
    """Whether its page is found by its slug alone, so that a former slug has to lead there."""
    part_of: ClassVar[Sequence[str]] = ()
    set_apart: ClassVar[Sequence[str]] = ()
    unseen: ClassVar[Sequence[str]] = ()
    _history_m2m_fields: ClassVar[Sequence[str]] = ()

    _owner: At | None = None
    """Where a row that is being saved or deleted belonged before."""

    history = History(inherit=True, bases=[KeptRow], get_user=lambda **_of: None)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, in a transaction, and keep the history."""
        with edit() as going:
            self._owner = going.before(self)
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, in a transaction, and keep the history: with all that goes with it, it is one edit."""
        with edit():
            return super().delete(*args, **kwargs)

    @property
    def record(self) -> RecordModel:
        """The record to which the row belongs; itself where it is one."""
        whole = next(filter(None, (getattr(self, name) for name in self.part_of)), None)
        return whole.record if whole else self

    def entered_with(self, name: str) -> Any:
        """Give the row to which the relation `name` leads, which may not be stored yet; None where there is none."""
        return self._state.fields_cache.get(name) or (getattr(self, name) if getattr(self, f"{name}_id") else None)

    @property
    def is_public(self) -> bool:
        """Whether the public may see the record."""
        return True

    def settle_in(self, whole: RecordModel) -> None:
        """Fit in with the rows of a record that this one is about to join."""

    def take_over(self, other: Any) -> None:
        """Take what only `other` has to say, before the two are one."""

    @classmethod
    def make_way(cls, keys: Collection[int]) -> None:
        """Move rows out of each other's way where no two may hold the same; each is saved after that."""


Kept = tuple[Version, RecordModel, str]
"""A row to be kept, its version, and what was done to it."""


def at(row: RecordModel) -> At:
    """Say where a row is."""
    return type(row), row.pk


def lock(record: RecordModel) -> None:
    """Make other requests wait that would change the same record; SQLite lets only one write anyway."""
    list(type(record)._base_manager.select_for_update().filter(pk=record.pk).order_by().values_list("pk"))


@dataclass
class Edit:
    """What one request, or one command, changes."""

    by: Any = None
    reason: str = ""
    batch: Batch | None = None
    touched: dict[At, dict[At, str]] = field(default_factory=dict)
    """For each record the rows of it that were changed, and how."""
    were: dict[At, RecordModel] = field(default_factory=dict)
    """Rows as they were before."""
    linked: set[At] = field(default_factory=set)
    """Rows whose links to others were changed."""
    foreseen: dict[At, RecordModel] = field(default_factory=dict)
    """Rows that were read before each is deleted."""

    def begin(self, record: RecordModel) -> dict[At, str]:
        """Take in a stored record, and lock it; one without a history gets its first version, as it stands.

        Whoever changes a record locks it first and the counter of public changes last, so that nobody waits in a ring.
        """
        if at(record) not in self.touched:
            self.touched[at(record)] = {}
            lock(record)
            if not Version.objects.of(record).exists():
                first = Version(kind=record._meta.label_lower, key=record.pk, number=1, public=record.is_public)
                first.name = str(record)[:LONGEST_NAME]
                first.save()
                for model in parts_of(type(record)):
                    _keep(model, [(first, row, NEW) for row in rows_of(record, model)])
        return self.touched[at(record)]

    def foresee(self, kind: type[RecordModel], keys: Iterable[int]) -> None:
        """Lock records that are about to be deleted, and read their rows at once: `before` then asks for none."""
        for some in in_batches(keys):
            for record in kind._base_manager.select_for_update().filter(pk__in=some).order_by("pk"):
                self.begin(record)
            for model in parts_of(kind):
                ways = _ways(model, kind)
                mine = Q(*((f"{way}__in", some) for way in ways or ["pk"]), _connector=Q.OR)
                for row in model._base_manager.select_related(*ways).filter(mine):
                    self.foreseen[at(row)] = row

    def before(self, row: RecordModel) -> At | None:
        """Take in a row that is about to be saved, linked, or deleted; give the record that it belongs to so far."""
        stored = self.foreseen.pop(at(row), None)
        if stored is None and row.pk:
            stored = type(row)._base_manager.filter(pk=row.pk).first()
        record = stored.record if stored else row.record
        if record.pk and (stored or record is not row):
            known = at(record) in self.touched
            self.begin(record)
            if stored and not known:  # it may have been changed before the lock was ours
                stored = type(row)._base_manager.filter(pk=row.pk).first()
        if stored:
            self.were.setdefault(at(row), stored)
        return at(record) if stored else None

    def saved(self, row: RecordModel, owner: At | None = None, *, new: bool) -> None:
        """Take in a row that was saved, or linked to others; `owner` is the record it belonged to before."""
        record = row.record
        rows = self.touched.setdefault(at(record), {}) if new else self.begin(record)
        was = rows.get(at(row))
        rows[at(row)] = NEW if was == NEW or (new and was is None) else CHANGED
        if owner and owner != at(record):
            self.touched[owner][at(row)] = GONE

    def deleted(self, row: RecordModel, owner: At) -> None:
        """Take in a row that was deleted from the record `owner`."""
        rows = self.touched.setdefault(owner, {})
        if rows.get(at(row)) == NEW:
            del rows[at(row)]
        else:
            rows[at(row)] = GONE
            self.were[at(row)] = row
            if not row.part_of:
                str(row)  # read what its name is made of, a session's body, which may be deleted next

    def write(self) -> None:
        """Give each record that was changed its next version, and keep the rows that were changed."""
        stand = self._rows()
        for where, now in stand.items():
            before: Any = self.were.get(where)
            if now.found_by_slug and before is not None and before.slug != cast("Any", now).slug:
                moved(now, before.slug)
        for rows in self.touched.values():
            for where in [where for where, how in rows.items() if how == CHANGED and self._same(where, stand)]:
                del rows[where]
        kept: dict[type[RecordModel], list[Kept]] = defaultdict(list)
        for version in Version.objects.bulk_create(list(self._versions()), batch_size=BATCH):
            for where, how in self.touched[version.model, version.key].items():
                row = (self.were if how == GONE else stand).get(where)
                if row is not None:  # or it was never more than tried
                    kept[where[0]].append((version, row, how))
        for model, rows_of_model in kept.items():
            _keep(model, rows_of_model)
        edited.send(Edit, edit=self, stand=stand)

    def _rows(self) -> dict[At, RecordModel]:
        """Read the rows that were touched, as they stand."""
        wanted: dict[type[RecordModel], set[int]] = defaultdict(set)
        for model, key in chain.from_iterable(self.touched.values()):
            wanted[model].add(key)
        found = {}
        for model, keys in wanted.items():
            for some in in_batches(keys):
                found.update({(model, key): row for key, row in model._base_manager.in_bulk(some).items()})
        return found

    def _same(self, where: At, stand: dict[At, RecordModel]) -> bool:
        """Tell whether a row that was saved is what it was before, but for the time of the save."""
        before, after = self.were.get(where), stand.get(where)
        if before is None or after is None or where in self.linked:
            return False
        fields = [one for one in where[0]._meta.concrete_fields if not getattr(one, "auto_now", False)]
        return all(getattr(before, one.attname) == getattr(after, one.attname) for one in fields)

    def _versions(self) -> Iterator[Version]:
        now = timezone.now()
        changed: dict[type[RecordModel], list[int]] = defaultdict(list)
        for (kind, key), rows in self.touched.items():
            if rows:
                changed[kind].append(key)
        for kind, keys in changed.items():
            label = kind._meta.label_lower
            for some in in_batches(keys):
                stored = kind._base_manager.select_for_update().order_by("pk").in_bulk(some)
                known = Version.objects.filter(kind=label, key__in=some).order_by().values_list("key")
                last = dict(known.annotate(Max("number")))
                for key in some:
                    record = stored.get(key) or self.were.get((kind, key))
                    if record is not None:
                        yield Version(
                            kind=label,
                            key=key,
                            number=last.get(key, 0) + 1,
                            name=str(record)[:LONGEST_NAME],
                            by=self.by,
                            at=now,
                            reason=self.reason,
                            public=key in stored and record.is_public,
                            gone=key not in stored,
                            batch=self.batch,
                        )


_edit: ContextVar[Edit | None] = ContextVar("edit", default=None)


@contextmanager
def edit(by: Any = None, reason: str = "", *, savepoint: bool = True) -> Iterator[Edit]:
    """Run a transaction whose changes are one edit; blocks within one another are one, the outermost's.

    Without a `savepoint` what fails within another block takes that one along.
    """
    if (going := _edit.get()) is not None:
        with transaction.atomic(savepoint=savepoint):
            yield going
        return
    going = Edit(by, reason)
    token = _edit.set(going)
    try:
        with transaction.atomic():
            yield going
            going.write()
    finally:
        _edit.reset(token)


def record_models() -> list[type[RecordModel]]:
    """Give the models of the record, those before that others need."""
    return [model for model in apps.get_models() if issubclass(model, RecordModel)]


def parts_of(kind: type[RecordModel]) -> list[type[RecordModel]]:
    """Give the models of the rows that make up a record: `kind` first."""
    return [kind, *(model for model in record_models() if model is not kind and _ways(model, kind))]


def rows_of(record: RecordModel, model: type[RecordModel]) -> QuerySet[Any]:
    """Give the stored rows of a `model` that belong to a record, or are it."""
    if model is type(record):
        return model._base_manager.filter(pk=record.pk)
    found = model._base_manager.filter(Q(*((way, record.pk) for way in _ways(model, type(record))), _connector=Q.OR))
    return found.order_by("pk")


def _ways(model: type[RecordModel], kind: type[RecordModel]) -> list[str]:
    """Give the relations that lead from a row of `model` to the record of that `kind` to which it belongs."""
    ways = []
    for name in model.part_of:
        above = cast("type[RecordModel]", model._meta.get_field(name).related_model)
        ways += [name] if above is kind else [f"{name}__{way}" for way in _ways(above, kind)]
    return ways


def _keep(model: type[RecordModel], rows: Sequence[Kept]) -> None:
    """Keep rows of a `model` as they are, each in a version with what was done to it."""
    table: Any = model.history.model
    for some in in_batches(rows):
        kept = [
            table(
                version=version,
                history_date=version.at,
                history_type=how,
                **{one.attname: getattr(row, one.attname) for one in table.tracked_fields},
            )
            for version, row, how in some
        ]
        table.objects.bulk_create(kept)
        held = {row.id: row for row in kept if row.history_type != GONE}
        for links in table._history_m2m_fields:
            linked = History.m2m_models[links]
            end = links.m2m_field_name()
            found = links.remote_field.through._base_manager.filter(**{f"{end}__in": held}).order_by("pk")
            linked.objects.bulk_create([linked(history=held[each[f"{end}_id"]], **each) for each in found.values()])


def in_batches(things: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Give things some at a time, as many as a database takes at once."""
    every = list(things)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]
