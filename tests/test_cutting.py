"""Full texts and lists of names, as sheets hold them, are cut into what the record keeps apart."""

import json

import pytest

from people.models import Delegate
from proposals.sheets.cutting import names, proposers, sections
from proposals.sheets.reading import read
from tests.test_importing import guess, plan, record  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_texts_and_lists_are_cut():
    assert sections("背景：很好\n问题：不好\n三、建议\n1. 改\n2. 再改") == {
        "summary": "很好",
        "analysis": "不好",
        "recommendations": "1. 改\n2. 再改",
    }
    assert sections("没有标签\n的全文") == {"summary": "没有标签\n的全文"}
    assert sections("我们建议：加强") == {"summary": "我们建议：加强"}
    assert names("甲、乙委员，丙代表 丁同志;Ding Lieming and Zhang Yi") == [
        "甲",
        "乙",
        "丙",
        "丁",
        "Ding Lieming",
        "Zhang Yi",
    ]
    assert proposers("马永青等9人") == (["马永青"], 9)
    assert proposers("马永青、李明等十二位委员") == (["马永青", "李明"], 12)
    assert proposers("Ding Lieming") == (["Ding Lieming"], None)


TEXTS = {
    "【几点建议】\n一是增人；二是加钱。": ("", ["增人", "加钱。"]),
    "三、对策与建议\n1. 增人": ("", ["增人"]),
    "【调研情况】审评慢。【问题分析】人少。【具体建议】1. 增人。2. 加钱。": ("审评慢。\n人少。", ["增人。", "加钱。"]),
    "审评时间长。建议如下：1. 增人。2. 加钱。": ("审评时间长。", ["增人。", "加钱。"]),
    "人少。\n为此，提出以下建议：\n一、增人\n二、加钱": ("人少。", ["增人", "加钱"]),
    "有人建议如下车一样处理。": ("有人建议如下车一样处理。", []),
    "投入1.5亿元，比上年多2.3%": ("投入1.5亿元，比上年多2.3%", []),
}


@pytest.mark.parametrize(("text", "found"), TEXTS.items())
def test_full_texts_are_cut_as_they_are_written(record, text, found):  # noqa: F811
    summary, demands = found
    rows = json.dumps([{"会议": "14届全国政协2次会议", "标题": "提案", "全文": text}])
    [row] = plan(sheet := read(rows.encode()), guess(sheet))
    assert row.meant.values.get("summary_zh", "") == summary
    assert [each["text_zh"] for each in row.meant.recommendations] == demands


def test_what_columns_and_the_full_text_both_say_stands_once(record):  # noqa: F811
    rows = [
        {
            "会议": "14届全国政协2次会议",
            "标题": "提案",
            "摘要": "短",
            "具体建议": "增人",
            "正文": "现状：长\n建议：增人",
        }
    ]
    [row] = plan(sheet := read(json.dumps(rows).encode()), guess(sheet))
    assert row.meant.values["summary_zh"] == "短\n长"
    assert [each["text_zh"] for each in row.meant.recommendations] == ["增人"]


PROPOSERS = {
    "丁列明等9人、章毅": (["丁列明", "章毅"], [], 9),
    "丁列明（等9人）": (["丁列明"], [], 9),
    "民进中央、农工党中央、浙江大学": ([], ["民进中央", "农工党中央", "浙江大学"], None),
    "马永青代表、中国科协": (["马永青"], ["中国科协"], None),
}


@pytest.mark.parametrize(("text", "found"), PROPOSERS.items())
def test_proposers_are_people_and_organisations(record, text, found):  # noqa: F811
    rows = [{"会议": "14届全国政协2次会议", "标题": "提案", "提案人": text}]
    [row] = plan(sheet := read(json.dumps(rows).encode()), guess(sheet))
    people, organisations, number = found
    assert [Delegate.objects.get(pk=key).name_zh for key in row.meant.delegates] == people
    assert (row.meant.organisations, row.meant.values["proposers_in_all"]) == (organisations, number)
    rows[0]["提案人"] = "张建党"
    [row] = plan(sheet := read(json.dumps(rows).encode()), guess(sheet))
    assert row.faults == [("proposers", "“张建党” is not in the record")], "a person, whatever the name ends in"
