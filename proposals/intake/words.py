"""Words: finds names and words for things in a text, whole words only, and the longest of those that overlap."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from people.language import CHINESE, language_of
from proposals.intake.lines import folded

Meaning = TypeVar("Meaning", bound=Hashable)
PLURAL = r"(?:'s|s|es)?"


@dataclass(frozen=True)
class Word(Generic[Meaning]):
    """A word or name found: what it stands for, and where."""

    meaning: Meaning
    start: int
    end: int


class Words(Generic[Meaning]):
    """Names and words, each for a slug or a key of what it means.

    Those in Latin letters are found as whole words, with or without a plural, those in Chinese anywhere.
    """

    def __init__(self, words: Iterable[tuple[str, Meaning, bool]]) -> None:
        """Take each word with its meaning, and whether it counts only as it is written (acronyms)."""
        self._exact: dict[str, Meaning] = {}
        self._folded: dict[str, Meaning] = {}
        for word, meaning, exact in words:
            if key := _key(folded(word).strip()):
                (self._exact if exact else self._folded).setdefault(key if exact else key.casefold(), meaning)
        self._finders = (_pattern(self._exact, 0), _pattern(self._folded, re.IGNORECASE))

    def find(self, text: str) -> list[Word[Meaning]]:
        """Find words in a folded text, in order; of those that overlap the first, and the longest there."""
        exact, anyhow = self._finders
        found = [
            Word(self._exact[_key(match[0])], match.start(), match.end())
            for match in (exact.finditer(text) if exact else ())
        ]
        found += [
            Word(self._folded[word], match.start(), match.end())
            for match in (anyhow.finditer(text) if anyhow else ())
            if (word := _key(match[0]).casefold()) in self._folded  # İ is an i to a pattern, but not when folded
        ]
        return [*_apart(found)]


def _key(word: str) -> str:
    """Give a word as it is looked up: a hyphen is a blank."""
    return re.sub(r"[\s-]+", " ", word)


def _pattern(words: Mapping[str, object], flags: int) -> re.Pattern[str] | None:
    longest = sorted(words, key=len, reverse=True)
    parts = [re.escape(word) for word in longest if language_of(word) == CHINESE]
    if latin := [re.escape(word).replace(r"\ ", r"[\s-]+") for word in longest if language_of(word) != CHINESE]:
        parts.append(rf"(?<![A-Za-z0-9])(?:{'|'.join(latin)})(?={PLURAL}(?![A-Za-z0-9]))")
    return re.compile("|".join(parts), flags) if parts else None


def _apart(found: list[Word[Meaning]]) -> Iterator[Word[Meaning]]:
    """Give those words that do not overlap one before."""
    end = -1
    for word in sorted(found, key=lambda word: (word.start, -word.end)):
        if word.start >= end:
            yield word
            end = word.end
