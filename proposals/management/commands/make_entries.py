"""`manage.py make_entries`: what `catalogue` starts once for each core where there is much; of no use by itself."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from proposals.catalogue.makers import make


class Command(BaseCommand):
    """Makes entries of the catalogue for the process that asks for them."""

    help = "Make entries of the catalogue for `manage.py catalogue`, which starts this by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer on standard output what is asked on standard input."""
        make(sys.stdin.buffer, sys.stdout.buffer)
