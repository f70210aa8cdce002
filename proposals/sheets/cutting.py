"""Cutting: a proposal's full text, as sheets hold it, into summary, analysis and recommendations; lists of names."""

import re
from collections.abc import Iterable

from people.dates import digits

WORDS = {
    "recommendations": "建议|对策|举措|recommendations?|suggestions?",
    "analysis": "问题|困难|原因|分析|不足|短板|挑战|problems?|analysis",
    "summary": "情况|背景|现状|案由|概况|概述|background|situation",
}
"""By what a heading tells the section that it begins, in this order: 问题分析及建议 begins what is asked for."""
LONGEST_LABEL = 14
BRACKETED = re.compile(rf"\s*[【\[]\s*(?P<label>[^】\]\n]{{1,{LONGEST_LABEL}}}?)\s*[】\]]\s*[:：]?\s*")
"""【具体建议】, wherever it stands."""
HEADING = re.compile(
    rf"(?:[（(]?[一二三四五六七八九十]+[)）]?[、.．]?|\d+[、.．])?\s*(?P<label>[^\s:：。，；,;.!！?？]{{2,{LONGEST_LABEL}}})\s*(?:[:：]\s*$|$)"
)
"""A line of its own: 三、对策与建议"""
INTRODUCED = re.compile(
    r"(?:(?:为此|因此|对此|鉴于此)[，,]?)?(?:特|现)?(?:提出)?(?:如下|以下)?"
    r"(?P<label>(?:具体|工作|有关|几点|对策|意见)?建议(?:如下)?|(?:主要|存在的?)?问题|问题分析|背景|现状|基本情况|调研情况|案由"
    r"|recommendations|suggestions|background|situation|problems|analysis)[:：]\s*",
    re.IGNORECASE,
)
"""A word before a colon, with which a line begins: 建议：……, 为此，提出如下建议：……"""
WITHIN = re.compile(
    r"(?<=[。；;!！?？])\s*(?=(?:(?:为此|因此|对此|鉴于此)[，,]?)?(?:特|现)?(?:提出(?:如下|以下)建议|(?:具体)?建议如下)[:：])"
)
"""Before a sentence within a line that only introduces what is asked for: ……。建议如下：……"""
IN_ALL = re.compile(
    r"\s*[（(]?\s*等\s*(?P<number>\d+|[一二三四五六七八九十百]+)\s*[人名位](?:委员|代表)?\s*[)）]?"
    r"|[,;]\s*(?P<in_all>\d+) in all$"
)
"""丁列明等9人; 丁列明（等9人）; Ding Lieming; 9 in all"""
BETWEEN = re.compile(r"[、，,;；/\n]|\s+and\s+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff]{2})")
QUOTED = re.compile('"([^"]*)"')
TITLE = re.compile(r"(?:委员|代表|同志|先生|女士)$")


def sections(text: str) -> dict[str, str]:
    """Cut a text at its headings; give what stands under each, by `WORDS`.

    What stands before the first heading, or all of a text without one, is the summary.
    """
    found: dict[str, list[str]] = {}
    here = "summary"
    for line in map(str.strip, WITHIN.sub("\n", BRACKETED.sub(r"\n【\g<label>】\n", text)).splitlines()):
        label = BRACKETED.fullmatch(line) or HEADING.fullmatch(line) or INTRODUCED.match(line)
        section = _section(label["label"]) if label else ""
        if label and section:
            here, line = section, line[label.end() :]
        if line:
            found.setdefault(here, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def _section(label: str) -> str:
    return next((name for name, words in WORDS.items() if re.search(words, label, re.IGNORECASE)), "")


def names(text: str) -> list[str]:
    """Cut a list of names: “甲、乙、丙”, “Ding Lieming; Zhang Yi”; titles after a name (委员, 代表) go.

    What stands between quotation marks is one name as it is.
    """
    found: list[str] = []
    for index, piece in enumerate(QUOTED.split(text)):
        found += [piece] if index % 2 else [TITLE.sub("", part.strip()) for part in BETWEEN.split(piece)]
    return [name for name in found if name]


def listed(wanted: Iterable[str]) -> str:
    """Write a list of names so that `names` gives them back."""
    return "; ".join(name if names(name) == [name] else f'"{name.replace(chr(34), chr(39))}"' for name in wanted)


def proposers(text: str) -> tuple[list[str], int | None]:
    """Cut who put a proposal forward: the names, and how many there are in all where “马永青等9人” says it."""
    found = IN_ALL.search(text)
    if not found:
        return names(text), None
    return names(f"{text[: found.start()]}、{text[found.end() :]}"), int(digits(found["number"] or found["in_all"]))
