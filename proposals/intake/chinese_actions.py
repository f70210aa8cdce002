"""Chinese actions: the single actions that a Chinese sentence asks for."""

from __future__ import annotations

from collections.abc import Iterator

from proposals.intake import chinese
from proposals.intake.lines import Part
from proposals.intake.pieces import Actions, Piece, pieces

LISTED = 6
"""Characters from which a point of a list is an action by its place alone."""
MODAL_NEAR = 10
"""Characters behind 认为 in which 应当 stands."""


class ChineseSentence:
    """Walks through the pieces of a sentence; `asking` and `listed` as for `EnglishSentence`."""

    def __init__(self, sentence: Part, *, asking: bool, listed: bool) -> None:
        self._sentence = sentence
        self._asking = asking or chinese.lists(sentence.text)
        self._point_begins = listed
        """A number stands before the next action."""
        self._says = False
        """Somebody says something: behind that, 应当 asks."""
        self._actions = Actions(sentence)
        self._leading: Part | None = None
        """What only leads to the action behind it: 在国家层面."""

    def actions(self) -> Iterator[Part]:
        """Give the actions in order."""
        text = self._sentence.text
        if text.rstrip('”"）)').endswith(("？", "?")) or chinese.DENIED.search(text):
            return
        for piece in pieces(self._sentence, chinese.CUTS):
            self._read(piece)
        self._actions.close()
        yield from self._actions.closed

    def _read(self, piece: Piece) -> None:
        part, cued, marked = chinese.without_cue(piece.part)
        self._says = self._says or bool(chinese.SAYS.match(piece.part.text))
        modal = self._says and chinese.MODAL.match(part.text[:MODAL_NEAR])
        self._asking = self._asking or cued or bool(modal)
        self._point_begins = self._point_begins or marked or (self._asking and piece.cut in ("；", ";"))
        cut = piece.cut
        if cut == "、" and self._leading is not None:
            part, self._leading, cut = self._actions.joined(self._leading, part), None, "，"
        if not part.text or chinese.ORDER.fullmatch(part.text):
            self._point_begins = self._point_begins or bool(part.text)
        elif chinese.TOLD.search(part.text):
            self._go_on(part, cut, told=True)
        elif self._begins(part.text, cut, cued=cued):
            self._begin(part, cut)
        else:
            self._go_on(part, cut, told=False)

    def _begins(self, text: str, cut: str, *, cued: bool) -> bool:
        """Tell whether a piece begins an action: by its words, or as a point of a list."""
        if text.startswith("让") and self._actions.open is not None and not cued:
            return False  # what comes of the action before
        if chinese.begins(text, asking=self._asking, cued=cued, cut=cut):
            return True
        point = self._point_begins and self._asking and len(text) >= LISTED
        return point and not chinese.leads(text) and not chinese.PURPOSES.match(text)

    def _begin(self, part: Part, cut: str) -> None:
        """Begin an action; a verb alone before it is part of it: 建立、完善制度."""
        if cut == "、" and self._actions.open is not None and len(self._actions.open.text) <= 2:
            self._actions.grow(part)
            return
        self._actions.begin(self._actions.joined(self._leading, part) if self._leading else part)
        self._leading, self._point_begins = None, False

    def _go_on(self, part: Part, cut: str, *, told: bool) -> None:
        """Take a piece that begins no action: it leads to the next, tells what was done, or belongs to the last."""
        leads = self._asking and cut != "、" and chinese.leads(part.text)
        if leads or told:
            self._actions.close()
            self._leading = part if leads else None
        else:
            self._actions.go_on(part, purpose=bool(chinese.PURPOSES.match(part.text) or part.text.startswith("让")))
