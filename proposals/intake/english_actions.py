"""English actions: the single actions that an English sentence asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from proposals.intake import english
from proposals.intake.lines import Part
from proposals.intake.pieces import Actions, Piece, pieces
from proposals.intake.verbs import BASE, PARTICIPLE

LISTED = 20
"""Characters from which a point of a list is an action by its place alone."""
NEAR = 60
"""Characters from the beginning of a clause in which its subject stands."""
AGAIN = re.compile(r"(?:and |but )?(?:(?:he|she|it|the proposal) )?(?:also )?")
"""Who asks once more: “and he also suggests”."""
WE = re.compile(r"(?:and )?(?:we|they) (?:will|shall|should|must|need to) ")
DONE = PARTICIPLE - BASE
"""Participles that are nothing else: built, not set."""
Kind = Literal["", "verb", "to", "gerund", "clause", "passive", "cue"]
"""How a piece begins an action, "" for one that begins none; a "cue" only leads to the next piece.

What comes later in a sentence mostly begins as the action before it did: “establishing … and improving …”.
"""


class EnglishSentence:
    """Walks through the pieces of a sentence.

    `asking` says that demands are to be expected by what stands before, `listed` that it begins a point of a list of
    them, `point` that it belongs to a point which asks in so many words: there machines translate what is asked for as
    if it were done.
    """

    def __init__(self, sentence: Part, *, asking: bool, listed: bool, point: bool) -> None:
        said = english.SAID.search(sentence.text)
        self._sentence = sentence.part(0, said.start()) if said else sentence
        self._expected, self._listed, self._point = asking, listed, point
        self._strong = bool(english.STRONG.search(self._sentence.text))
        self._asking = asking or self._strong
        self._actions = Actions(sentence)
        self._first = True
        """Nothing but words that lead to an action was there yet."""
        self._last: Kind = ""
        self._point_begins = False
        """A number or “second” stands before the next piece."""

    def actions(self) -> Iterator[Part]:
        """Give the actions in order."""
        text = self._sentence.text
        if english.DENIED.search(text) or text.rstrip('"”)').endswith("?"):
            return
        for piece in pieces(self._sentence, english.CUTS):
            self._read(piece)
        self._actions.close()
        yield from self._actions.closed
        if not self._actions.closed and self._listed and self._expected and _only_asks(text):
            yield self._sentence

    def _read(self, piece: Piece) -> None:
        part, cut = piece.part, piece.cut
        numbered = english.NUMBERED.match(part.text)
        if numbered:
            part = part.part(numbered.end(), len(part.text))
        if numbered or self._point_begins or cut == ";":
            cut = ";"
        self._point_begins = not part.text or bool(english.ORDER.fullmatch(part.text))
        if self._point_begins:
            return
        part, kind = self._begins(part, cut)
        if not kind and cut == ";" and (numbered or self._listed) and self._expected and _long(part.text):
            kind = "clause"
        if kind == "cue":
            kind = ""
        elif kind or not english.SUBORDINATE.match(part.text):
            self._first = False
        self._take(part, kind, cut)

    def _take(self, part: Part, kind: Kind, cut: str) -> None:
        """Begin an action with a piece, or let the open one go on with it."""
        open_ = self._actions.open
        if kind and open_ is not None and cut in (" ", ",") and _verb_alone(open_.text):
            self._actions.grow(part)
            self._last = kind
        elif kind:
            self._actions.begin(part)
            self._last = kind
        elif open_ is not None:
            result = cut in (",", ";") and english.RESULTS.match(part.text)
            self._actions.go_on(part, purpose=bool(result or english.PURPOSES.match(part.text)))

    def _begins(self, part: Part, cut: str) -> tuple[Part, Kind]:
        """Tell how a piece begins an action, and give it without the words that ask for it."""
        kind: Kind = ""
        if cut == ";" and english.FOCUSED.search(self._sentence.text) and (on := re.match("on (?=[a-z])", part.text)):
            return part.part(on.end(), len(part.text)), "gerund"
        if self._asks_anew(part.text, cut) and (self._first or not english.SUBORDINATE.match(part.text)):
            part, kind = self._first_kind(part)
        if not kind and not self._first:
            kind = self._next_kind(part.text, cut)
        return part, kind

    def _asks_anew(self, text: str, cut: str) -> bool:
        """Tell whether words that ask may stand at the beginning of a piece."""
        if self._first or cut in (":", ";") or (not self._actions.open and english.STRONG.search(text)):
            return True
        again = AGAIN.match(text)
        return bool(again and english.STRONG.match(text, again.end()))

    def _first_kind(self, part: Part) -> tuple[Part, Kind]:
        """Read a piece with words that ask, or one that begins a sentence or a point."""
        for cue in english.CUE.finditer(part.text):
            rest = part.part(cue.end(), len(part.text))
            if not rest.text:
                return part, "cue"
            if kind := self._behind_cue(rest.text, cue[0]):
                return rest, kind
        opening = english.OPENING.match(part.text)
        bare = part.part(opening.end() if opening else 0, len(part.text))
        kind = self._bare_kind(part.text, bare.text)
        return (bare if kind else part), kind

    def _behind_cue(self, text: str, cue: str) -> Kind:
        """Tell how an action begins behind words that ask or say."""
        asks, verb = bool(english.STRONG.match(cue)), bool(english.verb_at(text, begins=True))
        if verb or english.gerund_at(text) or english.NOMINAL.match(text):
            if verb and cue.rstrip().endswith("to"):
                return "to"
            if asks or self._asking:
                return "verb" if verb else "gerund"
        elif english.modal_in(text, strict=asks) or (asks and english.governed(text)):
            return "to" if re.search(r"\bto [a-z]+ ", text) else "clause"
        return ""

    def _bare_kind(self, text: str, bare: str) -> Kind:
        """Tell how a piece without words that ask begins an action; `bare` is without “First,” and “let us”."""
        authority = english.AUTHORITY.search(text)
        if english.modal_in(text, strict=self._asking and (not self._first or bool(authority))):
            return "clause"
        if english.verb_at(bare, begins=True) and (self._asking or not self._first or bare[:1].isupper()):
            return "verb"
        if not self._asking or not bare:
            return ""
        if english.NOMINAL.match(bare) or (english.gerund_at(bare) and not english.RESULTS.match(bare)):
            return "gerund"
        if english.participle_in(english.BE, bare) or (authority and english.governed(text)):
            return "clause"
        done = english.participle_in(english.PASSIVE, text) and (self._point or not english.REPORTED.search(text))
        return "passive" if done else ""

    def _next_kind(self, text: str, cut: str) -> Kind:
        """Tell how a further piece begins an action of its own: the first that knows decides."""
        for decide in (self._joined_clause, self._next_verb, self._next_clause, self._like_the_last):
            if (kind := decide(text, cut)) is not None:
                return kind
        return ""

    def _joined_clause(self, text: str, _cut: str) -> Kind | None:
        if that := re.match(r"(?:and )?that ", text):
            asks = english.governed(text[that.end() :]) or english.modal_in(text, strict=False)
            return "clause" if self._actions.open and asks else ""
        if self._asking and english.LED.match(text):
            return "clause"
        if self._asking and english.NOMINAL.match(text) and (self._last == "gerund" or text.startswith("including")):
            return "gerund"
        return "" if english.SUBORDINATE.match(text) else None

    def _next_verb(self, text: str, cut: str) -> Kind | None:
        asked = self._asking or self._actions.open is not None
        if (we := WE.match(text)) and (asked or english.verb_at(text[we.end() :])):
            return "verb" if english.verb_at(text[we.end() :], begins=True) else ""
        named = cut not in (";", ":") and text.removeprefix("and ")[:1].isupper()
        if asked and not named and english.verb_at(text):
            to = re.match(r"(?:and |or )?to\s", text)
            return "" if to and cut == "," and not text.startswith("and") else "verb"
        if self._last == "to" and english.TO.match(text) and not english.AIMS.match(text):
            return "to"
        to = re.match(r"and to (?:[a-z]+ly )?(?P<verb>[a-z]+)\b", text)
        again = to and self._actions.open and (self._last in ("verb", "to") or to["verb"] in BASE)
        return "verb" if again else None

    def _next_clause(self, text: str, cut: str) -> Kind | None:
        if english.modal_in(text, strict=self._asking and bool(english.AUTHORITY.search(text))):
            return "clause"
        like = self._last == "gerund" or cut == ";" or (self._asking and not self._actions.open)
        if like and english.gerund_at(text) and not english.RESULTS.match(text):
            return "gerund"
        if not self._asking:
            return None
        done_to = english.participle_in(english.BE, text) and not re.match(r"(?:and )?(?:to|that)\b", text)
        return "clause" if done_to or re.match(r"(?:and )?to be \w+", text) else None

    def _like_the_last(self, text: str, cut: str) -> Kind | None:
        done = re.match(r"and (?:[a-z]+ly )?([a-z]+)\b", text)
        if done and self._last in ("passive", "clause", "to") and done[1] in DONE:
            return "passive"
        if self._actions.open and english.governed(text) and (cut == ";" or self._has_authority(text)):
            return "clause"
        if self._actions.open and cut == ";" and english.NOMINAL.match(text):
            return "clause"
        return "passive" if self._last == "passive" and english.participle_in(english.PASSIVE, text) else None

    def _has_authority(self, text: str) -> bool:
        """Tell whether a clause begins with who is to act."""
        begins = re.match(r"(?:and )?(?:the |[A-Z])", text)
        return bool(self._asking and begins and english.AUTHORITY.search(text[:NEAR]))


def _verb_alone(text: str) -> bool:
    """Tell whether only verbs stand there yet: “establish”, “introduce or improve”."""
    words = re.sub(r"^(?:and |to )|\b(?:and|or|further|actively|vigorously)\b", "", text).split()
    return len(words) <= 1


def _long(text: str) -> bool:
    """Tell whether a point of a list is long enough for an action, and does not report what was done."""
    return len(text) >= LISTED and not english.REPORTED.search(text)


def _only_asks(text: str) -> bool:
    """Tell whether a point of a list can be nothing but a demand: it does not say how things are."""
    return _long(text) and not re.search(r"\b(?:is|are|was|were|has|have)\b", text)
