"""Likeness of delegates: whose name could be another's."""

from collections.abc import Collection, Iterator

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from people.doubles import Like, Reason
from people.models import Delegate, NameVariant

LIKE_NAMES = 88
"""Percent of a name's letters, in order, from which two are suspected to be one."""


def like_delegates(delegate: Delegate) -> list[Like]:
    """Give the delegates whose names are the same in any spelling, or nearly; a name alone proves nothing.

    English names are compared without spaces, hyphens and capitals: “Ding Lie-ming” is “Ding Lieming”.
    """
    mine = {_letters(name) for name in [delegate.name_en, delegate.name_zh, *_variants(delegate.pk)]} - {""}
    best: dict[int, Like] = {}
    for key, name in _every_name(delegate.pk):
        theirs = _letters(name)
        percent = max((round(ratio(theirs, each)) for each in mine), default=0)
        if theirs in mine or (theirs.isascii() and percent >= LIKE_NAMES):
            like = Like(key, Reason.NAME if theirs in mine else Reason.SPELLING, percent)
            best[key] = max(best.get(key, like), like, key=lambda each: each.percent)
    return list(best.values())


def like_among_delegates(keys: Collection[int]) -> Iterator[tuple[int, Like]]:
    """Give for each of several delegates those whose names are the same or nearly; all names are read once."""
    every = [(key, letters) for key, name in _every_name() if (letters := _letters(name))]
    by_name: dict[str, set[int]] = {}
    for key, letters in every:
        by_name.setdefault(letters, set()).add(key)
    latin = [letters for letters in by_name if letters.isascii()]
    for key, letters in every:
        if key not in keys:
            continue
        yield from ((key, Like(other, Reason.NAME, 100)) for other in by_name[letters] - {key})
        near = extract(letters, latin, scorer=ratio, score_cutoff=LIKE_NAMES, limit=None) if letters.isascii() else ()
        for name, percent, _place in near:
            if name != letters:
                yield from ((key, Like(other, Reason.SPELLING, round(percent))) for other in by_name[name] - {key})


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _variants(delegate: int) -> Iterator[str]:
    yield from NameVariant.objects.filter(delegate=delegate).values_list("spelling", flat=True)


def _every_name(but: int | None = None) -> Iterator[tuple[int, str]]:
    others = Delegate.objects.exclude(pk=but) if but else Delegate.objects.all()
    for key, name_en, name_zh in others.values_list("pk", "name_en", "name_zh"):
        yield from ((key, name) for name in (name_en, name_zh) if name)
    yield from NameVariant.objects.exclude(delegate=but).values_list("delegate", "spelling")
