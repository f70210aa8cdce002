"""From an article to drafts, in Chromium: by mouse in few steps, by keyboard, and without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keyboard import enter, follow, go_to
from tests.browser.looks import outside
from tests.browser.test_admin_accessibility import serious, sticks_out
from tests.browser.test_analysts_bench import Counted, press
from tests.browser.test_from_analyst_to_visitor import sign_in

ARTICLE = Path(__file__).parent.parent / "intake" / "founding.txt"
AT_MOST = 40
CORRECTED = "Promote cell and gene therapy"
DRAFTS = """
from proposals.models import Citation, Proposal
for draft in Proposal.objects.filter(state="draft").order_by("pk"):
    print(draft.title_en, "|", draft.sponsorships.get(first=True), "|", draft.recommendations.count(), "|",
          Citation.objects.on(draft).filter(proposal=draft).get().passage)
"""


@pytest.fixture
def analyst(site, new_page):
    """Give a function that opens a page for an analyst who is logged in, and the site."""
    running = site()
    account = running.analyst()

    def opened(**options: object) -> Page:
        page = new_page(base_url=running.url, **options)
        sign_in(page, running.url, *account)
        return page

    return running, opened


def drafts(running):
    """The drafts there are: title, first proposer, number of recommendations, passage that is cited."""
    said = running.manage("shell", "-v0", "--command", DRAFTS).stdout
    return [line.split(" | ") for line in said.splitlines() if line]


def hand_in(page: Page) -> None:
    page.goto("/admin/proposals/intake/add/")
    page.locator("#id_text").fill(ARTICLE.read_text())
    press(page, "Read it")
    page.get_by_label("Read it all the same").check()  # its source is in the record
    press(page, "Read it")
    expect(page.locator(".panel.section")).to_have_count(5)


def test_the_founding_article_becomes_five_drafts_in_few_steps(analyst):
    running, opened = analyst
    page = opened()
    at = Counted(page)
    at.steps += 1
    page.get_by_role("link", name="Read an article").click()
    at.fill("text", ARTICLE.read_text())
    at.click("Read it")
    expect(page.locator(".seen")).to_contain_text("a source of the same day with a title like this")
    at.steps += 1
    page.get_by_label("Read it all the same").check()
    at.click("Read it")
    at.fill("s1-title", CORRECTED)
    at.steps += 2
    page.locator("#source > summary").click()
    page.get_by_label("Machine translated").check()
    at.click("Accept what is ticked as drafts")
    expect(page.locator(".success")).to_contain_text("5 drafts are entered")
    found = drafts(running)
    assert len(found) == 5
    assert found[0][0] == CORRECTED
    assert [who.partition(" ")[0] for _title, who, *_more in found] == ["Ding", "Liu", "Wang", "Yuan", "Zhang"]
    assert all(int(number) > 0 for _title, _who, number, _passage in found)
    assert all(re.match(rf"section {n} of 5, paragraph", row[3]) for n, row in enumerate(found, start=1))
    assert at.steps <= AT_MOST
    page.get_by_role("link", name=CORRECTED).first.click()
    expect(page.locator("#id_title_en")).to_have_value(CORRECTED)


def test_a_passage_leads_to_its_form_and_a_form_to_its_passage(analyst):
    _running, opened = analyst
    page = opened()
    hand_in(page)
    page.locator(".article a[data-keys~=s3d1]").first.click()
    expect(page.locator("#id_s3d1-text")).to_be_focused()
    page.locator("#id_s5-title").click()
    expect(page.locator(".article a.here[data-keys~=s5]").first).to_be_in_viewport()
    page.locator("#s4d1 .to-place").click()
    expect(page.locator(".article a.here[data-keys~=s4d1]").first).to_be_in_viewport()


def test_what_is_chosen_in_the_text_is_marked_and_a_demand_is_cut_at_the_cursor(analyst):
    _running, opened = analyst
    page = opened()
    hand_in(page)
    before = page.locator("#s2 .demand").count()
    page.locator(".article p:not(.left-out)").nth(2).click(click_count=3)
    expect(page.locator("#passage")).not_to_have_value("")
    page.get_by_label("In", exact=True).select_option(index=2)
    press(page, "Take it")
    expect(page.locator("#s2 .demand")).to_have_count(before + 1)
    key = page.locator("#s2 .demand").first.get_attribute("id")
    text = page.locator(f"#id_{key}-text")
    text.fill("First and second")
    text.press("Home")
    for _ in "First":
        text.press("ArrowRight")
    page.locator(f"#{key}").get_by_role("button", name="Split").click()
    expect(page.locator(f"#id_{key}-text")).to_have_value("First")
    page.locator(f"#{key}").get_by_role("button", name="Merge with next").click()
    expect(page.locator(f"#id_{key}-text")).to_have_value("First and second")


def test_names_are_offered_and_what_is_not_saved_is_asked_about(analyst):
    _running, opened = analyst
    page = opened()
    hand_in(page)
    topics = page.locator("#id_s1-topics")
    topics.fill("Stem cells; biob")
    offered = page.locator(f"#{topics.get_attribute('list')} option")
    expect(offered.first).to_have_attribute("value", re.compile("^Stem cells; .*[Bb]iob"))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Home").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(topics).to_have_value("Stem cells; biob")
    page.goto("/admin/")
    page.get_by_role("link", name="1 articles begun and not finished").click()
    page.locator("#result_list .field-title a").first.click()
    expect(page.locator("#id_s1-topics")).to_have_value("Stem cells; biob")


def test_it_works_without_scripts(analyst):
    running, opened = analyst
    page = opened(java_script_enabled=False)
    hand_in(page)
    number = page.locator("#s1 .demand").count()
    page.locator("#s1 .demand").first.get_by_role("button", name="Merge with next").click()
    expect(page.locator("#s1 .demand")).to_have_count(number - 1)
    page.get_by_label("Its words, copied from the text").fill("not a word of it")
    press(page, "Take it")
    expect(page.locator(".messagelist .error")).to_contain_text("do not stand in the article")
    page.locator("#id_s1-title").fill("")
    press(page, "Accept what is ticked as drafts")
    expect(page.locator("#s1 .errorlist")).to_contain_text("Give the title")
    assert drafts(running) == []
    page.locator("#id_s1-title").fill(CORRECTED)
    press(page, "Leave section 5 out")
    press(page, "Accept what is ticked as drafts")
    expect(page.locator(".success")).to_contain_text("4 drafts are entered")
    assert len(drafts(running)) == 4


def test_it_works_with_a_keyboard_alone(analyst):
    running, opened = analyst
    page = opened()
    follow(page, "Read an article")
    page.keyboard.insert_text(ARTICLE.read_text())  # the field has the focus
    follow(page, "Read it")
    go_to(page, "Read it all the same")
    page.keyboard.press("Space")
    follow(page, "Read it")
    go_to(page, "To the suggestions")
    page.keyboard.press("Enter")
    go_to(page, "Title")
    page.keyboard.press("Control+a")
    page.keyboard.type(CORRECTED)
    go_to(page, "Split")
    enter(page)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator(".success")).to_contain_text("5 drafts are entered")
    assert drafts(running)[0][0] == CORRECTED


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "dark"), ("zh-CN", "light")])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(analyst, new_page, locale, scheme):
    running, opened = analyst
    page = opened()
    hand_in(page)
    address = page.url
    state = page.context.storage_state()
    for width in (320, 768, 1280, 1600):
        options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 900}}
        page = new_page(base_url=running.url, storage_state=state, **options)
        for path in ("/admin/proposals/intake/add/", "/admin/proposals/intake/", address):
            page.goto(path)
            assert sticks_out(page) == outside(page) == []
            assert width not in (320, 1280) or serious(page) == []
        page.locator("#id_s1-title").fill("")
        page.locator('button[value="accept"]').click()
        expect(page.locator(".errorlist").first).to_be_visible()
        assert sticks_out(page) == []
        assert width != 1280 or serious(page) == []
