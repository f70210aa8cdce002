"""Recommendations aligned by topic: a row for a topic, and each recommendation once, where most can be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from people.tree import lineage
from proposals.comparison.texts import Cell, Line, Part, given, joined, part, words
from proposals.models import Proposal, Recommendation, Topic


@dataclass(frozen=True)
class Demand:
    """A recommendation in a row: number, text, of whom it is asked, its other topics, the editor's note."""

    number: Part
    text: Part
    implied: bool
    to: tuple[Part | str, ...]
    others: tuple[Part | str, ...]
    note: tuple[Part, ...]

    @property
    def lines(self) -> Cell:
        """All of it, as every rendering prints it."""
        implied = (" (", _("implied in the source"), ")") if self.implied else ()
        return (
            Line((self.number, ". ", self.text, *implied), "demand"),
            Line((_("To:"), " ", *self.to), "facts"),
            *([Line((_("Also on:"), " ", *self.others), "facts")] if self.others else []),
            *([Line((_("Editor's note:"), " ", *self.note), "note")] if self.note else []),
        )

    @property
    def said(self) -> tuple[object, ...]:
        """What two demands have in common that ask the same."""
        return self.text.text, self.to


@dataclass(frozen=True)
class Place:
    """One proposal's part of a row: what stands here, and its recommendations on this that stand elsewhere."""

    demands: tuple[Demand, ...]
    elsewhere: tuple[Part, ...]

    @property
    def rest(self) -> Cell:
        """What is to be said below the demands: where others on the topic are, or that there is nothing."""
        if self.elsewhere:
            return (Line((_("On this, under another topic:"), " ", *joined(self.elsewhere)), "facts"),)
        return () if self.demands else words(_("nothing on this"), "none")


@dataclass(frozen=True)
class TopicRow:
    """One row: the topic with what it lies below, how many share it, a place for each proposal.

    `holders` are the proposals, by their place from 0, that have a recommendation on the topic or on one below it.
    """

    topic: Line
    shared: Line
    places: tuple[Place, ...]
    holders: tuple[int, ...]

    @property
    def same(self) -> bool:
        """Whether all ask the same."""
        asked = {tuple(demand.said for demand in place.demands) for place in self.places}
        return len(asked) == 1 and not any(place.elsewhere for place in self.places)

    @property
    def compared(self) -> Line:
        """How many share the topic, and whether they ask the same, in words."""
        return Line((*self.shared.parts, *([" · ", _("same")] if self.same and len(self.places) > 1 else [])), "facts")

    @property
    def heading(self) -> Cell:
        """What stands before the row."""
        return (self.topic, self.compared)

    @property
    def height(self) -> int:
        """How many demands the fullest place has."""
        return max(len(place.demands) for place in self.places)


@dataclass
class Tree:
    """The topics, in the order of their tree, and which of the proposals have a recommendation on each."""

    topics: Mapping[int, Topic]
    parents: Mapping[int, int | None]
    order: Mapping[int, int]
    holders: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, topics: Iterable[Topic], proposals: Sequence[Proposal]) -> Tree:
        """Read the tree, and what the proposals have to do with it."""
        by_key = {topic.pk: topic for topic in topics}
        below: dict[int | None, list[int]] = defaultdict(list)
        for topic in by_key.values():
            below[topic.parent_id].append(topic.pk)
        order: dict[int, int] = {}
        waiting = below[None][::-1]
        while waiting:
            key = waiting.pop()
            order[key] = len(order)
            waiting += below[key][::-1]
        tree = cls(by_key, {key: topic.parent_id for key, topic in by_key.items()}, order)
        for column, proposal in enumerate(proposals):
            for recommendation in proposal.recommendations.all():
                for key in tree.spanned(recommendation):
                    tree.holders[key].add(column)
        return tree

    def spanned(self, recommendation: Recommendation) -> set[int]:
        """Give its topics and all that these lie below."""
        return {key for topic in recommendation.topics.all() for key in lineage(topic.pk, self.parents)}

    def place(self, recommendation: Recommendation) -> int | None:
        """Give the topic of the row in which it stands, or None where it has no topic.

        Of its own topics the one that most proposals have; where no other has any of them, the nearest above that
        others have too; where there is none, the top of its tree. Of equals the narrowest, then the first in the tree.
        """
        own = [topic.pk for topic in recommendation.topics.all()]
        above = {key for topic in own for key in lineage(topic, self.parents) if key != topic}
        narrow = [key for key in own if key not in above]
        shared = [key for key in narrow if len(self.holders[key]) > 1]
        if not shared:
            lines = [list(lineage(key, self.parents)) for key in narrow]
            nearest = [next((key for key in line if len(self.holders[key]) > 1), None) for line in lines]
            shared = [key for key in nearest if key is not None] or [line[-1] for line in lines]
        return min(shared, key=self._rank) if shared else None

    def rank_of_row(self, key: int | None) -> tuple[bool, int, int]:
        """Give what rows are sorted by: what most have first, then as in the tree, what has no topic last."""
        return (True, 0, 0) if key is None else (False, -len(self.holders[key]), self.order.get(key, 0))

    def _rank(self, key: int) -> tuple[int, int, int]:
        return -len(self.holders[key]), -len(list(lineage(key, self.parents))), self.order.get(key, 0)


