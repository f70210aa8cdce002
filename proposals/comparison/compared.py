"""The comparison: one value that the page, the Markdown and the workbook print."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from proposals.comparison.asked import Asked
from proposals.comparison.facts import Fact, facts
from proposals.comparison.texts import Cell, Line, Part, also, part
from proposals.comparison.topics import TopicRow, topic_groups
from proposals.models import Proposal, Topic

LONGEST_NAME = 40


@dataclass(frozen=True)
class Column:
    """One proposal: its place from 1, a short name (its first proposer's), its title, and the address without it."""

    place: int
    name: Part
    title: Cell
    without: str

    @property
    def heading(self) -> Line:
        """Place and short name: “2. Ding Lieming”."""
        return Line((f"{self.place}. ", self.name))

    @property
    def label(self) -> Cell:
        """The heading once more, above each cell where columns stand below one another."""
        return (Line(self.heading.parts, "of"),)


@dataclass(frozen=True)
class Group:
    """Rows that as many share, under a heading."""

    heading: str
    rows: tuple[TopicRow, ...]


@dataclass(frozen=True)
class Comparison:
    """Columns, rows of facts and groups of rows by topic; how many rows that are the same of all were left out."""

    asked: Asked
    columns: tuple[Column, ...]
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    left_out: int

    @property
    def width(self) -> int:
        """How many columns there are, with that of the labels."""
        return len(self.columns) + 1

    @property
    def left_out_words(self) -> str:
        """How many rows were left out, in words; "" where none were."""
        words = ngettext(
            "%(number)s row that is the same in all is left out.",
            "%(number)s rows that are the same in all are left out.",
            self.left_out,
        )
        return words % {"number": self.left_out} if self.left_out else ""

    @property
    def notes(self) -> list[str]:
        """What readers of a copy must know: what of the address was left out, and how many rows."""
        return [*self.asked.problems, *filter(None, [self.left_out_words])]


def compare(asked: Asked) -> Comparison:
    """Put what is asked side by side, in the reader's language."""
    columns = tuple(_column(place, proposal, asked) for place, proposal in enumerate(asked.proposals, start=1))
    if not columns:
        return Comparison(asked, (), (), (), 0)
    headings = {
        "all": _("Topics that all share") if asked.enough else _("Topics"),
        "some": _("Topics that some share"),
        "one": _("Topics that only one has"),
        "none": _("Without a topic"),
    }
    every_fact = facts(asked.proposals)
    every_group = topic_groups(asked.proposals, Topic.objects.all(), [column.heading for column in columns])
    only = asked.only_differences and asked.enough
    shown = tuple(fact for fact in every_fact if not (only and fact.same))
    rows = {kind: tuple(row for row in found if not (only and row.same)) for kind, found in every_group.items()}
    groups = tuple(Group(heading, rows[kind]) for kind, heading in headings.items() if rows.get(kind))
    left_out = len(every_fact) - len(shown) + sum(len(every_group[kind]) - len(rows[kind]) for kind in rows)
    return Comparison(asked, columns, shown, groups, left_out)


def _column(place: int, proposal: Proposal, asked: Asked) -> Column:
    title = Line((part(proposal, "title", linked=True),))
    other = [Line((each,), "also") for each in also(proposal, "title")]
    return Column(place, _short_name(proposal), (title, *other), asked.without(proposal.pk))


def _short_name(proposal: Proposal) -> Part:
    """Give the name of the first proposer, or else the title, as far as a heading has room for it."""
    first = next(iter(sorted(proposal.sponsorships.all(), key=lambda each: not each.first)), None)
    if first is None:
        name = part(proposal, "title")
    else:
        name = part(first.delegate) if first.delegate else part(first, "organisation")
    return name if len(name.text) <= LONGEST_NAME else Part(f"{name.text[: LONGEST_NAME - 1]}…", name.language)
