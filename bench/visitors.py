"""What visitors ask for, the same for the same seed: addresses from `pattern.toml` with the values of a record."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.texts import MEDICINES, SYLLABLES, Uneven, words

PATTERN = Path(__file__).parent / "pattern.toml"
SEED = 20260304
CHINESE = 0.25
"""How many of the pages that are there in both languages are asked for in Chinese."""
STAYS = 12
"""How many addresses one visitor asks for; then another comes, with a network address of its own."""


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of address: what share of all requests it is, its addresses, and what an answer must be like."""

    name: str
    share: float
    addresses: list[str]
    check: str
    list: bool = False


def pattern() -> list[Kind]:
    """Read the kinds of addresses."""
    return [Kind(**each) for each in tomllib.loads(PATTERN.read_text())["kind"]]


class Values:
    """Gives values for the places in addresses: those of a record, as `bench.record.values` describes it, and words."""

    def __init__(self, record: dict[str, Any], static: list[str]) -> None:
        pages = Uneven(range(1, max(2, record["published"] // 20)), steepness=1.2)
        of_record = {name: Uneven(each, steepness=1.0) for name, each in record.items() if isinstance(each, list)}
        english = Uneven([word for word in words("english") if word.isalpha()], steepness=0.7)
        chosen: dict[str, Uneven[Any]] = of_record | {
            "static": Uneven(static, steepness=0.3),
            "word": english,
            "field": Uneven([word for word in words("english") if word.isalpha()][:20], steepness=0.5),
            "chinese": Uneven(words("chinese"), steepness=0.7),
            "page": pages,
        }
        self.choose: dict[str, Callable[[random.Random], Any]] = {name: each.one for name, each in chosen.items()}
        self.choose["rare"] = _rare
        self.choose["zh"] = lambda rng: "/zh" if rng.random() < CHINESE else ""

    def filled(self, address: str, rng: random.Random) -> str:
        """Give an address with a value in each of its places."""
        return re.sub(r"{(\w+)}", lambda place: quote(str(self.choose[place[1]](rng)), safe="/"), address)


def _rare(rng: random.Random) -> str:
    """Give a word that few texts have, or none."""
    return rng.choice(MEDICINES) if rng.random() < 0.5 else "".join(rng.choices(SYLLABLES, k=3))


class Visitor:
    """One after the other of those whom one client stands for: what they ask, and from where."""

    def __init__(self, number: int, kinds: list[Kind], values: Values) -> None:
        self.rng = random.Random(SEED + number)
        self.kinds, self.values, self.number = kinds, values, number
        self.shares = list(accumulate(kind.share for kind in kinds))
        self.asked = 0

    def next(self) -> tuple[Kind, str]:
        """Draw what is asked for next: a kind and an address; `again` is for what the visitor has already."""
        self.asked += 1
        [kind] = self.rng.choices(self.kinds, cum_weights=self.shares)
        return kind, self.values.filled(self.rng.choice(kind.addresses), self.rng)

    @property
    def network_address(self) -> str:
        """From where the visitor of the moment asks."""
        place = self.number * 65_536 + self.asked // STAYS
        return f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
