"""The vocabulary: what can be chosen in each facet, with the names that readers see."""

import re
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from typing import Any, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.addresses import FormerAddress
from people.language import in_language, reader_language
from people.models import Agency, Body, Delegate, Region, Session
from proposals.catalogue.documents import CHOICES, NAMED, choice_number
from proposals.catalogue.index import Opened, catalogue
from proposals.catalogue.names import Names
from proposals.catalogue.query import ADDED, NEWEST, OLDEST, RELEVANCE, Choice
from proposals.catalogue.schema import PROPOSAL
from proposals.catalogue.totals import Totals
from proposals.catalogue.words import phrases
from proposals.models import Topic

Row = dict[str, Any]
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")
LABELS = {
    "topic": _("Topic"),
    "region": _("Region"),
    "delegate_region": _("Delegate's region"),
    "level": _("Level"),
    "body": _("Body"),
    "session": _("Session"),
    "year": _("Year"),
    "kind": _("Kind of document"),
    "status": _("Status"),
    "replied": _("Reply"),
    "outcome": _("Outcome"),
    "lead_agency": _("Lead agency"),
    "agency": _("Addressed to"),
    "delegate": _("Delegate"),
    "first_proposer": _("First proposer"),
}

FOUND_BY_SLUG = {
    "topic": "proposals.topic",
    "agency": "people.agency",
    "lead_agency": "people.agency",
    "session": "people.session",
    "delegate": "people.delegate",
    "first_proposer": "people.delegate",
}
"""Facets whose values are slugs, which may be changed, and the kind of what they are: former ones find the same."""
NAMES_OF_DELEGATES = ("slug", "name_en", "name_zh")
NAMED_WHEN_PUBLISHED = {"body", "session", "agency", "lead_agency", "delegate", "first_proposer"}
"""Facets whose names are public only where something published shows them: to ask for one must not tell it."""
ORDERS = {
    RELEVANCE: _("Best match first"),
    NEWEST: _("Newest first"),
    OLDEST: _("Oldest first"),
    ADDED: _("Last added first"),
}


class Lists:
    """The names that readers of one language see in one state of the record; each list is read when first asked for."""

    def __init__(self) -> None:
        self.delegates: dict[int, Choice] = {}
        self.delegate_keys: dict[str, int] = {}
        self.sessions: dict[int, Choice] = {}

    @cached_property
    def topic(self) -> list[Choice]:
        """The names of topics."""
        return [_named(topic, topic.slug, topic.parent_id) for topic in Topic.objects.all()]

    @cached_property
    def region(self) -> list[Choice]:
        """The names of regions."""
        return [_named(region, region.code, region.parent_id) for region in Region.objects.all()]

    @cached_property
    def agency(self) -> list[Choice]:
        """The names of agencies."""
        return [_named(agency, agency.slug, agency.parent_id) for agency in Agency.objects.all()]

    @cached_property
    def former(self) -> dict[tuple[str, str], int]:
        """The keys of what is found by a slug no longer: by its kind and that slug."""
        rows = FormerAddress.objects.order_by("pk").values_list("kind", "slug", "into")
        return {(kind, slug): into for kind, slug, into in rows}

    @cached_property
    def _meetings(self) -> tuple[dict[int, Body], dict[int, Row]]:
        """Read bodies and rows of sessions, of which there are hundreds and few are shown."""
        of_body = ("slug", "name_en", "name_zh", "short_name_zh")
        rows = Session.objects.values_list(
            "pk", "slug", "term", "ordinal", "body", *(f"body__{each}" for each in of_body)
        )
        bodies: dict[int, Body] = {}
        sessions: dict[int, Row] = {}
        for pk, slug, term, ordinal, body, *names in rows:
            if body not in bodies:
                bodies[body] = Body(pk=body, **dict(zip(of_body, names, strict=True)))
            sessions[pk] = {"slug": slug, "term": term, "ordinal": ordinal, "body": bodies[body]}
        return bodies, sessions

    @cached_property
    def body(self) -> list[Choice]:
        """The names of bodies."""
        return [_named(body, body.slug) for body in self._meetings[0].values()]

    def some_sessions(self, values: Collection[str], keys: Collection[int]) -> list[Choice]:
        """Give at least those asked for by value or by key, in the record's order."""
        for key, row in self._meetings[1].items():
            if key not in self.sessions and (key in keys or row["slug"] in values):
                self.sessions[key] = _named(Session(pk=key, **row), row["slug"])
        return [self.sessions[key] for key in self._meetings[1] if key in self.sessions]

    def some_delegates(self, values: Collection[str], keys: Collection[int]) -> list[Choice]:
        """Give those asked for by value or by key, and read those that are not read yet: there may be thousands."""
        missing = {*keys} - self.delegates.keys()
        slugs = {value for value in values if SLUG.fullmatch(value)} - self.delegate_keys.keys()
        if slugs or missing:
            wanted = Q(slug__in=slugs) | Q(pk__in=missing) if slugs else Q(pk__in=missing)
            rows = Delegate.objects.filter(wanted).order_by().values_list("pk", *NAMES_OF_DELEGATES, named=True)
            read = {row.pk: _named(row, row.slug) for row in rows}
            self.delegates |= read
            self.delegate_keys |= {choice.value: key for key, choice in read.items()}
        meant = {*keys, *(self.delegate_keys[value] for value in values if value in self.delegate_keys)}
        chosen = (self.delegates[key] for key in meant if key in self.delegates)
        return sorted(chosen, key=lambda choice: (choice.label, choice.key))


