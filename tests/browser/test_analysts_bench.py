"""The analysts' bench, as analysts use it: from draft to public, side by side, doubles, and in how few steps."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_from_analyst_to_visitor import choose, sign_in

WANG = "guangdong-ftz-stem-cell-pilot"
TEAM = """
from django.contrib.auth.models import Group, User
for role in ("analyst", "reviewer"):
    user = User.objects.create_user(role, password="{password}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
"""
PASSWORD = "quince-jelly-2024"


@pytest.fixture
def team(site, new_page):
    """A site, and two people with its forms open: an analyst and a reviewer."""
    running = site()
    running.manage("shell", "--command", TEAM.format(password=PASSWORD))
    pages = [new_page(base_url=running.url) for _ in range(2)]
    for page, role in zip(pages, ("analyst", "reviewer"), strict=True):
        sign_in(page, running.url, role, PASSWORD)
    return running, *pages


def form_of(page: Page, key: int) -> None:
    page.goto(f"/admin/proposals/proposal/{key}/change/")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_drafted_reviewed_published_changed_compared_and_brought_back(team, new_page):
    running, analyst, reviewer = team
    analyst.goto("/admin/proposals/proposal/add/")
    analyst.locator("#id_title_en").fill("Open a register")
    choose(analyst, "session", "14th CPPCC National Committee, 2nd session")
    analyst.locator("#id_pasted").fill("1. Found the register\n2. Fund it for five years")
    choose(analyst, "citations-0-source", "Focus on 2024")
    press(analyst, "Send to review")
    expect(analyst.locator(".success").first).to_contain_text("waits for review")
    analyst.get_by_role("link", name="Open a register").first.click()
    expect(analyst.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    key = int(re.search(r"/(\d+)/change/", analyst.url)[1])

    reviewer.goto("/admin/")
    reviewer.get_by_role("link", name="1 in review").click()
    reviewer.get_by_role("link", name="Open a register").click()
    reviewer.get_by_role("link", name="Preview").click()
    expect(reviewer.locator("#r2")).to_contain_text("Fund it for five years")
    reviewer.get_by_role("link", name="Back to the form").click()
    press(reviewer, "Publish")
    expect(reviewer.locator(".success").first).to_contain_text("is public now")

    form_of(analyst, key)
    analyst.locator("#id_recommendations-1-text_en").fill("Fund it for ten years")
    analyst.get_by_label("Why, for the history:").fill("The source says ten")
    press(analyst, "Save")
    visitor = new_page(base_url=running.url)
    visitor.goto(f"/proposals/{key}/open-a-register/")
    expect(visitor.locator("#r2")).to_contain_text("Fund it for ten years")
    visitor.get_by_role("link", name="what changed since").click()
    expect(visitor.locator("main")).to_contain_text("2. Fund it for ten years")
    expect(visitor.locator("del")).to_have_text(" five")
    expect(visitor.locator("ins")).to_have_text(" ten")
    for word in ("analyst", "The source says ten"):
        expect(visitor.locator("main")).not_to_contain_text(word)

    form_of(reviewer, key)
    reviewer.get_by_role("link", name="History").click()
    expect(reviewer.locator("#v3")).to_contain_text("The source says ten")
    reviewer.locator("#v2").get_by_role("link", name="Bring back").click()
    expect(reviewer.locator("ins")).to_contain_text(["five"])
    press(reviewer, "Bring back")
    visitor.goto(f"/proposals/{key}/open-a-register/#r2")
    expect(visitor.locator("#r2")).to_contain_text("Fund it for five years")


def test_two_collide_on_a_recommendation_and_nothing_is_lost(team):
    _running, first, second = team
    form_of(first, 3)
    form_of(second, 3)
    expect(second.locator(".also-open")).to_contain_text("analyst")
    first.locator("#id_recommendations-0-text_en").fill("What the first typed")
    press(first, "Save and continue editing")
    second.locator("#id_recommendations-0-text_en").fill("What the second typed")
    second.locator("#id_recommendations-1-text_en").fill("And this too")
    press(second, "Save")
    expect(second.locator(".errornote")).to_be_visible()
    collision = second.locator(".conflict tbody tr")
    expect(collision).to_have_count(1)
    expect(collision).to_contain_text("What the first typed")
    expect(collision.locator("ins")).to_contain_text("second")
    expect(second.locator("#id_recommendations-0-text_en")).to_have_value("What the second typed")
    expect(second.locator("#id_recommendations-1-text_en")).to_have_value("And this too")
    press(second, "Save and continue editing")
    expect(second.locator("#id_recommendations-0-text_en")).to_have_value("What the second typed")
    second.get_by_role("link", name="History").click()
    expect(second.locator("#change-history")).to_contain_text("What the first typed")


def test_what_is_typed_and_not_saved_is_asked_about_and_ctrl_s_saves(team):
    _running, page, _reviewer = team
    form_of(page, 3)
    page.locator("#id_number").click()
    page.keyboard.type("0462")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="History").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator(".success")).to_be_visible()
    expect(page.locator("#id_number")).to_have_value("0462")


def test_what_is_chosen_by_searching_counts_as_unsaved_and_tells_of_doubles(team):
    _running, page, _reviewer = team
    page.goto("/admin/proposals/proposal/add/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    choose(page, "session", "14th CPPCC National Committee, 2nd session")
    page.get_by_role("link", name="Home").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.locator("#id_title_en").fill("Pilot the clinical use of stem cells inside the Guangdong free trade zone")
    expect(page.locator(".like")).to_contain_text("like titles at the same session")


def test_two_doubles_are_made_one_and_the_old_address_leads_on(team, new_page):
    running, analyst, reviewer = team
    analyst.goto("/admin/proposals/proposal/add/")
    analyst.locator("#id_title_en").fill("Pilot the clinical use of stem cells inside the Guangdong free trade zone")
    choose(analyst, "session", "14th CPPCC National Committee, 2nd session")
    analyst.locator("#id_pasted").fill("Only this double asks for it")
    choose(analyst, "citations-0-source", "Focus on 2024")
    press(analyst, "Send to review")
    warned = analyst.locator(".warning")
    expect(warned).to_contain_text("This may have been entered before:")
    reviewer.goto("/admin/proposals/proposal/doubles/")
    reviewer.get_by_role("link", name=re.compile("inside the Guangdong free trade zone")).click()
    press(reviewer, "Publish")
    key = running.manage(
        "shell", "-v0", "--command", "from proposals.models import Proposal; print(Proposal.objects.latest('pk').pk)"
    )
    old = f"/proposals/{key.stdout.split()[-1]}/"
    reviewer.goto("/admin/proposals/proposal/doubles/")
    reviewer.get_by_role("link", name="Compare").click()
    press(reviewer, "Make one of them")
    expect(reviewer.locator(".success")).to_contain_text("is one with")
    visitor = new_page(base_url=running.url)
    visitor.goto(old)
    assert f"/{WANG}/" in visitor.url
    expect(visitor.locator("main")).to_contain_text("Only this double asks for it")


def test_what_was_entered_before_is_named_while_it_is_typed(team):
    _running, page, _reviewer = team
    page.goto("/admin/people/delegate/add/")
    page.locator("#id_name_en").fill("Ding Lie-ming")
    page.keyboard.press("Tab")
    expect(page.locator(".like")).to_contain_text("Ding Lieming 丁列明 (the same name)")


SHEET = """处理意见,届次,案由,提案人,提案全文,栏目
已立案,全国政协十四届二次会议,关于血友病用药的提案,丁列明,"【具体建议】
一、纳入医保。
二、建立登记。",干细胞
"""


def test_a_foreign_sheet_is_mapped_previewed_imported_and_undone(team):
    _running, page, _reviewer = team
    page.goto("/admin/proposals/proposal/")
    page.get_by_role("link", name="Import", exact=True).click()
    page.locator("#id_file").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": SHEET.encode("gb18030")}
    )
    press(page, "Look at it first")
    expect(page.get_by_role("heading", name="1 new, 0 changed")).to_be_visible()
    page.get_by_label("栏目").select_option(label="topics")
    page.get_by_label("Remember this as:").fill("Committee office")
    press(page, "Look again")
    expect(page.get_by_label("栏目")).to_have_value("topics")
    expect(page.locator(".rows")).to_contain_text("关于血友病用药的提案")
    press(page, "Import")
    expect(page.locator(".success")).to_contain_text("1 new, 0 changed")
    page.get_by_role("link", name="关于血友病用药的提案").click()
    expect(page.locator("#change-history")).to_contain_text("纳入医保。")
    page.goto("/admin/proposals/proposal/import/")
    page.get_by_role("link", name="list.csv").click()
    press(page, "Undo")
    expect(page.locator(".success")).to_contain_text("is undone")
    page.goto("/admin/proposals/proposal/?q=血友病")
    expect(page.locator("#changelist")).not_to_contain_text("关于血友病用药的提案")


class Counted:
    """A person at a form: every click, every field filled and every key pressed is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    def fill(self, field: str, text: str) -> None:
        self.steps += 1
        self.page.locator(f"#id_{field}").fill(text)

    def click(self, name: str) -> None:
        self.steps += 1
        press(self.page, name)

    def choose(self, field: str, words: str, offered: str = "") -> None:
        """Three steps: open the field, type, take what is offered."""
        self.steps += 3
        choose(self.page, field, words, offered)


def test_the_first_founding_proposal_takes_at_most_25_steps(site, new_page):
    running = site()
    running.manage("shell", "--command", "from proposals.models import Proposal; Proposal.objects.get(pk=1).delete()")
    page = new_page(base_url=running.url)
    sign_in(page, running.url, *running.analyst())
    at = Counted(page)
    page.goto("/admin/")
    at.steps += 1
    page.locator("#content").get_by_role("link", name="Add Proposal", exact=True).or_(
        page.locator(".model-proposal .addlink").first
    ).first.click()
    at.fill("title_en", "Promote the cell and gene therapy industry, its review system and its clinical translation")
    at.choose("session", "14th CPPCC National Committee, 2nd session")
    at.fill(
        "summary_en", "Asks for a stronger and faster drug review, and support for research that reaches the clinic."
    )
    at.fill("pasted", "\n".join(f"{number}. Demand number {number}" for number in range(1, 21)))
    at.choose("topics", "Cell and gene therapy")
    at.choose("target_regions", "China", "China 全国")
    at.choose("sponsorships-0-delegate", "Ding Leeming", "Ding Lieming")
    at.choose("citations-0-source", "Focus on 2024")
    at.click("Publish")
    expect(page.locator(".success").first).to_contain_text("is public now")
    visitor = new_page(base_url=running.url)
    visitor.goto("/recommendations/?q=demand")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("20 recommendations")
    assert at.steps <= 25


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("sponsorships-0-delegate", {"name_en": "Zhao Xin", "name_zh": "赵新", "slug": "zhao-xin"}),
        ("recommendations-0-stated", {"name_en": "Office of Quinces", "name_zh": "榅桲局", "slug": "quinces"}),
    ],
)
def test_who_is_not_there_yet_is_entered_in_place(team, field, names):
    _running, page, _reviewer = team
    page.goto("/admin/proposals/proposal/add/")
    with page.expect_popup() as opened:
        page.locator(f"#add_id_{field}").click()
    for name, text in names.items():
        opened.value.locator(f"#id_{name}").fill(text)
    for choice in opened.value.locator("select#id_kind").all():
        choice.select_option(index=1)
    with opened.value.expect_event("close"):
        press(opened.value, "Save")
    expect(page.locator(f"#id_{field} + .select2")).to_contain_text(names["name_en"])
