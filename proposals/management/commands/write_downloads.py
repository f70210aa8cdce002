"""`manage.py write_downloads`: the whole public record as files, for the page `/data/`."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from proposals.downloads.offered import offer as offered
from proposals.downloads.writing import write


class Command(BaseCommand):
    """Writes them all and puts them on offer together; safe to run at any time, and twice at once."""

    help = "Write the whole public record as a data package, an SQLite file and Popolo JSON, for the page /data/."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the directory, and whether to write where nothing has changed."""
        parser.add_argument("--directory", type=Path, help="Where to write; DOWNLOADS_DIR where it is not given.")
        when = parser.add_mutually_exclusive_group()
        when.add_argument("--anyway", action="store_true", help="Write even if nothing has changed since.")
        when.add_argument(
            "--if-needed",
            action="store_true",
            help="Write only where there are no files, or those there are hold what is no longer public.",
        )

    def handle(
        self, *_: object, directory: Path | None, anyway: bool, if_needed: bool, verbosity: int, **__: object
    ) -> None:
        """Write, and say what."""
        if directory is not None:
            settings.DOWNLOADS_DIR = directory
        if if_needed and (there := offered()) and there.stands:
            return
        with tqdm(unit=" rows", disable=None if verbosity else True, leave=False) as bar:

            def progress(table: str, rows: int) -> None:
                bar.set_postfix_str(table, refresh=False)
                bar.update(rows)

            try:
                offer = write(progress, anyway=anyway)
            except OSError as error:
                raise CommandError(f"{settings.DOWNLOADS_DIR} cannot be written to: {error.strerror}") from error
        if verbosity and offer is None:
            self.stdout.write("Nothing has changed since the files were written.")
        elif verbosity and offer:
            size = sum(file.bytes for file in offer.files) / 1e6
            self.stdout.write(f"{sum(offer.rows.values())} rows in {len(offer.files)} files, {size:.1f} MB.")
