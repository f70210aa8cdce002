"""Made-up texts in two languages, like those of the founding data, and the lists of words they are made of."""

import random
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Generic, TypeVar

SENTENCES = 50_000
TAIL = 20_000
"""Words of which most are rare."""
SMALL_WORDS = ["the", "and", "of", "for", "a", "in", "to", "that", "with", "on", "by", "from", "all", "as", "at", "or"]
SHARES = (35, 25, 40)
"""Of a hundred words of a text, how many are small words, words of the field, and others."""
SYLLABLES = [first + vowel + last for first in "bcdfglmnprstv" for vowel in "aeiou" for last in ("", "n", "r", "s")]
WORDS = Path(__file__).parent / "words"
HANZI = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]
"""The 3,700 characters that China's standard counts as common."""
MEDICINES = [
    f"{first}{middle}{last}"
    for first in ("rel", "zev", "equ", "ina", "sat", "ora")
    for middle in ("maca", "orca", "ti", "vera", "sino")
    for last in ("leucel", "tagene", "vec", "parvovec", "stemcel")
]
"""Names like those of cell and gene therapies: the rare words."""
T = TypeVar("T")


def words(name: str) -> list[str]:
    """Read a list of words; a low line stands for a space in one."""
    return [word.replace("_", " ") for word in (WORDS / f"{name}.txt").read_text("utf-8").split()]


def pairs(name: str) -> list[tuple[str, str]]:
    """Read a list of names: Latin letters, characters."""
    read = words(name)
    return list(zip(read[::2], read[1::2], strict=True))


class Uneven(Generic[T]):
    """Things of which the first is chosen twice as often as the second and three times as often as the third."""

    def __init__(self, things: Iterable[T], *, steepness: float = 1.0) -> None:
        self.things = list(things)
        self.weights = list(accumulate((place + 1) ** -steepness for place in range(len(self.things))))

    def one(self, rng: random.Random) -> T:
        """Choose one."""
        return self.things[bisect(self.weights, rng.random() * self.weights[-1])]

    def some(self, rng: random.Random, number: int) -> list[T]:
        """Choose at most `number` different ones."""
        return list(dict.fromkeys(self.one(rng) for _ in range(number)))


class Texts:
    """Sentences in two languages, made once; a proposal takes its texts from them.

    They are as long as those of the founding data, and their words as uneven as in life: small words in most, the
    field's own words in one proposal of six or so, and a long tail of which most are in one of thousands.
    """

    def __init__(self, rng: random.Random) -> None:
        tail = sorted({"".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(TAIL)})
        english = [
            Uneven(SMALL_WORDS),
            Uneven(rng.sample(words("english"), len(words("english"))), steepness=0.4),
            Uneven(rng.sample([*tail, *MEDICINES], len(tail) + len(MEDICINES)), steepness=0.6),
        ]
        twos = sorted({"".join(rng.sample(HANZI, 2)) for _ in range(TAIL)})
        chinese = [
            Uneven(["关于", "进一步", "的", "和", "在", "对", "等"]),
            Uneven(rng.sample(words("chinese"), len(words("chinese"))), steepness=0.4),
            Uneven(rng.sample(twos, len(twos)), steepness=0.6),
        ]
        self.english = [" ".join(_mixed(rng, english, rng.randint(6, 16))) for _ in range(SENTENCES)]
        self.chinese = ["".join(_mixed(rng, chinese, rng.randint(4, 10))) for _ in range(SENTENCES)]

    def both(self, rng: random.Random, sentences: int) -> tuple[str, str]:
        """Give so many sentences in English, and as many in Chinese."""
        english = [self.english[int(rng.random() * SENTENCES)].capitalize() for _ in range(sentences)]
        return ". ".join(english), "。".join(self.chinese[int(rng.random() * SENTENCES)] for _ in range(sentences))


def _mixed(rng: random.Random, kinds: Sequence[Uneven[str]], number: int) -> Iterator[str]:
    for kind in rng.choices(kinds, SHARES, k=number):
        yield kind.one(rng)
