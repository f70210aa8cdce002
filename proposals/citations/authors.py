"""Authors: delegates, whose names are divided where that is certain, and organisations and agencies as they are.

A name is divided into family and given name only where both of these hold:

1. In Latin letters it is two words of pinyin, and the first is one syllable or a surname of two (Ouyang).
2. Where the Chinese name is known too, it has two to four characters, and they are read as the two words are written.

All others stay whole: names in Uyghur, Kazakh, Tibetan or Mongolian have no family name in front, and most are not
pinyin (Losang Jamcan is not how 洛桑江村 is read; Baima in Baima Chilin is no surname). A name that is known in Chinese
characters alone stays whole too: it is printed without a comma in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from pypinyin import Style, pinyin

from people.characters import HAN
from people.language import CHINESE, ENGLISH, language_of
from proposals.models import Sponsorship

INITIAL = "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
FINAL = (
    "(?:a|ai|an|ang|ao|e|ei|en|eng|er|i|ia|ian|iang|iao|ie|in|ing|iong|iu|o|ong|ou|u|ua|uai|uan|uang|ue|ui|un|uo"
    "|v|ve|ü|üe|yu|yue)"
)
DOUBLE = (
    "dongfang|dongguo|duanmu|dugu|gongsun|gongyang|guliang|helian|huangfu|huyan|linghu|moqi|murong|nangong|ouyang"
    "|pugu|shangguan|shentu|sikong|sima|situ|taishi|tuoba|wanqi|weisheng|wenren|xiahou|xianyu|xuanyuan|yuchi|yuwen"
    "|zhangsun|zhongli|zhuge"
)
"""Surnames of two characters."""
FAMILY = re.compile(f"{INITIAL}{FINAL}|an|ai|ao|ou|{DOUBLE}")
GIVEN = re.compile(f"(?:{INITIAL}?{FINAL}[-']?){{1,2}}")
IN_LATIN = re.compile("[A-Z][a-zü]+ [A-Z][a-zü]*(?:[-'’][A-Za-z][a-zü]*)?")
IN_CHARACTERS = re.compile(f"[{HAN}]{{2,4}}")
MOST = 64
"""Readings of a name that are tried."""


@dataclass(frozen=True)
class Author:
    """Who put something forward: the names in both scripts ("" where not known), and the parts of a divided one."""

    name_en: str
    name_zh: str = ""
    family: str = ""
    given: str = ""

    def name(self, language: str) -> str:
        """Give the whole name in `language` (`en`, `zh`), or in the one in which it is known."""
        names = (self.name_zh, self.name_en) if language == CHINESE else (self.name_en, self.name_zh)
        return next(filter(None, names), "")

    def parts(self, language: str) -> tuple[str, str] | None:
        """Give family and given name where the name in `language` is one that is divided."""
        divided = self.family and language_of(self.name(language)) == ENGLISH
        return (self.family, self.given) if divided else None


def authors_of(sponsorships: Iterable[Sponsorship]) -> tuple[Author, ...]:
    """Give the authors of what some put forward, in order; their delegates must be at hand."""
    return tuple(
        person(each.delegate.name_en, each.delegate.name_zh)
        if each.delegate
        else Author(each.organisation_en, each.organisation_zh)
        for each in sponsorships
    )


@lru_cache(maxsize=20_000)
def person(name_en: str, name_zh: str) -> Author:
    """Make an author of a delegate's names, divided where that is certain."""
    family, _space, given = name_en.partition(" ")
    certain = IN_LATIN.fullmatch(name_en) and _is_pinyin(family, given) and (not name_zh or _is_read(name_zh, name_en))
    return Author(name_en, name_zh, family, given) if certain else Author(name_en, name_zh)


def _is_pinyin(family: str, given: str) -> bool:
    return bool(FAMILY.fullmatch(family.lower()) and GIVEN.fullmatch(given.lower().replace("’", "'")))


def _is_read(name_zh: str, name_en: str) -> bool:
    """Tell whether the characters are read as the two words are written, and divided in the same place."""
    if not IN_CHARACTERS.fullmatch(name_zh):
        return False
    readings = pinyin(name_zh, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=True)
    plain = re.sub("[-'’]", "", name_en).lower()
    first = 2 if re.fullmatch(DOUBLE, plain.partition(" ")[0]) else 1
    for number, syllables in enumerate(product(*readings)):
        spelled = f"{''.join(syllables[:first])} {''.join(syllables[first:])}"
        if plain in {spelled, *(spelled.replace("ü", letter) for letter in ("u", "v", "yu"))}:
            return True
        if number == MOST:
            break
    return False
