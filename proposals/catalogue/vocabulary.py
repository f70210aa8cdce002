"""The vocabulary: what can be chosen in each facet, with the names that readers see."""

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.language import foreign, in_language
from people.models import Agency, Body, Delegate, Region, Session
from proposals.catalogue.documents import CHOICES, choice_number
from proposals.catalogue.index import catalogue
from proposals.catalogue.names import Names, is_number
from proposals.catalogue.query import NEWEST, OLDEST, RELEVANCE, Choice
from proposals.models import Topic

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
    "agency": _("Addressed to"),
    "delegate": _("Delegate"),
    "first_proposer": _("First proposer"),
}

NAMED_WHEN_PUBLISHED = {"body", "session", "agency", "delegate", "first_proposer"}
"""Facets whose names are public only where something published shows them: to ask for one must not tell it."""
ORDERS = {RELEVANCE: _("Best match first"), NEWEST: _("Newest first"), OLDEST: _("Oldest first")}


class Vocabulary:
    """Reads each list of names from the record once, when it is first asked for; one for each request."""

    def values(self, facet: str, values: Iterable[str]) -> list[Choice]:
        """Give the choices for `values` of an address, in their order; unknown ones are left out."""
        wanted = list(dict.fromkeys(values))
        known = {choice.value: choice for choice in self._choices(facet, values=wanted)} if wanted else {}
        found = [known[value] for value in wanted if value in known]
        return [choice for choice in found if facet not in NAMED_WHEN_PUBLISHED or self._shows(facet, choice)]

    @cached_property
    def names(self) -> Names:
        """The index, as fresh as the record at the first question of the request."""
        return Names(catalogue().fresh().searcher)

    def _shows(self, facet: str, choice: Choice) -> bool:
        """Tell whether anything published has `choice`."""
        return bool(self.names.searcher.search(is_number(facet, choice.key), 1).hits)

    def keys(self, facet: str, keys: Collection[int]) -> dict[int, Choice]:
        """Give the choices for numbers of the index, by number, in the record's order."""
        return {choice.key: choice for choice in self._choices(facet, keys=keys) if choice.key in keys}

    def _choices(self, facet: str, *, values: Collection[str] = (), keys: Collection[int] = ()) -> Iterable[Choice]:
        match facet:
            case "topic":
                return self._topics
            case "region" | "delegate_region":
                return self._regions
            case "agency":
                return self._agencies
            case "session":
                return self._sessions
            case "body":
                return self._bodies
            case "year":
                years = {*keys, *(int(value) for value in values if value.isdecimal() and len(value) == 4)}
                return [Choice(year, str(year), str(year)) for year in years]
            case "delegate" | "first_proposer":
                return self._delegates(values, keys)
            case _:
                return [
                    Choice(choice_number(facet, choice.value), choice.value, choice.label) for choice in CHOICES[facet]
                ]

    @cached_property
    def _topics(self) -> list[Choice]:
        return [_named(topic, topic.slug, topic.parent_id) for topic in Topic.objects.all()]

    @cached_property
    def _regions(self) -> list[Choice]:
        return [_named(region, region.code, region.parent_id) for region in Region.objects.all()]

    @cached_property
    def _agencies(self) -> list[Choice]:
        return [_named(agency, agency.slug, agency.parent_id) for agency in Agency.objects.all()]

    @cached_property
    def _meetings(self) -> list[Session]:
        return list(Session.objects.select_related("body"))

    @cached_property
    def _sessions(self) -> list[Choice]:
        return [_named(session, session.slug) for session in self._meetings]

    @cached_property
    def _bodies(self) -> list[Choice]:
        bodies = {session.body_id: session.body for session in self._meetings}
        return [_named(body, body.slug) for body in bodies.values()]

    def _delegates(self, values: Collection[str], keys: Collection[int]) -> Iterable[Choice]:
        """Read those asked for that are not read yet: there may be thousands in all."""
        known = self._read_delegates
        slugs = {value for value in values if SLUG.fullmatch(value)} - {choice.value for choice in known.values()}
        missing = {*keys} - {*known}
        if slugs or missing:
            for delegate in Delegate.objects.filter(Q(slug__in=slugs) | Q(pk__in=missing)):
                known[delegate.pk] = _named(delegate, delegate.slug)
        return known.values()

    @cached_property
    def _read_delegates(self) -> dict[int, Choice]:
        return {}


def _named(thing: Topic | Region | Agency | Session | Body | Delegate, value: str, parent: int | None = None) -> Choice:
    label, language = in_language(thing, "name")
    return Choice(thing.pk, value, label, parent, foreign(language))
