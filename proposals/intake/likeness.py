"""Likeness of articles: whether one is in already, by its address or by its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zlib import crc32

from django.urls import reverse
from django.utils.translation import gettext as _
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.utils import default_process

from proposals.models import Intake, Source

WINDOW = 12
"""Letters that are compared together, white space and signs left out."""
KEPT = 128
"""Of all windows of a text the ones with the smallest sums are kept: texts that share many share many of these."""
ALIKE = 0.5
"""Part of the windows of two texts that they share, from which they are one article."""

EXCERPT = 0.8
"""Part of the windows of a text that stand in another, from which it is an excerpt of it."""
ENOUGH = 8
"""Windows that are needed to tell that."""
LIKE_TITLES = 75
"""How like two titles of one day are, from 0 to 100, from which they are of one article."""


@dataclass(frozen=True)
class Seen:
    """What is there already, and why it is thought to be the same."""

    row: Intake | Source
    why: str

    @property
    def url(self) -> str:
        """The analysts' page of it."""
        return reverse(f"admin:proposals_{self.row._meta.model_name}_change", args=[self.row.pk])


def sketch(text: str) -> list[int]:
    """Give what stands for a text when it is compared; 200 kB take some tenths of a second."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold())).encode("utf-32-le")
    width = 4 * WINDOW
    sums = {crc32(letters[start : start + width]) for start in range(0, max(4, len(letters) - width + 4), 4)}
    return sorted(sums)[:KEPT]


def alike(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimate which part of their windows two texts share, from 0 to 1."""
    smallest = sorted({*one, *other})[:KEPT]
    return len({*one} & {*other} & {*smallest}) / len(smallest) if one and other else 0


def spellings(url: str) -> list[str]:
    """Give the ways in which one address is written: with and without `www.`, a slash at the end, TLS."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    path = parts.path.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return [
        f"{scheme}://{www}{host}{path}{slash}{query}"
        for scheme in ("http", "https")
        for www in ("", "www.")
        for slash in ("", "/")
    ]


def within(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimate which part of the windows of one text stands in another, of which it may be an excerpt, from 0 to 1."""
    limit = min((sums[-1] for sums in (one, other) if len(sums) == KEPT), default=2**32)
    compared = [each for each in one if each <= limit]
    return len({*compared} & {*other}) / len(compared) if len(compared) >= ENOUGH else 0


def like_titles(title: str, published: str) -> Iterator[Source]:
    """Give the sources of the same day whose titles share most of their words with this one."""
    if len(published) != len("2024-03-12") or not title:
        return
    for source in Source.objects.filter(published=published):
        if token_set_ratio(title, source.title, processor=default_process) >= LIKE_TITLES:
            yield source


def seen_before(text: str, url: str, title: str = "", published: str = "") -> Iterator[Seen]:
    """Give the sources that have the address, or the day and the title, and the intakes with its address or text."""
    others = Intake.objects.order_by("-pk").only("title")
    found, told = set[int](), set[int]()
    if url := re.sub(r"#.*", "", url).strip():
        for source in Source.objects.filter(url__in=[url, *spellings(url)]):
            told.add(source.pk)
            yield Seen(source, _("a source with this address"))
        for intake in others.filter(url__in=[url, *spellings(url)]):
            found.add(intake.pk)
            yield Seen(intake, _("an article with this address"))
    for source in like_titles(title, published):
        if source.pk not in told:
            yield Seen(source, _("a source of the same day with a title like this"))
    mine = sketch(text)
    for key, theirs in others.exclude(pk__in=found).values_list("pk", "sketch"):
        if alike(mine, theirs) >= ALIKE:
            yield Seen(others.get(pk=key), _("an article with nearly the same text"))
        elif within(mine, theirs) >= EXCERPT:
            yield Seen(others.get(pk=key), _("an article in which most of this text stands"))
