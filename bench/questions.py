"""What is asked, of the site and of the alternatives, and how many each says it finds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import rival

OURS, PLAIN, DATASETTE = "Lianghui", "plain Django ORM", "Datasette"
DEEP = 400


@dataclass(frozen=True, eq=False)
class Question:
    """One address of the site, and what asks the same of the alternatives.

    `names` where its words are the name of a topic too, which the site finds its proposals by and the others do not.
    """

    name: str
    parameters: Sequence[tuple[str, str]] = ()
    table: str = "proposals"
    detail: tuple[int, str] | None = None
    names: bool = False

    def ours(self) -> str:
        """Give the address that asks the site."""
        if self.detail:
            return f"/proposals/{self.detail[0]}/{self.detail[1]}/"
        return f"/{self.table}/?{urlencode(self.parameters)}"

    def plain(self) -> str:
        """Give the address that asks the plain views."""
        return f"/plain/proposals/{self.detail[0]}/" if self.detail else f"/plain{self.ours()}"

    def datasette(self, path: Path) -> str:
        """Give the address that asks Datasette, which serves the database `path`."""
        if self.detail:
            return f"/rival/proposals/{self.detail[0]}.json"
        return rival.address(path, self.table, self.parameters)

    def found(self, who: str, answer: bytes) -> int | None:
        """Give how many `who` says it has found in its answer; nothing for a single proposal."""
        return None if self.detail else TOTALS[who](answer.decode())


def _printed(pattern: str) -> Callable[[str], int]:
    def total(page: str) -> int:
        found = re.search(pattern, page)
        if found is None:
            raise ValueError("The page does not say how many were found.")
        return int(found[1].replace(",", ""))

    return total


TOTALS: dict[str, Callable[[str], int]] = {
    OURS: _printed(r'<h1 id="found" class="sentence">([\d,]+)'),
    PLAIN: _printed(r"<title>(\d+)"),
    DATASETTE: lambda answer: int(json.loads(answer)["filtered_table_rows_count"]),
}


def questions(record: dict[str, Any]) -> list[Question]:
    """Give what is asked: the same kinds at every size, with the topics and regions of a record that is described."""
    topics = record["topics"]
    page = min(DEEP, record["published"] // rival.PAGE)
    two = [("topic", topics[1]), ("topic", topics[5]), ("region", record["regions"][3]), ("year", "2020")]
    return [
        Question("all"),
        Question("a broad topic", [("topic", topics[0])]),
        Question("a narrow topic", [("topic", record["narrowest"])]),
        Question("two topics, a region, a year", two),
        Question("a frequent word", [("q", "strengthen")]),
        Question("a rare word", [("q", "relmacaleucel")]),
        Question("a Chinese word", [("q", "干细胞")], names=True),
        Question("a phrase", [("q", '"stem cell"')], names=True),
        Question("a word and two facets", [("q", "improve"), ("year", "2020"), ("level", "provincial")]),
        Question("recommendations with a word", [("q", "accelerate")], table="recommendations"),
        Question(f"page {page}", [("page", str(page))]),
        Question("a delegate", [("delegate", "made-up-7")]),
        Question("a proposal", detail=tuple(record["one"])),
    ]
