"""Figures: numbers with units that a passage quotes, and as of when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proposals.intake.lines import Part
from proposals.intake.rules import FIGURES, any_of
from proposals.intake.suggestions import Figure

VALUE = r"(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
NUMBER = rf"(?<![A-Za-z0-9.,/-])(?<!\d[,.]){VALUE}"
MONEY = any_of(FIGURES["money_en"])
COUNTED = any_of(FIGURES["counted_en"])
ENGLISH = re.compile(
    rf"{NUMBER}\s*(?P<unit>%|per ?cent(?:age points?)?"
    rf"|(?:(?:trillion|billion|million|thousand|hundred million)\s+)?{MONEY}"
    rf"|(?:trillion|billion|million|thousand)(?:\s+(?:[a-z-]+\s+){{0,2}}?{COUNTED}(?![a-z]))?"
    rf"|(?:[A-Za-z][\w-]*\s+){{0,3}}?{COUNTED})(?![a-z])"
)
"""“226.1 billion yuan”, “13.73%”, “5 approved CAR-T products”."""
CHINESE = re.compile(
    rf"{NUMBER}\s*(?:多|余)?(?P<unit>%|‰|个?百分点|(?:万亿|千亿|百亿|亿|千万|百万|万|千|百)?(?:多|余)?"
    rf"{any_of(FIGURES['money_zh'], FIGURES['counted_zh'])}|万亿|亿|万)"
)
AS_OF = re.compile(
    r"(?:by|in|as of|until|for|during|of|at the end of|since|before)\s+(?:the\s+)?(?:end of\s+|year\s+)?"
    r"(?P<en>(?:19|20)\d\d)(?!\d)|(?:到|至|截至|预计|在|于)?(?P<zh>(?:19|20)\d\d)年(?:底|末|全年)?"
)
SYMBOL = re.compile(rf"(?P<unit>US\$|HK\$|[$¥￥€])\s?{VALUE}\s*(?P<scale>trillion|billion|million)?")
NUMBERED = re.compile(rf"{any_of(FIGURES['numbered'])}$")
YEAR, SHORT = re.compile(r"(?:19|20)\d\d"), re.compile(r"\d{1,2}")


def figures_in(sentence: Part) -> Iterator[Figure]:
    """Find the figures of a folded sentence, in order."""
    sentence = sentence.unmarked
    pattern = CHINESE if sentence.chinese else ENGLISH
    taken: list[tuple[int, int]] = []
    for found in (*SYMBOL.finditer(sentence.text), *pattern.finditer(sentence.text)):
        start, end = found.span()
        if any(start < other and begun < end for begun, other in taken) or _no_figure(sentence.text, found):
            continue
        taken.append((start, end))
        value, unit = found["value"].replace(",", ""), " ".join(found["unit"].split())
        if found.re is SYMBOL and found["scale"]:
            unit = f"{found['scale']} {unit}"
        yield Figure(
            value, unit, _as_of(sentence.text, start), sentence.text, sentence.start + start, sentence.start + end, 0.8
        )


def _no_figure(text: str, found: re.Match[str]) -> bool:
    """Tell a date, the number of a session or a mark of a list from a figure."""
    before, after = text[: found.start()].rstrip(), text[found.end() : found.end() + 3]
    unit = found["unit"]
    year, short = YEAR.fullmatch(found["value"]), SHORT.fullmatch(found["value"])
    if unit in ("月", "期") and (year or short):
        return True
    if unit == "年" and (year or short):
        return bool(year) or before.endswith(("月", "至", "到"))
    if unit == "天" and (year or short):
        return False
    if (unit == "次" and re.match("会议|全会|提案|建议", after)) or (year and unit.startswith("year")):
        return True
    parted = re.match(r"[-:：]\d", after) or re.search("[A-Za-z]-$", text[: found.start()])
    return bool(parted or NUMBERED.search(before))


def _as_of(text: str, place: int) -> str:
    """Give the year that the text says beside a number: the nearest in the sentence."""
    years = [(abs(found.start() - place), found["en"] or found["zh"]) for found in AS_OF.finditer(text)]
    return min(years)[1] if years else ""
