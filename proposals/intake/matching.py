"""Matching: which delegate of the record somebody in an article may be; a namesake is never taken silently."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin
from rapidfuzz.fuzz import ratio

from people.likeness import LIKE_NAMES
from proposals.intake.lexicon import Known, Lexicon
from proposals.intake.names import letters
from proposals.intake.suggestions import Candidate

REASONS = {
    "seat": _("the same name, body and term"),
    "namesake": _("the same name; sits elsewhere, or it is not known where"),
    "several": _("the same name and body as somebody else in the record"),
    "spelling": _("nearly the same name"),
    "sound": _("the same sound in pinyin"),
}
SAME_NAME, SAME_SOUND, LIKE = 3, 2, 1


def candidates(spellings: Iterable[str], seat: tuple[str, str, int] | None, lexicon: Lexicon) -> tuple[Candidate, ...]:
    """Give the delegates who may be meant, the most likely first; `seat` is system, region and term (0: unknown).

    One is certain only where the spelling is known, the body and the term are the same, and no other has that name.
    """
    mine = {letters(each) for each in spellings}
    found = [(how, known) for known in lexicon.delegates if (how := _alike(mine, known))]
    named = [known for how, known in found if how == SAME_NAME and _sits(known, seat)]
    ranked = sorted(found, key=lambda each: (-each[0], not _sits(each[1], seat), each[1].slug))
    return tuple(
        Candidate(known.slug, known.name, how == SAME_NAME and named == [known], _why(how, known, seat, named))
        for how, known in ranked[:8]
    )


def _alike(mine: set[str], known: Known) -> int:
    theirs = {letters(each) for each in known.spellings}
    if mine & theirs:
        return SAME_NAME
    latin = {each for each in theirs if each.isascii()}
    sounds = {"".join(lazy_pinyin(each)) for each in mine if not each.isascii()}
    if sounds & latin or {each for each in mine if each.isascii()} & {
        "".join(lazy_pinyin(each)) for each in theirs - latin
    }:
        return SAME_SOUND
    near = any(ratio(one, other) >= LIKE_NAMES for one in mine if one.isascii() for other in latin)
    return LIKE if near else 0


def _sits(known: Known, seat: tuple[str, str, int] | None) -> bool:
    return seat is not None and any(
        (system, region) == seat[:2] and (not seat[2] or term == seat[2]) for system, region, term in known.seats
    )


def _why(how: int, known: Known, seat: tuple[str, str, int] | None, named: list[Known]) -> str:
    if how == SAME_SOUND:
        return "sound"
    if how == LIKE:
        return "spelling"
    if not _sits(known, seat):
        return "namesake"
    return "seat" if len(named) == 1 else "several"
