"""Odd entries in Chromium: nothing overflows, nothing runs, nothing stands on its wrong side."""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_everybody_can_read import RULES
from tests.odd_records import FROM_THE_RIGHT, MARKUP
from tests.site import Site, running, succeed

KINDS = ("long", "right", "markup", "turned", "bare", "much-0")
ENTER = f"""
import json
from tests.odd_records import addresses, enter
enter()
print(json.dumps({{kind: addresses(kind) for kind in {KINDS}}}))
"""


@pytest.fixture(scope="module")
def odd_site(prepared_site, tmp_path_factory) -> Iterator[tuple[Site, dict[str, list[str]]]]:
    """Give a site with odd entries besides the founding ones, and under each kind the pages that show it."""
    with running(prepared_site, tmp_path_factory.mktemp("odd")) as started:
        done = started.manage("shell", "--no-imports", "--command", ENTER)
        succeed(done)
        yield started, json.loads(done.stdout)


@pytest.mark.parametrize(("prefix", "width"), [("", 320), ("/zh", 1280)])
def test_nothing_overflows(odd_site, new_page, prefix, width):
    site, addresses = odd_site
    page = new_page(viewport={"width": width, "height": 900})
    there = set()
    for path in {path for kind in KINDS for path in addresses[kind]}:
        if page.goto(f"{site.url}{prefix}{path}").status == 200:  # a bare entry has no topic with a page
            there.add(path)
            assert beyond_the_window(page) == [], path
    assert there >= {*addresses["long"], *addresses["right"], *addresses["markup"]}
    assert {addresses[kind][5] for kind in KINDS} <= there


def beyond_the_window(page):
    """Give what reaches beyond the window; all of the page where that scrolls sideways."""
    return page.evaluate(
        """() => [...document.querySelectorAll("html, main *, footer *")].filter(each => {
            const box = each.getBoundingClientRect();
            return each.tagName == "HTML" ? each.scrollWidth > innerWidth
                : box.width && !each.closest(".unseen") && (box.right > innerWidth + 1 || box.left < -1);
        }).map(each => each.outerHTML.slice(0, 200))"""
    )


def test_the_facets_of_a_phone_do_not_overflow_when_they_are_unfolded(odd_site, new_page):
    site, _ = odd_site
    page = new_page(viewport={"width": 320, "height": 900})
    for kind in ("long", "right", "markup"):
        page.goto(f"{site.url}/proposals/?topic={kind}")
        page.locator("label", has_text="Filter").click()
        assert page.locator(".facets").is_visible()
        assert beyond_the_window(page) == [], kind


def test_no_markup_of_an_entry_becomes_part_of_a_page(odd_site, new_page):
    site, addresses = odd_site
    page = new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))  # y() is not defined: it would be one
    for path in addresses["markup"][1:]:  # the first page shows the topics with most only
        page.goto(f"{site.url}{path}")
        assert MARKUP in page.locator("body").inner_text(), path
        assert page.locator("b").count() == 0
    assert errors == []


def test_what_follows_a_name_from_the_right_stands_after_it(odd_site, new_page):
    site, _ = odd_site
    page = new_page(viewport={"width": 4_000, "height": 900})  # all of it on one line
    page.goto(f"{site.url}/proposals/?topic=right")
    places = page.evaluate(
        """() => {
            const left = (text, at) => {
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + 1);
                return range.getBoundingClientRect().left;
            };
            const who = document.querySelector(".card .who"), title = document.querySelector(".card h2 bdi").firstChild;
            return {
                name: who.querySelector("bdi").getBoundingClientRect().right,
                date: left(who.lastChild, who.lastChild.length - 4),
                end_of_date: left(who.lastChild, who.lastChild.length - 1),
                title: left(title, 0),
                end_of_title: left(title, title.length - 1),
            };
        }"""
    )
    assert places["name"] < places["date"] < places["end_of_date"]
    assert places["end_of_title"] < places["title"]  # its exclamation mark is on the left
    assert page.locator(".card h2").inner_text() == FROM_THE_RIGHT


def test_axe_finds_nothing_on_odd_entries(odd_site, new_page):
    site, addresses = odd_site
    page = new_page(viewport={"width": 320, "height": 900})
    for kind in ("long", "right", "markup", "bare"):
        page.goto(f"{site.url}{addresses[kind][5]}")
        found = Axe().run(page, options=RULES)
        assert not found.violations_count, f"{kind}\n{found.generate_report()}"
