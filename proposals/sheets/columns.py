"""Columns: which column of somebody's sheet is what, guessed from its name and its cells, and remembered by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from people.dates import partial_date, validate_partial_date
from proposals.sheets.reading import Sheet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

LOOKED_AT = 50
"""Rows whose cells are looked at where the name of a column says nothing."""
LONG = 120
"""Characters, on average, from which a column is taken for the full text."""


@dataclass(frozen=True)
class Column:
    """Something a sheet can say of a proposal: its own name, how it is called here, and how elsewhere."""

    name: str
    label: StrPromise
    called: str


COLUMNS = {
    column.name: column
    for column in (
        Column("title_en", _("title"), "title; subject; English title; 英文标题"),
        Column("title_zh", _("title in Chinese"), "标题; 题目; 案由; 提案名称; 建议名称; 提案题目; 名称; 中文标题"),
        Column("session", _("session"), "session; meeting; 会议; 届次; 会次; 届次会议; 会议名称"),
        Column("kind", _("kind"), "kind; type; document type; 类别; 类型; 文种; 提案类别; 案别"),
        Column("number", _("number"), "number; no; proposal number; 编号; 提案号; 案号; 提案编号; 建议号"),
        Column("submitted", _("submitted"), "submitted; date; 日期; 提交日期; 提交时间; 提出时间; 时间"),
        Column(
            "proposers",
            _("proposers"),
            "proposers; proposer; delegate; delegates; member; deputy; 提案人; 提案者; 提出者; 第一提案人; 领衔代表;"
            "代表; 委员; 提案单位; 提案委员; 代表姓名; 委员姓名",
        ),
        Column("topics", _("topics"), "topics; topic; keywords; 主题; 关键词; 主题词; 领域"),
        Column("target_regions", _("target regions"), "target regions; region; regions; 地区; 涉及地区; 省份; 区域"),
        Column("summary_en", _("summary"), "summary; abstract; 英文摘要"),
        Column("summary_zh", _("summary in Chinese"), "摘要; 概要; 内容摘要; 提要; 简介"),
        Column(
            "recommendations",
            _("recommendations"),
            "recommendations; recommendation; demands; 具体建议; 建议内容; 对策建议; 意见建议",
        ),
        Column(
            "text",
            _("full text, to be cut into summary and recommendations"),
            "text; full text; body; 全文; 正文; 内容; 提案内容; 提案全文; 案文",
        ),
        Column(
            "addressees",
            _("addressed to"),
            "addressees; addressed to; agency; agencies; 承办单位; 主办单位; 建议承办单位; 承办部门",
        ),
        Column("source", _("source"), "source; source title; 来源; 出处; 资料来源; 媒体"),
        Column(
            "source_url", _("address of the source"), "url; link; source url; address; 链接; 网址; 来源链接; 原文链接"
        ),
        Column("note_en", _("editor's note"), "note; notes; remark; remarks"),
        Column("note_zh", _("editor's note in Chinese"), "备注; 说明; 注"),
    )
}
"""What can be imported of a proposal; columns that are none of these are kept aside."""
EXAMPLE = {
    "标题": "关于加强干细胞审评力量的提案",
    "届次": "全国政协十四届二次会议",
    "提案号": "0462",
    "提交日期": "2024年3月5日",
    "提案人": "丁列明等9人",
    "主题": "干细胞；审评审批",
    "涉及地区": "上海",
    "提案全文": "【调研情况】\n审评力量不足。\n【具体建议】\n一、增加审评人员。\n二、设立专项资金。",
    "承办单位": "国家药监局",
    "来源": "某报道",
    "来源链接": "https://example.org/report",
    "备注": "仅为示例，导入前请删去此行",
}
"""A row as a sheet may have it, under names of columns that are known."""


def plain(text: str) -> str:
    """Give the name of a column without capitals, spaces, marks and brackets, for comparing."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


NAMED = {plain(name): column.name for column in COLUMNS.values() for name in (*column.called.split(";"), column.name)}


def guess(sheet: Sheet) -> dict[str, str]:
    """Guess what each column of a sheet is: by its name, then by the beginning of its name, then by its cells.

    Gives the names of `COLUMNS` by the sheet's own; what is guessed to be nothing is left out, and none twice.
    """
    found: dict[str, str] = {}

    def take(column: str, name: str | None) -> None:
        if name and column not in found and name not in found.values():
            found[column] = name

    for column in sheet.header:
        take(column, NAMED.get(plain(column)))
    for column in sheet.header:
        called = plain(column)
        take(column, next((name for key, name in NAMED.items() if len(key) > 1 and key in called), None))
    for index, column in enumerate(sheet.header):
        cells = [cells[index] for _row, cells in sheet.rows[:LOOKED_AT] if cells[index]]
        take(column, next((name for name, fits in BY_CELLS.items() if cells and fits(cells)), None))
    return found


def _most(fits: Callable[[str], object]) -> Callable[[Sequence[str]], bool]:
    return lambda cells: sum(bool(fits(cell)) for cell in cells) > 0.8 * len(cells)


def _is_date(cell: str) -> bool:
    try:
        validate_partial_date(partial_date(cell))
    except ValidationError:
        return False
    return True


BY_CELLS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "source_url": _most(re.compile(r"https?://\S+").fullmatch),
    "session": _most(re.compile(r".*届.{0,12}次.*").fullmatch),
    "proposers": _most(
        re.compile(r".*等\s*\d+\s*[人名位].*|[\u4e00-\u9fff]{2,4}([、，;；]\s*[\u4e00-\u9fff]{2,4})+").fullmatch
    ),
    "number": _most(re.compile(r"0\d{2,7}|第?\d{1,6}号").fullmatch),
    "submitted": _most(_is_date),
    "text": lambda cells: sum(map(len, cells)) > LONG * len(cells),
}
"""What the cells of a column look like, where its name does not say what they are."""
