"""Reading: rows of the other tables for a whole block of proposals or recommendations, by what they are of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Case, F, Model, Value, When
from django.db.models.expressions import RawSQL

from people.dates import date_key
from people.models import Position
from proposals.models import Addressee, Citation, Sponsorship

Rows = dict[int, list[Any]]
Lists = dict[int, list[str]]
SOURCE = ("source__url", "source__archive_url", "source__title")
SPONSOR = (
    *("organisation_en", "organisation_zh", "delegate"),
    *("delegate__slug", "delegate__name_en", "delegate__name_zh"),
)
NONE: list[Any] = []
INFERRED = " (inferred)"


def among(keys: Iterable[int]) -> RawSQL:
    """Give keys for `…__in`, as one parameter: Django takes longer over a thousand than the database."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [[*keys]])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps([*keys])])


def grouped(model: type[Model], key: str, *fields: Any, of: Mapping[str, Any], order: Sequence[str] = ("pk",)) -> Rows:
    """Read the column `key` and `fields` of a table, grouped by the first, which is left out of the rows."""
    found: Rows = defaultdict(list)
    for row in model._default_manager.filter(**of).order_by(*order).values_list(key, *fields):
        found[row[0]].append(row[1:])
    return found


def linked(model: Any, key: str, other: str, names: Mapping[int, str], of: Mapping[str, Any]) -> Lists:
    """Read the columns `key` and `other` of a table: by the first, the `names` of the second, once, in their order.

    What came into the record after the names were read is left out.
    """
    found: Lists = defaultdict(list)
    for one, linked_to in model._default_manager.filter(**of).order_by().values_list(key, other):
        if linked_to in names:
            found[one].append(names[linked_to])
    places = {name: place for place, name in enumerate(names.values())}
    return {one: sorted({*those}, key=places.__getitem__) if len(those) > 1 else those for one, those in found.items()}


def addressed(key: str, names: Mapping[int, str], of: Mapping[str, Any]) -> tuple[Lists, Lists]:
    """Give whom the source names as addressees, and whom the editor takes for one, by the column `key`."""
    found: dict[str, Lists] = {"": defaultdict(list), INFERRED: defaultdict(list)}
    marked = Case(When(stated=True, then=Value("")), default=Value(INFERRED))  # no bool is made of it in Python
    for one, agency, mark in Addressee.objects.filter(**of).order_by("pk").values_list(key, "agency", marked):
        if agency in names:
            found[mark][one].append(names[agency])
    stated, inferred = map(_once, found.values())
    return stated, inferred


def _once(found: Lists) -> Lists:
    """Leave out what stands in a list already."""
    return {one: [*dict.fromkeys(others)] if len(others) > 1 else others for one, others in found.items()}


def sources(*ways: str, keys: RawSQL) -> Lists:
    """Give where that is said which `ways` lead to: addresses, or titles, by the key of the thing, each once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for way in ways:
        rows = Citation.objects.filter(**{f"{way}__in": keys}).order_by("-role", "source", "pk")
        for key, url, archived, title in rows.values_list(way, *SOURCE):
            found[key][url or archived or title] = None
    return {key: [*places] for key, places in found.items()}


class Who:
    """Who put proposals forward: names in each language and slugs of delegates, by the key of the proposal."""

    def __init__(self, proposals: RawSQL) -> None:
        of = {"proposal__in": proposals}
        self.english: Lists = defaultdict(list)
        self.chinese: Lists = defaultdict(list)
        self.slugs: Lists = defaultdict(list)
        self._delegates: dict[int, list[int]] = defaultdict(list)
        self.first: dict[int, str] = {}
        marked = Case(When(first=True, delegate__isnull=False, then=F("proposal")), default=None)
        rows = Sponsorship.objects.filter(**of).order_by("order", "pk").values_list("proposal", marked, *SPONSOR)
        for proposal, first, organisation_en, organisation_zh, delegate, slug, name_en, name_zh in rows:
            if delegate:
                self.slugs[proposal].append(slug)
                self._delegates[proposal].append(delegate)
                if first:
                    self.first[proposal] = slug
            english, chinese = (name_en, name_zh) if delegate else (organisation_en, organisation_zh)
            self.english[proposal].append(english or chinese)
            self.chinese[proposal].append(chinese or english)

    def employers(self, dates: Mapping[int, str]) -> Lists:
        """Give whom the delegates worked for at the dates of the proposals, as far as is known."""
        every = {delegate for delegates in self._delegates.values() for delegate in delegates}
        order = [*map(str, Position._meta.ordering or ()), "pk"]
        marked = Case(When(inferred=True, then=Value(INFERRED)), default=Value(""))
        fields = ("employer_en", "employer_zh", marked, "began", "ended")
        posts: dict[int, list[tuple[str, str, str]]] = {}
        for delegate, rows in grouped(
            Position, "delegate", *fields, of={"delegate__in": among(every)}, order=order
        ).items():
            posts[delegate] = [(f"{en or zh}{inferred}", began, ended) for en, zh, inferred, began, ended in rows]
        found: Lists = {}
        for proposal, delegates in self._delegates.items():
            date = dates[proposal]
            held = [
                name
                for delegate in delegates
                for name, began, ended in posts.get(delegate, NONE)
                if not (began or ended) or _held(began, ended, date)
            ]
            found[proposal] = [*dict.fromkeys(held)] if len(held) > 1 else held
        return found


def _held(began: str, ended: str, date: str) -> bool:
    """Tell whether a post was held at `date`, as far as its dates are known; see `Delegate.positions_at`."""
    after = not ended or date_key(date) <= date_key(ended, end=True)
    return after and date_key(began) <= date_key(date, end=True)
