"""Pasting: a list, as an article prints it, becomes rows."""

import re

HAN = "〇零一二三四五六七八九十百"
MARK = re.compile(
    rf"\s*(?:(?:recommendation|proposal|no\.)\s*)?"
    rf"(?:[（(]\s*(?:[{HAN}]+|\d{{1,3}}|[a-z])\s*[)）]|(?:第\s*)?(?:[{HAN}]+|\d{{1,3}})\s*[、.．:：)）](?!\d)|第[{HAN}\d]+[条点项]?[，,、：:]?"
    r"|[①-⑳❶-❿]|[-*•·–—▪●◦])\s*",
    re.IGNORECASE,
)
"""What stands before a point of a list: 1. 1) (1) 一、 （一） 第一， ① - •"""


def points(text: str) -> list[str]:
    """Cut a pasted list into its points, in order, without their marks.

    Where some lines bear marks, what follows one without a mark belongs to it; where none does, each line is a point.
    """
    lines = [line.strip() for line in text.replace("\x00", "").splitlines()]
    marked = any(MARK.match(line) for line in lines if line)
    found: list[str] = []
    for line in filter(None, lines):
        mark = MARK.match(line)
        if marked and not mark and found:
            found[-1] = f"{found[-1]} {line}" if found[-1].isascii() else f"{found[-1]}{line}"
        else:
            found.append(line[mark.end() if mark else 0 :].strip())
    return [point for point in found if point]
