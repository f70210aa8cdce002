"""Numbers of documents as people type them: “十四届全国政协二次会议第1234号”, “CPPCC 14-2 1234”."""

import re
import unicodedata
from dataclasses import dataclass

from people.characters import HAN, SIMPLIFIED

LONGEST = 80
DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
TENS = {"十": 10, "百": 100, "千": 1000}
KINDS = {"提案": "proposal", "建议": "suggestion", "议案": "bill"}
SYSTEMS = {"政协": "cppcc", "人大": "npc", "cppcc": "cppcc", "npc": "npc"}
FULL_NAMES = {
    "中国人民政治协商会议": "政协",
    "人民政协": "政协",
    "人民代表大会": "人大",
    "中华人民共和国": "",
}
BRACKETS = re.compile(r"[\s()\[\]〔〕【】]+")
FEW, MANY = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}", "[0-9]{1,8}|[零〇一二三四五六七八九十百千]{1,9}"
TERM = f"第?(?P<term>{FEW})届"
PLACE = f"(?P<place>[{HAN}]{{0,20}}?)"
REST = (
    f"第?(?P<ordinal>{FEW})次(?:会议)?(?P<kind>提案|建议|议案)?第?(?P<number>{MANY})号?"
    f"(?:[{HAN}]{{1,10}}类[0-9]{{1,4}}号)?(?P<kind_behind>提案|建议|议案)?"
)
"""A number within a class may stand behind: 第1234号（医疗卫生类123号）."""
WAYS = [
    re.compile(f"{TERM}{PLACE}(?P<system>政协|人大){REST}"),
    re.compile(f"{PLACE}(?P<system>政协|人大){TERM}{REST}"),
    re.compile(f"{PLACE}{TERM}(?P<system>政协|人大){REST}"),
    re.compile(f"{PLACE}(?P<system>政协){TERM}委员会{REST}"),
    re.compile(f"(?P<system>政协){PLACE}委员会{TERM}{REST}"),
    re.compile(f"(?P<system>政协){TERM}{PLACE}委员会{REST}"),
    re.compile(f"(?P<system>政协){PLACE}{TERM}委员会{REST}"),
    re.compile(
        "(?P<system>cppcc|npc)(?P<place>) ?(?P<term>[0-9]{1,2}) ?[-–/] ?(?P<ordinal>[0-9]{1,2}) "
        "(?:no. ?|#)?(?P<number>[0-9]{1,8})(?P<kind>)(?P<kind_behind>)"
    ),
]


@dataclass(frozen=True)
class DocumentNumber:
    """What a number says: of which body, session and kind; "" is the national body, and a kind that is not said."""

    system: str
    place: str
    term: int
    ordinal: int
    number: int
    kind: str = ""


def document_number(question: str) -> DocumentNumber | None:
    """Read a question as the number of a document, if it is nothing else."""
    if len(question) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", question.translate(SIMPLIFIED)).lower()
    words = BRACKETS.sub(" ", plain).strip()
    together = words.replace(" ", "")
    for full, short in FULL_NAMES.items():
        together = together.replace(full, short)
    found = next(filter(None, (way.fullmatch(text) for way in WAYS for text in (together, words))), None)
    if found is None:
        return None
    term, ordinal, number = (_integer(found[name]) for name in ("term", "ordinal", "number"))
    kind = KINDS.get(found["kind"] or found["kind_behind"] or "", "")
    place = "" if found["place"] == "全国" else found["place"]
    return DocumentNumber(SYSTEMS[found["system"]], place, term, ordinal, number, kind)


def _integer(text: str) -> int:
    """Read 1234, 一二三四 or 一千二百三十四."""
    if TENS.keys().isdisjoint(text):
        return int(text.translate(DIGITS))
    total, digit = 0, 0
    for character in text:
        if ten := TENS.get(character):
            total += (digit or 1) * ten
            digit = 0
        else:
            digit = int(character.translate(DIGITS))
    return total + digit