def topic_groups(
    proposals: Sequence[Proposal], topics: Iterable[Topic], headings: Sequence[Line]
) -> dict[str, list[TopicRow]]:
    """Give a row for each topic under which something stands, by whether "all" have it, "some" or "one".

    What most have stands first; what has no topic comes last, under "none". `headings` are the names of the columns.
    """
    tree = Tree.of(topics, proposals)
    standing: dict[int | None, set[int]] = defaultdict(set)
    for proposal in proposals:
        for recommendation in proposal.recommendations.all():
            standing[tree.place(recommendation)].add(recommendation.pk)
    groups: dict[str, list[TopicRow]] = {}
    for key in sorted(standing, key=tree.rank_of_row):
        row = _row(key, standing[key], proposals, tree, headings)
        few = "one" if len(row.holders) == 1 else "some"
        kind = "none" if key is None else "all" if len(row.holders) == len(proposals) else few
        groups.setdefault(kind, []).append(row)
    return groups


def _row(
    key: int | None, standing: set[int], proposals: Sequence[Proposal], tree: Tree, headings: Sequence[Line]
) -> TopicRow:
    places = []
    for proposal in proposals:
        every = proposal.recommendations.all()
        here = [each for each in every if each.pk in standing]
        elsewhere = [each for each in every if each.pk not in standing and key in tree.spanned(each)]
        places.append(
            Place(
                tuple(_demand(each, proposal, key) for each in here),
                tuple(_number(each, proposal) for each in elsewhere),
            )
        )
    if key is None:
        holders = tuple(column for column, place in enumerate(places) if place.demands)
        return TopicRow(Line((_("Other"),)), _shared(holders, headings), tuple(places), holders)
    trail = [part(tree.topics[each], linked=True) for each in lineage(key, tree.parents)][::-1]
    holders = tuple(sorted(tree.holders[key]))
    return TopicRow(Line(joined(trail, by=" › ")), _shared(holders, headings), tuple(places), holders)


def _shared(holders: Sequence[int], headings: Sequence[Line]) -> Line:
    """Say in words how many of the columns have a topic."""
    if len(headings) == 1:
        return Line(())
    if len(holders) == 1:
        return Line((_("only in"), " ", *headings[holders[0]].parts))
    if len(holders) == len(headings):
        return Line((_("in all %(number)s") % {"number": len(headings)},))
    return Line((_("in %(number)s of %(total)s") % {"number": len(holders), "total": len(headings)},))


def _number(recommendation: Recommendation, proposal: Proposal) -> Part:
    return Part(str(recommendation.order), address=f"{proposal.get_absolute_url()}#r{recommendation.order}")


def _demand(recommendation: Recommendation, proposal: Proposal, row: int | None) -> Demand:
    to: list[Part | str] = []
    for each in recommendation.addressees.all():
        to += [_(", ")] if to else []
        to += [part(each.agency, linked=True), *([] if each.stated else [" ", _("(inferred)")])]
    others = [part(topic, linked=True) for topic in recommendation.topics.all() if topic.pk != row]
    return Demand(
        number=_number(recommendation, proposal),
        text=part(recommendation, "text"),
        implied=recommendation.implied,
        to=tuple(to) or (_("not stated"),),
        others=joined(others),
        note=given(recommendation, "note"),
    )
