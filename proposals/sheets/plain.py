"""Plain kinds: a row of a sheet is a record with a few fields, and rows that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, ClassVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import BooleanField, ForeignKey, ManyToManyField, Model, Prefetch, QuerySet, TextField
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from people.addresses import Slugs, stem
from people.dates import PartialDateField, partial_date
from people.history import Edit, RecordModel, lock
from people.language import CHINESE, language_of
from people.versions import Different
from proposals.sheets.choices import chosen
from proposals.sheets.cutting import listed, names
from proposals.sheets.importing import NotImportedError
from proposals.sheets.names import Names, key, only
from proposals.sheets.parts import Part, Values, called, check, links, one_of
from proposals.sheets.planning import CHANGED, REFUSED, UNCHANGED, Kind, Planned, by_columns
from proposals.sheets.reading import Sheet
from proposals.sheets.values import find_each

YES_NO = {"yes": True, "no": False, "是": True, "否": False}
Told = Callable[[type[Model]], Mapping[int, str]]
"""Gives the names of the rows of a table, by key, as a sheet says them."""


@dataclass
class PlannedRecord(Planned):
    """A row that is a record of a plain kind; rows of the same new record share it."""

    values: Values = field(default_factory=dict)
    links: dict[str, list[Any]] = field(default_factory=dict)
    """Rows of other tables that it leads to, several for each field."""
    below: list[tuple[Part, Values]] = field(default_factory=list)
    gone: list[RecordModel] = field(default_factory=list)
    """Rows below that are taken away."""


class PlainKind(Kind):
    """Sheets of records that have a name and a slug."""

    named_by: ClassVar[Sequence[str]] = ("name_zh", "name_en")
    """The fields that name a record."""
    parts: ClassVar[Sequence[Part]] = ()
    repeats: ClassVar[bool] = False
    """Whether several rows may speak of the same record, each adding to it."""

    def plan(self, sheet: Sheet, mapping: Mapping[str, str]) -> list[PlannedRecord]:
        """Tell what each row would do; a record is told by its slug, or by its names."""
        planning = self.planning(sheet, mapping)
        return [planning.row(line, dict(zip(sheet.header, cells, strict=True)), mapping) for line, cells in sheet.rows]

    def planning(self, sheet: Sheet, mapping: Mapping[str, str]) -> Planning:
        """Begin to plan a sheet."""
        return Planning(self)

    def prepared(self, cells: dict[str, str]) -> dict[str, str]:
        """Give the cells of a row, by the names of columns, with those divided that say two things."""
        return cells

    def complete(self, values: Values) -> None:
        """Fill in what a new record lacks and the rest of its row tells."""

    def sure(self, found: set[int], name: str, below: Sequence[tuple[Part, Values]], known: Names) -> set[int]:
        """Narrow down which of the records of that name can be meant; raise `ValidationError` where it is open."""
        return found

    def enter(self, rows: Sequence[PlannedRecord], going: Edit, tell: Callable[[int], object]) -> None:
        """Do what was planned, row by row in the order of the sheet: what is named in a row stands in one before."""
        every: Any = self.model._base_manager
        slugs = Slugs(every.values_list("slug", flat=True))
        for row in sorted(rows, key=lambda row: row.line):
            try:
                self._enter(row, slugs)
            except ValidationError as error:
                words = {"row": row.line, "why": " ".join(error.messages)}
                raise NotImportedError(_("Row %(row)s: %(why)s") % words) from error
            tell(1)

    def _enter(self, row: PlannedRecord, slugs: Slugs) -> None:
        record = cast("Any", row.record)
        if record.pk:
            lock(record)
            record.refresh_from_db()
        elif not record.slug and not record._meta.get_field("slug").blank:  # or the record makes its own
            record.slug = slugs.take(stem(record.name_en, self.name))
        for name, value in row.values.items():
            setattr(record, name, value)
        if row.values or not record.pk:
            record.full_clean()
            record.save()
        for name, linked in row.links.items():
            getattr(record, name).set(linked)
        for other in row.gone:
            other.delete()
        for part, values in row.below:
            below: Any = one_of(part, record, values) or part.model(**{part.owner: record})
            for name, value in values.items():
                setattr(below, name, value)
            below.full_clean()
            below.save()

    def rows(self, records: QuerySet[Any]) -> Iterator[dict[str, str]]:
        """Yield a row for each record; more of them where several rows of a part belong to it."""
        told = Names().told
        below = {name for part in self.parts for name in part.columns}
        fetched = [name for part in self.parts for name in part.fetched]
        fetched += [one.name for one in self.model._meta.many_to_many if one.name in self.columns]
        for record in _from_above(records.prefetch_related(*fetched)):
            own = {name: self.cell(record, name, told) for name in self.columns if name not in below}
            several = []
            for part in self.parts:
                rows = getattr(record, part.below).all()
                if part.entries:
                    own[next(iter(part.columns))] = "; ".join(filter(None, map(part.entry, rows)))
                else:
                    several.append([{c: _text(row, name, told) for c, name in part.columns.items()} for row in rows])
            for pieces in list(zip_longest(*several, fillvalue={})) or [()]:
                cells = {**own, **{name: text for piece in pieces for name, text in piece.items()}}
                yield {name: text for name, text in cells.items() if text}

    def cell(self, record: Any, column: str, told: Told) -> str:
        """Give what a cell says of a record."""
        return _text(record, column, told)


def _by_language(cells: dict[str, str]) -> dict[str, str]:
    """Put what is in Chinese where Chinese belongs, if that is empty: many sheets have one column for both."""
    found = dict(cells)
    for name, text in cells.items():
        chinese = f"{name.removesuffix('_en')}_zh"
        if name.endswith("_en") and language_of(text) == CHINESE and not cells.get(chinese):
            found[chinese] = found.pop(name)
    return found


def _from_above(records: QuerySet[Any]) -> Iterable[Any]:
    """Give records in order; those of a tree from above, so that a row names none that comes after it."""
    if not hasattr(records.model, "parent"):
        return records.iterator(chunk_size=500)
    rows = list(records)
    above = dict(records.model._base_manager.values_list("pk", "parent"))

    def depth(key: int | None) -> int:
        return 0 if key is None else 1 + depth(above[key])

    return sorted(rows, key=lambda row: depth(row.pk))


def _text(row: Model, name: str, told: Told) -> str:
    """Give what a cell says of a field of `row`."""
    kind: Any = row._meta.get_field(name)
    if isinstance(kind, ManyToManyField):
        return listed(told(kind.related_model)[linked.pk] for linked in getattr(row, name).all())
    value = getattr(row, kind.attname)
    if isinstance(kind, ForeignKey):
        return told(kind.related_model)[value] if value else ""
    return _words(kind, value)


def _words(kind: Any, value: Any) -> str:
    if isinstance(kind, BooleanField):
        return "yes" if value else ""
    return "" if value is None else str(dict(kind.flatchoices).get(value, value))


class Planning:
    """One sheet being planned: what the rows before said is known to those after them."""

    def __init__(self, kind: PlainKind) -> None:
        self.kind, self.known = kind, Names()
        self.before: dict[str, tuple[Any, int]] = {}
        """What the rows so far speak of, with the first row of each: by name, and by slug after a "/"."""
        self._tables: dict[type[Model], dict[int, Any]] = {}

    def row(self, line: int, cells: dict[str, str], mapping: Mapping[str, str]) -> PlannedRecord:
        """Plan one row."""
        row = PlannedRecord(line, cells)
        below: dict[Part, Values] = {}
        prepared = self.kind.prepared(_by_language(by_columns(cells, mapping)))
        for column in (name for name, text in prepared.items() if text):
            try:
                self.take(row, below, column, prepared)
            except ValidationError as error:
                row.refuse(column, error)
        row.below += below.items()
        row.title = str(next((row.values[name] for name in (*self.kind.named_by, "slug") if row.values.get(name)), ""))
        try:
            if not row.faults:
                row.record, first = self.which(row)
                self.compare(row, new=first and not row.record.pk)
        except ValidationError as error:
            for column, messages in getattr(error, "message_dict", {NON_FIELD_ERRORS: error.messages}).items():
                row.faults += [("" if column == NON_FIELD_ERRORS else column, said) for said in messages]
        if row.faults:
            row.how = REFUSED
        return row

    def take(self, row: PlannedRecord, below: dict[Part, Values], column: str, cells: Mapping[str, str]) -> None:
        """Take what the cell of a column says into the row."""
        text = cells[column]
        part = next((part for part in self.kind.parts if column in part.columns), None)
        if part is None:
            own: Any = self.kind.model._meta.get_field(column)
            if isinstance(own, ManyToManyField):
                other = own.related_model
                keys = find_each(names(text), lambda name: self.known.one(other, name))
                row.links[column] = [self.stored(other)[key] for key in keys]
            else:
                row.values[column] = self._value(own, text)
        elif part.entries:
            leading = links(part.model)
            for values in part.entries(text):
                named = {
                    name: self._value(part.model._meta.get_field(name), values[name])
                    for name in leading
                    if name in values
                }
                row.below.append((part, values | named))
        else:
            name = part.columns[column]
            below.setdefault(part, {})[name] = self._value(part.model._meta.get_field(name), text)

    def _value(self, kind: Any, text: str) -> Any:
        """Give what a cell means in a field."""
        if isinstance(kind, ForeignKey):
            return self.linked(kind.related_model, text)
        if kind.choices:
            return chosen(kind, text)
        if isinstance(kind, BooleanField):
            if text.casefold() not in YES_NO:
                raise ValidationError(_("“%(text)s” is neither yes nor no") % {"text": text})
            return YES_NO[text.casefold()]
        if isinstance(kind, PartialDateField):
            return partial_date(text)
        return kind.to_python(text if isinstance(kind, TextField) else " ".join(text.split()))

    def linked(self, model: type[Model], name: str) -> Any:
        """Give the row of `model` that a cell names; it may stand in a row before."""
        if model is self.kind.model and key(name) in self.before:
            return self.before[key(name)][0]
        return self.stored(model)[self.known.one(model, name)]

    def stored(self, model: type[Model]) -> dict[int, Any]:
        """Give all rows of `model`, by key; those of the record with what belongs to them."""
        if model not in self._tables:
            rows = model._base_manager.select_related(*links(model))
            if model is self.kind.model:
                rows = rows.prefetch_related(
                    *(one.name for one in model._meta.many_to_many if one.name in self.kind.columns),
                    *(
                        Prefetch(
                            each.below, each.model._base_manager.select_related(*links(each.model, but=each.owner))
                        )
                        for each in self.kind.parts
                    ),
                )
            self._tables[model] = rows.in_bulk()
        return self._tables[model]

    def which(self, row: PlannedRecord) -> tuple[Any, bool]:
        """Give the record that a row means, one that is there or a new one, and whether no row before means it."""
        model, slug = self.kind.model, row.values.get("slug", "")
        given = [row.values[name] for name in ("name_zh", "name_en") if row.values.get(name)]
        if not given and not slug:
            raise ValidationError(_("there is no name"))
        names = [f"/{slug}"] if slug else [key(name) for name in given[:1]]
        record, line = next((self.before[name] for name in names if name in self.before), (None, 0))
        if record is not None and slug and self.kind.repeats:
            return record, False
        if record is not None:
            raise ValidationError(_("the same as in row %(row)s: give each a slug, or both the same") % {"row": line})
        if slug:
            record = self.stored(model).get(self.known.slugs(model).get(slug, 0)) or model()
        else:
            found = self._named(row, given)
            record = self.stored(model)[only(found, given[0])] if found else model()
        for name in (f"/{slug or cast('Any', record).slug}", *map(key, given[:1] if self.kind.repeats else given)):
            self.before.setdefault(name, (record, row.line))
        return record, True

    def _named(self, row: PlannedRecord, given: Sequence[str]) -> set[int]:
        """Give what is there of a name; a Chinese name that is another's is no namesake by its Latin letters."""
        found = next(filter(None, (self.known.find(self.kind.model, name) for name in given)), set())
        if row.values.get("name_zh") and not self.known.find(self.kind.model, given[0]):
            found = {pk for pk in found if not self.stored(self.kind.model)[pk].name_zh}
        return self.kind.sure(found, given[0], row.below, self.known)

    def compare(self, row: PlannedRecord, *, new: bool) -> None:
        """Keep of the values what the record does not say, note it, and refuse what the record would not take."""
        record: Any = row.record
        if new:
            self.kind.complete(row.values)
        exact = bool(row.values.get("slug"))
        row.values = {name: value for name, value in row.values.items() if value != getattr(record, name, None)}
        changed = copy(record)
        for name, value in row.values.items():
            setattr(changed, name, value)
        if row.values:
            check(changed, but=[] if changed.slug else ["slug"])
            own = (one.name for one in changed._meta.concrete_fields if one.name in self.kind.columns)
            taken = {name: getattr(changed, name, None) for name in own}
            row.values = {name: value for name, value in taken.items() if value != getattr(record, name, None)}
        row.changes += self._different(record, row.values)
        self._link(row, exact=exact)
        for part in self.kind.parts if exact and record.pk else ():
            self._take_out(row, part)
        row.below = [pair for pair in row.below if self._below(row, *pair)]
        if new:
            vars(record).update(vars(changed))
        else:
            row.how = CHANGED if row.changes else UNCHANGED

    def _link(self, row: PlannedRecord, *, exact: bool) -> None:
        """Keep of the links what the record does not have, and note it; where they are `exact` others go."""
        record: Any = row.record
        for name, wanted in [*row.links.items()]:
            there = [*getattr(record, name).all()] if record.pk else []
            after = wanted if exact else [*there, *(one for one in wanted if one not in there)]
            row.links[name] = after
            if {*after} == {*there}:
                del row.links[name]
            else:
                label = str(record._meta.get_field(name).verbose_name)
                row.changes.append(Different(label, *(listed(map(called, rows)) for rows in (there, after))))

    def _take_out(self, row: PlannedRecord, part: Part) -> None:
        """Note what a list that is the whole no longer holds; what a sheet cannot say stays."""
        wanted = [values for each, values in row.below if each is part]
        if part.whole and wanted:
            rows = getattr(row.record, part.below).all()
            lost = (other for other in rows if part.entry(other) and not any(part.means(other, v) for v in wanted))
            self.lose(row, part, lost)

    def lose(self, row: PlannedRecord, part: Part, lost: Iterable[RecordModel]) -> None:
        """Take rows below away, and note it."""
        for other in lost:
            row.gone.append(other)
            row.changes.append(Different(capfirst(str(part.model._meta.verbose_name)), str(other), ""))

    def _below(self, row: PlannedRecord, part: Part, values: Values) -> bool:
        """Tell whether a row below says something new; note what, and refuse what the record would not take."""
        other = one_of(part, row.record, values)
        if other is not None and part.entries and not part.whole:
            return False
        if other is None:
            values.update({**part.supposed(values), **values})
        there = copy(other) if other else part.model()
        different = list(self._different(there, {k: v for k, v in values.items() if v != getattr(other, k, None)}))
        for name, value in values.items():
            setattr(there, name, value)
        try:
            if different:
                check(there, but=[part.owner])
        except ValidationError as error:
            columns = {name: column for column, name in part.columns.items()}
            raise ValidationError(
                {columns.get(name, NON_FIELD_ERRORS): said for name, said in error.message_dict.items()}
            ) from error
        part_of = capfirst(part.model._meta.verbose_name)
        row.changes += [replace(each, label=f"{part_of}: {each.label}") for each in different]
        return bool(different)

    def _different(self, row: Any, values: Values) -> Iterator[Different]:
        """Name what `values` say that `row` does not."""
        for name, value in values.items():
            kind: Any = row._meta.get_field(name)
            before, after = (getattr(row, name, None) if row.pk else None), value
            if isinstance(kind, ForeignKey):
                before, after = called(before), called(after)
            yield Different(str(kind.verbose_name), *(_words(kind, each) for each in (before, after)))
