"""Reply titles: what the title of a reply and the number of an official letter say, as agencies print them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from people.characters import HAN, SIMPLIFIED
from people.dates import HAN_NUMBER, digits
from proposals.models.numbers import DocumentNumber, document_number

LONGEST = 300
ENDING = re.compile("(?:的)?(?:主办|会办|分办)?(?:答复|回复|复函|办理)")
TAIL = re.compile("(?:的|函|摘要|意见|情况|结果|报告|说明|书|信|公开|答复|回复|复函|[()])*")
"""What may stand behind that."""
START = re.compile("关于对|关于就|关于|对于|对|就")
QUOTED = re.compile("《[^》]*》")
"""The title of the proposal itself, which some agencies print behind its number."""
FILED_BY = re.compile("(?:人大代表|政协委员|代表|委员|党派|集体|团体|界别|重点)(?=(?:提案|建议|议案)$)")
IN_CLASS = re.compile(rf"[（(]?(?P<name>[{HAN}]{{1,10}}类)第?(?P<number>\d{{1,4}})号[)）]?")
SEVERAL = re.compile(r"第?(?P<first>\d{1,8})号?(?P<others>(?:[、，,和及与]+第?\d{1,8}号?)+)")
RELATIVE = {"省", "市", "自治区", "区", "县", "本省", "本市", "我省", "我市"}
"""Places that are told by who answers."""
PAIRS = {"〔": "〕", "[": "]", "【": "】", "(": ")"}
LETTER = re.compile(
    rf"(?P<issuer>[{HAN}]{{2,15}}(?:\([{HAN}]{{1,4}}\))?)(?P<open>[〔\[【(])(?P<year>(?:19|20)\d\d)(?P<close>[〕\]】)])"
    r"第?(?P<number>\d{1,5})号"
)


@dataclass(frozen=True)
class ReplyTitle:
    """Which documents a reply answers, and under which number of which class (教育类410号); "" and 0 without one."""

    numbers: tuple[DocumentNumber, ...]
    in_class: str = ""
    class_number: int = 0


def reply_title(text: str) -> ReplyTitle | None:
    """Read the title of a reply; None where it names no document of a session by its number."""
    if len(text) > LONGEST:
        return None
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text.translate(SIMPLIFIED)))
    plain = QUOTED.sub("", plain) if "号" in QUOTED.sub("", plain) else plain.strip("《》")
    ending = ENDING.search(plain)
    if not ending or not TAIL.fullmatch(plain, ending.end()):
        return None
    what = FILED_BY.sub("", plain[: ending.start()])
    in_class = IN_CLASS.search(what)
    what = IN_CLASS.sub("", what)
    several = SEVERAL.search(what)
    others = re.findall(r"\d+", several["others"]) if several else []
    what = SEVERAL.sub(lambda found: f"第{found['first']}号", what)
    starts = [0, *(found.end() for found in START.finditer(what))][::-1]  # the last first: a place holds no such word
    first = next(filter(None, (document_number(what[start:]) for start in starts)), None)
    if first is None:
        return None
    numbers = (first, *(replace(first, number=int(other)) for other in others))
    if not all(each.number for each in numbers):
        return None
    if in_class:
        return ReplyTitle(numbers, in_class["name"], int(in_class["number"]))
    return ReplyTitle(numbers)


def letter_number(text: str) -> str:
    """Give the number of an official letter in one form, 闽卫督函〔2020〕175号; "" where it is none.

    Brackets come as 〔〕 [] 【】 （）, years and numbers in any digits, with 第 and zeros before the number or without.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text.translate(SIMPLIFIED)))
    plain = re.sub(
        r"(?<=[〔\[【(])[^〕\]】)]+(?=[〕\]】)])", lambda found: HAN_NUMBER.sub(lambda n: digits(n[0]), found[0]), plain
    )
    found = LETTER.fullmatch(plain)
    if not found or PAIRS[found["open"]] != found["close"] or not int(found["number"]):
        return ""
    return f"{found['issuer']}〔{found['year']}〕{int(found['number'])}号"
