"""`manage.py restore FILE`: what a backup holds, back in the database."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from proposals.backup import BackupError, check, compare, read_manifest, restore
from proposals.management.progress import shown


class Command(BaseCommand):
    """Restores a backup, whichever kind of database it was made of; or looks only whether it is whole."""

    help = "Put what a backup holds into this database, all of it or nothing, and compare. Everybody signs in anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and what to do with it."""
        parser.add_argument("file", help="A file that `backup` wrote; - for standard input.")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--replace", action="store_true", help="Throw away what this database holds.")
        what.add_argument("--check", action="store_true", help="Only look whether the file is whole.")
        what.add_argument("--compare", action="store_true", help="Only say which tables differ from the file.")

    def handle(self, *_: object, file: str, verbosity: int, **options: Any) -> None:
        """Do it, and say how much."""
        try:
            with self.opened(file) as source:
                self.work(source, verbosity, **options)
        except BackupError as error:
            raise CommandError(f"{file}: {error}") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"The database does not work: {str(error).splitlines()[0]}") from error

    def work(self, source: IO[bytes], verbosity: int, **options: Any) -> None:
        """Check, compare or restore."""
        manifest = read_manifest(source)
        looked = f"{manifest.rows:,} rows of {len(manifest.tables)} tables as of {manifest.made}, sum {manifest.sha256}"
        times = 1 if options["check"] else 2 if options["compare"] else 3
        with shown(verbosity, manifest.rows * times) as progress:
            if options["check"]:
                check(source, progress)
                said = f"{looked}: whole."
            elif options["compare"]:
                if differing := compare(source, progress):
                    raise BackupError(f"the database differs from it in {', '.join(differing)}.")
                said = f"{looked}: the database holds the same."
            else:
                restore(source, progress, replace=options["replace"])
                said = f"{looked}: restored, and compared."
        if verbosity:
            self.stdout.write(said)

    @contextmanager
    def opened(self, file: str) -> Iterator[IO[bytes]]:
        """Open the file; what comes from a pipe is kept where nobody else can open it, as it is read more than once."""
        if file != "-":
            with Path(file).open("rb") as source:
                yield source
            return
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.seek(0)
            yield kept
