"""Posts: for whom a delegate works and as what, as an article says it now; former posts are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proposals.intake.delegates import Speaker
from proposals.intake.lines import Part
from proposals.intake.rules import DELEGATES
from proposals.intake.sections import Passage

POST_EN = rf"(?:(?:the|an?|now|currently|also)\s+)*(?P<post>(?:[A-Za-z-]+\s+){{0,4}}?(?:{DELEGATES['posts_en']})(?:\s+and\s+(?:[A-Za-z-]+\s+){{0,2}}?(?:{DELEGATES['posts_en']}))?(?:\s+of\s+the\s+[A-Z][\w ]{{2,40}}?(?=\s+(?:of|at|in)\s))?)"
OF = re.compile(
    rf"{POST_EN}\s+(?:of|at|in|with|for)\s+(?:the\s+)?(?P<employer>[A-Z][\w'&.()\u2019-]*(?:,?\s+(?:of|and|the|for|Co\.?,?|Ltd\.?|LTD\.?|Inc\.?|[A-Z&(][\w'&.()\u2019-]*))*)",
)
FORMER_EN = re.compile(rf"\b(?:{DELEGATES['former_en']})\b[^,;.]*$", re.IGNORECASE)
POST_ZH = re.compile(rf"(?P<employer>[\u4e00-\u9fffA-Za-z()（）·]{{3,40}}?)(?P<post>(?:[\u4e00-\u9fff]{{1,8}}?科|[\u4e00-\u9fff]{{1,6}}中心)?(?:{DELEGATES['posts_zh']})(?:[兼、](?:{DELEGATES['posts_zh']}))*)(?=[、，,。；）) \u3000]|$)")
FORMER_ZH = re.compile(rf"(?:{DELEGATES['former_zh']})[^、，,。；]*$")
PLACE = re.compile("公司|集团|医院|大学|学院|研究院|研究所|中心|药业|生物|科技|医药|研究会|学会|协会|所$|院$|银行|基因|细胞|医疗|实验室")


@dataclass(frozen=True)
class Post:
    """An employer and the post there."""

    employer: Part
    post: Part


def post_of(speaker: Speaker, passage: Passage, lines: Sequence[Part]) -> Post | None:
    """Find the post that stands beside a delegate's name or seat."""
    for part in _beside(speaker, lines):
        for found in (POST_ZH if part.chinese else OF).finditer(part.text):
            former = FORMER_ZH if part.chinese else FORMER_EN
            if former.search(part.text[: found.start("post")]) or (part.chinese and not PLACE.search(found["employer"])):
                continue
            start = found.start("employer")
            if part.chinese and (prefix := re.match(r"^(?:现任|系|是|任|作为|，|、|（|\()+", found["employer"])):
                start += prefix.end()
            employer = part.part(start, found.end("employer"))
            return Post(employer, part.part(found.start("post"), found.end("post")))
    return None


def _beside(speaker: Speaker, lines: Sequence[Part]) -> Iterator[Part]:
    """Give what may tell of a post: from seats and names to the end of the sentence, seats left out."""
    for phrase in speaker.seats:
        for sentence in _sentences(phrase.start, lines):
            yield sentence.part(phrase.end - sentence.start, len(sentence.text))
    for mention in speaker.mentions[:4]:
        for sentence in _sentences(mention.start, lines):
            rest = sentence.part(mention.end - sentence.start, len(sentence.text))
            if re.match(r"[,，(（是现]|\s*(?:is|was|who|the)\b|\s*\(", rest.text):
                yield rest


def _sentences(place: int, lines: Sequence[Part]) -> Iterator[Part]:
    for line in lines:
        if line.start <= place < line.end:
            yield from (each for each in line.sentences if each.start <= place < each.end)
