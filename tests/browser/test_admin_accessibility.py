"""The analysts' pages: nothing serious that axe finds, nothing that sticks out, in both languages, light and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PAGES = [
    "/admin/",
    "/admin/proposals/proposal/",
    "/admin/proposals/proposal/add/",
    "/admin/proposals/proposal/1/change/",
    "/admin/people/delegate/1/change/",
    "/admin/proposals/proposal/2/history/",
    "/admin/proposals/proposal/2/history/1/restore/",
    "/admin/proposals/proposal/1/withdraw/",
    "/admin/proposals/proposal/deleted/",
    "/admin/proposals/proposal/doubles/",
    "/admin/proposals/proposal/1/merge/2/",
    "/admin/proposals/proposal/import/",
]
NAMED = """
    [...document.querySelectorAll("select.admin-autocomplete:not([name*=__prefix__])")]
        .every(field => field.nextElementSibling?.querySelector("[role=combobox][aria-label]"))
"""
"""Whether each field that searches has been built and has its name."""


@pytest.fixture(scope="module")
def account(reading_site):
    return reading_site.analyst("analyst-who-only-looks")


def log_in(page, name, password):
    """Fill in the form that every page shows to whom it does not know, and wait for the page."""
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    with page.expect_navigation():
        page.locator("#id_password").press("Enter")
    expect(page.locator("#user-tools")).to_be_visible()


def wait_for_names(page):
    """Wait until the scripts of the page have done their work."""
    page.wait_for_function(NAMED)


def serious(page):
    """What axe finds that is serious or critical."""
    wait_for_names(page)
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {finding['id']}: {node['html'][:200]}"
        for finding in found
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]


def sticks_out(page):
    """The parts of a page that reach beyond its edge."""
    return page.evaluate("""
        [...document.querySelectorAll('#content *')]
            .filter(part => part.getBoundingClientRect().right > innerWidth && !part.closest('#changelist .results'))
            .map(part => part.outerHTML.slice(0, 100))
    """)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en-gb"), ("zh-CN", "zh-hans")])
def test_axe_finds_nothing_serious(reading_site, account, new_page, locale, language, scheme):
    page = new_page(locale=locale, color_scheme=scheme)
    page.goto(f"{reading_site.url}/admin/login/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert serious(page) == []
    log_in(page, *account)
    for path in PAGES:
        page.goto(f"{reading_site.url}{path}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert serious(page) == []
        assert sticks_out(page) == []
    for row in page.locator(".add-row").all():
        row.get_by_role("button").click()
    assert serious(page) == []
    page.goto(f"{reading_site.url}{PAGES[2]}")
    page.locator("[name=_save]").click()
    expect(page.locator(".errornote")).to_be_visible()
    assert serious(page) == []


def test_a_field_that_searches_says_its_name_and_what_is_chosen_in_it(reading_site, account, new_page):
    page = new_page()
    page.goto(f"{reading_site.url}/admin/proposals/proposal/1/change/")
    log_in(page, *account)
    wait_for_names(page)
    session = "Session 14th CPPCC National Committee, 2nd session"
    expect(page.get_by_role("combobox", name=session, exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("^Delegate .*Ding Lieming"))).to_be_visible()
    expect(page.get_by_role("searchbox", name="Target regions")).to_be_visible()


def test_the_language_is_switched_by_keyboard_and_without_scripts(reading_site, account, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(f"{reading_site.url}/admin/proposals/proposal/?q=Ding&state__exact=published")
    log_in(page, *account)
    here = page.url
    assert here.endswith("?q=Ding&state__exact=published")
    page.get_by_role("button", name="中文").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="选择 提案 来修改")).to_be_visible()
    assert page.url == here
    page.goto(f"{reading_site.url}/proposals/")
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    page.goto(here)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Select proposal to change")).to_be_visible()
    assert page.url == here
