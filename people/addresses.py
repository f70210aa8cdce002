"""Addresses of pages, and the slugs in them. Those given before are kept: a list prints a hundred."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Model, QuerySet
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.text import slugify
from django.utils.translation import get_language

LONGEST_KIND = 60


def address(view: str, *args: str | int) -> str:
    """Give the address of the page `view` of a thing, in the reader's language."""
    return _address(get_urlconf(), get_script_prefix(), get_language(), view, *args)


@lru_cache(maxsize=20_000)
def _address(_site_map: str | None, _prefix: str, _language: str | None, view: str, *args: str | int) -> str:
    return reverse(view, args=args)


def stem(title: str, otherwise: str) -> str:
    """Make of a title what a slug begins with, or `otherwise` where there is no Latin letter in it."""
    return slugify(title)[:80].strip("-") or otherwise


class Slugs:
    """Makes slugs that are not taken."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: defaultdict[str, int] = defaultdict(lambda: 2)

    def take(self, start: str) -> str:
        """Give `start`, with a number where that is taken; it is taken from then on."""
        slug = start
        while slug in self._taken:
            slug = f"{start}-{self._next[start]}"
            self._next[start] += 1
        self._taken.add(slug)
        return slug


def free_slug(others: QuerySet[Any], start: str) -> str:
    """Give `start`, with a number where one of `others` has it.

    Only then are they read: to look for a beginning, SQLite goes through all of them.
    """
    others = others.order_by()
    if not others.filter(slug=start).exists():
        return start
    return Slugs(others.filter(slug__startswith=start).values_list("slug", flat=True)).take(start)


class FormerAddress(models.Model):
    """Where a record was before its slug was changed, or it was made one with another; that leads on for ever."""

    kind = models.CharField(max_length=LONGEST_KIND)
    key = models.PositiveBigIntegerField()
    slug = models.CharField(max_length=100)
    into = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "slug"], name="one_end_for_each_former_address")]
        indexes = [models.Index(fields=["kind", "slug"], name="former_slugs")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"


def moved(record: Model, slug: str) -> None:
    """Note that a record was found by `slug` before."""
    FormerAddress.objects.update_or_create(
        kind=record._meta.label_lower, key=record.pk, slug=slug, defaults={"into": record.pk}
    )
