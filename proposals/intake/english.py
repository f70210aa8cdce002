"""English: which words begin an action, and how a clause says what should be done."""

from __future__ import annotations

import re

from proposals.intake.rules import ENGLISH, any_of, whole
from proposals.intake.verbs import BASE, GERUND, NOUNS_TOO, PARTICIPLE, THIRD_PERSON

ADVERBS = rf"(?:(?:[a-z]+ly|actively and [a-z]+ly|{any_of(ENGLISH['adverbs'])},?)\s+)*"
HEAD = re.compile(rf"(?:and |or |but )?{ADVERBS}(?P<verb>[A-Za-z]+(?:-[a-z]+)?)(?=\s|$)", re.IGNORECASE)
"""The word at the beginning that may be a verb."""
OBJECT = re.compile(
    rf"\s+(?:{any_of(ENGLISH['objects'])}|\w+{any_of(ENGLISH['object_endings'])}|\w+-\w+|[A-Z]\w*|\d+)\b"
)
"""What may follow a word that is a noun as often, where it is the verb."""
ANY_OBJECT = re.compile(rf"\s+(?!{any_of(ENGLISH['no_objects'])}\b)\w")
HELPED = re.compile(r"\s+(?:to\s+)?([a-z]+)\b")
PHRASES = re.compile(rf"{any_of(ENGLISH['phrases'])}|get rid of(?= the (?!dependence))", re.IGNORECASE)
MODAL = re.compile(
    rf"\b(?:(?P<weak>{any_of(ENGLISH['may'])})|{any_of(ENGLISH['must'])})\s+{ADVERBS}"
    r"(?P<be>(?:not\s+|no longer\s+)?be\s+(?:[a-z]+ly\s+)?)?(?P<verb>[a-z]+(?:-[a-z]+)?)",
    re.IGNORECASE,
)
"""“should be established”, “will not establish”."""
PASSIVE = re.compile(r"\b(?:to be|be|been|were|was|are|is|and|,)\s+(?:[a-z]+ly\s+)?(?P<verb>[a-z]+)\b")
BE = re.compile(r"\bbe\s+(?:[a-z]+ly\s+)?(?P<verb>[a-z]+)\b")
REPORTED = re.compile(r"\b(?:has|have|had)\s+(?:already\s+|since\s+|also\s+)?(?:been\s+)?[a-z]+(?:ed|en|t)\b")
STATE = re.compile(r"(?:the |a |an )?(?:\w+\s){0,3}?(?:is|are|was|were|has|have|had)\b")
"""A clause that tells how things are."""
GOVERNED = re.compile(r"(?<=\s)(?P<to>to\s+|not\s+|be\s+(?:[a-z]+ly\s+)?)?(?P<verb>[a-z]+(?:-[a-z]+)?)(?=\s|$)")
NOMINAL = re.compile(
    rf"(?:and |including |, )?(?:the |an? )?(?:\w+ ){{0,2}}?{any_of(ENGLISH['nominals'])} (?:of|in|to|from) ",
    re.IGNORECASE,
)
RESULTS = re.compile(rf"(?:and )?{any_of(ENGLISH['results'])}\b", re.IGNORECASE)
CUTS = re.compile(
    r"[;；]\s*|,\s+|，\s*|(?=[①-⑳])|\s+(?=and\s(?![A-Z]))|:\s+|\s+(?=as well as\s)|\s+[–—-]{1,2}\s+"
    r"|(?<=\w)\s+(?=while\s)"
)
"""Where something new may begin: marks, and “and” before what is no name."""
SUBORDINATE = re.compile(rf"(?:{any_of(ENGLISH['subordinate'])}|as (?!well))\b", re.IGNORECASE)
PURPOSE = re.compile(
    rf"(?:,\s*|\s+){any_of(ENGLISH['purposes'])}\b.*$|,\s+(?:to|so)\s+(?=[a-z]).*$", re.IGNORECASE | re.DOTALL
)
"""What an action is for, to the end of the sentence."""
PURPOSES = re.compile(rf"(?:and )?(?:{any_of(ENGLISH['purposes'])}|so |to (?!be\b))", re.IGNORECASE)
AIMS = re.compile(rf"(?:and )?to (?:better |further |jointly |effectively )?{any_of(ENGLISH['aims'])}\b")
TO = re.compile(r"(?:and |or )?(?:also )?to (?:[a-z]+ly |further )?(?P<verb>[a-z]+)\b")
FOCUSED = re.compile(r"\bfocus(?:es|ed)? on\b", re.IGNORECASE)
LED = re.compile(r"(?:led|headed|organi[sz]ed|coordinated|guided) by [^,;]{3,60}? to (?P<verb>[a-z]+)\b", re.IGNORECASE)
STRONG = re.compile(rf"\b(?:{any_of(ENGLISH['asking'])}|how to)\b", re.IGNORECASE)
"""Words that ask, whatever stands before."""
CUE = re.compile(
    rf"\b(?:{any_of(ENGLISH['asking'], ENGLISH['saying'])}|how(?= to))\b"
    rf"(?:\s*[:,]?\s+{any_of(ENGLISH['behind_asking'])}\b)*[\s:,]*",
    re.IGNORECASE,
)
"""Words that ask or say, with the little words behind them."""
NEEDING = whole(ENGLISH["needing"])
DENIED = re.compile(rf"\b{any_of(ENGLISH['denied'])}\b", re.IGNORECASE)
ANNOUNCING = re.compile(rf"\b{any_of(ENGLISH['announcing'])}\w*", re.IGNORECASE)
PROBLEMS = re.compile(rf"\b{any_of(ENGLISH['problems'])}\b", re.IGNORECASE)
BACKGROUND = re.compile(rf"[\"“]?(?:{any_of(ENGLISH['backgrounds'])}|by the end of \d{{4}})\b", re.IGNORECASE)
AUTHORITY = re.compile(rf"\b{any_of(ENGLISH['authorities'])}\b")
SAID = re.compile(
    r"[,.!?]?[\"”]\s*(?:[,-]\s*)?(?:(?:he|she|[A-Z]\w+(?: [A-Z][\w-]+)?)(?: also)? "
    rf"{any_of(ENGLISH['told'])}|(?:said|says|added) )[^\"“”]*$"
)
"""Who said it, behind a quotation."""
ORDER = re.compile(rf"(?:and )?{any_of(ENGLISH['orders'])}", re.IGNORECASE)
OPENING = re.compile(rf"[\"“'\s]*(?:{any_of(ENGLISH['orders'], ENGLISH['openings'])}\b[,:]?\s*)*", re.IGNORECASE)
"""What stands before the first action of a sentence."""
NUMBERED = re.compile(
    r"(?:and )?(?:[①-⑳]|\(?(?:\d{1,2}|[a-h])\)"
    r"|(?:the )?(?:one|two|three|four|five|first|second|third|fourth|fifth) is(?: that|:)?(?: to)?\b)\s*",
    re.IGNORECASE,
)
"""A number within a sentence: (1), ①, “one is to”."""


