"""Pasting: a list, as an article prints it, becomes rows."""

import re

HAN = "〇零一二三四五六七八九十百"
MARK = re.compile(
    rf"\s*(?:(?:recommendation|proposal|no\.)\s*)?"
    rf"(?:[{HAN}]+是|[（(]\s*(?:[{HAN}]+|\d{{1,3}}|[a-z])\s*[)）]|(?:第\s*)?(?:[{HAN}]+|\d{{1,3}})\s*[、.．:：)）](?!\d)|第[{HAN}\d]+[条点项]?[，,、：:]?"
    r"|[①-⑳❶-❿]|[-*•·–—▪●◦])\s*",
    re.IGNORECASE,
)
"""What stands before a point of a list: 1. 1) (1) 一、 （一） 第一， ① - •"""


BEGIN = r"(?:^|(?<=[。；;，,：:！!\s]))"
NUMBERS = "一二三四五六七八九十"
COUNTED = [
    [re.compile(pattern.format(re.escape(str(number)))) for number in numbers]
    for pattern, numbers in (
        (BEGIN + "{}是", NUMBERS),
        (BEGIN + "第{}[，,]", NUMBERS),
        ("[（(]{}[）)]", NUMBERS),
        (BEGIN + "{}、", NUMBERS),
        ("{}", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
        ("[（(]{}[）)]", range(1, 100)),
        (BEGIN + r"{}[.．、](?!\d)", range(1, 100)),
    )
]
"""What counts the points within a line, each kind from one."""


def points(text: str) -> list[str]:
    """Cut a pasted list into its points, in order, without their marks.

    Where some lines bear marks, what follows one without a mark belongs to it; where none does, each line is a point.
    """
    lines = [line.strip() for given in text.replace("\x00", "").splitlines() for line in _within(given)]
    marked = any(MARK.match(line) for line in lines if line)
    found: list[str] = []
    for line in filter(None, lines):
        mark = MARK.match(line)
        if marked and not mark and found:
            found[-1] = f"{found[-1]} {line}" if found[-1].isascii() else f"{found[-1]}{line}"
        else:
            found.append(line[mark.end() if mark else 0 :].strip())
    return [point for point in found if point]


def _within(line: str) -> list[str]:
    """Cut a line in which several points stand, by marks that count from one: 一是……；二是……；or 1. and 2."""
    for marks in COUNTED:
        starts: list[int] = []
        for mark in marks:
            found = mark.search(line, starts[-1] + 1 if starts else 0)
            if not found:
                break
            starts.append(found.start())
        if len(starts) > 1:
            parts = [line[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
            return [
                *filter(None, [line[: starts[0]].strip("：:，, ")]),
                *(part.strip().rstrip("；;") for part in parts),
            ]
    return [line]
