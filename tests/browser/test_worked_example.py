"""The worked example of docs/: entered in the admin as an analyst would, and shown right on every page."""

from collections import Counter
from collections.abc import Iterable

import pytest
from playwright.sync_api import Locator, Page, expect

from people.dates import date_words
from tests.browser.entering import (
    DELEGATE,
    SOURCE,
    add_row,
    begin,
    enter_everything,
    event_fields,
    fill_in,
    press,
    reply_fields,
    title_of,
)
from tests.browser.test_from_analyst_to_visitor import sign_in
from tests.site import running
from tests.worked_example import Row, each, rows

HERE = "region=made-up-province"
STATUS = rows("Status")
SINGLE = rows("Outcomes of single recommendations")
ABOVE = {row["English name"]: row["belongs to"] for row in rows("What has to be there first", what="agency")}
COLUMNS = {"status": "status", "replied": "reply", "outcome": "outcome", "lead_agency": "in charge"}
"""The filters of the list, and the columns of the document that say what they find."""


@pytest.fixture(scope="module")
def example(browser, prepared_site, tmp_path_factory):
    """A site on which an analyst has entered the whole example, and that analyst's page."""
    with running(prepared_site, tmp_path_factory.mktemp("example")) as site:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site.url)
        analyst = context.new_page()
        analyst.set_default_timeout(10_000)
        sign_in(analyst, site.url, *site.analyst())
        enter_everything(analyst)
        yield site, analyst
        context.close()


@pytest.fixture(scope="module")
def addresses(example) -> dict[str, str]:
    """Where each proposal of the example is, by its title, as the list says."""
    _site, analyst = example
    analyst.goto(f"/proposals/?{HERE}")
    links = analyst.locator("article h2 a").all()
    return {link.inner_text(): link.get_attribute("href") for link in links}


@pytest.fixture
def page(example, new_page) -> Page:
    """The page of a visitor."""
    return new_page(base_url=example[0].url)


@pytest.fixture
def visit(page, addresses):
    """Give a function that opens the page of the proposal with a number."""

    def visited(number):
        page.goto(addresses[title_of(number)])
        expect(page.get_by_role("heading", level=1)).to_have_text(title_of(number))

    return visited


def titles(page: Page) -> set[str]:
    """Give the titles of what a list shows."""
    return set(page.locator("article h2").all_inner_texts())


def follow(page: Page, path: str, name: str) -> None:
    page.goto(path)
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def amounts(table: Locator) -> dict[str, int]:
    """Give the numbers of a picture's table by the names of its rows, without those of nothing."""
    lines = [(row.locator("th").inner_text(), row.locator(".amount")) for row in table.locator("tbody tr").all()]
    numbers = {name.strip(): int(amount.inner_text().split()[0]) for name, amount in lines}
    return {name: number for name, number in numbers.items() if number}


def bars(page: Page, caption: str) -> dict[str, int]:
    return amounts(page.locator("table.bars", has=page.get_by_text(caption, exact=True)))


def key_numbers(part: Locator) -> dict[str, str]:
    """Give the large numbers of a page by what they are called."""
    pairs = part.locator(".key-numbers > div").all()
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text().split()[0] for pair in pairs}


def facet(page: Page, name: str) -> dict[str, int]:
    """Give what a filter offers, with its counts."""
    links = page.locator(f"section[aria-labelledby=facet-{name}] li a").all()
    return {link.locator("span").first.inner_text().strip(): int(link.locator(".count").inner_text()) for link in links}


def values(row: Row, name: str) -> set[str]:
    """Give under which values of a filter a proposal is found; an agency counts for those above it."""
    found = set(each(row[COLUMNS[name]]))
    return found | {ABOVE[agency] for agency in found if ABOVE.get(agency)}


def counted(cells: Iterable[Iterable[str]]) -> dict[str, int]:
    return dict(Counter(value for cell in cells for value in cell))


def said(event: Row) -> list[str]:
    """Give what a line of the way says of an event."""
    day = date_words(event["date"])
    return [event["what happened"], day, event["agency"], event["role"], event["satisfaction"], SOURCE["English name"]]


@pytest.mark.parametrize("row", STATUS, ids=lambda row: row["proposal"])
def test_a_proposal_shows_how_far_it_came_and_by_which_way(row, page, visit):
    visit(row["proposal"])
    expect(page.locator(".box .status")).to_have_text(row["status"])
    way = page.locator("#way + ol.way > li")
    assert way.locator("strong").all_inner_texts() == each(row["what came of it"])
    lines = way.all_inner_texts()
    for event in rows("Events", proposal=row["proposal"]):
        assert any(all(word in line for word in said(event)) for line in lines), event
    for reply in rows("Replies", proposal=row["proposal"]):
        line = way.filter(has_text=reply["title"])
        for word in (date_words(reply["date"]), reply["agency"], reply["outcome"], f"printed as “{reply['class']}”"):
            expect(line).to_contain_text(word)


