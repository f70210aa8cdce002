"""Copies of a comparison, as Markdown and as XLSX: what the page says, and nothing that a program would act on."""

from io import BytesIO
from zipfile import ZipFile

import html5lib
import pytest
from markdown_it import MarkdownIt
from openpyxl import load_workbook

from people.dates import date_words
from tests.factories import make_delegate, make_proposal, make_topic
from tests.side_by_side import make_three, query

NASTY = (
    "=1+1 <img src=x> [here](https://evil.example) | *b* _i_ `c` # ~~s~~ &amp; \\ https://evil.example www.evil.example"
)


@pytest.fixture
def record(db):
    return make_three()


def markdown(response):
    """The page that a program makes of our Markdown."""
    program = MarkdownIt("commonmark", {"html": True}).enable("table")
    return html5lib.parse(program.render(response.text), namespaceHTMLElements=False)


def sheet(response, number=0):
    return load_workbook(BytesIO(response.content)).worksheets[number]


def cells(comparison):
    """Every cell's lines of text, but for the labels that repeat the column."""
    for column in comparison.columns:
        yield column.title
    for fact in comparison.facts:
        yield from fact.cells
    for group in comparison.groups:
        for row in group.rows:
            for place in row.places:
                yield from (demand.lines for demand in place.demands)
                yield place.rest


def text_lines(element):
    """The text of a cell, with its breaks."""
    text = element.text or ""
    for child in element:
        text += ("\n" if child.tag == "br" else "".join(child.itertext())) + (child.tail or "")
    return text


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_page_and_copies_say_the_same(client, record, prefix):
    place = query(*record)
    page = client.get(f"{prefix}/compare/{place}")
    comparison = page.context["comparison"]
    lines = {line.text for cell in cells(comparison) for line in cell}
    assert len(lines) > 40
    tree = html5lib.parse(page.content, namespaceHTMLElements=False)
    rendered = markdown(client.get(f"{prefix}/compare.md{place}"))
    book = sheet(client.get(f"{prefix}/compare.xlsx{place}"))
    written = [line for row in book for box in row for line in str(box.value or "").split("\n")]
    shown = {"".join(paragraph.itertext()) for paragraph in tree.iter("p")}
    copied = {line for cell in rendered.iter("td") for line in text_lines(cell).split("\n")}
    assert lines - shown == lines - copied == set()
    assert lines - {*written} == {date_words("2024-03-05")}  # which is a day there


@pytest.fixture
def nasty(db):
    """Two proposals whose every text would be a formula, or markup, where it is taken for one."""
    topic = make_topic(name=NASTY[:100])
    delegates = [make_delegate(name=f"@SUM(A1) <script>alert({number})</script>") for number in range(2)]
    return [
        make_proposal(
            title=f"{start}{NASTY}",
            note_en=f"-2+3 {NASTY}",
            delegates=[delegate],
            number=f"+{number}",
            recommendations=[{"text": f"#N/A\x0b {NASTY}\n\n# Heading", "topics": [topic], "note_en": "=1"}],
            published=True,
        )
        for number, (start, delegate) in enumerate(zip(["", "\ufffe#REF!"], delegates, strict=True))
    ]


def test_no_cell_of_the_workbook_is_a_formula_and_days_and_numbers_are_typed(client, nasty, record):
    answer = client.get(f"/compare.xlsx{query(*nasty, record[0])}")
    boxes = [box for page in load_workbook(BytesIO(answer.content)).worksheets for row in page for box in row]
    assert {box.data_type for box in boxes} == {"s", "n", "d"}
    texts = [box.value for box in boxes if box.data_type == "s"]
    assert [text for text in texts if text.startswith(("=", "-", "+"))]
    assert all(box.quotePrefix for box in boxes if str(box.value or "").startswith(("=", "-", "+", "@")))
    assert {"2024-03-05"} <= {str(box.value)[:10] for box in boxes if box.is_date}
    assert {4, 1} <= {box.value for box in boxes if box.data_type == "n"}
    assert "0462" in texts
    with ZipFile(BytesIO(answer.content)) as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist() if "sheet" in name)


def test_nothing_in_the_record_is_markup_in_the_page_or_in_markdown(client, nasty):
    page = client.get(f"/compare/{query(*nasty)}")
    assert "<img" not in page.text
    assert page.text.count("<script") == 2  # the site's own, and the block of data
    tree = markdown(client.get(f"/compare.md{query(*nasty)}"))
    assert {element.tag for element in tree.find("body").iter()} <= {
        *("body", "h1", "h2", "h3", "p", "a", "br", "table", "thead", "tbody", "tr", "th", "td")
    }
    links = {element.get("href") for element in tree.iter("a")}
    assert all(link.startswith(("http://testserver/", "https://creativecommons.org/")) for link in links)
    title = next(line for line in text_lines(tree.find(".//tbody/tr/td[2]")).split("\n"))
    assert title == NASTY


def test_copies_are_named_after_what_is_in_them(client, record):
    first, second, _ = record
    for ending, kind in (("md", "text/markdown; charset=utf-8"), ("xlsx", "application/vnd.openxmlformats-")):
        answer = client.get(f"/compare.{ending}{query(second, first)}")
        assert answer["Content-Disposition"] == (
            f'attachment; filename="lianghui-compare-{second.pk}-{first.pk}.{ending}"'
        )
        assert answer["Content-Type"].startswith(kind)


def test_the_workbook_leads_to_the_pages_and_says_its_licence(client, record):
    first, second, _ = record
    answer = client.get(f"/compare.xlsx{query(first, second)}")
    side_by_side = sheet(answer)
    assert side_by_side.freeze_panes == "C2"
    leads = {box.hyperlink.target for row in side_by_side for box in row if box.hyperlink}
    assert f"http://testserver{first.get_absolute_url()}#r1" in leads
    assert side_by_side["C1"].alignment.wrap_text
    told = {str(row[0].value): row[1].value for row in sheet(answer, 1)}
    assert told["Licence"] == "CC BY 4.0"
    assert told["Proposals side by side"] == f"http://testserver/compare/{query(first, second)}"
    assert told["As of"].year >= 2024


def test_a_text_longer_than_a_cell_of_a_workbook_is_cut_off_with_a_sign(client, db):
    long = [make_proposal(recommendations=["x" * 40_000], published=True) for _ in range(2)]
    longest = max((str(box.value) for row in sheet(client.get(f"/compare.xlsx{query(*long)}")) for box in row), key=len)
    assert len(longest) == 32_767
    assert longest.endswith("…")
