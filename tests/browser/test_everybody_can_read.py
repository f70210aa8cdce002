"""Every kind of page in both languages: accessible, on any screen, in any colours, without scripts, from one host."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.contrast import faint
from tests.browser.looks import make_longer, misplaced, moving, outside, zoom
from tests.kinds import ADDRESSES, KINDS, MISSING, on_every_page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": WCAG, "resultTypes": ["violations"]}
RUN = """options => axe.run(document, options).then(done => done.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`)))"""
SCHEMES = ("light", "dark")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
CHOSEN = "list of what was chosen"
LOOK = """kinds => kinds.map(kind => ["", "::before"].map(part => {
  const style = getComputedStyle(document.querySelector(kind), part || null);
  const background = style.backgroundColor.replace(/^rgba.*, 0\\)$/, getComputedStyle(document.body).backgroundColor);
  return [background, style.borderBottomStyle, style.borderBottomColor, style.fontWeight, style.textDecorationLine];
}).join())"""
PICTURE = """<main><svg role="img" viewBox="0 0 300 100" width="300"><title>Quinces</title>
<a href="/1"><rect width="90" height="90" fill="{one}"/></a>
<a href="/2"><rect x="100" width="90" height="90" fill="#eee"/><text x="110" y="50" fill="{two}">2</text></a>
</svg></main>"""


def axe(page: Page, options: dict = RULES) -> list[str]:
    """Give what axe finds on a page into which its script was put."""
    return page.evaluate(RUN, options)


@on_every_page
def test_axe_finds_nothing_light_or_dark_wide_or_narrow(reading_site, new_page, address):
    page = new_page()
    page.goto(f"{reading_site.url}{address}")
    page.evaluate(AXE_SCRIPT)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert axe(page) + faint(page) == [], f"{scheme}, {size['width']} wide"


@on_every_page
def test_nothing_is_outside_cut_or_covered_at_any_width_or_zoom(reading_site, new_page, address):
    page = new_page()
    page.goto(f"{reading_site.url}{address}")
    for size in (WIDE, {"width": 800, "height": 900}, NARROW):
        page.set_viewport_size(size)
        assert misplaced(page) == [], f"{size['width']} wide"
    session = page.context.new_cdp_session(page)
    for percent in (200, 400):
        zoom(page, session, percent)
        assert outside(page) == [], f"at {percent} %"


@on_every_page
def test_what_is_read_stays_in_forced_colours_and_with_less_motion(reading_site, new_page, address):
    page = new_page()
    page.goto(f"{reading_site.url}{address}")
    usual = page.locator("body").inner_text()
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert page.locator("body").inner_text() == usual
    assert moving(page) == []
    page.evaluate(AXE_SCRIPT)
    assert axe(page, {"runOnly": ["color-contrast"]}) + faint(page) == []


@pytest.mark.parametrize(
    ("chosen", "other"),
    [("nav [aria-current]", "nav a:not([aria-current])"), (".facet a.chosen", ".facet a:not(.chosen)")],
)
def test_what_is_chosen_is_told_apart_in_forced_colours(reading_site, new_page, chosen, other):
    page = new_page(forced_colors="active")
    page.goto(f"{reading_site.url}{KINDS[CHOSEN]}")
    one, two = page.evaluate(LOOK, [chosen, other])
    assert one != two


@pytest.mark.parametrize("kind", KINDS)
def test_chinese_that_is_40_percent_longer_keeps_its_layout(reading_site, new_page, kind):
    page = new_page()
    page.goto(f"{reading_site.url}/zh{KINDS[kind]}")
    before = len(page.locator("body").inner_text())
    make_longer(page)
    assert len(page.locator("body").inner_text()) > 1.3 * before
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert misplaced(page) == [], f"{size['width']} wide"


def test_nothing_is_asked_of_another_host_and_no_error_is_logged(reading_site, new_page):
    page = new_page()
    hosts, errors = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for name, address in ADDRESSES.items():
        if name.rpartition(",")[0] not in MISSING:  # Chromium logs a status of 404
            page.goto(f"{reading_site.url}{address}")
    assert hosts == {urlsplit(reading_site.url).netloc}
    assert not errors


def test_what_is_wrong_with_a_page_is_found(new_page):
    """Each measure above finds what it is for."""
    page = new_page(viewport=NARROW, color_scheme="light")
    page.set_content(
        '<main><p style="width: 400px">One two three four five six seven eight nine ten eleven twelve</p></main>'
    )
    assert outside(page)
    page.set_content('<p style="width: 3em; white-space: nowrap; overflow: hidden">Quinces and pears</p>')
    assert [problem.partition(":")[0] for problem in misplaced(page)] == ["cut"]
    page.set_content("<p>Quinces</p><p style='margin-top: -2em'>Pears</p>")
    assert [problem.partition(":")[0] for problem in misplaced(page)] == ["one over the other"]
    page.set_content("<style>p { transition: color 1s } @view-transition { navigation: auto }</style><p>Quinces</p>")
    assert len(moving(page)) == 2
    page.set_content(PICTURE.format(one="#ddd", two="#aaa"))
    assert [problem.partition(":")[0] for problem in faint(page)] == ["text 2", "rect of a picture"]
    page.set_content(PICTURE.format(one="#555", two="#222"))
    assert faint(page) == []
    page.set_content(
        '<style>a { display: inline-block; width: 9px; height: 9px }</style><a href="/1">1</a><a href="/2">2</a>'
    )
    page.evaluate(AXE_SCRIPT)
    assert [found.partition(":")[0] for found in axe(page, {"runOnly": ["target-size"]})] == ["target-size"] * 2
    assert "target-size" in page.evaluate("tags => axe.getRules(tags).map(rule => rule.ruleId)", WCAG)


def test_a_visitor_without_scripts_finds_a_recommendation(reading_site, new_page):
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{reading_site.url}/")
    page.get_by_role("searchbox").fill("stem cell")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 proposals")
    expect(page.get_by_role("link", name="Guangdong 1", exact=True)).to_be_hidden()
    page.locator("label", has_text="Filter").click()
    page.get_by_role("link", name="Guangdong 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 proposal")
    page.get_by_role("link", name="Pilot the clinical use").click()
    page.get_by_role("link", name="Link to recommendation 5").click()
    assert page.url.endswith("#r5")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
