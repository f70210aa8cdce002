"""What is downloaded: a whole list, in the order of its pages, with what a file says of itself."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import get_language

from proposals.catalogue import Query, Vocabulary, Walk, search
from proposals.exports.columns import COLUMNS, Column
from proposals.exports.rows import Block, Names, pieces, proposal_block, recommendation_block
from proposals.replica import read_whole
from proposals.sentence import plain_sentence

LONGEST_NAME = 90
"""Characters of a file's name, without the date and what follows it."""
NOT_IN_NAMES = re.compile("[^A-Za-z0-9-]+")


@dataclass(frozen=True)
class Listed:
    """A list to be written into a file.

    `name` is that of its rows (`proposals`), `sentence` what it shows, in the reader's `language`, `page` the address
    of the list; `site` begins every permalink: `https://host`. `blocks` gives the keys of its rows in order.
    """

    name: str
    site: str
    page: str
    day: datetime.date
    language: str
    sentence: str
    total: int
    parameters: Sequence[tuple[str, str]]
    blocks: Callable[[], Iterator[Sequence[int]]]
    read: Callable[[Sequence[int], Names], Block]
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no names read."""
        object.__setattr__(self, "names", Names(self.site))

    @property
    def columns(self) -> tuple[Column, ...]:
        """What stands in each row."""
        return COLUMNS[self.name]

    def rows(self) -> Iterator[Block]:
        """Give all rows, in blocks; what is no longer published when its block is read is left out."""
        for keys in self.blocks():
            for some in pieces(keys):
                yield read_whole(partial(self.read, some, self.names))

    def file_name(self, ending: str) -> str:
        """Give the name of the file, which says the filter and the day: `lianghui-proposals-topic-cgt-2026-11-27.csv`.

        Where conditions are left out or cannot be written so, eight digits tell it from those of other lists.
        """
        said = [part for pair in self.parameters for part in pair]
        words = [NOT_IN_NAMES.sub("-", part).strip("-") for part in said]
        whole = "-".join(["lianghui", self.name, *filter(None, words)])
        short = whole[:LONGEST_NAME].rstrip("-")
        if short != whole or any(NOT_IN_NAMES.search(part) for part in said):
            asked = "&".join(f"{name}={value}" for name, value in self.parameters)
            short += "-" + hashlib.blake2b(asked.encode("utf-8", "replace"), digest_size=4).hexdigest()
        return f"{short}-{self.day.isoformat()}.{ending}"


def listed(query: Query, vocabulary: Vocabulary, *, site: str, page: str, day: datetime.date) -> Listed:
    """Give all that `query` finds, whatever its page. Raises `UnavailableError` while there is no catalogue."""
    whole = query.whole
    total = search(whole, vocabulary, facets=()).total
    name, read = ("recommendations", recommendation_block) if query.recommendations else ("proposals", proposal_block)
    return Listed(
        name=name,
        site=site,
        page=f"{site}{page}{whole.canonical}",
        day=day,
        language=get_language() or "",
        sentence=plain_sentence(whole, total),
        total=total,
        parameters=whole.parameters(),
        blocks=lambda: iter(Walk(whole, vocabulary)),
        read=read,
    )
