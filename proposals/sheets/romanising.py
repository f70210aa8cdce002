"""Romanising: a Chinese name in Latin letters, family name first, where a sheet has it in characters only."""

from pypinyin import Style, pinyin

DOUBLE = {
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
    "司徒",
    "端木",
    "南宫",
}
AS_FAMILY_NAME = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "翟": "zhai",
    "朴": "piao",
    "区": "ou",
    "华": "hua",
    "任": "ren",
    "盖": "ge",
    "缪": "miao",
    "尉迟": "yuchi",
    "乐": "yue",
    "覃": "qin",
    "葛": "ge",
    "宁": "ning",
    "重": "chong",
}
"""Readings that characters have as family names and a dictionary gives second."""
LONGEST = 4


def romanised(name: str) -> str:
    """Write 丁列明 as Ding Lieming; "" for what is no name of that shape: 买买提·依明 is spelled otherwise."""
    if not 2 <= len(name) <= LONGEST or not all("\u4e00" <= sign <= "\u9fff" for sign in name):
        return ""
    family = name[:2] if name[:2] in DOUBLE and len(name) > 2 else name[:1]
    parts = [AS_FAMILY_NAME.get(family) or _read(family), _read(name[len(family) :])]
    return " ".join(part.capitalize() for part in parts)


def _read(characters: str) -> str:
    readings = pinyin(characters, style=Style.NORMAL, v_to_u=True)
    return "".join(reading[0] for reading in readings).replace("ü", "yu")
