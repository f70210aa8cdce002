"""Replies: one row of a sheet is one reply of an agency, with what it answers and what it says of single demands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from people.dates import HAN_NUMBER, SHAPE, digits
from people.history import Edit
from proposals.models import Answer, Proposal, Recommendation, RecommendationOutcome, Reply
from proposals.models.replies import could_be_several, refuse_early
from proposals.models.reply_titles import letter_number, reply_title
from proposals.sheets.choices import chosen
from proposals.sheets.columns import Column, by_name, is_date, most
from proposals.sheets.entering import enter_sources
from proposals.sheets.names import key
from proposals.sheets.parts import Part, Values
from proposals.sheets.plain import PlainKind, PlannedRecord, Planning, Told
from proposals.sheets.reading import Sheet

SOURCE, ADDRESS = "source", "source_url"
BETWEEN = re.compile(r"[;；,，、\s]+")
SAID = re.compile(r"第?\s*(?P<number>[\d〇零一二三四五六七八九十百]+)\s*[条项]?\s*[:：]\s*(?P<outcome>.+)")
"""1: in progress; 第二条：未采纳"""


def slugs_in(text: str) -> list[str]:
    """Cut a list of slugs."""
    return list(dict.fromkeys(filter(None, BETWEEN.split(text))))


def _outcomes(text: str) -> list[Values]:
    """Give what a list says of recommendations, each by its number; raise `ValidationError` where it says it twice."""
    found: dict[str, Values] = {}
    for entry in filter(None, (part.strip() for part in re.split(r"[;；\n]", text))):
        said = SAID.fullmatch(entry)
        if not said:
            raise ValidationError(_("“%(text)s” is no number with an outcome: write “1: Planned”") % {"text": entry})
        number = HAN_NUMBER.sub(lambda han: digits(han[0]), said["number"]).lstrip("0") or "0"
        if number in found:
            raise ValidationError(_("recommendation %(number)s has two outcomes") % {"number": number})
        outcome = chosen(RecommendationOutcome._meta.get_field("outcome"), said["outcome"].strip())
        found[number] = {"recommendation": number, "outcome": outcome}
    return list(found.values())


def _outcome(row: RecommendationOutcome) -> str:
    """Write what came of a recommendation; "" where its number does not say which it is: several are answered."""
    if [answer.proposal_id for answer in row.reply.answers.all()] != [row.recommendation.proposal_id]:
        return ""
    return f"{row.recommendation.order}: {row.get_outcome_display()}"


ANSWERS = Part(
    Answer,
    "reply",
    "answers",
    {"proposals": "proposal"},
    ("proposal",),
    entries=lambda text: [{"proposal": slug} for slug in slugs_in(text)],
    entry=lambda answer: str(answer.proposal.slug),
    whole=True,
)
OUTCOMES = Part(
    RecommendationOutcome,
    "reply",
    "outcomes",
    {"recommendations": "outcome"},
    ("recommendation",),
    entries=_outcomes,
    entry=_outcome,
    whole=True,
)


class PlanningReplies(Planning):
    """A sheet of replies being planned."""

    def __init__(self, kind: PlainKind, sheet: Sheet, mapping: Mapping[str, str]) -> None:
        super().__init__(kind)
        indexes = [index for index, name in enumerate(sheet.header) if mapping.get(name) == "proposals"]
        slugs = {slug for _line, cells in sheet.rows for index in indexes for slug in slugs_in(cells[index])}
        proposals = Proposal.objects.select_related("session").prefetch_related("recommendations")
        self.proposals: dict[str, Proposal] = proposals.in_bulk(slugs, field_name="slug")
        self.beside: dict[int, list[Reply]] = defaultdict(list)
        """New replies of the rows so far, by what they answer."""

    @cached_property
    def alike(self) -> Mapping[tuple[int, str], Sequence[Reply]]:
        """The stored replies of each agency, by number and by each title."""
        found: dict[tuple[int, str], list[Reply]] = defaultdict(list)
        for reply in self.stored(Reply).values():
            for name in filter(None, (_number(reply), *_titles(reply))):
                found[reply.agency_id, name].append(reply)
        return found

    def take(self, row: PlannedRecord, below: dict[Part, Values], column: str, cells: Mapping[str, str]) -> None:
        """Read both columns of the source together."""
        if column not in (SOURCE, ADDRESS):
            super().take(row, below, column, cells)
        elif column == ADDRESS or not cells.get(ADDRESS):
            source = self.known.source(cells.get(SOURCE, ""), cells.get(ADDRESS, ""))
            if source is not None and source.pk is None:
                source.clean_fields(exclude=["slug"])
            row.values["source"] = source

    def linked(self, model: type[Model], name: str) -> Any:
        """Give the proposal of a slug; which recommendation a number means is known with the proposal."""
        if model is Recommendation:
            return name
        if model is not Proposal:
            return super().linked(model, name)
        if name not in self.proposals:
            raise ValidationError(_("no proposal has the slug “%(slug)s”") % {"slug": name})
        return self.proposals[name]

    def which(self, row: PlannedRecord) -> tuple[Reply, bool]:
        """Give the reply that a row means, by its slug, or its agency and number; and find what it answers."""
        reply = self._stored_or_new(row)
        said = _said(row, reply)
        self._refuse_twice(row, said, reply)
        self._answer(row, said, reply)
        return reply, True

    def _stored_or_new(self, row: PlannedRecord) -> Reply:
        """Give the stored reply of that slug, or of that agency and number; a new one where there is none."""
        slug = row.values.get("slug", "")
        reply: Reply = self.stored(Reply).get(self.known.slugs(Reply).get(slug, 0)) or Reply()
        said = _said(row, reply)
        same = self.alike.get((said.agency_id, _number(said)), ())
        stays = (said.agency_id, _number(said)) == (reply.agency_id, _number(reply))
        if len(same) > 1 or (same and slug):
            if reply.pk and stays:
                return reply
            words = {"slugs": ", ".join(each.slug for each in same)}
            raise ValidationError({"number": _("the agency has this number already: see %(slugs)s") % words})
        if same or reply.pk:
            return same[0] if same else reply
        titled = {each.pk: each for title in _titles(said) for each in self.alike.get((said.agency_id, title), ())}
        alike = [each.slug for each in titled.values() if not (said.number and each.number)]
        if alike and not slug:
            words = {"slugs": ", ".join(alike)}
            told = _("the agency has a reply of this title: write its slug, %(slugs)s, or a new one") % words
            raise ValidationError({"slug": told})
        return reply

    def _refuse_twice(self, row: PlannedRecord, said: Reply, reply: Reply) -> None:
        """Refuse what a row before means too: of the same slug or number or, where there is neither, title."""
        slug = row.values.get("slug") or reply.slug
        slugs = [f"/{slug}"] if slug else []
        numbers = [f"{said.agency_id} {_number(said)}"] if said.number else []
        titles = [f"{said.agency_id} {title}" for title in _titles(said)]
        stays = reply.pk and numbers == [f"{reply.agency_id} {_number(reply)}"]
        for name in slugs + ([] if stays else numbers) or titles:
            if name in self.before:
                raise ValidationError(_("the same reply as in row %(row)s") % {"row": self.before[name][1]})
        for name in slugs + numbers + titles:
            self.before.setdefault(name, (reply, row.line))

    def _answer(self, row: PlannedRecord, said: Reply, reply: Reply) -> None:
        """Find what a row without proposals answers by its title, and which recommendations its numbers mean."""
        named = [values["proposal"] for part, values in row.below if part is ANSWERS]
        stored = [answer.proposal for answer in reply.answers.all()] if reply.pk else []
        if not named and not stored and (said.title_zh != reply.title_zh or not row.values.get("slug")):
            named = self._by_title(row, said)
            row.below += [(ANSWERS, {"proposal": proposal}) for proposal in named]
        kept = [] if named and row.values.get("slug") else stored
        answered = {proposal.pk: proposal for proposal in [*kept, *named]}
        said_of = [values for part, values in row.below if part is OUTCOMES]
        if said_of and len(answered) != 1:
            told = _("which recommendations are meant is known only where exactly one proposal is answered")
            raise ValidationError({"recommendations": told})
        for proposal in answered.values() if said_of else ():
            numbers = {str(demand.order): demand for demand in proposal.recommendations.all()}
            if missing := [values["recommendation"] for values in said_of if values["recommendation"] not in numbers]:
                words = {"proposal": proposal.slug, "numbers": ", ".join(missing)}
                told = _("“%(proposal)s” has no recommendation %(numbers)s") % words
                raise ValidationError({"recommendations": told})
            for values in said_of:
                values["recommendation"] = numbers[values["recommendation"]]

    def _by_title(self, row: PlannedRecord, said: Reply) -> list[Proposal]:
        """Give what the title names; note where that is nothing, raise `ValidationError` where it could be several."""
        found = said.meant() if said.agency_id else []
        if not found:
            row.notes.append(said.why_it_waits())
        elif could_be_several(found):
            words = {"names": "; ".join(f"{each} ({each.session}): {each.slug}" for each in found)}
            raise ValidationError({"proposals": _("the title could mean several, name the slug: %(names)s") % words})
        return found

    def compare(self, row: PlannedRecord, *, new: bool) -> None:
        """Leave the number and the source as they stand where the row says the same, and refuse what comes early."""
        reply: Any = row.record
        said = _said(row, reply)
        if reply.pk and _number(said) == _number(reply):
            row.values.pop("number", None)
        if reply.pk and (said.source.title, said.source.url) == (reply.source.title, reply.source.url):
            row.values.pop("source", None)
        self._refuse_early(row, said)
        super().compare(row, new=new)
        lost = {answer.proposal_id for answer in row.gone if isinstance(answer, Answer)}
        outcomes = [each for each in reply.outcomes.all() if each not in row.gone] if lost else []
        self.lose(row, OUTCOMES, [each for each in outcomes if each.recommendation.proposal_id in lost])

    def _refuse_early(self, row: PlannedRecord, said: Reply) -> None:
        """Refuse a date that cannot be, beside what is known of the proposals that the row links or the date moves."""
        if not SHAPE.fullmatch(said.date or "2024"):
            return
        reply: Any = row.record
        stored = {answer.proposal_id: answer.proposal for answer in reply.answers.all()} if reply.pk else {}
        moved = said.date != reply.date
        linked = {values["proposal"].pk: values["proposal"] for part, values in row.below if part is ANSWERS}
        for pk, proposal in ({**stored, **linked} if moved else linked).items():
            if moved or pk not in stored:
                try:
                    refuse_early(said, proposal, self.beside[pk])
                except ValidationError as error:
                    raise ValidationError({"date": error.messages}) from error
            if not reply.pk:
                self.beside[pk].append(said)


def _said(row: PlannedRecord, reply: Reply) -> Reply:
    """Give a reply as it is with what a row says; neither is changed."""
    said = copy(reply)
    for name, value in row.values.items():
        setattr(said, name, value)
    return said


def _number(reply: Reply) -> str:
    """Give the number of a reply in one form, after a "#" that no title has; "" where it has none."""
    return f"#{reply.number_in_one_form}" if reply.number else ""


def _titles(reply: Reply) -> list[str]:
    """Give the titles of a reply as they are compared."""
    return sorted({key(title) for title in (reply.title_en, reply.title_zh)} - {""})


class Replies(PlainKind):
    """Sheets of replies."""

    name = "replies"
    label = gettext_lazy("replies")
    model = Reply
    named_by = ("title_zh", "title_en")
    columns = by_name(
        Column("slug", gettext_lazy("slug"), "id; identifier; 标识"),
        Column("title_zh", gettext_lazy("title in Chinese"), "标题; 题目; 答复标题; 名称; 复函标题; 中文标题"),
        Column("title_en", pgettext_lazy("in English", "title"), "subject; English title; 英文标题"),
        Column(
            "agency",
            gettext_lazy("agency"),
            "ministry; lead agency; 答复单位; 承办单位; 主办单位; 答复部门; 办理单位; 答复机构",
        ),
        Column("co_agencies", gettext_lazy("together with"), "co-agencies; 会办单位; 协办单位; 会同单位"),
        Column("number", gettext_lazy("document number"), "number; no; 文号; 发文字号; 答复文号; 文件编号"),
        Column("date", gettext_lazy("date"), "replied; 日期; 答复日期; 答复时间; 发文日期; 成文日期; 时间"),
        Column("class_printed", gettext_lazy("class as printed"), "class; 类别; 答复类别; 办理类别; 结果类别"),
        Column("scheme", gettext_lazy("scheme of classes"), "scheme; 分类体系"),
        Column("outcome", gettext_lazy("outcome"), "result; 结果; 办理结果; 答复结果"),
        Column("summary_en", gettext_lazy("summary"), "abstract; 英文摘要"),
        Column("summary_zh", gettext_lazy("summary in Chinese"), "摘要; 概要; 内容摘要; 答复摘要"),
        Column("source", gettext_lazy("source"), "source title; 来源; 出处; 资料来源"),
        Column(
            "source_url",
            gettext_lazy("address of the source"),
            "url; link; address; 链接; 网址; 来源链接; 原文链接; 答复链接",
        ),
        Column("proposals", gettext_lazy("proposals it answers"), "answers; in reply to; 答复对象; 答复提案; 对应提案"),
        Column(
            "recommendations",
            gettext_lazy("outcomes of recommendations"),
            "outcome of each recommendation; 逐条结果; 单条结果; 各条建议结果",
        ),
        Column("note", gettext_lazy("note"), "notes; remarks; 备注"),
    )
    example = {
        "title_zh": "关于全国政协十四届二次会议第0462号提案的答复",
        "agency": "国家药监局",
        "co_agencies": "国家卫生健康委；科学技术部",
        "number": "国药监提函〔2024〕12号",
        "date": "2024年8月12日",
        "outcome": "正在解决",
        "summary_zh": "已增加审评人员，专项资金列入计划。",
        "source": "某网站",
        "source_url": "https://example.org/reply",
        "recommendations": "1: 已解决; 2: 列入计划",
        "note": "仅为示例，导入前请删去此行",
    }
    by_cells = {
        ADDRESS: most(re.compile(r"https?://\S+").fullmatch),
        "number": most(letter_number),
        "title_zh": most(reply_title),
        "date": most(is_date),
    }
    parts = (ANSWERS, OUTCOMES)

    def planning(self, sheet: Sheet, mapping: Mapping[str, str]) -> PlanningReplies:
        """Begin to plan a sheet."""
        return PlanningReplies(self, sheet, mapping)

    def enter(self, rows: Sequence[PlannedRecord], going: Edit, tell: Callable[[int], object]) -> None:
        """Enter new sources before the replies that stand in them."""
        enter_sources(row.values.get("source") for row in rows)
        super().enter(rows, going, tell)

    def rows(self, records: QuerySet[Reply]) -> Iterator[dict[str, str]]:
        """Yield a row for each reply."""
        return super().rows(records.select_related("source"))

    def cell(self, record: Reply, column: str, told: Told) -> str:
        """Write the source as its title and its address."""
        if column in (SOURCE, ADDRESS):
            return record.source.title if column == SOURCE else record.source.url
        return super().cell(record, column, told)
