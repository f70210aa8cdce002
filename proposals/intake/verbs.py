"""Verbs: the English verbs that begin an action, in all their forms and in both spellings."""

import re
from collections.abc import Iterator

from proposals.intake.rules import ENGLISH, PARTICIPLES

DOUBLED = re.compile(r"(?:[^aeiou]|qu)[aeiou][bdgmnprt]$")
"""A short vowel and a consonant at the end: put, stop, equip."""


def _spellings(verb: str) -> Iterator[str]:
    """Give a verb in American and British spelling."""
    yield verb
    if verb.endswith("ize"):
        yield f"{verb[:-3]}ise"


def _gerund(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return f"{verb[:-1]}ing"
    return f"{verb}{verb[-1]}ing" if _doubles(verb) else f"{verb}ing"


def _participle(verb: str) -> str:
    if verb in PARTICIPLES:
        return PARTICIPLES[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if re.search("[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if _doubles(verb) else f"{verb}ed"


def _third_person(verb: str) -> str:
    if re.search("[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if re.search("(?:s|x|z|ch|sh|o)$", verb) else f"{verb}s"


def _doubles(verb: str) -> bool:
    one_syllable = len(re.findall("[aeiou]+", verb)) == 1
    return bool(DOUBLED.search(verb)) and (one_syllable or verb in ENGLISH["doubling"])


BASE = frozenset(spelling for verb in ENGLISH["verbs"] for spelling in _spellings(verb))
"""establish, organize, organise."""
GERUND = frozenset(map(_gerund, BASE))
PARTICIPLE = frozenset(map(_participle, BASE)) | {*PARTICIPLES.values()}
THIRD_PERSON = frozenset(map(_third_person, BASE))
NOUNS_TOO = frozenset(ENGLISH["nouns_too"])
"""Verbs that are nouns as often: plan, fund."""
