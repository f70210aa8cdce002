"""What a page costs its reader: how much is transferred, and whether what is read moves while it loads."""

import pytest
from playwright.sync_api import Page

from tests.kinds import KINDS, LANGUAGES

MOST = 60_000
SHIFTS = """new PerformanceObserver(list => { for (const shift of list.getEntries()) window.shifted += shift.value; })
  .observe({type: "layout-shift", buffered: true});
window.shifted = 0;"""
ICONS = """() => Promise.all([...document.querySelectorAll('link[rel~=icon]')].map(
  link => new Promise(done => Object.assign(new Image(), {onload: done, onerror: done, src: link.href}))))"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"


def transferred(page: Page, url: str) -> dict[str, int]:
    """Open a page with nothing in the cache; give what it asked for with the bytes of each answer, headers too."""
    session, addresses, sizes = page.context.new_cdp_session(page), {}, {}
    session.on(
        "Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({addresses[event["requestId"]]: int(event["encodedDataLength"])}),
    )
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    page.goto(url, wait_until="networkidle")
    page.evaluate(ICONS)  # which Chromium does not ask for where no window shows them
    page.wait_for_load_state("networkidle")
    return sizes


def shift(page: Page, url: str) -> float:
    """Open a page; give how much of it moved, and how far, while it loaded."""
    page.add_init_script(SHIFTS)
    page.goto(url, wait_until="networkidle")
    page.evaluate(PAINTED)
    return page.evaluate("window.shifted")


@pytest.mark.parametrize("prefix", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("kind", ["home", "proposal"])
def test_a_first_page_and_a_proposal_take_at_most_60_kb(deployed_site, new_page, kind, prefix):
    page = new_page(extra_http_headers=deployed_site.HTTPS)
    sizes = transferred(page, f"{deployed_site.url}{prefix}{KINDS[kind]}")
    assert len([url for url in sizes if "/static/" in url]) >= 2
    assert sum(sizes.values()) <= MOST, sizes


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("prefix", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("kind", ["home", "list", "proposal"])
def test_nothing_moves_while_a_page_loads(reading_site, new_page, kind, prefix, width):
    page = new_page(viewport={"width": width, "height": 900})
    assert shift(page, f"{reading_site.url}{prefix}{KINDS[kind]}") == 0


def test_a_part_that_comes_late_is_found_to_move_the_others(new_page):
    late = "<p>Quinces</p><script>setTimeout(() => document.body.prepend(document.createElement('hr')), 100)</script>"
    page = new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"data:text/html,{late}")
    page.wait_for_function("window.shifted > 0")
