"""Facets: the values of each field as plain data, in the order in which they are shown, each with what a click asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nlargest

from django.utils.functional import Promise

from people.tree import lineage
from proposals.catalogue.counts import LISTED, Counts
from proposals.catalogue.documents import CHOICES
from proposals.catalogue.query import Choice, Query
from proposals.catalogue.vocabulary import LABELS, Vocabulary

SHOWN, FEW, MANY = 10, 3, 12
"""Values shown at once; so few that none is hidden for them; so many that one has to be looked for."""
TREES = {"topic", "region", "delegate_region", "agency", "lead_agency"}


@dataclass(slots=True)
class Value:
    """One value of a facet: what a click on it asks, and how many it has by itself.

    Where other values of the facet are chosen, `added` is by how much a click raises the total.
    """

    value: str
    label: str
    language: str
    count: int
    added: int | None
    selected: bool
    url: str
    depth: int
    at_once: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its values in the order in which they are shown."""

    name: str
    label: str | Promise
    values: list[Value]
    number: int | None
    """How many values there are, `None` where they are thousands; the first hundred are listed."""
    sought: str = ""
    """The words by which these were found among all its values."""

    @property
    def first(self) -> list[Value]:
        """Those shown at once; the others are behind "all"."""
        return [value for value in self.values if value.at_once]

    @property
    def searchable(self) -> bool:
        """Whether there are so many values that one needs to look for one."""
        return bool(self.sought) or self.number is None or self.number > MANY

    @property
    def more(self) -> bool:
        """Whether there are others."""
        return self.number is None or len(self.first) < self.number


def facet_of(name: str, counts: Counts, query: Query, vocabulary: Vocabulary, sought: str = "") -> Facet:
    """Make a facet of its counts without its own choice; what a click adds is what is not found with it already.

    Where words are `sought`, only values stand in it whose names have them.
    """
    without, within = counts.without(name), counts.within(name)
    if sought:
        every = counts.every(name, without=name)
        without = {key: every[key] for key in vocabulary.named(name, sought, every.keys())}
    selected = {choice.key for choice in query.choices(name) if not sought or choice.key in without}
    wanted = without.keys() if name in TREES else _most_frequent(without)
    shown = vocabulary.keys(name, {*wanted, *selected})
    placed = _in_order(name, shown, without)
    at_once = _open(placed, shown, selected)
    if len(placed) - len(at_once) < FEW:
        at_once = {*shown}
    url = query.toggle_urls(name)
    values = [
        Value(
            shown[key].value,
            shown[key].label,
            shown[key].language,
            without.get(key, 0),
            without.get(key, 0) - within.get(key, 0) if selected and key not in selected else None,
            key in selected,
            url(shown[key]),
            depth,
            key in at_once,
        )
        for key, depth in _listed(placed, at_once | selected)
    ]
    number = (
        None if name in counts.in_part and not sought else len(without) + sum(key not in without for key in selected)
    )
    return Facet(name, LABELS[name], values, number, sought)


def _most_frequent(counts: Mapping[int, int]) -> list[int]:
    """Give at most a hundred keys with the highest counts, the lower key first where they are the same."""
    least = min(nlargest(LISTED, counts.values()), default=0)
    among = ((count, -key) for key, count in counts.items() if count >= least)
    return [-low for _, low in nlargest(LISTED, among)]


def _listed(placed: list[tuple[int, int]], kept: set[int]) -> list[tuple[int, int]]:
    """Give at most a hundred values, or those `kept`, in their order: those higher in the tree before those below."""
    room = max(0, LISTED - len(kept))
    higher = sorted((pair for pair in placed if pair[0] not in kept), key=lambda pair: pair[1])
    listed = kept | {key for key, _ in higher[:room]}
    return [pair for pair in placed if pair[0] in listed]


def _in_order(name: str, shown: Mapping[int, Choice], counts: Mapping[int, int]) -> list[tuple[int, int]]:
    """Give keys with their depth: children below parents, years backwards, steps in their order, the rest by count."""
    children: dict[int | None, list[int]] = {}
    for key, choice in shown.items():
        children.setdefault(choice.parent if choice.parent in shown else None, []).append(key)

    def rank(key: int) -> int:
        if name in CHOICES:
            return key
        return -key if name == "year" else -counts.get(key, 0)

    def walk(parent: int | None, depth: int) -> list[tuple[int, int]]:
        return [
            pair for key in sorted(children.get(parent, ()), key=rank) for pair in [(key, depth), *walk(key, depth + 1)]
        ]

    return walk(None, 0)


def _open(placed: list[tuple[int, int]], shown: Mapping[int, Choice], selected: set[int]) -> set[int]:
    """Tell which values are shown at once: the first at the top, what is chosen, and what lies next to that.

    A lone top, as the country is among regions, is open from the start.
    """
    tops = [key for key, depth in placed if depth == 0]
    above = {up for key in selected for up in lineage(key, {each: choice.parent for each, choice in shown.items()})}
    unfolded = above | ({tops[0]} if len(tops) == 1 else set())
    below = [key for key, depth in placed if depth and shown[key].parent in unfolded]
    return {*tops[:SHOWN], *below[:SHOWN], *above}
