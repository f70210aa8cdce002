"""Names: by which names a sheet may mean a row of the record, and by which it is told again."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from people.dates import HAN_NUMBER, digits
from people.language import CHINESE, ENGLISH, language_of, reader_language
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Session
from proposals.models import Source, Synonym, Topic

CALLED: dict[type[Model], tuple[str, ...]] = {
    Region: ("full_name_en", "full_name_zh", "iso_code"),
    Agency: ("short_name_en", "short_name_zh", "other_names"),
    Body: ("short_name_zh",),
}
"""Columns besides `name_en` and `name_zh` that hold names of a row, divided by semicolons."""
Index = dict[str, set[int]]


def key(name: str) -> str:
    """Give a name as it is compared: without spaces, hyphens and capitals, numbers in digits, 第 and 会议 left out."""
    letters = re.sub(r"[\s\-_.·,，'’]", "", unicodedata.normalize("NFKC", name).casefold())
    return HAN_NUMBER.sub(lambda found: digits(found[0]), re.sub(r"第|会议$", "", letters))


class Names:
    """The names of everything in the record that a sheet may name; each table is read once, when first asked for."""

    def __init__(self) -> None:
        self._slugs: dict[type[Model], dict[str, int]] = {}
        self._indexes: dict[type[Model], Index] = {}
        self._told: dict[type[Model], dict[int, str]] = {}

    def slugs(self, model: type[Model]) -> dict[str, int]:
        """Give the keys of the rows of `model` by slug."""
        if model not in self._slugs:
            self._slugs[model] = dict(model._base_manager.values_list("slug", "pk"))
        return self._slugs[model]

    def find(self, model: type[Model], name: str) -> set[int]:
        """Give the keys of the rows of `model` that `name` may mean: that with this slug, or all with this name."""
        if name in self.slugs(model):
            return {self.slugs(model)[name]}
        if model not in self._indexes:
            pairs = self._session_names() if model is Session else self._columns(model)
            self._indexes[model] = _by_name([*pairs, *self._others(model)])
        return self._indexes[model].get(key(name), set())

    def one(self, model: type[Model], name: str) -> int:
        """Give the only row of that name; raise `ValidationError` where there is none or more than one."""
        return only(self.find(model, name), name)

    def told(self, model: type[Model]) -> dict[int, str]:
        """Give for each row the name by which it is found again: in the reader's language, or else its slug."""
        if model in self._told:
            return self._told[model]
        wanted = (CHINESE, ENGLISH) if reader_language() == CHINESE else (ENGLISH, CHINESE)
        rows: Iterable[Any] = self.sessions.values() if model is Session else model._base_manager.all()
        self._told[model] = {
            row.pk: next((name for name in names if self.find(model, name) == {row.pk}), row.slug)
            for row in rows
            if (names := [getattr(row, f"name_{language}") for language in wanted])
        }
        return self._told[model]

    @cached_property
    def sessions(self) -> dict[int, Session]:
        """The sessions, each with its body, by key."""
        return Session.objects.select_related("body").in_bulk()

    @cached_property
    def seats(self) -> dict[tuple[int, int], set[int]]:
        """Who sits in a body for a term: delegates by both."""
        found: dict[tuple[int, int], set[int]] = defaultdict(set)
        for delegate, body, term in Membership.objects.values_list("delegate", "body", "term"):
            found[body, term].add(delegate)
        return found

    @cached_property
    def employers(self) -> dict[int, set[str]]:
        """The employers of each delegate, as `key` gives them."""
        found: dict[int, set[str]] = defaultdict(set)
        for delegate, *names in Position.objects.values_list("delegate", "employer_en", "employer_zh"):
            found[delegate].update(key(name) for name in names if name)
        return found

    @cached_property
    def _seated(self) -> set[int]:
        return {delegate for delegates in self.seats.values() for delegate in delegates}

    @cached_property
    def _sources(self) -> dict[str, Source]:
        rows = Source.objects.order_by("-url", "-pk")  # of one title that without an address is meant, and the first
        return {name: source for source in rows for name in (source.url, source.title) if name}

    def source(self, title: str, url: str) -> Source | None:
        """Give the source of that address, or title where there is no address; a new one where there is none."""
        name = url or title
        if name and name not in self._sources:
            language = language_of(title or url)
            self._sources[name] = Source(
                title=(title or url)[:300],
                url=url,
                language=language,
                kind=Source.Kind.NEWS,
                reliability=Source.Reliability.SECOND_HAND,  # whoever knows better says so
            )
        return self._sources.get(name)

    def delegate(self, name: str, session: Session) -> int:
        """Give the delegate of that name who sits in the body and term of the session, or whose seats nobody knows."""
        found = self.find(Delegate, name)
        here = found & self.seats.get((session.body_id, session.term), set()) or found - self._seated
        if found and not here:
            raise ValidationError(_("“%(name)s” is not known to sit there: enter the seat first") % {"name": name})
        return only(here, name)

    @staticmethod
    def _columns(model: type[Model]) -> Iterable[tuple[int, str]]:
        columns = ("name_en", "name_zh", *CALLED.get(model, ()))
        for pk, *cells in model._base_manager.values_list("pk", *columns):
            yield from ((pk, part) for cell in cells for part in (cell or "").split(";"))

    def _session_names(self) -> Iterable[tuple[int, str]]:
        for session in self.sessions.values():
            body, term, ordinal = session.body, session.term, session.ordinal
            yield from ((session.pk, name) for name in (session.name_en, session.name_zh))
            for name in filter(None, (body.short_name_zh, body.name_zh)):
                yield session.pk, f"{name}{term}届{ordinal}次"
                yield session.pk, f"{term}届{name}{ordinal}次"
            if body.level == "national":
                place, whole = {Body.System.CPPCC: ("政协", "全国委员会"), Body.System.NPC: ("全国人大", "")}[
                    Body.System(body.system)
                ]
                yield session.pk, f"{place}{term}届{whole}{ordinal}次"
                yield session.pk, f"{body.short_name_zh[-2:]}{term}届{ordinal}次"

    @staticmethod
    def _others(model: type[Model]) -> Iterable[tuple[int, str]]:
        """Give names that other tables hold: spellings of delegates, words for topics that can mean nothing else."""
        if model is Delegate:
            return NameVariant.objects.values_list("delegate", "spelling")
        if model is Topic:
            return Synonym.objects.filter(ambiguous=False).values_list("topic", "text")
        return ()


def only(found: set[int], name: str) -> int:
    """Give the only one of `found`; raise `ValidationError` where there is none or more than one."""
    if len(found) == 1:
        return next(iter(found))
    raise ValidationError(
        (_("“%(name)s” could be several") if found else _("“%(name)s” is not in the record")) % {"name": name}
    )


def _by_name(pairs: Iterable[tuple[int, str]]) -> Index:
    found: Index = defaultdict(set)
    for pk, name in pairs:
        if name:
            found[key(name)].add(pk)
    return found
