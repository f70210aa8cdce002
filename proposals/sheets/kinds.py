"""Kinds of sheets: what can be read from one and written into one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.dates import HAN_NUMBER, digits
from people.doubles import Like
from people.language import language_of
from people.likeness import like_among_delegates
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position
from proposals.models import Synonym, Topic
from proposals.sheets.columns import Column, by_name
from proposals.sheets.cutting import TITLE
from proposals.sheets.names import Names, key
from proposals.sheets.parts import Part, Values
from proposals.sheets.plain import PlainKind
from proposals.sheets.planning import Kind
from proposals.sheets.proposals import Proposals
from proposals.sheets.replies import Replies
from proposals.sheets.romanising import romanised

SLUG = Column("slug", gettext_lazy("slug"), "标识")
PARENT = Column("parent", gettext_lazy("parent"), "above; 上级; 上级单位; 上级主题")
ENTRY = re.compile(r"(?P<text>.*?)\s*[(（](?P<mark>acronym|ambiguous|缩写|多义)[)）]")
IN_TERM = re.compile(r"(?P<head>.*?)(?P<term>\d{1,2})(?:届|(?:st|nd|rd|th)\b)(?P<tail>.*)")


def entries(text: str) -> list[str]:
    """Cut a list at semicolons, Chinese commas for lists, and ends of lines."""
    return [entry for part in re.split(r"[;；、\n]", text) if (entry := part.strip())]


def _words(text: str) -> list[Values]:
    """Give what each entry of a list of words for a topic says: “干细胞移植; iPSC (acronym); ACT (ambiguous)”."""
    found = []
    for entry in entries(text):
        marked = ENTRY.fullmatch(entry)
        word = marked["text"] if marked else entry
        values: Values = {"text": word, "language": language_of(word)}
        if marked:
            values |= {"acronym": True, "ambiguous": marked["mark"] in ("ambiguous", "多义")}
        found.append(values)
    return found


def _word(word: Synonym) -> str:
    return f"{word.text} (ambiguous)" if word.ambiguous else f"{word.text} (acronym)" if word.acronym else word.text


def _spellings(text: str) -> list[Values]:
    written = {"zh": NameVariant.Language.SIMPLIFIED, "en": NameVariant.Language.ENGLISH}
    return [{"spelling": entry, "language": written[language_of(entry)]} for entry in entries(text)]


def _seat(values: Values) -> Values:
    """Take a seat in a congress for a deputy's, one in the CPPCC for a member's, where nothing else is said."""
    body = values.get("body")
    congress = body is not None and body.system == Body.System.NPC
    return {"role": Membership.Role.DEPUTY if congress else Membership.Role.MEMBER}


class Delegates(PlainKind):
    """Sheets of delegates: a row for each seat or post, or one for each delegate."""

    name = "delegates"
    label = gettext_lazy("delegates")
    model = Delegate
    repeats = True
    columns = by_name(
        SLUG,
        Column("name_en", gettext_lazy("name in Latin letters"), "name; pinyin; English name; 拼音; 英文名"),
        Column("name_zh", gettext_lazy("Chinese name"), "姓名; 名字; 代表姓名; 委员姓名; 代表; 委员"),
        Column("spellings", gettext_lazy("other spellings"), "spellings; variants; aliases; 别名; 曾用名"),
        Column("body", gettext_lazy("body"), "committee; congress; 机构; 届别; 所属机构"),
        Column("term", gettext_lazy("term"), "届"),
        Column("role", gettext_lazy("role"), "office; 职务类别; 身份"),
        Column("sector", gettext_lazy("sector"), "界别; 所属界别"),
        Column("delegation_en", gettext_lazy("delegation"), ""),
        Column("delegation_zh", gettext_lazy("delegation in Chinese"), "代表团; 所在代表团"),
        Column("region", gettext_lazy("region"), "province; 地区; 省份; 所在地"),
        Column("region_inferred", gettext_lazy("region inferred"), "地区为推断"),
        Column("seat_began", gettext_lazy("seat began"), "任期开始"),
        Column("seat_ended", gettext_lazy("seat ended"), "任期结束"),
        Column("employer_en", gettext_lazy("employer"), "organisation; organization; affiliation"),
        Column("employer_zh", gettext_lazy("employer in Chinese"), "单位; 工作单位; 所在单位"),
        Column("post_en", gettext_lazy("post"), "position; job title"),
        Column("post_zh", gettext_lazy("post in Chinese"), "职务; 现任职务"),
        Column("post_inferred", gettext_lazy("post inferred"), "职务为推断"),
        Column("post_began", gettext_lazy("post began"), "任职开始"),
        Column("post_ended", gettext_lazy("post ended"), "任职结束"),
        Column("wikidata", gettext_lazy("Wikidata"), ""),
        Column("note", gettext_lazy("note"), "notes; remarks; 备注"),
    )
    example = {
        "name_en": "Ding Lieming",
        "name_zh": "丁列明",
        "spellings": "Ding Leeming; Ding Liming",
        "body": "全国政协",
        "term": "14",
        "role": "委员",
        "region": "浙江",
        "region_inferred": "是",
        "employer_zh": "贝达药业股份有限公司",
        "post_zh": "董事长兼首席执行官",
    }
    parts = (
        Part(NameVariant, "delegate", "name_variants", {"spellings": "spelling"}, ("spelling",), entries=_spellings),
        Part(
            Membership,
            "delegate",
            "memberships",
            {
                **{name: name for name in ("body", "term", "role", "sector", "region", "region_inferred")},
                **{name: name for name in ("delegation_en", "delegation_zh")},
                "seat_began": "began",
                "seat_ended": "ended",
            },
            ("body", "term", "role"),
            supposed=_seat,
        ),
        Part(
            Position,
            "delegate",
            "positions",
            {
                **{name: name for name in ("employer_en", "employer_zh", "post_en", "post_zh")},
                "post_inferred": "inferred",
                "post_began": "began",
                "post_ended": "ended",
            },
            ("employer_en", "employer_zh", "post_en", "post_zh"),
        ),
    )

    def likes(self, keys: Collection[int]) -> Iterable[tuple[int, Like]]:
        """Give those whose names are the same, or nearly."""
        return like_among_delegates(keys)

    def prepared(self, cells: dict[str, str]) -> dict[str, str]:
        """Divide “全国政协十四届” into body and term; read 十四届 as 14."""
        cells = dict(cells)
        if cells.get("name_zh"):
            cells["name_zh"] = TITLE.sub("", cells["name_zh"])
        if cells.get("term"):
            cells["term"] = HAN_NUMBER.sub(lambda found: digits(found[0]), cells["term"]).strip(" 第届")
        body = HAN_NUMBER.sub(lambda found: digits(found[0]), cells.get("body", ""))
        if found := IN_TERM.fullmatch(body):
            cells["body"] = f"{found['head'].rstrip(' 第')}{found['tail']}".strip()
            cells["term"] = cells.get("term") or found["term"]
        return cells

    def complete(self, values: Values) -> None:
        """Write a Chinese name in Latin letters where no cell does, and note for analysts that it was made."""
        if values.get("name_zh") and not values.get("name_en"):
            values["name_en"] = romanised(values["name_zh"])
            made = _("The name in Latin letters was made from the characters; nobody has checked it.")
            values["note"] = "\n".join(filter(None, [values.get("note"), made]))

    def sure(self, found: set[int], name: str, below: Sequence[tuple[Part, Values]], known: Names) -> set[int]:
        """Take a delegate only where seat and term, or the employer, say so too: a name alone proves nothing."""
        here: set[int] = set()
        for part, values in below:
            if part.model is Membership and {"body", "term"} <= values.keys():
                here |= found & known.seats.get((values["body"].pk, values["term"]), set())
            elif part.model is Position:
                employers = {key(values[each]) for each in ("employer_en", "employer_zh") if values.get(each)}
                here |= {pk for pk in found if employers & known.employers.get(pk, set())}
        if here or not found:
            return here
        told = ", ".join(f"“{delegate.slug}”" for delegate in Delegate.objects.filter(pk__in=found).order_by("pk"))
        said = _("a “%(name)s” is there, with another seat and employer: write their slug, %(told)s, or a new one")
        raise ValidationError({"slug": said % {"name": name, "told": told}})


class Agencies(PlainKind):
    """Sheets of agencies."""

    name = "agencies"
    label = gettext_lazy("agencies")
    model = Agency
    columns = by_name(
        SLUG,
        Column("name_en", gettext_lazy("English name"), "name; agency; 英文名称"),
        Column("name_zh", gettext_lazy("Chinese name"), "名称; 机构名称; 单位名称; 部门"),
        Column("short_name_en", gettext_lazy("English short name"), "short name; acronym; 英文简称"),
        Column("short_name_zh", gettext_lazy("Chinese short name"), "简称; 中文简称"),
        Column("other_names", gettext_lazy("other names"), "aliases; 别名; 其他名称"),
        Column("kind", gettext_lazy("kind"), "type; 类别; 类型"),
        PARENT,
        Column("region", gettext_lazy("region"), "province; 地区; 省份"),
    )
    example = {
        "name_en": "Center for Drug Evaluation",
        "name_zh": "国家药品监督管理局药品审评中心",
        "short_name_en": "CDE",
        "short_name_zh": "药审中心",
        "kind": "Centre or institute of an agency",
        "parent": "国家药品监督管理局",
    }


class Topics(PlainKind):
    """Sheets of topics, each with the words for it."""

    name = "topics"
    label = gettext_lazy("topics")
    model = Topic
    columns = by_name(
        SLUG,
        Column("name_en", gettext_lazy("English name"), "name; topic; 英文名称"),
        Column("name_zh", gettext_lazy("Chinese name"), "名称; 主题; 主题名称"),
        PARENT,
        Column("order", gettext_lazy("order"), "顺序; 排序"),
        Column("synonyms", gettext_lazy("synonyms"), "words; aliases; 同义词; 别名"),
        Column("scope_en", gettext_lazy("scope"), "description"),
        Column("scope_zh", gettext_lazy("scope in Chinese"), "范围; 说明"),
        Column("mesh_id", gettext_lazy("MeSH identifier"), "mesh; MeSH 编号"),
        Column("mesh_heading", gettext_lazy("MeSH heading"), "MeSH 主题词"),
    )
    example = {
        "name_en": "Stem cell banking",
        "name_zh": "干细胞库",
        "parent": "干细胞",
        "synonyms": "干细胞存储; stem cell bank; SCB (acronym)",
        "scope_en": "Storing stem cells for later use.",
    }
    parts = (Part(Synonym, "topic", "synonyms", {"synonyms": "text"}, ("text",), entries=_words, entry=_word),)


KINDS: dict[str, Kind] = {kind.name: kind for kind in (Proposals(), Delegates(), Agencies(), Topics(), Replies())}
"""What the rows of a sheet can be, by name."""