def verb_at(text: str, *, begins: bool = False) -> str:
    """Give the verb of an action with which a text begins, "" where there is none; `begins` where a sentence does."""
    found = HEAD.match(text)
    if not found:
        return ""
    word = found["verb"].casefold()
    if word == "help" and (helped := HELPED.match(text, found.end())) and helped[1].casefold() in BASE:
        return word
    if word not in BASE and not PHRASES.match(text, found.start("verb")):
        return ""
    follows = ANY_OBJECT if begins else OBJECT
    return "" if word in NOUNS_TOO and not follows.match(text, found.end()) else word


def gerund_at(text: str) -> bool:
    """Tell whether a text begins with “establishing …”."""
    found = HEAD.match(text)
    return bool(found and found["verb"].casefold() in GERUND)


def participle_in(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether what `pattern` finds first in a text is the participle of a verb that begins actions."""
    found = pattern.search(text)
    return bool(found and found["verb"] in PARTICIPLE)


def modal_in(text: str, *, strict: bool) -> bool:
    """Tell whether a clause says what should be done; `strict` where “will” or “can” say it too."""
    return any(_demands(found, strict=strict) for found in MODAL.finditer(text))


def _demands(modal: re.Match[str], *, strict: bool) -> bool:
    verb, weak = modal["verb"].casefold(), modal["weak"] is not None
    if weak and not strict:
        return False
    if modal["be"]:
        done_to = verb in PARTICIPLE or verb.endswith("ed") or verb in BASE
        return done_to or verb in ENGLISH["states"] or (not weak and verb in ("a", "an"))
    return verb in BASE or (not weak and verb not in ENGLISH["asks_nothing"])


def governed(text: str) -> bool:
    """Tell whether a clause behind “suggest that” or “ask the … to” says what somebody does: a subject and its verb."""
    return not STATE.match(text) and any(_governs(text, found) for found in GOVERNED.finditer(text))


def _governs(text: str, found: re.Match[str]) -> bool:
    verb, before = found["verb"], found["to"] or ""
    if before.startswith("be"):
        return verb in PARTICIPLE or verb.endswith("ed")
    if before.startswith("to"):
        return True
    if verb in BASE:
        return verb not in NOUNS_TOO or bool(before) or bool(OBJECT.match(text, found.end()))
    authority = verb in THIRD_PERSON and AUTHORITY.search(text[: found.start()])
    return bool(authority) and verb[:-1] not in NOUNS_TOO
