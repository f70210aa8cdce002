"""Chinese: which words begin an action, and where a sentence that asks for several is cut into single ones."""

from __future__ import annotations

import re

from proposals.intake.lines import Part
from proposals.intake.rules import DEMANDS

SHORTEST_CUED = 6
"""Characters behind 建议 from which something is asked for, whatever its verb."""
VERBS = frozenset(DEMANDS["verbs_zh"].split())
VERB = "|".join(sorted(VERBS, key=len, reverse=True))
ADVERBS = rf"(?:(?:{DEMANDS['adverbs_zh']})(?:地)?)*"
CUTS = re.compile(
    r"[，；;]\s*|：|:|(?<=[\u4e00-\u9fff）)”])、(?=[\u4e00-\u9fff]{4,})|(?<=[。”])\s*(?=.)|(?<=[\u4e00-\u9fff])(?=\d{1,2}[.．、](?!\d))|(?=[①-⑳])|(?=[（(][一二三四五六七八九十\d]{1,2}[)）])|(?<=[\u4e00-\u9fff])(?=[一二三四五六七八九]是)|并(?=(?:对|将|由|在|加强|建立|完善|给予|允许|制定|设立|明确|定期|逐步))"
)
CUE = re.compile(
    r"^[“\"（(]?(?:[^，。；：]{0,40}?)(?:促请|敦促|吁请|建言|冀|盼|请(?=国家|有关|中|省|市|各|卫|药)|建议|呼吁|提议|倡议|希望|期待|主张|请求|恳请|要求(?=国家|有关|各))(?:还|也|应|要|：|:|，|,|国家层面|从国家层面|说|道|能够|能|可以|可|由此|尽快(?=由))*(?:方面)?[，：:]?"
)
SAYS = re.compile(r"^[“\"]?(?:[^，。；：]{0,30}?)(?:提出|认为|表示|指出|说|强调|坦言|介绍|看来|告诉记者)(?:，|：|:|,)?")
STRICT = re.compile("(?:应当|应该|必须|不得|一律|须|不超过|不少于|不低于)[^，]{2,}")
"""What says itself that something must be, whatever its verb."""
MODAL = re.compile(
    rf"(?:应当|应该|必须|一律|终身不得|不妨|宜|不得|亟需|亟待|有必要|需要|应|须|要|可|不能)(?:{DEMANDS['adverbs_zh']}|不|先|被)*"
)
MARKED = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）.．、]|[①-⑳]|[一二三四五六七八九十](?:是要?|要)|其[一二三四五六七][，,：:]|建议[一二三四五六七]：|第[一二三四五六七八九十][，,、：:])\s*"
)
WITH = re.compile(
    r"^(?:由|将|把|对|对于|在|向|与|和|同|为|给|从|以|用|就|请|让|使|凡|鼓励|支持|允许|引导|推动|促进|按照|根据|参照|按|借鉴|依托|通过|围绕|针对|结合|联合|利用|发挥|充分)"
)
LEAD = re.compile(
    r"^(?:在[^，。；]{1,24}|(?:依托|借鉴|参照|结合|以|对于|对|凭借|围绕|针对|根据|按照|通过|基于|面对|鉴于|为了?|随着)[^，。；]{2,40})$"
)
"""What only leads to an action: in what field, by what means, for whom."""
PURPOSES = re.compile(
    rf"^(?:{DEMANDS['results_zh']}|以(?=[^，]{{0,4}}?(?:便|期|吸引|利|加快|带动|形成|应对|解决|支持|推动|促进|满足|提高|提升|保障|缩短|确保|防|免|避免|支撑|减轻|降低|更)))"
)
DENIED = re.compile("(?:不(?:建议|主张|赞成|同意)|并未(?:建议|提出)|没有提出|未涉及)")
BACKGROUND = re.compile(rf"^[“\"]?(?:{DEMANDS['background_zh']})")
PROBLEMS = re.compile(f"(?:{DEMANDS['problems_zh']})")
ASKING = re.compile(f"(?:{DEMANDS['asking_zh']})")
ACTING = re.compile(rf"^{ADVERBS}(?:{VERB})")
SUBJECT = re.compile(
    r"^[^，。；]{0,18}?(?:国家|政府|部门|部委|委|局|厅|中心|院|所|会|部|省|市|区|县|医院|机构|企业|高校|学校|地方|财政|各地|银行|保险公司|平台|银保监|药监|卫健|医保|科技|立法机关|条例|办法|标准|国企|港|府)"
    rf"{ADVERBS}(?:{VERB})"
)


