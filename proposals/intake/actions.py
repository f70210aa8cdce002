"""Actions: a sentence that asks for something, cut into the single actions it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.intake import chinese, english
from proposals.intake.lines import Part

SHORTEST, SHORTEST_ZH = 12, 4
"""Characters of an action."""


@dataclass
class _Piece:
    """A piece of a sentence between two cuts, and the cut before it."""

    part: Part
    cut: str
    quoted: bool = False


def pieces(sentence: Part, cuts: re.Pattern[str]) -> list[_Piece]:
    """Cut a sentence where something new may begin; not within brackets."""
    found, begun, cut = [], 0, ""
    for match in cuts.finditer(sentence.text):
        if _within_brackets(sentence.text[: match.start()]):
            continue
        found.append(_Piece(sentence.part(begun, match.start()), cut))
        begun, cut = match.end(), match[0].strip() or " "
    found.append(_Piece(sentence.part(begun, len(sentence.text)), cut))
    return [each for each in found if each.part.text]


def _within_brackets(before: str) -> bool:
    return before.count("(") + before.count("（") > before.count(")") + before.count("）")


def actions(sentence: Part, *, asking: bool) -> Iterator[Part]:
    """Give the single actions that a sentence asks for; `asking` where what stands before says that demands follow."""
    yield from (_chinese(sentence, asking=asking) if sentence.chinese else _english(sentence, asking=asking))


def _english(sentence: Part, *, asking: bool) -> Iterator[Part]:
    said = english.SAID.search(sentence.text)
    whole = sentence.part(0, said.start()) if said else sentence
    if english.DENIED.search(whole.text) or whole.text.rstrip("\"”)").endswith("?"):
        return
    first, strong = True, bool(english.STRONG.search(whole.text))
    open_, last, purposive, before = None, "", False, ""
    for piece in pieces(whole, english.CUTS):
        part, kind = piece.part, ""
        if first or piece.cut == ":" or (english.STRONG.search(part.text) and not open_):
            part, kind = _first_english(part, asking=asking)
        if not kind and not first:
            kind = _next_english(piece, asking=asking or strong, last=last, open_=open_ is not None)
        if kind == "cue":
            kind = ""
        elif first and (kind or not english.SUBORDINATE.match(part.text)):
            first = False
        if kind and open_ is not None and piece.cut in (" ", ",") and _verb_alone(open_.text):
            open_ = _joined(sentence, open_, part)
            last = kind
            continue
        if kind:
            if open_ is not None:
                yield open_
            open_, last, purposive = part, kind, False
        elif open_ is not None and not purposive:
            if english.PURPOSES.match(part.text) or (piece.cut in (",", ";") and english.RESULTS.match(part.text)):
                purposive = True
            else:
                open_ = _joined(sentence, open_, part)
        before = part.text
    del before
    if open_ is not None:
        yield open_


def _first_english(part: Part, *, asking: bool) -> tuple[Part, str]:
    """Read the first piece: what stands behind the words that ask, and whether it begins an action."""
    cue = english.CUE_HEAD.search(part.text)
    while cue:
        rest = part.part(cue.end(), len(part.text))
        if not rest.text:
            return part, "cue"
        if english.verb_at(rest.text) or english.gerund_at(rest.text) or english.NOMINAL.match(rest.text):
            return rest, "verb" if english.verb_at(rest.text) else "gerund"
        if english.modal_in(rest.text, strict=True) or english.governed(rest.text):
            return rest, "clause"
        cue = english.CUE_HEAD.search(part.text, cue.end())
    bare = part.part(re.match(r"[\"“'\s]*(?:(?:first|second|third|therefore|in addition|also|then|finally|besides|moreover|and|to|we will|let us|let's|please)\b[,:]?\s*)*", part.text, re.I).end(), len(part.text))  # type: ignore[union-attr]
    if english.modal_in(part.text, strict=asking):
        return bare, "clause"
    if asking and bare.text and (english.verb_at(bare.text) or english.NOMINAL.match(bare.text)):
        return bare, "verb"
    if asking and bare.text and english.gerund_at(bare.text):
        return bare, "gerund"
    if asking and english.AUTHORITY.search(part.text) and english.governed(part.text):
        return bare, "clause"
    if asking and (found := english.PASSIVE.search(part.text)) and found["verb"] in english.PARTICIPLE:
        return bare, "passive"
    return part, ""


def _next_english(piece: _Piece, *, asking: bool, last: str, open_: bool) -> str:
    """Tell whether a further piece begins an action of its own."""
    text = piece.part.text
    if english.SUBORDINATE.match(text):
        return ""
    if english.verb_at(text) and (asking or open_):
        to = re.match(r"(?:and |or )?to\s", text)
        return "" if to and piece.cut == "," and not text.startswith("and") else "verb"
    if english.modal_in(text, strict=asking):
        return "clause"
    if english.gerund_at(text) and not english.RESULTS.match(text) and (last == "gerund" or piece.cut == ";" or (asking and not open_)):
        return "gerund"
    if re.match(r"(?:and )?to be \w+", text) and asking:
        return "clause"
    if last in ("passive", "clause") and re.match(r"(?:and |, )", text) and (found := re.match(r"and (?:[a-z]+ly )?([a-z]+)\b", text)):
        if found[1] in english.PARTICIPLE and found[1] not in english.BASE:
            return "passive"
    if piece.cut == ";" and open_ and (english.governed(text) or english.NOMINAL.match(text)):
        return "clause"
    if english.NOMINAL.match(text) and asking and (last == "gerund" or text.startswith("including")):
        return "gerund"
    if last == "passive" and (found := english.PASSIVE.search(text)) and found["verb"] in english.PARTICIPLE:
        return "passive"
    return ""


def _verb_alone(text: str) -> bool:
    """Tell whether only verbs stand there yet: “establish”, “introduce or improve”, 建立."""
    words = re.sub(r"^(?:and |to )|\b(?:and|or|further|actively|vigorously)\b", "", text).split()
    return len(words) <= 1


def _joined(sentence: Part, one: Part, other: Part) -> Part:
    return sentence.part(one.start - sentence.start, other.end - sentence.start)


def _chinese(sentence: Part, *, asking: bool) -> Iterator[Part]:
    if sentence.text.rstrip("”\"）)").endswith(("？", "?")) or chinese.DENIED.search(sentence.text):
        return
    open_, purposive, asked, waiting = None, False, asking, None
    for piece in pieces(sentence, chinese.CUTS):
        part, cued = chinese.without_cue(piece.part)
        asked = asked or cued
        if not part.text:
            continue
        starts = chinese.begins(part.text, asking=asked, cued=cued, going_on=open_ is not None, cut=piece.cut)
        if starts and open_ is not None and piece.cut == "、" and len(open_.text) <= 2:
            open_ = _joined(sentence, open_, part)
            continue
        if starts:
            if open_ is not None:
                yield open_
            open_ = _joined(sentence, waiting, part) if waiting else part
            purposive, waiting = False, None
        elif asked and chinese.LEADS.match(part.text) and piece.cut != "、":
            if open_ is not None:
                yield open_
                open_ = None
            waiting = part
        elif open_ is not None and not purposive:
            if chinese.PURPOSES.match(part.text):
                purposive = True
            else:
                open_ = _joined(sentence, open_, part)
    if open_ is not None:
        yield open_


def trimmed(action: Part) -> Part | None:
    """Give an action without the purpose behind it, marks and stops; nothing where too little is left."""
    if action.chinese:
        action = chinese.trimmed(action)
        return action if len(action.text) >= SHORTEST_ZH else None
    if purpose := english.PURPOSE.search(action.text):
        action = action.part(0, purpose.start())
    found = re.match(r"[\"“'\s,;:]*(?:(?:and|also|then|to|or|that)\s+)*", action.text)
    action = action.part(found.end() if found else 0, len(action.text.rstrip(" .,;:!\"”'")))
    return action if len(action.text) >= SHORTEST and " " in action.text else None
