"""`manage.py import_proposals FILE`: a sheet of proposals, or of other things, into the record."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from people.batches import Batch
from proposals.models import Mapping as KeptMapping
from proposals.sheets.importing import NotImportedError, carry_out
from proposals.sheets.kinds import KINDS
from proposals.sheets.planning import REFUSED, counted, of_all_columns, refused_rows
from proposals.sheets.reading import LARGEST, Sheet, SheetError, read_file

FAULTS_SHOWN = 50


class Command(BaseCommand):
    """Plan, say what would be done, and do it."""

    help = "Reads proposals from a CSV, TSV, XLSX or JSON file. All of it is imported, as drafts, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the mapping of its columns, and what to do with it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--rows", choices=KINDS, default="proposals", help="What the rows are.")
        parser.add_argument("--mapping", default="", help="The name of a mapping; without one columns are guessed.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")
        parser.add_argument(
            "--suggested", action="store_true", help="Give new proposals without a topic those that their texts name."
        )
        parser.add_argument("--refused", type=Path, help="A CSV file into which the refused rows are written, to mend.")

    def handle(self, *_: Any, file: Path, rows: str, mapping: str, refused: Path | None, **how: Any) -> None:
        """Read, plan, tell, and import."""
        kind, sheet = KINDS[rows], self._read(file)
        columns = self._mapping(rows, mapping) if mapping else kind.guess(sheet)
        for column in sheet.header:
            known = kind.columns.get(columns.get(column, ""))
            self.stdout.write(f"{column}: {known.label if known else 'kept aside'}")
        planned = kind.preview(sheet, columns)
        self.stdout.write(", ".join(f"{number} {what}" for what, number in counted(planned).items()) + ".")
        faulty = [row for row in planned if row.how == REFUSED]
        self._tell(faulty)
        if refused and faulty:
            refused.write_text(refused_rows(sheet.header, faulty), encoding="utf-8-sig", newline="")
        if how["dry_run"]:
            return
        for row in planned if how["suggested"] else ():
            row.take_suggested()
        with tqdm(total=sum(row.how in ("new", "changed") for row in planned), unit=" rows", file=sys.stderr) as bar:
            try:
                batch = carry_out(kind, planned, self._batch(file, sheet, columns), tell=bar.update)
            except NotImportedError as error:
                raise CommandError(f"Nothing was imported. {error}") from error
        self.stdout.write(f"Imported as batch {batch.pk}: {batch.new} new, {batch.changed} changed.")

    @staticmethod
    def _batch(file: Path, sheet: Sheet, columns: Mapping[str, str]) -> Batch:
        """Keep the file, with the columns that were kept aside, where it is no larger than one that is uploaded."""
        content = file.read_bytes() if file.stat().st_size <= LARGEST else b""
        return Batch(name=file.name[:200], content=content, columns=of_all_columns(sheet, columns))

    @staticmethod
    def _read(file: Path) -> Sheet:
        try:
            return read_file(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except SheetError as error:
            raise CommandError(f"{file}: {error}") from error

    def _tell(self, faulty: list[Any]) -> None:
        """Say what is wrong with the first of the refused rows."""
        for row in faulty[:FAULTS_SHOWN]:
            for name, fault in row.faults:
                self.stdout.write(f"row {row.line}{f', {name}' if name else ''}: {fault}")
        if len(faulty) > FAULTS_SHOWN:
            self.stdout.write(f"and {len(faulty) - FAULTS_SHOWN} more rows")

    def _mapping(self, rows: str, name: str) -> dict[str, str]:
        kept = KeptMapping.objects.filter(kind=rows)
        found = kept.filter(name=name).first()
        if found is None:
            names = ", ".join(kept.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no mapping “{name}”; there are: {names}.")
        columns: dict[str, str] = found.columns
        return columns
