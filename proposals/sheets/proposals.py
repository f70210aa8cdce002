"""Proposals: one row of a sheet is one proposal, with its proposers, topics, recommendations and a source."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from people.doubles import Like
from people.history import Edit
from people.language import CHINESE, reader_language
from people.models import Agency, Delegate, Region, Session
from proposals.models import Proposal, Topic
from proposals.models.likeness import like_among_proposals
from proposals.sheets.columns import Column, by_name, is_date, most
from proposals.sheets.comparing import RELATED, Known, PlannedProposal, compare
from proposals.sheets.cutting import listed
from proposals.sheets.entering import enter
from proposals.sheets.names import Names
from proposals.sheets.planning import REFUSED, Kind, by_columns
from proposals.sheets.reading import Sheet
from proposals.sheets.suggesting import Suggestions
from proposals.sheets.values import Meant, meant

LONG = 120
"""Characters, on average, from which a column is taken for the full text."""


class Proposals(Kind):
    """Sheets of proposals."""

    name = "proposals"
    label = gettext_lazy("proposals")
    model = Proposal
    columns = by_name(
        Column("slug", gettext_lazy("slug"), "标识"),
        Column("title_en", gettext_lazy("title"), "subject; English title; 英文标题"),
        Column(
            "title_zh",
            gettext_lazy("title in Chinese"),
            "标题; 题目; 案由; 提案名称; 建议名称; 提案题目; 名称; 中文标题",
        ),
        Column("session", gettext_lazy("session"), "meeting; 会议; 届次; 会次; 届次会议; 会议名称"),
        Column("kind", gettext_lazy("kind"), "type; document type; 类别; 类型; 文种; 提案类别; 案别"),
        Column("number", gettext_lazy("number"), "no; proposal number; 编号; 提案号; 案号; 提案编号; 建议号"),
        Column("submitted", gettext_lazy("submitted"), "date; 日期; 提交日期; 提交时间; 提出时间; 时间"),
        Column(
            "proposers",
            gettext_lazy("proposers"),
            "proposer; delegate; delegates; member; deputy; 提案人; 提案者; 提出者; 第一提案人; 领衔代表;"
            "代表; 委员; 提案单位; 提案委员; 代表姓名; 委员姓名",
        ),
        Column("topics", gettext_lazy("topics"), "topic; keywords; 主题; 关键词; 主题词; 领域"),
        Column("target_regions", gettext_lazy("target regions"), "region; regions; 地区; 涉及地区; 省份; 区域"),
        Column("summary_en", gettext_lazy("summary"), "abstract; 英文摘要"),
        Column("summary_zh", gettext_lazy("summary in Chinese"), "摘要; 概要; 内容摘要; 提要; 简介"),
        Column(
            "recommendations_en",
            gettext_lazy("recommendations"),
            "recommendation; demands; 具体建议; 建议内容; 对策建议; 意见建议",
        ),
        Column("recommendations_zh", gettext_lazy("recommendations in Chinese")),
        Column(
            "text",
            gettext_lazy("full text, to be cut into summary and recommendations"),
            "full text; body; 全文; 正文; 内容; 提案内容; 提案全文; 案文",
        ),
        Column(
            "addressees",
            gettext_lazy("addressed to"),
            "agency; agencies; 承办单位; 主办单位; 办理单位; 建议承办单位; 承办部门; 办理部门",
        ),
        Column("source", gettext_lazy("source"), "source title; 来源; 出处; 资料来源; 媒体"),
        Column(
            "source_url",
            gettext_lazy("address of the source"),
            "url; link; address; 链接; 网址; 来源链接; 原文链接",
        ),
        Column("note_en", gettext_lazy("editor's note"), "note; notes; remark; remarks"),
        Column("note_zh", gettext_lazy("editor's note in Chinese"), "备注; 说明; 注"),
    )
    only_read = ("text",)
    example = {
        "title_zh": "关于加强干细胞审评力量的提案",
        "session": "全国政协十四届二次会议",
        "number": "0462",
        "submitted": "2024年3月5日",
        "proposers": "丁列明等9人",
        "topics": "干细胞；审评审批",
        "target_regions": "上海",
        "text": "【调研情况】\n审评力量不足。\n【具体建议】\n一、增加审评人员。\n二、设立专项资金。",
        "addressees": "国家药监局",
        "source": "某报道",
        "source_url": "https://example.org/report",
        "note_zh": "仅为示例，导入前请删去此行",
    }
    by_cells = {
        "source_url": most(re.compile(r"https?://\S+").fullmatch),
        "session": most(re.compile(r".*届.{0,12}次.*").fullmatch),
        "proposers": most(
            re.compile(r".*等\s*\d+\s*[人名位].*|[\u4e00-\u9fff]{2,4}([、，,;；]\s*[\u4e00-\u9fff]{2,4})+").fullmatch
        ),
        "number": most(re.compile(r"0\d{2,7}|第?\d{1,6}号").fullmatch),
        "submitted": most(is_date),
        "text": lambda cells: sum(map(len, cells)) > LONG * len(cells),
    }

    def plan(self, sheet: Sheet, mapping: Mapping[str, str]) -> list[PlannedProposal]:
        """Tell what each row would do; a proposal is told by its slug, or its number or title at its session."""
        known, suggestions = Names(), Suggestions()
        rows = []
        for line, cells in sheet.rows:
            named = dict(zip(sheet.header, cells, strict=True))
            row = PlannedProposal(line, named, meant=meant(by_columns(named, mapping), known))
            values = row.meant.values
            row.title = str(values.get("title_zh") or values.get("title_en") or "")
            rows.append(row)
        there = Known(rows)
        for row in rows:
            row.faults, row.notes = row.meant.faults, row.meant.notes
            try:
                if not row.faults:
                    there.match(row)
                    compare(row, known)
            except ValidationError as error:
                row.refuse("slug" if hasattr(error, "error_dict") else "", error)
            if row.faults:
                row.how = REFUSED
            elif row.record is None and not row.meant.topics:
                topics = suggestions.of(_said(row.meant))
                row.suggested = {topic: known.told(Topic)[topic] for topic in topics}
        return rows

    def likes(self, keys: Collection[int]) -> Iterable[tuple[int, Like]]:
        """Give those of the same session with a like title."""
        return like_among_proposals(keys)

    def enter(self, rows: Sequence[PlannedProposal], going: Edit, tell: Callable[[int], object]) -> None:
        """Enter what is new as drafts, and change what is there."""
        enter(rows, going, tell)

    def rows(self, records: QuerySet[Proposal]) -> Iterator[dict[str, str]]:
        """Yield a row for each proposal; of several sources the first."""
        known = Names()
        told = {model: known.told(model) for model in (Session, Delegate, Topic, Region, Agency)}
        for proposal in records.prefetch_related(*RELATED, "citations__source").iterator(chunk_size=500):
            yield {name: text for name, text in _cells(proposal, told).items() if text}


def _cells(proposal: Proposal, told: Mapping[Any, Mapping[int, str]]) -> dict[str, str]:
    own = ("slug", "title_en", "title_zh", "number", "submitted", "summary_en", "summary_zh", "note_en", "note_zh")
    english, chinese = _demands(proposal)
    sources = [citation.source for citation in proposal.citations.all()]
    asked = [each for row in proposal.recommendations.all() for each in row.addressees.all()]
    stated = {each.agency_id for each in asked if each.stated}
    return {
        **{name: getattr(proposal, name) for name in own},
        "session": told[Session][proposal.session_id],
        "kind": str(proposal.get_kind_display()),
        "proposers": _proposers(proposal, told[Delegate]),
        "topics": listed(told[Topic][row.pk] for row in proposal.topics.all()),
        "target_regions": listed(told[Region][row.pk] for row in proposal.target_regions.all()),
        "recommendations_en": english,
        "recommendations_zh": chinese,
        "addressees": listed(
            told[Agency][agency] + ("" if agency in stated else " (inferred)")
            for agency in dict.fromkeys(each.agency_id for each in asked)
        ),
        "source": sources[0].title if sources else "",
        "source_url": sources[0].url if sources else "",
    }


def _proposers(proposal: Proposal, told: Mapping[int, str]) -> str:
    rows = sorted(proposal.sponsorships.all(), key=lambda row: row.order)
    names = [told[row.delegate_id] if row.delegate_id else row.organisation_zh or row.organisation_en for row in rows]
    number = proposal.proposers_in_all
    if not number:
        return listed(names)
    return f"{listed(names)}等{number}人" if reader_language() == CHINESE else f"{listed(names)}; {number} in all"


def _demands(proposal: Proposal) -> tuple[str, str]:
    """Write the recommendations as a list in each language that has all of them; mixed in one where none has."""
    rows = sorted(proposal.recommendations.all(), key=lambda row: row.order)
    english, chinese = [row.text_en for row in rows], [row.text_zh for row in rows]
    if not all(english) and not all(chinese):
        english = [row.text_en or row.text_zh for row in rows]
    return _numbered(english), _numbered(chinese)


def _numbered(texts: Sequence[str]) -> str:
    points = [f"{number}. {' '.join(text.split())}" for number, text in enumerate(texts, start=1)]
    return "\n".join(points) if all(texts) else ""


def _said(found: Meant) -> str:
    texts = [str(found.values.get(f"{name}_{end}") or "") for name in ("title", "summary") for end in ("en", "zh")]
    return "\n".join([*texts, *(text for demand in found.recommendations for text in demand.values())])
