"""Headings: which lines head a section of an article, and the titles in them."""

from __future__ import annotations

import re

from proposals.intake.lines import Part
from proposals.intake.rules import ARTICLE, DELEGATES, any_of

LONGEST_HEADING, LONGEST_HEADING_ZH = 240, 70
"""Characters of a heading that names a delegate, and of a title."""
LONGEST_UNTITLED, LONGEST_UNTITLED_ZH = 130, 45
"""Characters of any other heading."""
PART = re.compile(
    rf"{any_of(ARTICLE['part_kinds'])} (?:one|two|three|four|five|six|[ivx\d]+)\b.*|{any_of(ARTICLE['part_names'])}"
    r"|[\d一二三四五六七八九十]{1,2}|NO\.?\s?\d+",
    re.IGNORECASE,
)
"""The heading of a part of the article, which is no title."""
SPEECH_EN = any_of(DELEGATES["speech_en"])
SPEECH = re.compile(
    rf"(?:\b{SPEECH_EN}(?:\s+that)?|{any_of(ARTICLE['speech_before_colon_zh'])}|以下.*)\s*$", re.IGNORECASE
)
DECORATION = re.compile(
    r"^[\s\[【▍■◆●▶►*#|《<◎★☆丨]+|^\(?\d{1,2}[.、)）:：\s]+(?=\S)|^[一二三四五六七八九十]{1,3}、"
    r"|^(?:NO|No)\.?\s?\d+[\s.:：]*|[\s\]】*#|]+$"
)
TITLE_LABEL = re.compile(
    rf"^(?:领衔|联名|牵头)?(?:提出|提交|带来)?的?{any_of(ARTICLE['title_labels'])}\s*[:：]\s*", re.IGNORECASE
)
ASKS_IN_HEADING = re.compile(
    rf"(?:委员|代表)?(?={any_of(ARTICLE['asks_in_heading_zh'])})|\s*{any_of(ARTICLE['asks_in_heading_en'])}\s+(?=\w)"
)
SHORTEST_SAID = 6
"""Characters behind these words that are a title."""
COLON = re.compile("[:：]")
SENTENCE_ENDS = re.compile(r"[.。；;!?！？,，]$")
HEADING_ENDS = re.compile('[.。；;,，:：!?？”"]$')


def longest_heading(part: Part) -> int:
    """Give how many characters a heading may have, in the language of a part."""
    return LONGEST_HEADING_ZH if part.chinese else LONGEST_HEADING


def only_says(line: Part, colon: int) -> bool:
    """Tell whether somebody only says something before the colon."""
    rest = line.text[colon + 1 :].strip()
    if colon > longest_heading(line) or rest.startswith(('"', "'", "“")):
        return True
    if SPEECH.search(line.text[:colon]):
        return bool(not rest or SENTENCE_ENDS.search(rest) or re.search("[。；;]", rest))
    return False


def without_label(line: Part) -> Part:
    """Give a title without the label before it: 提案：…."""
    return _without(TITLE_LABEL, line)


def title_at(line: Part, start: int) -> Part | None:
    """Give what stands in a line from some place on, without decoration; nothing where nothing is left."""
    bare = _without(DECORATION, line.part(start, len(line.text)))
    return bare if bare.text else None


def _without(pattern: re.Pattern[str], part: Part) -> Part:
    """Give a part without what `pattern` finds at its ends."""
    while found := pattern.search(part.text):
        if not found[0] or len(found[0]) == len(part.text):
            break
        part = part.part(found.end(), len(part.text)) if found.start() == 0 else part.part(0, found.start())
    return part


def is_title(part: Part) -> bool:
    """Tell whether a part can be a title: short, one sentence, without a full stop."""
    return (
        len(part.text) <= longest_heading(part) and len(part.sentences) == 1 and not re.search("[。；]|\\.$", part.text)
    )


def is_bare_title(line: Part) -> bool:
    """Tell whether a line can be a title alone: without a mark of a list and a mark at its end."""
    return is_title(line) and not SENTENCE_ENDS.search(line.text) and not line.mark


def is_heading(line: Part) -> bool:
    """Tell whether a line stands alone as a heading: short, without a stop."""
    longest = LONGEST_UNTITLED_ZH if line.chinese else LONGEST_UNTITLED
    plain = not HEADING_ENDS.search(line.text) and not line.mark and not PART.fullmatch(line.text)
    return plain and len(line.text) <= longest


def said_title(line: Part, end: int) -> Part | None:
    """Give what somebody asks for in a heading without a colon: 蔺伯谦委员建议尽快布局区域细胞制备中心."""
    rest = line.part(end - line.start, len(line.text))
    found = ASKS_IN_HEADING.match(rest.text)
    if not found or len(rest.text) <= found.end() + SHORTEST_SAID:
        return None
    return _without(DECORATION, rest.part(found.end(), len(rest.text)))
