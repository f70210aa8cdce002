"""What came of what a query finds, and how much of that is known: filed and replied, by year, topic, level, agency.

A part that is not known here may have happened nevertheless: most of what agencies do is published nowhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.models import Agency
from proposals.catalogue import LABELS, Choice, Query, Vocabulary, count, tally_of_days, tally_of_pairs
from proposals.models import Outcome, Reply
from proposals.models.life_cycle import Replied
from proposals.models.proposals import ProposalStatus
from proposals.models.reply_times import Spread
from proposals.pictures import MOST_BARS, Bars, Part, Pictures

FACETS = ("year", "level", "topic", "lead_agency")
OWN = ("status", "replied")
"""Facets that the columns stand for: what is chosen in them is left aside."""
FILED = tuple(
    status.value
    for status in ProposalStatus
    if status not in (ProposalStatus.SUBMITTED, ProposalStatus.MERGED, ProposalStatus.OPINION)
)
"""Status of what is known to be filed: all that is known to have come further was filed before."""
STEPS: dict[str, tuple[str, tuple[str, ...], Promise]] = {
    "filed": ("status", FILED, _("Filing or handling known")),
    "replied": ("replied", (Replied.YES.value,), _("Reply known")),
    "overdue": ("replied", (Replied.OVERDUE.value,), _("No reply known after six months")),
}
"""What the columns count: a facet, its values, and the heading."""


@dataclass(frozen=True)
class Row:
    """One value of a facet: how many in all, and of these what is known, step by step; each leads to its list."""

    whole: Part
    depth: int
    steps: list[Part]

    @property
    def bars(self) -> list[tuple[str, str, str]]:
        """The bar's pieces: what each stands for, where it begins, how long it is, of the longest bar there is."""
        filed, replied, _overdue = (part.count for part in self.steps)
        most = self.whole.most or 1
        ends = {"replied": replied, "filed": filed, "rest": self.whole.count}
        starts = (0, *ends.values())
        return [
            (name, f"{100 * start / most:.1f}%", f"{100 * (end - start) / most:.1f}%")
            for (name, end), start in zip(ends.items(), starts, strict=False)
        ]


@dataclass(frozen=True)
class Table:
    """The values of one facet, with what is known of each."""

    facet: str
    caption: Promise
    rows: list[Row]

    @property
    def label(self) -> str | Promise:
        """What its rows are."""
        return LABELS[self.facet]


CAPTIONS: dict[str, Promise] = {
    "year": _("Filed and replied by year"),
    "level": _("Filed and replied by level"),
    "topic": _("Filed and replied by topic"),
    "lead_agency": _("Filed and replied by agency in charge"),
}


class Overview:
    """What came of what one query finds."""

    def __init__(self, query: Query, vocabulary: Vocabulary) -> None:
        self.beside_choice = any(query.choices(facet) for facet in OWN)
        for facet in OWN:
            query = query.choosing(facet, ())
        self.query, self.vocabulary = query, vocabulary
        self.pictures = Pictures(query, vocabulary, FACETS)
        self.steps = {
            name: (facet, tuple(vocabulary.values(facet, values))) for name, (facet, values, _heading) in STEPS.items()
        }

    @property
    def headings(self) -> list[Promise]:
        """What the columns count."""
        return [heading for _facet, _values, heading in STEPS.values()]

    @cached_property
    def total(self) -> int:
        """How many proposals there are."""
        return count(self.query)

    @cached_property
    def known(self) -> list[Part]:
        """Of all of them what is known, step by step."""
        return [
            Part(str(heading), "", count(asked := self._asking(self.query, name)), asked.url, self.total, self.total)
            for name, (_facet, _values, heading) in STEPS.items()
        ]

    @cached_property
    def in_charge(self) -> int:
        """Of how many it is known which agency leads, or answered."""
        agencies = self.vocabulary.keys("lead_agency", {*self.pictures.counts["lead_agency"]}).values()
        return count(self.query.choosing("lead_agency", agencies)) if agencies else 0

    @cached_property
    def spread(self) -> Spread:
        """The days from submission to the first reply."""
        return Spread(tally_of_days(self.query, self.vocabulary))

    @property
    def days(self) -> list[Part]:
        """The replies by steps of 30 days."""
        bins, total = self.spread.bins, self.spread.number
        most = max((number for _first, _last, number in bins), default=0)
        over = gettext("%(days)s and more")
        return [
            Part(f"{first}–{last}" if last else over % {"days": first}, "", number, "", most, total)
            for first, last, number in bins
        ]

    @property
    def tables(self) -> Iterator[Table]:
        """The tables, each a picture too."""
        for facet in FACETS:
            rows = [*self._rows(facet)]
            if rows:
                yield Table(facet, CAPTIONS[facet], rows)

    def _asking(self, query: Query, step: str) -> Query:
        facet, choices = self.steps[step]
        return query.choosing(facet, choices)

    def _rows(self, facet: str) -> Iterator[Row]:
        base = self.query.choosing(facet, ())
        counts = self.pictures.counts[facet]
        known: Mapping[str, Mapping[tuple[int, int], int]] = {
            own: tally_of_pairs(base, self.vocabulary, facet, own) for own in OWN
        }
        shown = self._shown(facet, counts)
        most = max((counts.get(choice.key, 0) for choice, _depth in shown), default=0)
        for choice, depth in shown:
            whole = base.choosing(facet, (choice,))
            steps = []
            for own, choices in self.steps.values():
                number = sum(known[own].get((choice.key, each.key), 0) for each in choices)
                url = whole.choosing(own, choices).url
                steps.append(Part(str(choice.label), choice.language, number, url, most, counts.get(choice.key, 0)))
            all_of_it = Part(choice.label, choice.language, counts.get(choice.key, 0), whole.url, most)
            yield Row(all_of_it, depth, steps)

    def _shown(self, facet: str, counts: Mapping[int, int]) -> list[tuple[Choice, int]]:
        """Give the values that stand in the table, with their depth: of a tree its tops, or what is chosen."""
        along = self.pictures.axis(facet, {*counts})
        if facet in ("topic", "lead_agency") and not self.query.choices(facet):
            tops = [pair for pair in along if pair[1] == 0]
            return sorted(tops, key=lambda pair: -counts.get(pair[0].key, 0))[:MOST_BARS]
        return along


NEWEST = 20


class Answered:
    """What an agency, with those below it, answered in public, and how long it took."""

    def __init__(self, agency: Agency) -> None:
        self.replies = Reply.objects.published().by(agency)
        self.slug = agency.slug
        self.numbers = self.replies.outcomes()
        self.total = sum(self.numbers.values())

    @property
    def newest(self) -> QuerySet[Reply]:
        """The newest of them."""
        return self.replies.select_related("agency")[:NEWEST]

    @property
    def url(self) -> str:
        """The end of the address of their list."""
        return f"?agency={self.slug}"

    @cached_property
    def spread(self) -> Spread:
        """The days from submission to reply."""
        return self.replies.spread()

    @property
    def shares(self) -> Bars:
        """The share of each outcome."""
        most = max(self.numbers.values(), default=0)
        parts = [
            Part(str(outcome.label), "", number, f"{self.url}&outcome={outcome.value}", most, self.total)
            for outcome in Outcome
            if (number := self.numbers.get(outcome.value, 0))
        ]
        return Bars("outcome", parts, page="replies")
