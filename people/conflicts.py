"""Conflicts: what to do when somebody else changed a record after a form on it was opened.

What was left alone in the form follows the record; what was typed stays as it was typed, and where both changed the
same, both stand side by side. Nothing is saved until the analyst has seen that and saves again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.db.models import ManyToManyField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from people.history import RecordModel, Version
from people.versions import Different, State, as_it_is, as_it_was

FormClass = type["forms.ModelForm[Any]"]
LARGEST_FORM, LARGEST_KEY = 2_000, 2**63 - 1
_NO_FILES: MultiValueDict[str, Any] = MultiValueDict()


class Rows(NamedTuple):
    """The rows below a form: the prefix of their fields, their model, the form of each, and those that are stored."""

    prefix: str
    model: type[RecordModel]
    form: FormClass
    stored: Sequence[RecordModel]


@dataclass(frozen=True)
class Collision:
    """What both changed: a field of a row, as it stands in the record now and as it was typed."""

    row: str
    texts: Different


@dataclass(frozen=True)
class Conflict:
    """What others did meanwhile, what both changed, and what was posted, brought up to date with the record."""

    versions: list[Version]
    collisions: list[Collision]
    posted: QueryDict


def settled(row: RecordModel, seen: int | None, posted: QueryDict, form: FormClass, below: Iterable[Rows]) -> Conflict:
    """Bring what was posted from a form on `row` up to date with the record; it was opened on version `seen`.

    Where nobody knows which that was, what differs from the record counts as typed. A record without a history is
    version 0; its first version is what it was then.
    """
    record = row.record
    before = None if seen is None else as_it_was(type(record), record.pk, seen or 1)
    merge = _Merge(before, as_it_is(record), posted.copy())
    merge.fields(row, form, "")
    for rows in below:
        merge.rows(rows)
    versions = Version.objects.of(record).filter(number__gt=seen or 0).select_related("by").order_by("number")
    return Conflict(list(versions), merge.collisions, merge.posted)


class _Merge:
    """One form and the rows below it, on the way from what was seen to what is."""

    def __init__(self, before: State | None, now: State, posted: QueryDict) -> None:
        self.before, self.now, self.posted = before, now, posted
        self.collisions: list[Collision] = []

    def fields(self, row: RecordModel, form: FormClass, prefix: str) -> None:
        """Let the fields that were left alone follow the record, and note those that both changed."""
        now = _initial(form, self.now, type(row), row.pk)
        before = None if self.before is None else _initial(form, self.before, type(row), row.pk)
        for name, field in form.base_fields.items():
            if name in now and (before is None or before.get(name) != now[name]):
                typed = _typed(field, self.posted, f"{prefix}{name}")
                if before is not None and not _differs(field, before.get(name), typed):
                    self.posted.setlist(f"{prefix}{name}", _sent(field, now[name]))
                elif _differs(field, now[name], typed):
                    stands, said = (_words(field, value) for value in (field.prepare_value(now[name]), typed))
                    self.collisions.append(Collision(str(row), Different(str(field.label or name), stands, said)))

    def rows(self, rows: Rows) -> None:
        """Do the same for rows: what others added comes in, what others deleted goes unless it was changed here."""
        prefix, model, form, _stored = rows
        stored = {str(row.pk): row for row in rows.stored}
        count = _number(self.posted.get(f"{prefix}-TOTAL_FORMS"))
        kept, new = [], []
        for index in range(count):
            at = f"{prefix}-{index}-"
            key = self.posted.get(f"{at}id", "")
            if key in stored:
                self.fields(stored.pop(key), form, at)
                kept.append(self._taken(at))
            elif not key:
                new.append(self._taken(at))
            elif self._typed_in(rows, _number(key, LARGEST_KEY), at):
                new.append({**self._taken(at), "id": [""]})
                self.collisions.append(Collision(_name(model, new[-1]), _comes_back()))
            else:
                self._taken(at)
        for key, row in stored.items():
            now = _initial(form, self.now, model, row.pk)
            kept.append({name: _sent(form.base_fields[name], now[name]) for name in now} | {"id": [key]})
        for index, fields in enumerate([*kept, *new]):
            for name, values in fields.items():
                self.posted.setlist(f"{prefix}-{index}-{name}", values)
        self.posted[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
        self.posted[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(new))

    def _taken(self, at: str) -> dict[str, list[str]]:
        """Take the fields of one row out of what was posted."""
        names = [name for name in self.posted if name.startswith(at)]
        return {name.removeprefix(at): self.posted.pop(name) for name in names}

    def _typed_in(self, rows: Rows, key: int, at: str) -> bool:
        """Tell whether anything was typed in a row that is gone; what was to be deleted may stay gone."""
        if f"{at}DELETE" in self.posted:
            return False
        form, was = rows.form, (self.before or {}).get(rows.model, {}).get(key)
        before = _initial(form, self.before or {}, rows.model, key) if was else {}
        return not before or any(
            _differs(form.base_fields[name], value, _typed(form.base_fields[name], self.posted, f"{at}{name}"))
            for name, value in before.items()
        )


def _initial(form: FormClass, state: State, model: type[RecordModel], key: int) -> dict[str, Any]:
    """Give what the fields of a form on a row would hold in a state of its record; nothing where it is not there."""
    values = state.get(model, {}).get(key)
    if values is None:
        return {}
    known = {one.name: one for one in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    found = {
        name: list(values[name]) if isinstance(known[name], ManyToManyField) else values[known[name].attname]
        for name in form.base_fields
        if name in known
    }
    more: Callable[[State, int], dict[str, Any]] | None = getattr(form, "initial_in", None)
    return found | (more(state, key) if more else {})


def _typed(field: forms.Field, posted: QueryDict, name: str) -> Any:
    value = field.widget.value_from_datadict(posted, _NO_FILES, name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _differs(field: forms.Field, initial: Any, typed: Any) -> bool:
    before = initial.replace("\r\n", "\n") if isinstance(initial, str) else initial
    return field.has_changed(before, typed)


def _sent(field: forms.Field, value: Any) -> list[str]:
    """Give what a browser sends back of a field that holds `value`."""
    widget: Any = getattr(field.widget, "widget", field.widget)
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    shown = widget.format_value(field.prepare_value(value))
    return [str(each) for each in shown] if isinstance(shown, list | tuple) else ["" if shown is None else str(shown)]


def _words(field: forms.Field, value: Any) -> str:
    """Say what a field holds; of what was typed and makes no sense, that itself."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    try:
        meant = field.clean(value)
    except forms.ValidationError:
        return str(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return "; ".join(map(str, meant))
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(meant, meant))  # type: ignore[arg-type]
    return "" if meant is None else str(meant)


def _comes_back() -> Different:
    return Different(_("deleted meanwhile"), "", _("comes back when you save"))


def _name(model: type[RecordModel], fields: Mapping[str, list[str]]) -> str:
    text = next((values[0] for name, values in fields.items() if name.startswith("text") and values[0]), "")
    return ": ".join(filter(None, (str(model._meta.verbose_name), text)))


def _number(text: str | None, most: int = LARGEST_FORM) -> int:
    return min(int(text[:20]), most) if text and text.isascii() and text.isdecimal() else 0
