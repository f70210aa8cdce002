"""`manage.py backup FILE`: all that the database holds, in one file."""

import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from proposals.backup import BackupError, backup, backup_file
from proposals.management.progress import shown

NAMES = "lianghui-????-??-??T??-??-??Z.zip"


def some(text: str) -> int:
    """Read how many backups are kept."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise ArgumentTypeError("a number from 1")
    return int(text)


class Command(BaseCommand):
    """Writes a backup while the site goes on working."""

    help = (
        "Write all that the database holds at this moment into one file, which only its owner may read: drafts and"
        " e-mail addresses are in it, and what passwords and second factors are checked by."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument(
            "file", help="The file; or a directory, for one named by the time; or - for standard output."
        )
        parser.add_argument("--overwrite", action="store_true", help="Replace a file that is there.")
        parser.add_argument("--keep", type=some, metavar="N", help="In a directory: remove all but the newest N.")

    def handle(self, *_: object, file: str, overwrite: bool, keep: int | None, verbosity: int, **__: Any) -> None:
        """Write, and say how much."""
        path = Path(file)
        if keep and not path.is_dir():
            raise CommandError(f"--keep is for a directory, and {file} is none.")
        if file == "-" and sys.stdout.isatty():
            raise CommandError("A backup is not for a terminal: send it into a file or another program.")
        if path.is_dir():
            path /= f"lianghui-{timezone.now():%Y-%m-%dT%H-%M-%SZ}.zip"
        if path.exists() and not overwrite:
            raise CommandError(f"{path} is there already. --overwrite replaces it.")
        try:
            with shown(verbosity) as progress:
                manifest = backup(sys.stdout.buffer, progress) if file == "-" else backup_file(path, progress)
                sys.stdout.flush()
            for old in sorted(path.parent.glob(NAMES))[:-keep] if keep else []:
                old.unlink()
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {str(error).partition(chr(10))[0]}") from error
        if verbosity:
            said = f"{manifest.rows:,} rows of {len(manifest.tables)} tables as of {manifest.made}: {path}"
            (self.stderr if file == "-" else self.stdout).write(f"{said}, sum {manifest.sha256}", lambda text: text)
