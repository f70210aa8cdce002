"""Choosing proposals and reading them side by side, without a script, on any screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_everybody_can_read import RULES
from tests.site import succeed

LONG = """
from tests.factories import *
topic = make_topic(name="T" * 120, name_zh="题" * 80)
delegate = make_delegate(name="عبد الله " * 12, employer="E" * 200)
for number in range(5):
    proposal = make_proposal(
        title="W" * 500,
        title_zh="长" * 300,
        number="9" * number,
        note_en="N" * 900,
        delegates=[delegate],
        organisations=["O" * 200],
        recommendations=[{"text": "R" * 500, "topics": [topic], "note_en": "n" * 500}] * (20 if not number else 2),
        published=True,
    )
    print(proposal.pk)
"""


def test_two_are_ticked_in_the_list_compared_and_changed_without_a_script(reading_site, new_page):
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{reading_site.url}/proposals/")
    page.get_by_label("Compare: Pilot the clinical use").check()
    page.get_by_label("Compare: Build up the stem cell").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposals side by side")
    expect(page.get_by_role("columnheader")).to_have_count(2)
    page.get_by_role("link", name="Only differences").click()
    expect(page.get_by_text("rows that are the same in all are left out")).to_be_visible()
    page.get_by_role("searchbox").fill("gene therapy")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Add: Promote the cell and gene therapy").click()
    expect(page.get_by_role("columnheader")).to_have_count(3)
    page.get_by_role("link", name="take away 1").click()
    expect(page.get_by_role("columnheader")).to_have_count(2)


def test_two_are_compared_with_a_keyboard_alone(reading_site, new_page):
    page = new_page()
    page.goto(f"{reading_site.url}/proposals/2/stem-cell-industry-system/")
    page.get_by_role("link", name="Compare with other proposals").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposals side by side")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "Pilot the clinical use" in page.locator(":focus").inner_text():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader")).to_have_count(2)
    page.get_by_role("region", name="Proposals side by side").focus()
    expect(page.get_by_role("region", name="Proposals side by side")).to_be_focused()


def test_the_longest_texts_overflow_no_page(site, new_page):
    started = site()
    made = started.manage("shell", "--command", LONG)
    succeed(made)
    keys = made.stdout.split()[-5:]
    long_place = "/compare/?" + "&".join(f"p={key}" for key in keys)
    for width, scheme in ((320, "dark"), (1280, "light")):
        page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        for path in (long_place, f"/zh{long_place}", f"/compare/?p={keys[0]}&q={'W' * 300}", "/proposals/"):
            page.goto(f"{started.url}{path}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            outside = page.evaluate(
                """[...document.querySelectorAll(".comparison :is(td, th)")]
                   .filter(cell => cell.scrollWidth > cell.clientWidth + 1).length"""
            )
            assert not outside, path
        page.goto(f"{started.url}{long_place}&only=differences")
        found = Axe().run(page, options=RULES)
        assert not found.violations_count, found.generate_report()
