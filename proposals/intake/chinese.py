"""Chinese: which words begin an action, and where a sentence that asks for several is cut into single ones."""

from __future__ import annotations

import re

from proposals.intake.lines import Part
from proposals.intake.rules import CHINESE, any_of, anywhere

SHORTEST_ASKED = 6
"""Characters behind 建议 from which something is asked for, whatever its verb."""
MODAL_WITHIN, STRICT_WITHIN = 26, 22
"""Characters from the beginning in which 应当 stands."""
VERB = any_of(CHINESE["verbs"])
ADVERBS = rf"(?:{any_of(CHINESE['adverbs'])}地?)*"
CUTS = re.compile(
    r"[，；;]\s*|：|:|(?<=[\u4e00-\u9fff）)”])、(?=[\u4e00-\u9fff]{4,})|(?<=。)(?!”)\s*(?=.)|(?<=。”)\s*(?=.)"
    r"|(?<=[\u4e00-\u9fff])(?=\d{1,2}[.．、](?!\d))|(?=[①-⑳])|(?=[（(][一二三四五六七八九十\d]{1,2}[)）])"
    rf"|(?<=[\u4e00-\u9fff])(?=[一二三四五六七八九]是)|并(?={any_of(CHINESE['divided_by_and'])})"
)
"""Where something new may begin: marks, numbers of points, and 并 before a verb."""
CUE = re.compile(
    rf"^[“\"（(]?(?:[^，。；：]{{0,40}}?)(?:{any_of(CHINESE['asking'])}|请(?={any_of(CHINESE['asked'])})"
    rf"|要求(?={any_of(CHINESE['required'])}))(?:{any_of(CHINESE['behind_asking'])}|[：:，,]|尽快(?=由))*(?:方面)?[，：:]?"
)
"""Words that ask, with who asks before them and little words behind."""
SAYS = re.compile(rf"^[“\"]?(?:[^，。；：]{{0,30}}?){any_of(CHINESE['saying'])}[，：:,]?")
STRICT = re.compile(rf"{any_of(CHINESE['strictly'])}[^，]{{2,}}")
MUST = anywhere(CHINESE["must"])
MODAL = re.compile(rf"{any_of(CHINESE['must'], CHINESE['may'])}(?:{any_of(CHINESE['adverbs'])}|不|先|被)*")
MODAL_VERB = re.compile(rf"{MODAL.pattern}[^，]{{0,16}}?{any_of(CHINESE['verbs'], CHINESE['verbs_behind_modals'])}")
MARKED = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）.．、]|[①-⑳]|[一二三四五六七八九十](?:是要?|要)"
    r"|其[一二三四五六七][，,：:]|建议[一二三四五六七]：|第[一二三四五六七八九十][，,、：:])\s*"
)
"""The number of a point."""
WITH = re.compile(rf"^{any_of(CHINESE['with'])}")
ONE_ACTS = re.compile(r"由[^，]{2,24}$")
LEAD = re.compile(
    rf"^(?:在[^，。；]{{1,24}}|{any_of(CHINESE['leading'], CHINESE['leading_without_verb'])}[^，。；]{{2,40}})$"
)
"""What only leads to an action: in what field, by what means, for whom."""
LEADING = anywhere(CHINESE["leading"])
LED_BY = re.compile("由[^，]{2,20}牵头")
OF_WHOM = re.compile("对于?[^，]{4,40}的[\u4e00-\u9fff]{1,4}")
SLOGAN = re.compile("从.{1,6}方面(?:发力|着手|入手)")
"""What says only that something follows."""
VERB_WITHIN = re.compile(rf".{VERB}")
VERB_AND_OBJECT = re.compile(rf".{VERB}[^，]{{2,}}$")
PURPOSES = re.compile(rf"^(?:{any_of(CHINESE['results'])}|以(?=[^，]{{0,4}}?{any_of(CHINESE['so_as_to'])}))")
PURPOSE_BEHIND = re.compile(rf"[，,]{any_of(CHINESE['purposes'])}[^，]*$")
BRACKETS = (("（", "）"), ("“", "”"))
DENIED = anywhere(CHINESE["denied"])
BACKGROUND = re.compile(rf"^[“\"]?{any_of(CHINESE['backgrounds'])}")
PROBLEMS = anywhere(CHINESE["problems"])
ANNOUNCING = re.compile(rf"{any_of(CHINESE['announcing'])}|提出[：:]?$")
ACTING = re.compile(rf"^{ADVERBS}{VERB}")
SUBJECT = re.compile(
    rf"^[^，。；]{{0,18}}?{any_of(CHINESE['subjects'])}{ADVERBS}(?:{any_of(CHINESE['with'])}[^，]{{1,16}}?)?{ADVERBS}{VERB}"
)
ORDER = re.compile(rf"第[一二三四五六七八九十]|其[一二三四五六]|{any_of(CHINESE['orders'])}")
COUNTED = re.compile(
    r"第[一二三四五六七八九十][，,、]|其[一二三四五六][，,]|(?:首先|其次|再次|最后)[，,]|[①-⑳]"
    r"|(?<![\u4e00-\u9fff])[一二三四五六]是"
)
"""The number of a point within a sentence."""
SEVERAL = re.compile("；|[①-⑳]|[（(]?[一二1][)）、是]")
LEADS_TO_LIST = re.compile(rf"{any_of(CHINESE['leads_to_list'])}|是$")
TOLD = re.compile(rf"已经?(?![^，]{{0,14}}的)|{VERB}(?:了|过)(?!解)|(?<!不)了(?=[一二三\d])|{any_of(CHINESE['past'])}")
"""What has been done already, or is going on."""


