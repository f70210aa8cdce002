"""`manage.py load_dataset PATH`: a directory of CSV files into the record."""

import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proposals.dataset import DatasetError, load


class Command(BaseCommand):
    """Reads a data set and says how many rows were new, changed and as they were."""

    help = "Read a data set, such as proposals/data/two-sessions-2024, into the record; a second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the directory."""
        parser.add_argument("path", type=Path, help="The directory in which the CSV files lie.")

    def handle(self, *_: object, path: Path, verbosity: int, **__: object) -> None:
        """Load it, or end with a line for each fault."""
        try:
            counts = load(path, progress=sys.stderr.isatty())
        except DatasetError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            rows = sum(counts.values(), Counter())
            self.stdout.write(
                f"{rows.total()} rows in {len(counts)} files: {rows['created']} created, {rows['changed']} changed,"
                f" {rows['unchanged']} unchanged."
            )
