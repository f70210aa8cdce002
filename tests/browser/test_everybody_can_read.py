"""Every kind of page: accessible, on any screen, in both languages, by keyboard, without scripts."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PAGES = [
    "/",
    "/proposals/",
    "/proposals/?q=干细胞&topic=stem-cells&region=CN-GD",
    "/proposals/?q=nothing-like-this&topic=cgt",
    "/proposals/?topic=unknown&page=0&sort=password&submitted_after=soon",
    "/proposals/1/cgt-industry-2024/",
    "/recommendations/",
    "/delegates/",
    "/delegates/ding-lieming/",
    "/topics/",
    "/topics/stem-cells/",
    "/regions/",
    "/regions/guangdong/",
    "/agencies/",
    "/agencies/nmpa/",
    "/sessions/",
    "/sessions/cppcc-national-14-2/",
    "/compare/",
    "/compare/?p=1&q=stem",
    "/compare/?p=1&p=2&p=3&p=4&p=5",
    "/compare/?p=2&p=3&p=99&only=differences",
    "/no-such-page/",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("", "light", 1280), ("", "dark", 320), ("/zh", "light", 320), ("/zh", "dark", 1280)],
)
def test_axe_finds_nothing_and_nothing_overflows(reading_site, new_page, language, scheme, width):
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in PAGES:
        page.goto(f"{reading_site.url}{language}{path}")
        found = Axe().run(page, options=WCAG)
        assert not found.violations_count, f"{path}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_nothing_is_asked_of_another_host_and_no_error_is_logged(reading_site, new_page):
    page = new_page()
    hosts, errors = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for path in PAGES[:-1]:
        page.goto(f"{reading_site.url}{path}")
    assert hosts == {urlsplit(reading_site.url).netloc}
    assert not errors


def test_a_visitor_without_scripts_finds_a_recommendation(reading_site, new_page):
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{reading_site.url}/")
    page.get_by_role("searchbox").fill("stem cell")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 proposals")
    expect(page.get_by_role("link", name="Guangdong 1", exact=True)).to_be_hidden()
    page.locator("label", has_text="Filter").click()
    page.get_by_role("link", name="Guangdong 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 proposal")
    page.get_by_role("link", name="Pilot the clinical use").click()
    page.get_by_role("link", name="Link to recommendation 5").click()
    assert page.url.endswith("#r5")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_a_visitor_with_a_keyboard_alone_filters_and_reads(reading_site, new_page):
    page = new_page()
    page.goto(f"{reading_site.url}/proposals/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type('"priority review"')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 proposal")
    for _ in range(120):
        page.keyboard.press("Tab")
        if "Promote the cell and gene therapy" in page.locator(":focus").inner_text():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Promote the cell and gene therapy industry")