@lru_cache(maxsize=4)
def _lists(_index: str, _position: int, _language: str) -> Lists:
    """Keep the lists of the last states of the record that were asked for, one for each language."""
    return Lists()


class Vocabulary:
    """What can be chosen, in the state of the record that the index has reached; one for each request."""

    @cached_property
    def opened(self) -> Opened:
        """The index, as fresh as the record at the first question of the request."""
        return catalogue().fresh()

    @cached_property
    def names(self) -> Names:
        """The names in the index."""
        return Names(self.opened.searcher)

    @property
    def totals(self) -> Totals:
        """The counts of everything in the index."""
        return self.opened.totals

    @cached_property
    def _lists(self) -> Lists:
        return _lists(self.opened.name, self.opened.position, reader_language())

    def values(self, facet: str, values: Iterable[str]) -> list[Choice]:
        """Give the choices for `values` of an address, in their order; unknown ones are left out."""
        wanted = list(dict.fromkeys(values))
        known = {choice.value: choice for choice in self._choices(facet, values=wanted)} if wanted else {}
        if now := {value: key for value in wanted if value not in known and (key := self.former(facet, value))}:
            by_key = {choice.key: choice for choice in self._choices(facet, keys={*now.values()})}
            known |= {value: by_key[key] for value, key in now.items() if key in by_key}
        found = list(dict.fromkeys(known[value] for value in wanted if value in known))
        return [choice for choice in found if facet not in NAMED_WHEN_PUBLISHED or self._shows(facet, choice)]

    def former(self, facet: str, value: str) -> int:
        """Give the key of what had the slug `value` before, or was made one with what had it; 0 where nothing was."""
        kind = FOUND_BY_SLUG.get(facet)
        return self._lists.former.get((kind, value), 0) if kind else 0

    def keys(self, facet: str, keys: Collection[int]) -> dict[int, Choice]:
        """Give the choices for numbers of the index, by number, in the record's order."""
        return {key: choice for choice in self._choices(facet, keys=keys) if (key := choice.key) in keys}

    def named(self, facet: str, words: str, among: Collection[int]) -> set[int]:
        """Give those of the numbers `among` whose names have all of `words`, in any language and spelling."""
        by_name = {"first_proposer": "delegate", "delegate_region": "region"}.get(facet, facet)
        if by_name not in NAMED:
            labels = self.keys(facet, among)
            return {key for key, choice in labels.items() if words.casefold() in str(choice.label).casefold()}
        found = {*among}
        for phrase in phrases(words):
            having = {*self.names.of(phrase).get(by_name, ())}
            found = found - having if phrase.without else found & having
        return found

    def _shows(self, facet: str, choice: Choice) -> bool:
        """Tell whether anything published has `choice`."""
        return choice.key in self.totals.by(facet, PROPOSAL)

    def _choices(self, facet: str, *, values: Collection[str] = (), keys: Collection[int] = ()) -> Iterable[Choice]:
        match facet:
            case "lead_agency":
                return self._lists.agency
            case "topic" | "agency" | "body":
                return cast("list[Choice]", getattr(self._lists, facet))
            case "region" | "delegate_region":
                return self._lists.region
            case "year":
                years = {*keys, *(int(value) for value in values if value.isdecimal() and len(value) == 4)}
                return [Choice(year, str(year), str(year)) for year in sorted(years)]
            case "delegate" | "first_proposer":
                return self._lists.some_delegates(values, keys)
            case "session":
                return self._lists.some_sessions(values, keys)
            case _:
                return [
                    Choice(choice_number(facet, choice.value), choice.value, choice.label) for choice in CHOICES[facet]
                ]


def _named(thing: Any, value: str, parent: int | None = None) -> Choice:
    label, language = in_language(thing, "name")
    return Choice(thing.pk, value, label, parent, language)
