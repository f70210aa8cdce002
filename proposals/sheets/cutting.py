"""Cutting: a proposal's full text, as sheets hold it, into summary, analysis and recommendations; lists of names."""

import re
from collections.abc import Iterable

from people.dates import digits

LABELS = {
    "summary": ("调研情况", "基本情况", "背景", "现状", "案由", "情况", "background", "situation"),
    "analysis": ("问题分析", "存在问题", "存在的问题", "主要问题", "问题及分析", "问题", "problems", "analysis"),
    "recommendations": (
        "具体建议",
        "建议",
        "对策建议",
        "意见建议",
        "工作建议",
        "有关建议",
        "recommendations",
        "suggestions",
    ),
}
SECTION = {label: name for name, labels in LABELS.items() for label in labels}
LABEL = re.compile(
    r"[【\[（(]?(?:[一二三四五六七八九十]+[、.．]|\d+[、.．])?\s*(?P<label>"
    + "|".join(sorted(map(re.escape, SECTION), key=len, reverse=True))
    + r")\s*(?:[】\]）)][:：]?|[:：]|$)\s*",
    re.IGNORECASE,
)
"""A line that begins a section: 【具体建议】, 三、具体建议, Recommendations:"""
IN_ALL = re.compile(
    r"(?P<names>.*?)\s*(?:等\s*(?P<number>\d+|[一二三四五六七八九十百]+)\s*[人名位]|[,;]\s*(?P<in_all>\d+) in all$)",
    re.DOTALL,
)
"""丁列明等9人; Ding Lieming; 9 in all"""
BETWEEN = re.compile(r"[、，,;；/\n]|\s+and\s+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff]{2})")
QUOTED = re.compile('"([^"]*)"')
TITLE = re.compile(r"(?:委员|代表|同志|先生|女士)$")


def sections(text: str) -> dict[str, str]:
    """Cut a text at its section labels; give what stands under each, by `LABELS`.

    What stands before the first label, or all of a text without one, is the summary.
    """
    found: dict[str, list[str]] = {}
    here = "summary"
    for line in map(str.strip, text.splitlines()):
        label = LABEL.match(line)
        if label:
            here = SECTION[label["label"].casefold()]
        if rest := line[label.end() :] if label else line:
            found.setdefault(here, []).append(rest)
    return {name: "\n".join(lines) for name, lines in found.items()}


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
    found = IN_ALL.match(text)
    if not found:
        return names(text), None
    return names(found["names"]), int(digits(found["number"] or found["in_all"]))
