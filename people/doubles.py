"""Doubles: records that may be the same, what became of each suspicion, and two records made one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.addresses import LONGEST_KIND, FormerAddress
from people.history import RecordModel, edit, lock

MOST_LIKE = 3
"""Of what each of many new records is like so many are noted."""


class Reason(models.TextChoices):
    """Why two records are thought to be the same."""

    NUMBER = "number", gettext_lazy("the same number at the same session")
    TITLE = "title", gettext_lazy("like titles at the same session")
    DELEGATE = "delegate", gettext_lazy("the same delegate at the same session, and titles a little alike")
    NAME = "name", gettext_lazy("the same name")
    SPELLING = "spelling", gettext_lazy("like names")


class Like(NamedTuple):
    """What a record is like: the key of the other, why, and how much, in percent."""

    key: int
    reason: Reason
    percent: int


class DoubleQuerySet(models.QuerySet["Double"]):
    """Words for asking for pairs."""

    def undecided(self, model: type[Model]) -> DoubleQuerySet:
        """Narrow down to pairs of a model on which nobody has decided; both are there."""
        there = model._base_manager.order_by().values("pk")
        return self.filter(kind=model._meta.label_lower, different=False, first__in=there, second__in=there)


class Double(models.Model):
    """Two records that may be the same; `different` once somebody has decided that they are not."""

    kind = models.CharField(max_length=LONGEST_KIND)
    first = models.PositiveBigIntegerField()
    second = models.PositiveBigIntegerField()
    reason = models.CharField(gettext_lazy("reason"), max_length=10, choices=Reason)
    percent = models.PositiveSmallIntegerField(gettext_lazy("likeness"))
    different = models.BooleanField(gettext_lazy("different"), default=False)

    objects = DoubleQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("suspected double")
        verbose_name_plural = gettext_lazy("suspected doubles")
        ordering = ["-percent", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "second"], name="a_pair_is_suspected_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="the_older_comes_first"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}, {self.second}"

    @property
    def records(self) -> list[RecordModel]:
        """The two, as far as they are there."""
        found = apps.get_model(self.kind)._base_manager.in_bulk([self.first, self.second])
        return [found[key] for key in (self.first, self.second) if key in found]


def suspect(record: RecordModel, likes: Iterable[Like]) -> list[Double]:
    """Note what a record is like, and forget what it is like no longer; give the pairs nobody has decided on.

    What was decided to be different stays so.
    """
    kind = record._meta.label_lower
    mine = Double.objects.filter(Q(first=record.pk) | Q(second=record.pk), kind=kind)
    wanted = {tuple(sorted((record.pk, like.key))): like for like in likes if like.key != record.pk}
    known = {(double.first, double.second): double for double in mine}
    gone = [double.pk for pair, double in known.items() if pair not in wanted and not double.different]
    Double.objects.filter(pk__in=gone).delete()
    Double.objects.bulk_create(
        [
            Double(kind=kind, first=first, second=second, reason=like.reason, percent=like.percent)
            for (first, second), like in wanted.items()
            if (first, second) not in known
        ],
        ignore_conflicts=True,
    )
    return list(mine.filter(different=False))


def forget_doubles(model: type[RecordModel], keys: Iterable[int]) -> None:
    """Forget what was suspected of records that are taken back; what was decided of them stays."""
    gone = set(keys)
    mine = Q(first__in=gone) | Q(second__in=gone)
    Double.objects.filter(mine, kind=model._meta.label_lower, different=False).delete()


def suspect_all(model: type[RecordModel], likes: Iterable[tuple[int, Like]]) -> int:
    """Note what each of several new records is like, given by its key; give how many pairs that are."""
    found: dict[int, list[Like]] = defaultdict(list)
    for key, like in likes:
        found[key].append(like)
    nearest = {key: sorted(mine, key=lambda like: -like.percent)[:MOST_LIKE] for key, mine in found.items()}
    pairs = {(min(key, like.key), max(key, like.key)): like for key, mine in nearest.items() for like in mine}
    Double.objects.bulk_create(
        [
            Double(kind=model._meta.label_lower, first=one, second=two, reason=like.reason, percent=like.percent)
            for (one, two), like in pairs.items()
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    return len(pairs)


def successor(model: type[RecordModel], **by: Any) -> Any:
    """Give the record that had this `key` or `slug`, or was made one with what had it; None where there was none."""
    former = FormerAddress.objects.filter(kind=model._meta.label_lower, **by).order_by("-pk").first()
    return model._base_manager.filter(pk=former.into).first() if former else None


def merge(kept: RecordModel, other: RecordModel, take: Iterable[str] = ()) -> None:
    """Make two records one: `kept` gets all that `other` has, and of the fields in `take` its values too.

    Rows that both have alike stand once, with the sources of both. The other's address leads to the one that is kept.
    """
    kind = kept._meta.label_lower
    with edit():
        for record in sorted((kept, other), key=lambda each: each.pk):
            lock(record)
        kept, other = (type(record)._base_manager.get(pk=record.pk) for record in (kept, other))
        if other.is_public and not kept.is_public:
            raise ValidationError(_("“%(other)s” is public: keep that one.") % {"other": other})
        values = {name: getattr(other, name) for name in take}
        for relation in kept._meta.related_objects:
            field = relation.field
            if issubclass(relation.related_model, RecordModel) and not field.many_to_many:
                for row in list(relation.related_model._default_manager.filter(**{field.name: other})):
                    _move(row, field.name, kept)
        for name in kept._history_m2m_fields:
            getattr(kept, name).add(*getattr(other, name).all())
        kept.take_over(other)
        key, slug = other.pk, getattr(other, "slug", "")
        type(other)._base_manager.get(pk=key).delete()
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        kept.save()
        FormerAddress.objects.filter(kind=kind, into=key).update(into=kept.pk)
        FormerAddress.objects.update_or_create(kind=kind, key=key, slug=slug, defaults={"into": kept.pk})
        Double.objects.filter(Q(first=key) | Q(second=key), kind=kind).delete()


def _move(row: Any, name: str, whole: RecordModel) -> None:
    """Let a row belong to another record; where that has one like it already, its sources move there instead."""
    if _between(row, name, whole):
        row.delete()
        return
    twin = _twin(row, name, whole)
    if twin is None:
        setattr(row, name, whole)
        row.settle_in(whole)
        row.save()
        return
    for relation in row._meta.related_objects:
        for below in relation.related_model._base_manager.filter(**{relation.field.name: row}).order_by("pk"):
            _move(below, relation.field.name, twin)
    row.delete()


def _between(row: Model, name: str, whole: RecordModel) -> bool:
    """Tell whether `row` says something of the two that are made one, and so would lead to itself."""
    ends = [each for each in row._meta.concrete_fields if each.related_model is type(whole) and each.name != name]
    return any(getattr(row, each.attname) == whole.pk for each in ends)


def _twin(row: Model, name: str, whole: RecordModel) -> Any:
    """Give the row of `whole` that says the same as `row`, by what no two rows may have in common."""
    for constraint in row._meta.total_unique_constraints:
        if name in constraint.fields and not {"order"} & {*constraint.fields}:
            values = {field: getattr(row, field) for field in constraint.fields if field != name}
            if None not in values.values() and (
                twin := type(row)._base_manager.filter(**values, **{name: whole}).first()
            ):
                return twin
    return None