def test_what_was_merged_leads_to_what_took_it_in(page, visit):
    [merger] = [event for event in rows("Events") if event["merged into"]]
    visit(merger["proposal"])
    page.locator("ol.way").get_by_role("link", name=title_of(merger["merged into"])).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title_of(merger["merged into"]))


def test_each_outcome_and_echo_stands_beside_its_recommendation(page, visit):
    for proposal in rows("Proposals", year="2024"):
        visit(proposal["number"])
        for text in each(proposal["recommendations"]):
            beside = page.locator(".numbered").filter(has=page.get_by_text(text, exact=True))
            outcomes = [row for row in SINGLE if row["recommendation"] == text]
            assert beside.locator(".outcome").all_inner_texts() == [row["outcome"] for row in outcomes], text
            quotations = [row["quotation"] for row in outcomes if row["quotation"]]
            assert beside.locator("q").all_inner_texts() == quotations
            echoes = [row["title"] for row in rows("Policy documents", recommendation=text)]
            expect(beside.locator(".echo")).to_have_count(len(echoes))
            for title in echoes:
                expect(beside.locator(".echo summary")).to_contain_text(title)


def test_the_line_through_time_runs_from_the_older_proposal_to_the_newer(page, visit):
    for row in rows("Lineage"):
        older, newer = title_of(row["other proposal"]), title_of(row["proposal"])
        for at, lines in (
            (row["proposal"], [older, "This proposal"]),
            (row["other proposal"], ["This proposal", newer]),
        ):
            visit(at)
            expect(page.locator("#line ~ .lead").first).to_contain_text("Raised in 2023, 2024")
            expect(page.locator("#line ~ ol.way > li")).to_contain_text(lines)
            expect(page.locator("#line ~ ol.way")).to_contain_text("in an editor's judgement")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_filter_counts_and_finds_what_the_document_says(name, page):
    page.goto(f"/proposals/?{HERE}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{len(STATUS)} proposals")
    wanted = counted(values(row, name) for row in STATUS)
    assert facet(page, name) == wanted
    links = page.locator(f"section[aria-labelledby=facet-{name}] li a")
    found = {value: links.filter(has_text=value).first.get_attribute("href") for value in wanted}
    for value, address in found.items():
        page.goto(f"/proposals/{address}")
        expect(page.locator(".chips")).to_contain_text(value)
        assert titles(page) == {title_of(row["proposal"]) for row in STATUS if value in values(row, name)}, value


def test_recommendations_are_found_by_their_own_outcomes(page):
    page.goto(f"/recommendations/?{HERE}")
    wanted = counted([row["outcome"]] for row in SINGLE)
    assert facet(page, "outcome") == wanted
    for value in wanted:
        page.goto(f"/recommendations/?{HERE}&outcome={value.lower().replace(' ', '_')}")
        assert titles(page) == {row["recommendation"] for row in SINGLE if row["outcome"] == value}


def test_the_pictures_count_each_status_and_the_delegates_outcomes(page):
    page.goto(f"/proposals/matrix/?{HERE}")
    assert bars(page, "Share of status") == counted([row["status"]] for row in STATUS)
    follow(page, "/delegates/", f"{DELEGATE['English name']} {DELEGATE['Chinese name']}")
    assert bars(page, "Whether a reply is known") == counted(values(row, "replied") for row in STATUS)
    assert bars(page, "Outcomes of the replies known") == counted(values(row, "outcome") for row in STATUS)


