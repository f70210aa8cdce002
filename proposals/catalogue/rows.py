"""Rows of lists: what a list shows of a proposal, as the index keeps it beside the document by which it is found.

A list then asks the record for no more than which proposals are public and when each changed last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from people.addresses import address
from proposals.models import Recommendation
from proposals.models.proposals import Headed

if TYPE_CHECKING:
    from people.models import Delegate


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with a name and a page."""

    page: str
    slug: str
    name_en: str
    name_zh: str

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return address(self.page, self.slug)


@dataclass(frozen=True, slots=True)
class Post:
    """Whom a delegate worked for at the time."""

    employer_en: str
    employer_zh: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Proposer:
    """One of those who put a proposal forward: a delegate with posts, or an organisation by its names."""

    delegate: Named | None
    positions: list[Post]
    organisation_en: str = ""
    organisation_zh: str = ""


@dataclass(frozen=True, slots=True)
class Row(Headed):
    """A proposal as lists show it."""

    session: Named
    proposers: list[Proposer]
    topics: list[Named]
    regions: list[Named]
    pk: int
    slug: str
    title_en: str
    title_zh: str
    summary_en: str
    summary_zh: str
    status: str
    date: str
    recommendation_count: int
    hit: Recommendation | None = None
    """The one that has most of what was looked for."""


def packed(
    *own: str | int,
    session: tuple[str, ...],
    proposers: list[tuple[Any, ...]],
    topics: list[tuple[str, ...]],
    regions: list[tuple[str, ...]],
) -> bytes:
    """Pack what `unpacked` makes a row of: its own columns, slug and names of each thing, proposers by `proposer`."""
    return json.dumps([own, session, proposers, topics, regions], ensure_ascii=False, separators=(",", ":")).encode()


def proposer(delegate: Delegate, date: str) -> tuple[Any, ...]:
    """Give what is packed of a delegate, with the posts held at `date`; an organisation is packed as its two names."""
    posts = [(each.employer_en, each.employer_zh, each.inferred) for each in delegate.positions_at(date)]
    return delegate.slug, delegate.name_en, delegate.name_zh, posts


def unpacked(content: bytes) -> Row:
    """Make a row of what the index keeps."""
    own, session, proposers, topics, regions = cast("list[list[Any]]", json.loads(content))
    return Row(
        Named("session", *session),
        [_proposer(*each) for each in proposers],
        [Named("topic", *each) for each in topics],
        [Named("region", *each) for each in regions],
        *own,
    )


def _proposer(*part: Any) -> Proposer:
    if len(part) == 2:
        return Proposer(None, [], *part)
    *name, positions = part
    return Proposer(Named("delegate", *name), [Post(*each) for each in positions])
