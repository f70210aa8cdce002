"""Rules: the lists of words in `rules.toml` and `topics.toml`, read once, and patterns made from them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text("utf-8"))


def _lists(section: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the lists of a section; one in running text is cut at its blanks."""
    return {
        name: entries.split() if isinstance(entries, str) else entries
        for name, entries in section.items()
        if isinstance(entries, str | list)
    }


def _meaning(section: Mapping[str, list[str]]) -> dict[str, str]:
    """Give what each word means, of lists by meaning; "" where they say that it is not said."""
    return {word: "" if meant == "unsaid" else meant for meant, words in section.items() for word in words}


_RULES = _read("rules.toml")
ARTICLE, CHINESE, DELEGATES, ENGLISH, FIGURES, FURNITURE, NAMES, SEATS, TERMS = (
    _lists(_RULES[name])
    for name in (
        "article",
        "chinese",
        "delegates",
        "english",
        "figures",
        "furniture",
        "names",
        "seats",
        "terms",
    )
)
PARTICIPLES: dict[str, str] = _RULES["english"]["participles"]
"""Irregular participles, by the verb's first form."""
RANKS, RANKS_ZH, SYSTEMS, BOTH = (
    _meaning(_RULES["seats"][name]) for name in ("ranks_en", "ranks_zh", "systems_en", "both_en")
)
"""The role or system that a word means, "" for a rank that says none."""
CITIES = {city: iso for iso, cities in _lists(_RULES["cities"]).items() for city in cities}
"""The ISO code of the province of each city."""
TOPIC_CUES: dict[str, list[str]] = _read("topics.toml")
"""Further words for topics, by slug."""


def any_of(*lists: Iterable[str]) -> str:
    """Give a pattern for any entry of some lists, the longest first: 护士长 before 护士."""
    entries = {entry for entries in lists for entry in entries}
    return f"(?:{'|'.join(_pattern(each) for each in sorted(entries, key=lambda entry: (-len(entry), entry)))})"


def _pattern(entry: str) -> str:
    """Read the signs of an entry: "(s)" may be missing, "*" is any further letters."""
    return re.sub(r"\\\((.+?)\\\)", r"(?:\1)?", re.escape(entry)).replace(r"\*", r"\w*")


def whole(*lists: Iterable[str]) -> re.Pattern[str]:
    """Compile lists of words of Latin letters: whole words, whatever their capitals."""
    return re.compile(rf"(?<![A-Za-z]){any_of(*lists)}(?![A-Za-z])", re.IGNORECASE)


def anywhere(*lists: Iterable[str]) -> re.Pattern[str]:
    """Compile lists of words in Chinese."""
    return re.compile(any_of(*lists))
