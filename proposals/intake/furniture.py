"""Furniture: what stands around an article, and is left out: menus, image marks, neighbours, advertisements."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from proposals.intake.lines import Part
from proposals.intake.rules import FURNITURE, any_of
from proposals.intake.suggestions import LeftOut

REASONS = {
    "around": _("menu or frame of the page"),
    "menu": _("menu or frame of the page"),
    "image": _("mark of a picture"),
    "next": _("link to a neighbouring article"),
    "related": _("headline of another article"),
    "disclaimer": _("disclaimer"),
    "credit": _("who wrote or edited it"),
    "sells": _("advertisement"),
    "others": _("somebody else speaks, not a delegate"),
    "analyst": _("left out by an analyst"),
}
WHOLE = {
    why: re.compile("|".join(f"(?:{each})" for each in FURNITURE[why]), re.IGNORECASE)
    for why in ("image", "menu", "next", "related", "disclaimer", "credit")
}
ENDS = re.compile(r"(?:the )?(?:end|fin|全文完|完|本文完)\W*", re.IGNORECASE)
SELLS = re.compile(
    rf"{any_of(FURNITURE['sells'])}|{any_of(FURNITURE['telephone'])}[:：]|\d{{3,4}}-\d{{3,4}}-?\d{{3,4}}", re.IGNORECASE
)
HEADLINE = 160
"""Characters that a headline of another article has at most."""


def furniture(lines: Sequence[Part]) -> list[LeftOut]:
    """Give the lines of a folded text that are furniture by what they say; headlines below “Related” too."""
    found: list[LeftOut] = []
    below = ""
    for line in lines:
        bare = line.text.strip(" *#|·•▶►>-—=_■▍")
        why = next((why for why, pattern in WHOLE.items() if pattern.fullmatch(bare)), "")
        if not bare or ENDS.fullmatch(bare):
            why = "around"
        if why:
            below = why if why in ("related", "next") else below
        elif below == "related" and len(line.text) <= HEADLINE:
            why = "related"
        else:
            below = ""
        if why:
            found.append(LeftOut(why, line.start, line.end))
    return found


def sells(line: Part) -> bool:
    """Tell whether a paragraph advertises something."""
    return len({word.casefold() for word in SELLS.findall(line.text)}) >= 2
