"""English: which words begin an action, and how a sentence that asks for several is cut into single ones."""

from __future__ import annotations

import re

from proposals.intake.lines import Part
from proposals.intake.rules import DEMANDS

VERBS = frozenset(DEMANDS["verbs_en"].split())
NOUNS_TOO = frozenset(DEMANDS["nouns_too_en"].split())
DOUBLED = re.compile(r"(?:[^aeiou]|qu)[aeiou][bdgmnprt]$")
IRREGULAR = {
    "build": "built",
    "give": "given",
    "make": "made",
    "hold": "held",
    "lay": "laid",
    "let": "let",
    "set": "set",
    "put": "put",
    "cut": "cut",
    "draw": "drawn",
    "take": "taken",
    "bring": "brought",
    "find": "found",
    "keep": "kept",
    "lead": "led",
    "pay": "paid",
    "send": "sent",
    "speed": "sped",
    "spread": "spread",
    "write": "written",
    "teach": "taught",
    "begin": "begun",
}
"""What is done to a thing: set up, brought in."""


def _spellings(verb: str) -> set[str]:
    """Give a verb in British and American spelling."""
    return {verb, re.sub(r"iz(?=e|ing|ed)", "is", verb)} if verb.endswith("ize") else {verb}


def _ing(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return f"{verb[:-1]}ing"
    return f"{verb}{verb[-1]}ing" if _doubles(verb) else f"{verb}ing"


def _ed(verb: str) -> str:
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if re.search("[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if _doubles(verb) else f"{verb}ed"


def _s(verb: str) -> str:
    if re.search("[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if re.search("(?:s|x|z|ch|sh|o)$", verb) else f"{verb}s"


def _doubles(verb: str) -> bool:
    return bool(DOUBLED.search(verb)) and (
        len(re.findall("[aeiou]+", verb)) == 1 or verb in ("permit", "admit", "submit", "commit", "embed", "enrol")
    )


SPELLED = {spelling for verb in VERBS for spelling in _spellings(verb)}
BASE, GERUND = SPELLED, {_ing(verb) for verb in SPELLED}
PARTICIPLE, THIRD = {_ed(verb) for verb in SPELLED} | set(IRREGULAR.values()), {_s(verb) for verb in SPELLED}
ADVERB = r"(?:(?:[a-z]+ly|also|further|then|better|fully|not only|not|never|first|together|again|even|thus|soon|at the same time,?|in addition,?|moreover,?|besides,?|to|actively and [a-z]+ly|both|either)\s+)*"
HEAD = re.compile(rf"(?:and |or |but )?{ADVERB}(?P<verb>[A-Za-z]+(?:-[a-z]+)?)(?=\s|$)", re.IGNORECASE)
OBJECT = re.compile(
    r"\s+(?:the|a|an|all|any|each|every|its|their|our|this|that|these|those|more|no|some|such|new|up|out|on|in|at|to|as|for|into|with|forward|ahead|through|back|down|over|off|away|it|them|him|her|us"
    r"|qualified|eligible|national|local|domestic|foreign|clinical|basic|key|international|high|special|strong|support|large|small|long|public|private"
    r"|scientific|medical|relevant|independent|innovative|early|rare|dedicated|cell|stem|gene|drug|hospitals?|enterprises|companies|research\w*|"
    r"universities|institutions?|patients|doctors|talents?|\w+ed|\w+al|\w+ic|\w+ive|\w+ary|\w+ar|\w+ous|\w+ful|\w+ent|\w+ant|\w+[ai]ble|\w+ing|\w+-\w+|[A-Z]\w*|\d+)\b"
)
"""What may follow a word that is a noun as often, where it is the verb."""
ANY_OBJECT = re.compile(r"\s+(?!(?:of|and|or|is|are|was|were|has|have|had|will|should|must|can|which|that)\b)\w")
MODAL = re.compile(
    r"\b(?:should|shall|must|ought to|need(?:s|ed)? to|(?:is|are) to|has to|have to|can|may|could|would|will|be required to|would do well to)\s+"
    rf"(?P<adverbs>{ADVERB})(?P<be>(?:not\s+|no longer\s+)?be\s+(?:[a-z]+ly\s+)?)?(?P<verb>[a-z]+(?:-[a-z]+)?)",
    re.IGNORECASE,
)
PASSIVE = re.compile(r"\b(?:to be|be|been|were|was|are|is|and|,)\s+(?:[a-z]+ly\s+)?(?P<verb>[a-z]+)\b")
NOMINAL = re.compile(
    rf"(?:and |including |, )?(?:the |an? )?(?:\w+ ){{0,2}}?(?:{DEMANDS['nominals_en']}) (?:of|in|to|from) ",
    re.IGNORECASE,
)
RESULTS = re.compile(rf"(?:and )?(?:{DEMANDS['results_en']})\b", re.IGNORECASE)
CUTS = re.compile(
    r"[;；]\s*|,\s+|，\s*|(?=[①-⑳])|\s+(?=and\s(?![A-Z]))|:\s+|\s+(?=as well as\s)|\s+[–—-]{1,2}\s+|(?<=\w)\s+(?=while\s)"
)
SUBORDINATE = re.compile(
    r"(?:but|which|who|whose|where|because|since|although|though|if|when|while|as (?!well)|until|unless|provided|even|rather than|instead of|such as|including|not to|after|before|in which|one of|especially|particularly|namely)\b",
    re.IGNORECASE,
)
PURPOSE = re.compile(
    r"(?:,\s*|\s+)(?:so as to|in order (?:to|that)|so that|thereby|thus|with a view to|with the aim of|with the goal of|for the purpose of)\b.*$|,\s+(?:to|so)\s+(?=[a-z]).*$",
    re.IGNORECASE | re.DOTALL,
)
PURPOSES = re.compile(
    r"(?:and )?(?:so as to|in order (?:to|that)|so that|so |thereby|thus|with a view to|with the aim of|with the goal of|to (?!be\b))",
    re.IGNORECASE,
)
CUES = re.compile(rf"(?<![A-Za-z])(?:{DEMANDS['cues_en']})(?![A-Za-z])", re.IGNORECASE)
CUE_HEAD = re.compile(
    r"\b(?:suggest(?:s|ed|ing)?|recommend(?:s|ed|ing)?|propos(?:e|es|ed|ing)|call(?:s|ed|ing)? (?:for|on|upon)|urg(?:e|es|ed|ing)|appeal(?:s|ed|ing)?|advocat(?:e|es|ed|ing)|hop(?:e|es|ed|ing)|ask(?:s|ed|ing)?|request(?:s|ed|ing)?|demand(?:s|ed|ing)?|plead(?:s|ed|ing)?|necessary|essential|imperative|necessity|advisable|want(?:s|ed)?|would (?:further |also )?(?:like|have)|insist(?:s|ed|ing)?|how(?= to)|advis(?:e|es|ed)|believ(?:e|es|ed)|think(?:s)?|thought|says?|said|argu(?:e|es|ed)|expect(?:s|ed)?|requir(?:e|es|ed))\b"
    r"(?:\s*[:,]?\s+(?:that|to|for|on|upon|it|is|be|also|strongly|of|also|necessary|essential|imperative|urgent|as follows)\b)*[\s:,]*",
    re.IGNORECASE,
)
STRONG = re.compile(
    r"\b(?:suggest(?:s|ed|ing)?|recommend(?:s|ed|ing)?|propos(?:e|es|ed|ing)|call(?:s|ed|ing)? (?:for|on|upon)|urg(?:e|es|ed|ing)|appeal(?:s|ed|ing)?|advocat(?:e|es|ed|ing)|hop(?:e|es|ed|ing)|ask(?:s|ed|ing)?|request(?:s|ed|ing)?|demand(?:s|ed|ing)?|plead(?:s|ed|ing)?|necessary|essential|imperative|necessity|advisable|want(?:s|ed)?|would (?:further |also )?(?:like|have)|insist(?:s|ed|ing)?|how to)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:stops? short of|do(?:es)? not (?:ask|want|propose|suggest|call|recommend)|did not (?:ask|want|propose|suggest|call)|declined to|oppos\w+|reject\w+|instead of asking|no need to|would not|not in favou?r)\b",
    re.IGNORECASE,
)
ASKING = re.compile(rf"\b{DEMANDS['asking_en']}\w*", re.IGNORECASE)
PROBLEMS = re.compile(rf"\b(?:{DEMANDS['problems_en']})\b", re.IGNORECASE)
BACKGROUND = re.compile(rf"[\"“]?(?:{DEMANDS['background_en']})\b", re.IGNORECASE)
AUTHORITY = re.compile(
    r"\b(?:government|ministry|ministries|commission|departments?|state|administration|bureau|agenc(?:y|ies)|authorit(?:y|ies)|CDE|NMPA|NHC|NHSA|NDRC|MIIT|institutes?|cent(?:er|re)|country|nation|province|city)\b"
)
SAID = re.compile(
    r"[,.!?]?[\"”]\s*(?:[,-]\s*)?(?:(?:he|she|[A-Z]\w+(?: [A-Z][\w-]+)?)(?: also)? (?:said|says|told|added|adds|noted|argued|explained|asked|wrote)|(?:said|says|added) )[^\"“”]*$"
)


ALLOWED = frozenset(
    "eligible exempt free able subject mandatory compulsory open public given made set put held kept built taken brought paid sent written taught led".split()
)
"""What a thing should be, besides what is done to it."""
ORDINAL = re.compile(
    r"(?:and )?(?:(?:first|second|third|fourth|fifth|last|final)(?:ly)?|again|besides|in addition|then|moreover|furthermore|at the same time|meanwhile|also|in the (?:first|second|third|last) place|on the (?:one|other) hand|for example|in view of this|to this end|therefore)",
    re.IGNORECASE,
)
"""What only says that another point follows."""
NUMBERED = re.compile(
    r"(?:and )?(?:[①-⑳]|\(?(?:\d{1,2}|[a-h])\)|(?:the )?(?:one|two|three|four|five|first|second|third|fourth|fifth) is(?: that|:)?(?: to)?\b)\s*",
    re.IGNORECASE,
)
BE = re.compile(r"\bbe\s+(?:[a-z]+ly\s+)?(?P<verb>[a-z]+)\b")
REPORTED = re.compile(r"\b(?:has|have|had)\s+(?:already\s+|since\s+|also\s+)?(?:been\s+)?[a-z]+(?:ed|en|t)\b")


AIMS = re.compile(
    r"(?:and )?to (?:better |further |jointly |effectively )?(?:reduce|promote|ensure|improve|meet|guarantee|help|solve|facilitate|achieve|avoid|benefit|make|protect|enhance|increase|realize|realise|prevent|relieve|shorten|serve|support|attract|provide|form|accelerate|speed|stimulate|safeguard|boost|satisfy|become|let|allow|enable)\b"
)
"""What mostly says what an action is for, behind a comma."""
TO = re.compile(r"(?:and |or )?(?:also )?to (?:[a-z]+ly |further )?(?P<verb>[a-z]+)\b")


HELPED = re.compile(r"\s+(?:to\s+)?([a-z]+)\b")
PHRASES = re.compile(
    r"take (?:the lead|measures|action|into|over|charge|back|stock|out|up|advantage|part)|strike off|get rid of(?= the (?!dependence))",
    re.IGNORECASE,
)
"""Actions of more than one word whose verb says little alone."""
FOCUSED = re.compile(r"\bfocus(?:es|ed)? on\b", re.IGNORECASE)
LED = re.compile(r"(?:led|headed|organi[sz]ed|coordinated|guided) by [^,;]{3,60}? to (?P<verb>[a-z]+)\b", re.IGNORECASE)


def verb_at(text: str, *, begins: bool = False) -> str:
    """Give the verb of an action with which a text begins, "" where there is none; `begins` where a sentence does."""
    found = HEAD.match(text)
    if not found:
        return ""
    word = found["verb"].casefold()
    if word == "help" and (helped := HELPED.match(text, found.end())) and helped[1].casefold() in BASE:
        return word
    if word not in BASE and not PHRASES.match(text, found.start("verb")):
        return ""
    object_ = OBJECT if not begins else ANY_OBJECT
    return "" if word in NOUNS_TOO and not object_.match(text, found.end()) else word


def gerund_at(text: str) -> bool:
    """Tell whether a text begins with “establishing …”."""
    found = HEAD.match(text)
    return bool(found and found["verb"].casefold() in GERUND)


def modal_in(text: str, *, strict: bool) -> bool:
    """Tell whether a clause says what should be done; `strict` where “will” or “can” say it too."""
    for found in MODAL.finditer(text):
        verb, weak = (
            found["verb"].casefold(),
            found[0].split()[0].casefold()
            in ("can", "may", "could", "would", "will", "is", "are", "need", "needs", "needed", "has", "have"),
        )
        if found["be"]:
            if (
                verb in PARTICIPLE
                or verb.endswith("ed")
                or verb in ALLOWED
                or verb in BASE
                or (not weak and verb in ("a", "an"))
            ) and (strict or not weak):
                return True
        elif not weak or (strict and verb in BASE):
            if verb in BASE or (not weak and verb not in ("be", "have", "know", "see", "expect")):
                return True
    return False


def governed(text: str) -> bool:
    """Tell whether a clause behind “suggest that” or “ask the … to” says what somebody does: a subject and its verb."""
    if re.match(r"(?:the |a |an )?(?:\w+\s){0,3}?(?:is|are|was|were|has|have|had)\b", text):
        return False
    for found in re.finditer(
        r"(?<=\s)(?P<to>to\s+|not\s+|be\s+(?:[a-z]+ly\s+)?)?(?P<verb>[a-z]+(?:-[a-z]+)?)(?=\s|$)", text
    ):
        verb = found["verb"]
        if found["to"] and found["to"].startswith("be"):
            if verb in PARTICIPLE or verb.endswith("ed"):
                return True
        elif (verb in BASE and (verb not in NOUNS_TOO or found["to"] or OBJECT.match(text, found.end()))) or (
            verb in THIRD and AUTHORITY.search(text[: found.start()]) and verb[:-1] not in NOUNS_TOO
        ):
            return True
        elif found["to"] and found["to"].startswith("to"):
            return True
    return False
