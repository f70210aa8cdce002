"""`manage.py dump_dataset PATH`: the whole record as a directory of CSV files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proposals.dataset import DatasetError, dump


class Command(BaseCommand):
    """Writes the record so that `load_dataset` reads it; drafts too, so it is not for the public."""

    help = "Write the whole record, drafts too, as a data set that load_dataset reads."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the directory."""
        parser.add_argument("path", type=Path, help="The directory to write into; it is made if it is not there.")

    def handle(self, *_: object, path: Path, **__: object) -> None:
        """Write, and say how much."""
        try:
            counts = dump(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written to: {error.strerror}") from error
        except DatasetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sum(counts.values())} rows in {len(counts)} files.")
