"""Reading: rows of the other tables for a whole block of proposals or recommendations, grouped by what they are of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import RawSQL

from people.dates import date_key
from people.models import Position
from proposals.models import Citation, Sponsorship

Rows = dict[int, list[Any]]
SOURCE = ("source__url", "source__archive_url", "source__title")
SPONSOR = (
    *("organisation_en", "organisation_zh", "first", "delegate"),
    *("delegate__slug", "delegate__name_en", "delegate__name_zh"),
)
POST = ("employer_en", "employer_zh", "inferred", "began", "ended")


def among(keys: Iterable[int]) -> RawSQL:
    """Give keys for `…__in`, as one parameter: Django takes longer over a thousand than the database."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [[*keys]])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps([*keys])])


def grouped(model: type[Model], key: str, *fields: str, of: Mapping[str, Any], order: Sequence[str] = ("pk",)) -> Rows:
    """Read the column `key` and `fields` of a table, grouped by the first, which is left out of the rows."""
    found: Rows = defaultdict(list)
    for row in model._default_manager.filter(**of).order_by(*order).values_list(key, *fields):
        found[row[0]].append(row[1:])
    return found


def linked(field: Any, names: Mapping[int, str], end: str, key: str, of: Mapping[str, Any]) -> dict[int, list[str]]:
    """Read what a field links to: by the column `key`, the `names` of what stands at the `end`, each once, in order."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    rows = field.through._default_manager.filter(**of).order_by("pk").values_list(key, end)
    for one, other in rows:
        if other in names:  # it may have come into the record after the names were read
            found[one][names[other]] = None
    return {one: [*others] for one, others in found.items()}


def sources(*ways: str, keys: Sequence[int]) -> dict[int, list[str]]:
    """Give where that is said which `ways` lead to: addresses, or titles, by the key of the thing, each once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for way in ways:
        rows = Citation.objects.filter(**{f"{way}__in": among(keys)}).order_by("-role", "source", "pk")
        for key, url, archived, title in rows.values_list(way, *SOURCE):
            found[key][url or archived or title] = None
    return {key: [*places] for key, places in found.items()}


class Who:
    """Who put proposals forward, and whom they worked for."""

    def __init__(self, proposals: Iterable[int]) -> None:
        among_these = {"proposal__in": among(proposals)}
        self._sponsors = grouped(Sponsorship, "proposal", *SPONSOR, of=among_these, order=("order", "pk"))
        self._delegates = {row[3] for rows in self._sponsors.values() for row in rows if row[3]}
        self._posts: Rows | None = None

    def told(self, proposal: int) -> dict[str, Any]:
        """Give the names of the proposers of a proposal in each language, and the slugs of the delegates."""
        english, chinese, slugs = [], [], []
        for organisation_en, organisation_zh, _first, delegate, slug, name_en, name_zh in self._sponsors.get(
            proposal, ()
        ):
            if delegate:
                english.append(name_en or name_zh)
                chinese.append(name_zh or name_en)
                slugs.append(slug)
            else:
                english.append(organisation_en or organisation_zh)
                chinese.append(organisation_zh or organisation_en)
        return {"proposers_en": english, "proposers_zh": chinese, "delegates": slugs}

    def first(self, proposal: int) -> str:
        """Give the slug of the delegate who stands first; "" where nobody is known to."""
        return next((row[4] for row in self._sponsors.get(proposal, ()) if row[2] and row[3]), "")

    def employers(self, proposal: int, date: str) -> list[str]:
        """Give whom the delegates worked for at `date`, as far as is known; what is inferred says so."""
        if self._posts is None:
            order = [*map(str, Position._meta.ordering or ()), "pk"]
            self._posts = grouped(Position, "delegate", *POST, of={"delegate__in": among(self._delegates)}, order=order)
        begin, end = date_key(date), date_key(date, end=True)
        found: dict[str, None] = {}
        for row in self._sponsors.get(proposal, ()):
            for name_en, name_zh, inferred, began, ended in self._posts.get(row[3], ()):
                if date_key(began) <= end and (not ended or begin <= date_key(ended, end=True)):
                    found[f"{name_en or name_zh}{' (inferred)' if inferred else ''}"] = None
        return [*found]
