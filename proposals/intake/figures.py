"""Figures: numbers with units that a passage quotes, and as of when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proposals.intake.lines import Part
from proposals.intake.rules import FIGURES
from proposals.intake.suggestions import Figure

NUMBER = r"(?<![A-Za-z0-9.,/-])(?<!\d[,.])(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
MONEY = r"(?:yuan|RMB|renminbi|CNY|US dollars?|dollars?|USD|euros?|Hong Kong dollars?)"
ENGLISH = re.compile(
    rf"{NUMBER}\s*(?P<unit>%|per ?cent(?:age points?)?|percent(?:age points?)?|(?:(?:trillion|billion|million|thousand|hundred million)\s+){MONEY}"
    rf"|{MONEY}|(?:trillion|billion|million|thousand)(?:\s+(?:[a-z-]+\s+){{0,2}}?(?:{FIGURES['count_en']})(?![a-z]))?"
    rf"|(?:[A-Za-z][\w-]*\s+){{0,3}}?(?:{FIGURES['count_en']}))(?![a-z])",
)
CHINESE = re.compile(
    rf"{NUMBER}\s*(?:多|余)?(?P<unit>%|‰|个?百分点|(?:万亿|千亿|百亿|亿|千万|百万|万|千|百)?(?:多|余)?(?:元|美元|欧元|港元|人民币|{FIGURES['count_zh']})"
    r"|万亿|亿|万)"
)
NONE = re.compile(r"[-\u2010-\u2015]|年(?!龄|均)|月\d|日|号|届|次会议|点\d|:\d|：\d")
AS_OF = re.compile(
    r"(?:by|in|as of|until|for|during|of|at the end of|since|before)\s+(?:the\s+)?(?:end of\s+|year\s+)?(?P<en>(?:19|20)\d\d)(?!\d)|(?:到|至|截至|预计|在|于)?(?P<zh>(?:19|20)\d\d)年(?:底|末|全年)?",
)
SYMBOL = re.compile(
    r"(?P<unit>US\$|HK\$|[$¥￥€])\s?(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<scale>trillion|billion|million)?"
)


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
    if unit in ("年", "天", "日", "月", "期") and re.fullmatch(r"(?:19|20)\d\d|\d{1,2}", found["value"]):
        return unit != "天" and not (unit == "年" and len(found["value"]) <= 2 and not re.search("[月至到]$", before))
    if unit in ("次",) and re.match("会议|全会|提案|建议", after):
        return True
    if unit.startswith("year") and re.fullmatch(r"(?:19|20)\d\d", found["value"]):
        return True
    if re.search(r"(?:第|No\.?|number|Phase|phase|Article|page|Part|grade|Level|level|IMG_?)$", before):
        return True
    return bool(re.match(r"[-:：]\d", after)) or (re.search(r"[A-Za-z]-$", text[: found.start()]) is not None)


def _as_of(text: str, place: int) -> str:
    """Give the year that the text says beside a number: the nearest in the sentence."""
    years = [(abs(found.start() - place), found["en"] or found["zh"]) for found in AS_OF.finditer(text)]
    return min(years)[1] if years else ""
