"""`manage.py catalogue refresh|rebuild|verify|status`."""

import gc
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.catalogue import catalogue
from proposals.catalogue.check import differences, status
from proposals.catalogue.makers import OBJECTS
from proposals.models import Proposal

MANY = 20_000
"""Proposals from which on it is worth the while to start a process for each core."""


class Command(BaseCommand):
    """Looks after the catalogue, which is derived from the record and may be built anew at any time."""

    help = "Bring the catalogue up to date, build it anew, compare it with the record, or tell how it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the four things that can be done."""
        parser.add_argument("action", choices=["refresh", "rebuild", "verify", "status"])

    def handle(self, *args: Any, action: str, verbosity: int, **options: Any) -> None:
        """Do one of them; `verify` ends with an error where it finds differences."""
        progress = verbosity > 0 and sys.stderr.isatty()
        match action:
            case "refresh" | "rebuild":
                with _told("built"):
                    self._build(anew=action == "rebuild", progress=progress)
            case "status":
                for name, value in status(catalogue()).items():
                    self.stdout.write(f"{name}: {value}")
            case "verify":
                with _told("compared"):
                    found = list(differences(catalogue(), _processes(), progress=progress))
                if found:
                    raise CommandError("\n".join([*found, f"{len(found)} differences"]))
                self.stdout.write("The catalogue says what the record says.")

    def _build(self, *, anew: bool, progress: bool) -> None:
        if anew:
            catalogue().rebuild(progress=progress, anyway=True, processes=_processes())
        else:
            catalogue().refresh(progress=progress, processes=_processes())


def _processes() -> int:
    return (os.cpu_count() or 1) if Proposal.objects.count() > MANY else 0


@contextmanager
def _told(done: str) -> Iterator[None]:
    """Say in one line what could not be `done`, and look for garbage seldom meanwhile."""
    usual = gc.get_threshold()
    gc.set_threshold(OBJECTS)
    try:
        yield
    except (OSError, ValueError) as error:  # a full or read-only disk, a damaged file, a maker that was killed
        raise CommandError(f"The catalogue in {catalogue().root} could not be {done}: {error}") from error
    finally:
        gc.set_threshold(*usual)
