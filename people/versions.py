"""Versions: a record as it was, what is different between two versions, and how one is brought back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, ManyToManyField, Model
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from people.history import GONE, History, RecordModel, Version, edit, lock, parts_of, rows_of

Values = Mapping[str, Any]
State = dict[type[RecordModel], dict[int, Values]]
"""For each model of a record the values of its rows by key; of links a tuple of keys."""
WORD = re.compile(r"\s*(?:[^\W\u3400-\u9fff]+|\S)|\s+")


def states(kind: type[RecordModel], key: int, last: int | None = None) -> Iterator[tuple[int, State]]:
    """Yield the numbers of a record's versions, from the first, each with the record as it stood after it.

    With `last` none is yielded after that one. The number of queries is that of the models, however many versions.
    """
    versions = Version.objects.filter(kind=kind._meta.label_lower, key=key).order_by("number")
    numbers = dict((versions if last is None else versions.filter(number__lte=last)).values_list("pk", "number"))
    kept: dict[int, list[tuple[type[RecordModel], Any, Values]]] = defaultdict(list)
    for model in parts_of(kind):
        for row, links in _kept_rows(model, numbers):
            kept[numbers[row.version_id]].append((model, row, _values(row, model, links)))
    state: State = {model: {} for model in parts_of(kind)}
    for number in numbers.values():
        for model, row, values in kept[number]:
            state[model] = {at: there for at, there in state[model].items() if at != row.id}
            if row.history_type != GONE:
                state[model][row.id] = values
        yield number, {**state}


def _kept_rows(model: type[RecordModel], versions: Iterable[int]) -> Iterator[tuple[Any, Mapping[str, list[int]]]]:
    """Yield the rows of a `model` that were kept in some versions, each with the keys that it was linked to."""
    table: Any = model.history.model
    rows = list(table.objects.filter(version__in=versions).order_by("history_id"))
    links: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for field in table._history_m2m_fields:
        other = f"{field.m2m_reverse_field_name()}_id"
        found = History.m2m_models[field].objects.filter(history__version__in=versions).order_by(other)
        for row, linked in found.values_list("history_id", other):
            links[row][field.name].append(linked)
    for row in rows:
        yield row, links[row.history_id]


def as_it_was(kind: type[RecordModel], key: int, number: int) -> State:
    """Give a record as it stood after version `number`; without rows where there was no such version."""
    state: State = {model: {} for model in parts_of(kind)}
    for _number, each in states(kind, key, number):
        state = each
    return state


def as_it_is(record: RecordModel) -> State:
    """Give a record as it stands."""
    state: State = {}
    for model in parts_of(type(record)):
        names = model._history_m2m_fields
        state[model] = {
            row.pk: _values(row, model, {name: sorted(one.pk for one in getattr(row, name).all()) for name in names})
            for row in rows_of(record, model).prefetch_related(*names)
        }
    return state


def _values(row: Model, model: type[RecordModel], links: Mapping[str, list[int]]) -> Values:
    columns = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields}
    return columns | {name: tuple(links.get(name, ())) for name in model._history_m2m_fields}


@dataclass(frozen=True)
class Different:
    """One field of one row that is not as it was; `before` or `after` is "" where it says nothing."""

    label: str
    before: str
    after: str

    @property
    def pieces(self) -> Iterator[tuple[str, str]]:
        """Yield both texts in pieces, word by word: "same", "gone" or "new", and the words."""
        old, new = WORD.findall(self.before), WORD.findall(self.after)
        for how, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if how == "equal":
                yield "same", "".join(old[start:end])
            elif how != "insert":
                yield "gone", "".join(old[start:end])
            if how in ("insert", "replace"):
                yield "new", "".join(new[first:last])


@dataclass(frozen=True)
class ChangedRow:
    """A row that is different, new ("+") or gone ("-"), with the fields that differ."""

    model: type[RecordModel]
    key: int
    how: str
    name: str
    fields: tuple[Different, ...]

    @property
    def model_name(self) -> str:
        """What the row is, in a word."""
        return str(self.model._meta.verbose_name)


def differences(before: State, after: State, *, hidden: Iterable[str] = ()) -> list[ChangedRow]:
    """Compare two states of a record; give the rows that are not the same, and what of them, in words.

    Columns that nobody edits are left out, and those that are `hidden`.
    """
    names = Names([before, after])
    found = []
    for model in {**before, **after}:
        old, new = before.get(model, {}), after.get(model, {})
        for key in sorted({*old, *new}, key=lambda key: _place(new.get(key) or old[key])):
            fields = tuple(_different(model, old.get(key, {}), new.get(key, {}), names, {*hidden}))
            if fields or (key in old) != (key in new):
                how = "~" if key in old and key in new else "+" if key in new else "-"
                name = _name(model, key, [after, before], names)
                found.append(ChangedRow(model, key, how, name, fields))
    return found


def _name(model: type[RecordModel], key: int, states: Sequence[State], names: Names) -> str:
    """Name a row, and what it belongs to where that is not the record itself."""
    values = next(state[model][key] for state in states if key in state.get(model, {}))
    for way in model.part_of:
        above = _target(model._meta.get_field(way))  # type: ignore[arg-type]
        parent = values[f"{way}_id"]
        if parent and above.part_of and any(parent in state.get(above, {}) for state in states):
            return f"{names.row(model, values)} ({Truncator(_name(above, parent, states, names)).words(8)})"
    return names.row(model, values)


def _place(values: Values) -> tuple[int, int]:
    return values.get("order") or 0, values["id"]


def _different(
    model: type[RecordModel], old: Values, new: Values, names: Names, hidden: set[str]
) -> Iterator[Different]:
    for field in fields_of(model):
        if field.editable and not field.primary_key and field.name not in {*hidden, *model.part_of}:
            name = field.name if isinstance(field, ManyToManyField) else field.attname
            before, after = (names.words(field, values.get(name)) for values in (old, new))
            if before != after and (old or new.get(name)):  # of a new row what says nothing goes without saying
                yield Different(str(field.verbose_name), before, after)


def fields_of(model: type[RecordModel]) -> list[Field[Any, Any]]:
    """Give the columns and links of a model, as far as histories keep them."""
    return [*model._meta.concrete_fields, *map(model._meta.get_field, model._history_m2m_fields)]  # type: ignore[list-item]


class Names:
    """What keys in some states mean, in words; each model is asked once."""

    def __init__(self, states: Iterable[State]) -> None:
        wanted: dict[type[Model], set[int]] = defaultdict(set)
        for state in states:
            for model, rows in state.items():
                for field in fields_of(model):
                    if field.related_model:
                        for values in rows.values():
                            wanted[_target(field)].update(_keys(field, values))
        self._rows = {model: model._base_manager.in_bulk(keys) for model, keys in wanted.items()}

    def words(self, field: Field[Any, Any], value: Any) -> str:
        """Say what a field holds."""
        if field.related_model:
            keys = value if isinstance(value, tuple) else (value,) if value else ()
            return "; ".join(self._named(_target(field), key) for key in keys)
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return str(dict(field.flatchoices).get(value, value))

    def row(self, model: type[RecordModel], values: Values) -> str:
        """Name a row by what it says: kept rows have no names of their own."""
        columns = {one.attname: values[one.attname] for one in model._meta.concrete_fields}
        row = model(**columns)
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and (
                there := self._rows.get(_target(field), {}).get(values[field.attname])
            ):
                setattr(row, field.name, there)
        try:
            return str(row)
        except model.DoesNotExist:  # what it was named by is gone
            return str(values["id"])

    def _named(self, model: type[Model], key: int) -> str:
        row = self._rows.get(model, {}).get(key)
        return str(row) if row is not None else _("number %(key)s, which is gone") % {"key": key}


def _target(field: Field[Any, Any]) -> type[RecordModel]:
    return field.related_model  # type: ignore[return-value]


def _keys(field: Field[Any, Any], values: Values) -> Iterable[int]:
    if isinstance(field, ManyToManyField):
        return values[field.name]  # type: ignore[no-any-return]
    return [values[field.attname]] if values[field.attname] else []


def bring_back(kind: type[RecordModel], key: int, number: int) -> None:
    """Make a record what it was after version `number`: rows that are gone come back, under their keys.

    Whether it is public stays as it is; a record that was deleted comes back as a draft. Raises `ValidationError` where
    something it needs is gone, or what it was is no longer allowed; then nothing is changed.
    """
    with edit():
        found = kind._base_manager.filter(pk=key).first()
        if found:
            lock(found)
        then = as_it_was(kind, key, number)
        record = kind._base_manager.filter(pk=key).first()
        for model in reversed(list(then)):
            there = {row.pk: row for row in (rows_of(record, model) if record else ())}
            for row in (row for at, row in there.items() if at not in then[model]):
                row.delete()
        for model, rows in then.items():
            model.make_way([row.pk for row in rows_of(record, model)] if record else [])
            for values in rows.values():
                _bring_back_row(model, values, (kind, key))


def _bring_back_row(model: type[RecordModel], values: Values, whole: tuple[type[RecordModel], int]) -> None:
    stored = model._base_manager.filter(pk=values["id"]).first()
    if stored is not None and (type(stored.record), stored.record.pk) != whole:
        words = {"row": stored, "record": stored.record}
        raise ValidationError(_("“%(row)s” belongs to “%(record)s” now.") % words)
    row = stored or model()
    for field in model._meta.concrete_fields:
        if field.name not in model.set_apart and (field.editable or stored is None):
            setattr(row, field.attname, values[field.attname])
    _check(row)
    row.save()
    for name in model._history_m2m_fields:
        links = getattr(row, name)
        there = set(links.model._base_manager.filter(pk__in=values[name]).values_list("pk", flat=True))
        if missing := [key for key in values[name] if key not in there]:
            raise ValidationError(_("%(row)s needs what is gone: %(keys)s.") % {"row": row, "keys": missing})
        if {one.pk for one in links.all()} != there:
            links.set(there)


def _check(row: RecordModel) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise ValidationError([f"{row._meta.verbose_name}: {message}" for message in error.messages]) from error