def without_cue(piece: Part) -> tuple[Part, bool, bool]:
    """Give a piece without the mark and the words that ask; whether there were such words, and whether a mark."""
    marked = MARKED.match(piece.text)
    if marked:
        piece = piece.part(marked.end(), len(piece.text))
    cued = False
    if found := CUE.match(piece.text):
        rest = piece.part(found.end(), len(piece.text))
        cued, piece = True, rest
    elif found := SAYS.match(piece.text):
        piece = piece.part(found.end(), len(piece.text))
    while found := re.match(r"[“”\"，,：:\s]+", piece.text):
        piece = piece.part(found.end(), len(piece.text))
    return piece, cued, bool(marked)


ORDINAL = re.compile(
    "第[一二三四五六七八九十]|首先|其次|再次|再者|最后|其[一二三四五六]|另外|此外|同时|一方面|另一方面|还有"
)
"""What only says that another point follows."""
COUNTED = re.compile(
    "第[一二三四五六七八九十][，,、]|其[一二三四五六][，,]|(?:首先|其次|再次|最后)[，,]|[①-⑳]|(?<![\u4e00-\u9fff])[一二三四五六]是"
)
LEADING = re.compile("建议|想法|药方|呼吁|提出|希望|认为|请|倡议|主张|看来|如下|建言|提案|议案|是$")
TOLD = re.compile(rf"已经?(?!有的)|曾|(?:{VERB})(?:了|过)(?!解)|正在|(?<!不)了(?=[一二三\d])|去年|近年来|过去")
"""What has been done already, or is going on."""


def lists(text: str) -> bool:
    """Tell whether a sentence holds a list of demands: behind a colon, or counted."""
    if len(COUNTED.findall(text)) >= 2:
        return not PROBLEMS.search(text[: COUNTED.search(text).start()])  # type: ignore[union-attr]
    lead, _colon, rest = text.partition("：")
    several = rest.count("；") >= 1 or bool(re.search("[①-⑳]|[（(]?[一二1][)）、是]", rest))
    return several and bool(LEADING.search(lead)) and not PROBLEMS.search(lead)


def leads(text: str) -> bool:
    """Tell whether a piece only leads to the action behind it: 在国家层面; not 在各省设立中心, which is one."""
    if not LEAD.match(text):
        return False
    return bool(re.match("围绕|针对|根据|按照|通过|基于|面对|鉴于|为|随着", text)) or not re.search(
        rf".(?:{VERB})[^，]{{2,}}$", text[1:]
    )


def begins(text: str, *, asking: bool, cued: bool, going_on: bool, cut: str) -> bool:
    """Tell whether a piece begins an action of its own."""
    if PURPOSES.match(text):
        return False
    if MODAL.search(text[:26]) and re.search(
        rf"{MODAL.pattern}[^，]{{0,16}}?(?:{VERB}|报销|上报|退出|公示|公布|公开|负责|追究|治|收|管)", text
    ):
        return bool(asking or re.search("应当|应该|必须|不得|亟需|亟待|有必要|应", text))
    if not asking:
        return False
    if STRICT.search(text[:22]):
        return True
    if cued and len(text) >= SHORTEST_CUED:
        return not leads(text)
    if cut == "、" and not ACTING.match(text):
        return False
    if ACTING.match(text):
        return True
    if re.match(r"由[^，]{2,24}$", text) and not leads(text):
        return True
    if WITH.match(text) and re.search(rf".(?:{VERB})", text[1:]):
        return not leads(text)
    return bool(SUBJECT.match(text))


def trimmed(action: Part) -> Part:
    """Give an action without marks, and without the purpose that follows."""
    text = action.text
    if found := re.search(
        r"[，,](?:从而|进而|以便|以期|使得|使其|让|以(?:满足|确保|保障|促进|推动|提高|提升|实现|缩短|更))[^，]*$", text
    ):
        text = text[: found.start()]
    text = text.rstrip('。，；;：:、！!”" ）' if text.count("（") < text.count("）") else '。，；;：:、！!”" ')
    start = len(text) - len(text.lstrip('“"，、：: '))
    return action.part(start, len(text))
