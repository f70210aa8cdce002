"""Reading a data set into the record: all or nothing, with one fault nothing is saved."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import BooleanField, Field, ForeignKey, ManyToManyField, Model
from tqdm import tqdm

from people.cells import unharmed
from proposals.dataset.tables import DIVIDER, INFERRED, TABLES, YES_NO, DatasetError, Table
from proposals.models import Addressee
from proposals.models.outbox import recorded

Counts = dict[str, Counter[str]]
Cells = dict[str, str]
Links = dict[Model, bool]


def load(path: Path, *, progress: bool = False) -> Counts:
    """Bring what the files under `path` say into the record, in one transaction.

    Rows that are there already are compared, and saved only where they differ; rows that no file holds stay as they
    are. Gives for each file how many rows were created, changed and unchanged. Raises `DatasetError`.
    """
    if not path.is_dir():
        raise DatasetError(f"{path}: there is no such directory")
    loading = Loading()
    files = [(table, loading.read(table, path)) for table in TABLES]
    counts = {table.file: Counter(created=0, changed=0, unchanged=0) for table in TABLES}
    with recorded(), tqdm(total=sum(len(rows) for _, rows in files), unit=" rows", disable=not progress) as bar:
        for table, rows in files:
            for line, cells in sorted(rows, key=lambda row: row[1].get(table.mark, "").lower() == "yes"):
                counts[table.file][loading.enter(table, line, cells)] += 1
                bar.update()
        if loading.faults:
            raise DatasetError(*loading.faults)
    return counts


@dataclass
class Loading:
    """One run over a data set: what is wrong, of which models rows are lost by that, and which rows were found."""

    faults: list[str] = field(default_factory=list)
    damaged: set[type[Model]] = field(default_factory=set)
    named: dict[type[Model], dict[str, list[Model]]] = field(default_factory=lambda: defaultdict(dict))
    keys: dict[tuple[object, ...], int] = field(default_factory=dict)

    def note(self, table: Table, *texts: str, line: int = 0, column: str = "") -> None:
        """Note faults in one place: “recommendations.csv, line 17, field topics: there is no topic “stem-cels””."""
        place = (table.file, f"line {line}" if line else "", f"field {column}" if column else "")
        self.faults += [f"{', '.join(filter(None, place))}: {text}" for text in texts]

    def read(self, table: Table, path: Path) -> list[tuple[int, Cells]]:
        """Give the rows that are not blank, each with the line in which it begins; note what is wrong with the form."""
        before, rows, line = len(self.faults), [], 1
        try:
            text = (path / table.file).read_bytes().decode("utf-8-sig")
            reader = csv.reader(io.StringIO(text, newline=""), strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            line = reader.line_num + 1
            for row in reader if self.is_header(table, header) else ():
                cells = [unharmed(cell.strip()) for cell in row]
                if any(cells) and len(cells) == len(header):
                    rows.append((line, dict(zip(header, cells, strict=True))))
                elif any(cells):
                    end = header[min(len(cells), len(header) - 1)]
                    self.note(table, f"{len(cells)} cells for {len(header)} columns", line=line, column=end)
                line = reader.line_num + 1
        except OSError as error:
            self.note(table, f"the file cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self.note(table, "this is not UTF-8", line=error.object.count(b"\n", 0, error.start) + 1)
        except csv.Error as error:
            self.note(table, f"this is not CSV: {error}", line=line)
        if len(self.faults) > before:
            self.damaged.add(table.model)
        return rows

    def is_header(self, table: Table, header: list[str]) -> bool:
        """Note each column that is unknown, missing or there twice; tell whether there was none."""
        if not any(header):
            self.note(table, "the names of the columns are missing", line=1)
            return False
        wrong = {name: "there is no such column" for name in header if name not in table.columns}
        wrong |= {name: "this column is there twice" for name, times in Counter(header).items() if times > 1}
        wrong |= {name: "this column is missing" for name in table.columns if name not in (*header, *table.optional)}
        for name, text in wrong.items():
            self.note(table, text, line=1, column=name or "without a name")
        return not wrong

    def enter(self, table: Table, line: int, cells: Cells) -> str:
        """Bring one row into the record: "created", "changed", "unchanged", or "refused" with its faults noted."""
        noted = len(self.faults)
        values, links, wrong = self.values(table, line, cells)
        row = self.row(table, line, values, wrong)
        before = None if row.pk is None else stored(row)
        for column, value in values.items():
            if before is None or column not in table.new_only:
                setattr(row, column, value)
        self.check(table, line, row, wrong)
        for name in filter(None, (name.format_map(cells) for name in table.names)):
            self.named[table.model].setdefault(name, []).extend([] if wrong else [row])
        if wrong:
            if len(self.faults) == noted:
                self.damaged.add(table.model)
            return "refused"
        if before == stored(row) and all(linked(row, column) == wanted for column, wanted in links.items()):
            return "unchanged"
        row.save()
        for column, wanted in links.items():
            link(row, column, wanted)
        return "changed" if before else "created"

    def values(self, table: Table, line: int, cells: Cells) -> tuple[dict[str, Any], dict[str, Links], set[str]]:
        """Turn cells into what the fields hold, lists into links; give the columns in which something is wrong too."""
        values: dict[str, Any] = {}
        links: dict[str, Links] = {}
        wrong = set()
        for column, text in cells.items():
            kind = table.columns[column]
            try:
                if "\0" in text:
                    raise ValidationError("there is a NUL byte")
                if isinstance(kind, ManyToManyField):
                    links[column] = self.links(table, kind.related_model, text, marked=column in table.lists)
                else:
                    values[column] = self.value(table, kind, text)
            except ValidationError as error:
                wrong.add(column)
                self.note(table, *error.messages, line=line, column=column)
        return values, links, wrong

    def value(self, table: Table, kind: Field[Any, Any], text: str) -> object:
        """Turn a cell into what its field holds; raise `ValidationError`."""
        if not text:
            if kind.name == table.key[0]:
                raise ValidationError("no row can do without this")
            return None if kind.null else kind.get_default()
        if isinstance(kind, ForeignKey):
            return self.find(table, kind.related_model, text)
        if isinstance(kind, BooleanField) and text.lower() not in YES_NO:
            raise ValidationError(f"“{text}” is neither yes nor no")
        return YES_NO[text.lower()] if isinstance(kind, BooleanField) else kind.to_python(text)

    def links(self, table: Table, model: type[Model], text: str, *, marked: bool) -> Links:
        """Turn `cde; nmpa (inferred)` into the rows meant, each with whether the source states it."""
        links: Links = {}
        faults: list[ValidationError] = []
        for part in text.split(DIVIDER) if text else ():
            name = part.strip().removesuffix(INFERRED) if marked else part.strip()
            try:
                row = self.find(table, model, name)
                if row in links:
                    raise ValidationError(f"“{name}” is there twice")
                links[row] = name == part.strip()
            except ValidationError as fault:
                faults.append(fault)
        if faults:
            raise ValidationError(faults)
        return links

    def find(self, table: Table, model: type[Model], name: str) -> Model:
        """Give the row of that name; raise `ValidationError`, without words where damage elsewhere may be the cause."""
        rows = self.named[model].get(name)
        kind = model._meta.verbose_name
        if not rows and model in self.damaged:
            raise ValidationError([])
        if rows is None:
            raise ValidationError(f"there is no {kind} “{name}”{' above' if model is table.model else ''}")
        if not rows:
            raise ValidationError(f"the {kind} “{name}” has faults of its own")
        if len(rows) > 1:
            raise ValidationError(f"there is more than one {kind} “{name}”")
        return rows[0]

    def row(self, table: Table, line: int, values: dict[str, Any], wrong: set[str]) -> Model:
        """Give the stored row with the same key, or a new one; note a key that stood in an earlier line."""
        if not wrong.isdisjoint(table.key):
            return table.model()
        key = {column: values[column] for column in table.key}
        for column in [column for column in key if column.endswith("_zh") and key.get(f"{column[:-2]}en")]:
            del key[column]  # a row with an English name is the same whatever its Chinese one
        first = self.keys.setdefault((table.model, *key.values()), line)
        if first != line:
            wrong.update(table.key)
            self.note(table, f"the same as in line {first}", line=line, column=", ".join(table.key))
        return table.model._default_manager.filter(**key).first() or table.model()

    def check(self, table: Table, line: int, row: Model, wrong: set[str]) -> None:
        """Let the model check the row; note what it refuses and add the columns to `wrong`."""
        filled_in_by_save = {one.name for one in row._meta.concrete_fields if not one.editable}
        try:
            (row.clean_fields if wrong else row.full_clean)(exclude=wrong | filled_in_by_save)
        except ValidationError as error:
            for name, faults in error.error_dict.items():
                for fault in faults:
                    columns = concerned(table, fault) if name == NON_FIELD_ERRORS else [name]
                    wrong.update(columns or [NON_FIELD_ERRORS])
                    self.note(table, *fault.messages, line=line, column=", ".join(columns))


def concerned(table: Table, fault: ValidationError) -> list[str]:
    """Give the columns of which the model refuses what they hold together."""
    names = {*((fault.params or {}).get("unique_check", ()))}
    for constraint in table.model._meta.constraints:
        if fault.message == constraint.violation_error_message:
            names |= {*getattr(constraint, "fields", ())}
            names |= getattr(getattr(constraint, "condition", None), "referenced_base_fields", set())
    return [column for column in table.columns if column in names]


def stored(row: Model) -> dict[str, Any]:
    """Give what the row's own columns hold."""
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def linked(row: Model, column: str) -> Links:
    """Give what `column` links a row to, each with whether the source states it."""
    links = getattr(row, column).all()
    return {one.agency: one.stated for one in links} if links.model is Addressee else dict.fromkeys(links, True)


def link(row: Model, column: str, wanted: Links) -> None:
    """Link a row to what is wanted and to nothing else."""
    links = getattr(row, column)
    if links.model is not Addressee:
        links.set(wanted)
        return
    there = {one.agency: one for one in links.all()}
    for agency, stated in wanted.items():
        addressee = there.pop(agency, None) or links.model(recommendation=row, agency=agency)
        if addressee.pk is None or addressee.stated != stated:
            addressee.stated = stated
            addressee.full_clean()
            addressee.save()
    for addressee in there.values():
        addressee.delete()
