"""`manage.py check_links`: which addresses of sources no longer answer."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from proposals.links import fault_of
from proposals.models import Source

AT_ONCE = 8


class Command(BaseCommand):
    """Asks for each address once, and notes what is wrong; the analysts' first page counts them."""

    help = "Ask for the address of every source, and note which no longer answer."

    def handle(self, *_: Any, **__: Any) -> None:
        """Ask, some at a time, and say which are broken."""
        sources = list(Source.objects.exclude(url=""))
        with ThreadPoolExecutor(AT_ONCE) as pool, tqdm(total=len(sources), unit=" links", file=sys.stderr) as bar:
            for source, fault in zip(sources, pool.map(lambda each: fault_of(each.url), sources), strict=True):
                # No change of the record: nothing of it shows in public, and the history has no part in it.
                Source.objects.filter(pk=source.pk).update(link_fault=fault, link_checked=timezone.now())
                if fault:
                    self.stdout.write(f"{source.slug}: {source.url}: {fault}")
                bar.update()