def without_cue(piece: Part) -> tuple[Part, bool, bool]:
    """Give a piece without the mark and the words that ask; whether there were such words, and whether a mark."""
    marked = MARKED.match(piece.text)
    if marked:
        piece = piece.part(marked.end(), len(piece.text))
    asked = CUE.match(piece.text)
    if begun := asked or SAYS.match(piece.text):
        piece = piece.part(begun.end(), len(piece.text))
    while found := re.match(r"[“”\"，,：:\s]+", piece.text):
        piece = piece.part(found.end(), len(piece.text))
    return piece, bool(asked), bool(marked)


def lists(text: str) -> bool:
    """Tell whether a sentence holds a list of demands: behind a colon, or counted."""
    counted = [*COUNTED.finditer(text)]
    if len(counted) >= 2:
        return not PROBLEMS.search(text[: counted[0].start()])
    lead, _colon, rest = text.partition("：")
    return bool(SEVERAL.search(rest) and LEADS_TO_LIST.search(lead) and not PROBLEMS.search(lead))


def leads(text: str) -> bool:
    """Tell whether a piece only leads to the action behind it: 在国家层面; not 在各省设立中心, which is one."""
    if LED_BY.fullmatch(text) or OF_WHOM.fullmatch(text):
        return True
    return bool(LEAD.match(text)) and (bool(LEADING.match(text)) or not VERB_AND_OBJECT.search(text[1:]))


def begins(text: str, *, asking: bool, cued: bool, cut: str) -> bool:
    """Tell whether a piece begins an action of its own; `cued` where words that ask stand before it."""
    if PURPOSES.match(text) or SLOGAN.fullmatch(text):
        return False
    if MODAL.search(text[:MODAL_WITHIN]) and MODAL_VERB.search(text):
        return asking or bool(MUST.search(text))
    if not asking:
        return False
    if STRICT.search(text[:STRICT_WITHIN]):
        return True
    if cued and len(text) >= SHORTEST_ASKED:
        return not leads(text)
    return bool(ACTING.match(text)) or (cut != "、" and _acts(text))


def _acts(text: str) -> bool:
    """Tell whether somebody is to do something with something: 由国家…, 将…纳入, 各地设立."""
    if ONE_ACTS.match(text) and not leads(text):
        return True
    if WITH.match(text) and VERB_WITHIN.search(text[1:]):
        return not leads(text)
    return bool(SUBJECT.match(text))


def trimmed(action: Part) -> Part:
    """Give an action without marks, and without the purpose that follows."""
    text = action.text
    if found := PURPOSE_BEHIND.search(text):
        text = text[: found.start()]
    unopened = "".join(close for open_, close in BRACKETS if text.count(open_) < text.count(close))
    text = text.rstrip('。，；;：:、！!" ' + unopened)
    unclosed = "".join(open_ for open_, close in BRACKETS if text.count(open_) > text.count(close))
    return action.part(len(text) - len(text.lstrip('"，、：: ' + unclosed)), len(text))