def test_what_is_known_at_large_is_told_by_year_and_by_agency(page):
    page.goto(f"/outcomes/?{HERE}")
    shown = {"all": [*key_numbers(page.locator("main")).values()][:4]}
    for line in page.locator("table.known tbody tr").all():
        numbers = line.locator(".amount").all_inner_texts()
        shown[line.locator("th").inner_text().strip()] = [number.split()[0] for number in numbers]
    for row in rows("At large"):
        assert shown[row["of"]] == [*row.values()][1:], row["of"]
    days = sorted(int(row["days"]) for row in STATUS if row["days"])
    spread = key_numbers(page.locator("section[aria-labelledby=days]"))
    assert spread["days: half of the replies came within"] == str(days[len(days) // 2])
    assert spread["days: the quickest and the slowest"] == f"{days[0]}–{days[-1]}"
    page.goto("/outcomes/?session=made-up-provincial-committee-12-2")
    assert key_numbers(page.locator("main"))["Proposals"] == rows("At large", of="2024")[0]["proposals"]


@pytest.mark.parametrize("row", rows("What agencies answered"), ids=lambda row: row["agency"])
def test_an_agency_shows_what_it_answered_and_how_long_it_took(row, page):
    page.goto("/agencies/")
    node = page.locator("ul.tree li").filter(has=page.get_by_role("link", name=row["agency"])).last
    expect(node.locator("> .facts")).to_have_text(f"in charge of {row['in charge of']}")
    node.get_by_role("link", name=row["agency"]).click()
    answered = page.locator("section[aria-labelledby=answered]")
    assert amounts(answered.locator("table.bars")) == counted([each(row["outcomes"])])
    spread = key_numbers(answered)
    assert spread["days: half of the replies came within"] == row["half within"]
    assert spread["days: the quickest and the slowest"] == row["quickest and slowest"]
    expect(answered.locator("ul.plain li")).to_have_count(int(row["replies"]))
    for below in (name for name, above in ABOVE.items() if above == row["agency"]):
        expect(page.locator("dl.box")).to_contain_text(below)
    answered.locator("a.button").click()
    expect(page.locator("article")).to_have_count(int(row["replies"]))


def test_replies_are_narrowed_down_and_have_a_page_each(page):
    for reply in rows("Replies"):
        page.goto("/replies/")
        page.get_by_label("Agency").select_option(label=reply["agency"])
        page.get_by_label("Outcome").select_option(label=reply["outcome"])
        press(page, "Narrow down")
        expect(page.locator("article h2")).to_have_text([reply["title"]])
        page.get_by_role("link", name=reply["title"]).click()
        names = [reply["agency"], reply["together with"], date_words(reply["date"]), reply["number"], reply["outcome"]]
        for word in names:
            expect(page.locator("dl.box")).to_contain_text(word)
        for text in (
            title_of(reply["proposal"]),
            *(row["quotation"] for row in SINGLE if row["reply"] == reply["number"]),
        ):
            expect(page.locator("main")).to_contain_text(text)


def test_a_policy_document_shows_both_passages_side_by_side(page):
    for row in rows("Policy documents"):
        follow(page, "/policies/", row["title"])
        for name in ("Chinese title", "issuer", "number", "recommendation", "place", "passage", "judgement"):
            expect(page.locator("main")).to_contain_text(row[name])


def test_a_reader_of_chinese_sees_the_same_in_chinese(page):
    [row] = rows("Proposals", number="0001")
    follow(page, f"/zh/proposals/?{HERE}", row["Chinese title"])
    expect(page.locator(".box .status")).to_have_text("办理中")
    way = page.locator("#way + ol.way > li strong").all_inner_texts()
    assert way == ["立案", "交办", "答复", "委员或代表反馈", "交办"]
    expect(page.locator("ol.way")).to_contain_text("虚构省卫生健康委员会 · 主办")


def test_a_second_lead_is_refused_and_nothing_that_was_typed_is_lost(example, page, visit):
    _site, analyst = example
    analyst.goto("/admin/proposals/proposal/?q=0004")
    analyst.get_by_role("link", name=title_of("0004")).click()
    analyst.locator("#id_summary_en").fill("Typed before the mistake")
    [event, *_more] = rows("Events", proposal="0004", role="Co-handling (会办)")
    number = analyst.locator("#id_events-TOTAL_FORMS").input_value()
    add_row(analyst, "events", event_fields({**event, "role": "Lead (主办)", "date": "2024-02-21"}))
    press(analyst, "Save")
    expect(analyst.locator("#events-group .errorlist")).to_contain_text("Two agencies cannot both lead")
    expect(analyst.locator("#id_summary_en")).to_have_value("Typed before the mistake")
    expect(analyst.locator(f"#id_events-{number}-date")).to_have_value("2024-02-21")
    expect(analyst.locator(f"#id_events-{number}-agency option:checked")).to_contain_text(event["agency"])
    visit("0004")
    expect(page.locator("main")).not_to_contain_text("Typed before the mistake")


def test_a_class_that_the_scheme_does_not_have_is_refused(example):
    _site, analyst = example
    [reply, *_more] = rows("Replies")
    begin(analyst, "proposals/reply")
    fill_in(analyst, reply_fields({**reply, "number": "", "class": "E"}))
    press(analyst, "Save")
    expect(analyst.locator(".errorlist")).to_contain_text("The scheme has no class “E”; it has: A, B, C, D")
    expect(analyst.locator("#id_title_zh")).to_have_value(reply["title"])
