"""What people come for, with nothing but a keyboard: each journey on the public pages with scripts and without."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keyboard import enter, follow, go_to

WANG = "Pilot the clinical use of stem cells"
DING = "Promote the cell and gene therapy"
DRAFT = """from proposals.models import Proposal
proposal = Proposal.objects.get(slug="guangdong-ftz-stem-cell-pilot")
proposal.state = Proposal.State.DRAFT
proposal.save()"""


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request, reading_site, new_page) -> Page:
    """Give a page of a visitor to the site whose own scripts run, and of one whose do not."""
    return new_page(java_script_enabled=request.param, base_url=reading_site.url)


def asked(page: Page) -> dict[str, list[str]]:
    """Give the parameters of the page's address."""
    return parse_qs(urlsplit(page.url).query)


def proposals_on(page: Page) -> int:
    return page.locator("main article h2, main article h3").count()


def test_find_by_two_facets(page):
    page.goto("/proposals/")
    follow(page, "Stem cells")
    follow(page, "Guangdong")
    assert asked(page) == {"topic": ["stem-cells"], "region": ["CN-GD"]}
    assert proposals_on(page) == 1
    expect(page.locator("article")).to_contain_text(WANG)


def test_search_from_the_first_page_and_open_a_proposal(page):
    page.goto("/")
    go_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    go_to(page, "Search proposals")
    page.keyboard.type('"priority review"')
    enter(page)
    assert asked(page)["q"] == ['"priority review"']
    follow(page, DING)
    expect(page.get_by_role("heading", level=1)).to_contain_text(DING)


def test_open_a_recommendation_by_its_link(page):
    page.goto("/proposals/")
    follow(page, WANG)
    follow(page, "Link to recommendation 5")
    assert page.url.endswith("#r5")
    expect(page.locator("#r5")).to_be_in_viewport()


def test_open_a_recommendation_from_the_list_of_them(page):
    page.goto("/recommendations/?q=quotas")
    title = page.locator("article h2").first.inner_text()
    follow(page, title)
    assert urlsplit(page.url).path.startswith("/proposals/")
    target = page.locator(f"#{urlsplit(page.url).fragment}")
    expect(target).to_contain_text(title)
    expect(target).to_be_in_viewport()


def test_switch_language_and_keep_what_was_chosen(page):
    page.goto("/proposals/?q=stem+cell&region=CN-GD")
    follow(page, "中文")
    assert urlsplit(page.url).path == "/zh/proposals/"
    assert asked(page) == {"q": ["stem cell"], "region": ["CN-GD"]}
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert proposals_on(page) == 1
    follow(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")


def test_follow_a_topic_from_the_tree_to_its_proposals(page):
    page.goto("/")
    follow(page, "Topics")
    follow(page, "Stem cell therapy")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stem cell therapy")
    follow(page, WANG)
    expect(page.get_by_role("heading", level=1)).to_contain_text(WANG)


def test_open_a_delegate_and_go_on_to_what_they_put_forward(page):
    page.goto("/")
    follow(page, "Delegates")
    follow(page, "Wang Guilin")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wang Guilin")
    follow(page, "Filter and search these")
    assert asked(page) == {"delegate": ["wang-guilin"]}
    assert proposals_on(page) == 1


def test_take_a_condition_away_where_nothing_is_found(page):
    page.goto("/proposals/?topic=stem-cells&region=CN-SX")
    assert proposals_on(page) == 0
    follow(page, "without Region")
    assert asked(page) == {"topic": ["stem-cells"]}
    follow(page, "Topic: Stem cells")
    assert asked(page) == {}
    assert proposals_on(page) == 5


def test_go_to_another_page_of_results(page):
    page.goto("/recommendations/")
    first = page.locator("article h2").all_inner_texts()
    follow(page, "2")
    assert asked(page) == {"page": ["2"]}
    assert not {*first} & {*page.locator("article h2").all_inner_texts()}


def test_narrow_by_date(page):
    page.goto("/proposals/?topic=stem-cells")
    go_to(page, "Submitted from")
    page.keyboard.type("2024-02")
    follow(page, "Apply")
    assert asked(page)["submitted_after"] == ["2024-02"]
    assert asked(page)["topic"] == ["stem-cells"]
    assert 0 < proposals_on(page) < 5


def test_unfold_the_filters_on_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/proposals/")
    expect(page.get_by_role("link", name="Guangdong 1", exact=True)).to_be_hidden()
    go_to(page, "Filter")
    page.keyboard.press("Space")
    follow(page, "Guangdong 1")
    assert asked(page) == {"region": ["CN-GD"]}
    assert proposals_on(page) == 1


def test_sign_in_and_publish_a_draft(site, new_page):
    running = site()
    name, password = running.analyst()
    running.manage("shell", "--command", DRAFT)
    page, visitor = (new_page(base_url=running.url) for _ in range(2))
    visitor.goto("/proposals/")
    assert proposals_on(visitor) == 4

    page.goto("/admin/")
    go_to(page, "Username")
    page.keyboard.type(name)
    go_to(page, "Password")
    page.keyboard.type(password)
    enter(page)
    follow(page, "Proposals")
    follow(page, WANG)
    go_to(page, "Skip to main content")
    page.keyboard.press("Enter")
    follow(page, "Publish")
    expect(page.locator(".success").first).to_contain_text("is public now")

    visitor.goto("/proposals/")
    assert proposals_on(visitor) == 5
    expect(visitor.locator("main")).to_contain_text(WANG)
