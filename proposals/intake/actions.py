"""Actions: a sentence that asks for something, cut into the single actions it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.intake import chinese, english
from proposals.intake.lines import Part

SHORTEST, SHORTEST_ZH = 12, 4
"""Characters of an action."""
LISTED, LISTED_ZH = 20, 6
"""Characters from which a point of a list is an action by its place alone."""
OPENING = re.compile(
    r"[\"“'\s]*(?:(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|therefore|in addition|also|then|again|finally|besides|moreover|and|to|we will|let us"
    r"|let's|please|at the same time|meanwhile|first of all|in view of this)\b[,:]?\s*)*",
    re.IGNORECASE,
)


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
        if _within(sentence.text, match.start()):
            continue
        found.append(_Piece(sentence.part(begun, match.start()), cut))
        begun, cut = match.end(), match[0].strip() or " "
    found.append(_Piece(sentence.part(begun, len(sentence.text)), cut))
    return [each for each in found if each.part.text]


def _within(text: str, place: int) -> bool:
    """Tell whether a place is within brackets, or within a few words in quotation marks."""
    before = text[:place]
    if before.count("(") + before.count("（") > before.count(")") + before.count("）"):
        return True
    begun = max(before.rfind("“"), before.rfind('"') if before.count('"') % 2 else -1)
    ended = min((found for mark in ("”", '"') if (found := text.find(mark, place)) >= 0), default=-1)
    return begun > before.rfind("”") and 0 <= ended - begun <= LONGEST_QUOTED


LONGEST_QUOTED = 40
"""Characters between quotation marks that are a name or a saying, and are not cut."""


def actions(sentence: Part, *, asking: bool, listed: bool, point: bool) -> Iterator[Part]:
    """Give the single actions that a sentence asks for.

    `asking` says that demands are to be expected by what stands before, `listed` that it begins a point of a list of them, `point`
    that it belongs to a point which asks in so many words: there machines translate what is asked for as if it were done.
    """
    cut = _chinese if sentence.chinese else _english
    yield from cut(sentence, asking=asking, listed=listed, point=point)


def _english(sentence: Part, *, asking: bool, listed: bool, point: bool) -> Iterator[Part]:
    said = english.SAID.search(sentence.text)
    whole = sentence.part(0, said.start()) if said else sentence
    if english.DENIED.search(whole.text) or whole.text.rstrip('"”)').endswith("?"):
        return
    strong = bool(english.STRONG.search(whole.text))
    open_, last, purposive, first, cut = None, "", False, True, ""
    for piece in pieces(whole, english.CUTS):
        part, kind = piece.part, ""
        cut = ";" if cut == ";" else piece.cut
        numbered = english.NUMBERED.match(part.text)
        if numbered:
            part, cut = part.part(numbered.end(), len(part.text)), ";"
        if not part.text or english.ORDINAL.fullmatch(part.text):
            cut = ";"
            continue
        if cut == ";" and english.FOCUSED.search(whole.text) and (on := re.match("on (?=[a-z])", part.text)):
            part, kind = part.part(on.end(), len(part.text)), "gerund"
        again = re.match(r"(?:and |but )?(?:(?:he|she|it|the proposal) )?(?:also )?", part.text)
        if not kind and (
            first
            or cut in (":", ";")
            or (english.STRONG.search(part.text) and not open_)
            or english.STRONG.match(part.text, again.end() if again else 0)
        ):
            part, kind = _first_english(part, asking=asking or strong, strong=strong, first=first, point=point)
        if not kind and not first:
            kind = _next_english(part, cut, asking=asking or strong, last=last, open_=open_ is not None)
        if (
            not kind
            and cut == ";"
            and (numbered or listed)
            and asking
            and len(part.text) >= LISTED
            and not english.REPORTED.search(part.text)
        ):
            kind = "clause"
        if kind == "cue":
            kind = ""
        elif kind or not english.SUBORDINATE.match(part.text):
            first = False
        if kind and open_ is not None and cut in (" ", ",") and _verb_alone(open_.text):
            open_, last = _joined(sentence, open_, part), kind
        elif kind:
            if open_ is not None:
                yield open_
            open_, last, purposive = part, kind, False
        elif open_ is not None and not purposive:
            if english.PURPOSES.match(part.text) or (cut in (",", ";") and english.RESULTS.match(part.text)):
                purposive = True
            else:
                open_ = _joined(sentence, open_, part)
        cut = ""
    if open_ is not None:
        yield open_
    elif first_only(whole, asking=asking and listed):
        yield whole


def first_only(sentence: Part, *, asking: bool) -> bool:
    """Tell whether a point of a list asks for something by its place alone."""
    text = sentence.text
    return (
        asking
        and len(text) >= LISTED
        and not english.REPORTED.search(text)
        and not re.search(r"\b(?:is|are|was|were|has|have)\b", text)
    )


def _first_english(part: Part, *, asking: bool, strong: bool, first: bool, point: bool) -> tuple[Part, str]:
    """Read the first piece, or one behind a colon: what stands behind the words that ask, and what kind of action it begins."""
    cue = english.CUE_HEAD.search(part.text)
    while cue:
        rest = part.part(cue.end(), len(part.text))
        if not rest.text:
            return part, "cue"
        asks = bool(english.STRONG.match(cue[0]))
        if english.verb_at(rest.text, begins=True) or english.gerund_at(rest.text) or english.NOMINAL.match(rest.text):
            if cue[0].rstrip().endswith("to") and english.verb_at(rest.text, begins=True):
                return rest, "to"
            if asks or asking:
                return rest, "verb" if english.verb_at(rest.text, begins=True) else "gerund"
        elif english.modal_in(rest.text, strict=asks) or (asks and english.governed(rest.text)):
            return rest, "to" if re.search(r"\bto [a-z]+ ", rest.text) else "clause"
        cue = english.CUE_HEAD.search(part.text, cue.end())
    bare = part.part(OPENING.match(part.text).end(), len(part.text))  # type: ignore[union-attr]
    if english.modal_in(part.text, strict=asking and (not first or bool(english.AUTHORITY.search(part.text)))):
        return bare, "clause"
    if (
        bare.text
        and english.verb_at(bare.text, begins=True)
        and (asking or strong or not first or bare.text[:1].isupper())
    ):
        return bare, "verb"
    if (
        asking
        and bare.text
        and (
            english.NOMINAL.match(bare.text) or (english.gerund_at(bare.text) and not english.RESULTS.match(bare.text))
        )
    ):
        return bare, "gerund"
    if asking and (found := english.BE.search(bare.text)) and found["verb"] in english.PARTICIPLE:
        return bare, "clause"
    if asking and bare.text and english.AUTHORITY.search(part.text) and english.governed(part.text):
        return bare, "clause"
    if (
        asking
        and (found := english.PASSIVE.search(part.text))
        and found["verb"] in english.PARTICIPLE
        and (point or not english.REPORTED.search(part.text))
    ):
        return bare, "passive"
    return part, ""


def _next_english(part: Part, cut: str, *, asking: bool, last: str, open_: bool) -> str:
    """Tell whether a further piece begins an action of its own."""
    text = part.text
    if that := re.match(r"(?:and )?that ", text):
        return (
            "clause" if open_ and (english.governed(text[that.end() :]) or english.modal_in(text, strict=False)) else ""
        )
    if english.LED.match(text) and asking:
        return "clause"
    if english.NOMINAL.match(text) and asking and (last == "gerund" or text.startswith("including")):
        return "gerund"
    if english.SUBORDINATE.match(text):
        return ""
    if (we := re.match(r"(?:and )?(?:we|they) (?:will|shall|should|must|need to) ", text)) and (
        asking or open_ or english.verb_at(text[we.end() :])
    ):
        return "verb" if english.verb_at(text[we.end() :], begins=True) else ""
    named = cut not in (";", ":") and text.removeprefix("and ")[:1].isupper()
    if not named and english.verb_at(text) and (asking or open_):
        to = re.match(r"(?:and |or )?to\s", text)
        return "" if to and cut == "," and not text.startswith("and") else "verb"
    if last == "to" and english.TO.match(text) and not english.AIMS.match(text):
        return "to"
    if open_ and (found := re.match(r"and to (?:[a-z]+ly )?(?P<verb>[a-z]+)\b", text)):
        if last in ("verb", "to") or found["verb"] in english.BASE:
            return "verb"
    if english.modal_in(text, strict=asking and bool(english.AUTHORITY.search(text))):
        return "clause"
    if (
        english.gerund_at(text)
        and not english.RESULTS.match(text)
        and (last == "gerund" or cut == ";" or (asking and not open_))
    ):
        return "gerund"
    if re.match(r"(?:and )?to be \w+", text) and asking:
        return "clause"
    if (
        asking
        and (found := english.BE.search(text))
        and found["verb"] in english.PARTICIPLE
        and not re.match(r"(?:and )?(?:to|that)\b", text)
    ):
        return "clause"
    if last in ("passive", "clause", "to") and (found := re.match(r"and (?:[a-z]+ly )?([a-z]+)\b", text)):
        if found[1] in english.PARTICIPLE and found[1] not in english.BASE:
            return "passive"
    if cut == ";" and open_ and (english.governed(text) or english.NOMINAL.match(text)):
        return "clause"
    if (
        asking
        and open_
        and english.AUTHORITY.search(text[:60])
        and english.governed(text)
        and re.match(r"(?:and )?(?:the |[A-Z])", text)
    ):
        return "clause"
    if last == "passive" and (found := english.PASSIVE.search(text)) and found["verb"] in english.PARTICIPLE:
        return "passive"
    return ""


def _verb_alone(text: str) -> bool:
    """Tell whether only verbs stand there yet: “establish”, “introduce or improve”, 建立."""
    words = re.sub(r"^(?:and |to )|\b(?:and|or|further|actively|vigorously)\b", "", text).split()
    return len(words) <= 1


def _joined(sentence: Part, one: Part, other: Part) -> Part:
    return sentence.part(one.start - sentence.start, other.end - sentence.start)


def _chinese(sentence: Part, *, asking: bool, listed: bool, **_options: bool) -> Iterator[Part]:
    if sentence.text.rstrip('”"）)').endswith(("？", "?")) or chinese.DENIED.search(sentence.text):
        return
    says = False
    open_, waiting, purposive, asked, begun = None, None, False, asking or chinese.lists(sentence.text), listed
    for piece in pieces(sentence, chinese.CUTS):
        part, cued, marked = chinese.without_cue(piece.part)
        says = says or bool(chinese.SAYS.match(piece.part.text))
        asked = asked or cued or (says and bool(chinese.MODAL.match(part.text[:10])))
        begun = begun or marked or (asked and piece.cut in ("；", ";"))
        cut = piece.cut
        if cut == "、" and waiting is not None:
            part, waiting, cut = _joined(sentence, waiting, part), None, "，"
        if not part.text or chinese.ORDINAL.fullmatch(part.text):
            begun = begun or bool(part.text)
            continue
        told = chinese.TOLD.search(part.text)
        starts = not told and (
            chinese.begins(part.text, asking=asked, cued=cued, going_on=open_ is not None, cut=cut)
            or (
                begun
                and asked
                and len(part.text) >= LISTED_ZH
                and not chinese.leads(part.text)
                and not chinese.PURPOSES.match(part.text)
            )
        )
        if starts and open_ is not None and cut == "、" and len(open_.text) <= 2:
            open_ = _joined(sentence, open_, part)
        elif starts:
            if open_ is not None:
                yield open_
            open_ = _joined(sentence, waiting, part) if waiting else part
            purposive, waiting, begun = False, None, False
        elif asked and cut != "、" and chinese.leads(part.text):
            if open_ is not None:
                yield open_
            open_, waiting = None, part
        elif told:
            if open_ is not None:
                yield open_
            open_, waiting = None, None
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
