"""`manage.py import_proposals FILE`: a sheet of proposals into the record."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from people.history import Batch
from proposals.models import Mapping
from proposals.sheets.columns import COLUMNS, guess
from proposals.sheets.importing import NotImportedError, carry_out
from proposals.sheets.planning import REFUSED, counted, plan, refused_rows
from proposals.sheets.reading import SheetError, read_file

FAULTS_SHOWN = 50


class Command(BaseCommand):
    """Plan, say what would be done, and do it."""

    help = "Reads proposals from a CSV, TSV, XLSX or JSON file. All of it is imported, as drafts, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the mapping of its columns, and what to do with it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", default="", help="The name of a mapping; without one columns are guessed.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")
        parser.add_argument("--refused", type=Path, help="A CSV file into which the refused rows are written, to mend.")

    def handle(self, *_: Any, file: Path, mapping: str, dry_run: bool, refused: Path | None, **__: Any) -> None:
        """Read, plan, tell, and import."""
        try:
            sheet = read_file(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except SheetError as error:
            raise CommandError(f"{file}: {error}") from error
        columns = self._mapping(mapping) if mapping else guess(sheet)
        for column in sheet.header:
            known = COLUMNS.get(columns.get(column, ""))
            self.stdout.write(f"{column}: {known.label if known else 'kept aside'}")
        rows = plan(sheet, columns)
        self.stdout.write(", ".join(f"{number} {how}" for how, number in counted(rows).items()) + ".")
        faulty = [row for row in rows if row.how == REFUSED]
        for row in faulty[:FAULTS_SHOWN]:
            for name, fault in row.faults:
                self.stdout.write(f"row {row.line}{f', {name}' if name else ''}: {fault}")
        if len(faulty) > FAULTS_SHOWN:
            self.stdout.write(f"and {len(faulty) - FAULTS_SHOWN} more rows")
        if refused and faulty:
            refused.write_text(refused_rows(sheet.header, faulty), encoding="utf-8-sig", newline="")
        if dry_run:
            return
        with tqdm(total=sum(row.how in ("new", "changed") for row in rows), unit=" rows", file=sys.stderr) as bar:
            try:
                batch = carry_out(rows, Batch(name=file.name[:200], columns=columns), tell=bar.update)
            except NotImportedError as error:
                raise CommandError(f"Nothing was imported. {error}") from error
        self.stdout.write(f"Imported as batch {batch.pk}: {batch.new} new, {batch.changed} changed.")

    def _mapping(self, name: str) -> dict[str, str]:
        found = Mapping.objects.filter(name=name).first()
        if found is None:
            names = ", ".join(Mapping.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no mapping “{name}”; there are: {names}.")
        columns: dict[str, str] = found.columns
        return columns
