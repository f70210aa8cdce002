"""Nothing on any page, public or the analysts', goes against the content security policy: Chromium finds nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.admin_pages import REGISTERED
from tests.browser.test_admin_accessibility import wait_for_names
from tests.browser.test_admin_rows import drag
from tests.browser.test_from_analyst_to_visitor import sign_in
from tests.kinds import ADDRESSES, KINDS, MISSING

LISTENING = """
    addEventListener("securitypolicyviolation", event => violated(
        `${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`
    ))
"""
LEAVING = "Blocked attempt to show a 'beforeunload' confirmation panel"  # of a form that nobody touched
ARTICLE = Path(__file__).parent.parent / "intake" / "founding.txt"
SHEET = "title,year,delegate\nPlant quinces,2024,Ding Lieming\n"
FRAMES = '<iframe src="{card}" title="card"></iframe><iframe src="{page}" title="page"></iframe><img src="{picture}">'


def watched(page: Page) -> list[str]:
    """Give the list in which everything that the page's policies forbid, and what its console says, will stand."""
    found: list[str] = []
    page.context.expose_function("violated", lambda said: found.append(said))
    page.context.add_init_script(LISTENING)
    page.context.on("console", lambda said: LEAVING in said.text or found.append(f"{said.page.url}: {said.text}"))
    page.context.on("weberror", lambda error: found.append(str(error.error)))
    return found


def test_no_public_page_goes_against_its_policy(reading_site, new_page):
    page = new_page(base_url=reading_site.url)
    found = watched(page)
    for address in ADDRESSES.values():
        page.goto(address)
    missing = {KINDS[kind] for kind in MISSING}
    expected = [said for said in found if "the server responded with a status of 4" in said]
    assert len(expected) == 2 * len(missing)
    assert [said for said in found if said not in expected] == []


def test_what_goes_against_it_is_found(reading_site, new_page):
    page = new_page(base_url=reading_site.url)
    found = watched(page)
    page.goto("/about/")
    for odd in (
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">Quinces</p>')",
        "document.body.append(Object.assign(document.createElement('script'), {text: 'found = 1'}))",
        "document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/pear.png'}))",
        "document.body.append(Object.assign(document.createElement('iframe'), {src: '/'}))",
        "fetch('/').catch(() => 0)",
        "setTimeout('found = 1')",
    ):
        before = len(found)
        page.evaluate(f"() => {{ {odd} }}")
        page.wait_for_timeout(50)
        assert len(found) > before, odd
    assert page.evaluate("typeof found") == "undefined"


def test_the_buttons_that_copy_may_and_nothing_else(reading_site, new_page):
    page = new_page(base_url=reading_site.url)
    page.goto(KINDS["proposal"])
    allowed = page.evaluate("document.featurePolicy.allowedFeatures()")
    assert "clipboard-write" in allowed
    assert not {"camera", "clipboard-read", "geolocation", "microphone", "payment", "usb"} & {*allowed}


@contextmanager
def another_site(html: str, headers: dict[str, str]) -> Iterator[str]:
    """Serve a page at another origin of this machine, and give its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("isolated", [False, True])
def test_another_site_may_show_a_card_and_a_picture_and_no_page(reading_site, new_page, isolated):
    page = new_page()
    proposal = f"{reading_site.url}{KINDS['proposal']}"
    html = FRAMES.format(card=f"{proposal}embed/", page=proposal, picture=f"{proposal}card.png")
    with another_site(html, {"Cross-Origin-Embedder-Policy": "require-corp"} if isolated else {}) as url:
        for _ in range(2):  # the second time Chromium asks whether what it has still holds
            page.goto(url)
            expect(page.frame_locator("[title=card]").locator("h1")).to_be_visible()
            assert page.evaluate("document.images[0].naturalWidth") > 0
            assert not page.frame_locator("[title=page]").locator("main").count()


@pytest.fixture(scope="module")
def account(reading_site):
    return reading_site.analyst("analyst-under-the-policy")


def watched_analyst(page: Page, url: str, account: tuple[str, str]) -> list[str]:
    """Sign in somebody who may do everything; give the list of what goes against the policy."""
    found = watched(page)
    sign_in(page, url, *account)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    return found


def forms(page: Page, model: str) -> None:
    """Open the list of a model, its empty form, the form of its first row, and that row's history."""
    page.goto(f"/admin/{model}/")
    row = page.locator("#result_list tbody th a").first
    edited = row.get_attribute("href") if row.count() else None
    page.goto(f"/admin/{model}/add/")
    if edited:
        page.goto(edited)
        wait_for_names(page)
        page.goto(re.sub(r"change/.*", "history/", edited))


def test_no_form_of_the_admin_goes_against_it(reading_site, account, new_page):
    page = new_page(base_url=reading_site.url)
    found = watched_analyst(page, reading_site.url, account)
    for model in REGISTERED:
        forms(page, f"{model._meta.app_label}/{model._meta.model_name}")
    for other in ("auth/user", "auth/group", "alerts/run"):
        page.goto(f"/admin/{other}/")
    assert found == []


def test_nor_does_what_one_does_there(reading_site, account, new_page):
    page = new_page(base_url=reading_site.url)
    found = watched_analyst(page, reading_site.url, account)
    page.goto(f"/admin/auth/user/?q={account[0]}")
    page.locator("#result_list tbody th a").click()
    for kind in ("date", "clock"):
        page.locator(f".{kind}icon, .{kind}-icon, a:has(.{kind}-icon)").first.click()
        expect(page.locator(".calendarbox:visible, .clockbox:visible").first).to_be_visible()
        page.keyboard.press("Escape")
    page.goto("/admin/proposals/proposal/1/change/")
    wait_for_names(page)
    drag(page, 2, before=0)
    expect(page.locator("#id_recommendations-2-order")).to_have_value("1")
    page.get_by_role("button", name="Add another Recommendation").click()
    page.locator("#id_session + .select2").click()
    page.locator(".select2-results__option--highlighted").wait_for()
    page.keyboard.press("Escape")
    page.goto("/admin/people/region/add/?_popup=1")
    page.goto("/admin/second-factor/")
    page.goto("/admin/second-factor/app/")
    assert page.evaluate("[...document.images].every(picture => picture.naturalWidth)")
    page.goto("/admin/proposals/proposal/")
    page.locator("#action-toggle").check()
    page.goto("/admin/preview/1/")
    page.goto("/admin/proposals/proposal/2/history/1/restore/")
    for end in ("withdraw", "delete", "merge/2"):
        page.goto(f"/admin/proposals/proposal/1/{end}/")
    for end in ("doubles", "deleted"):
        page.goto(f"/admin/proposals/proposal/{end}/")
    assert found == []


def test_nor_do_imports_and_articles(site, new_page, tmp_path):
    running = site()
    page = new_page(base_url=running.url)
    found = watched_analyst(page, running.url, running.analyst())
    sheet = tmp_path / "quinces.csv"
    sheet.write_text(SHEET)
    page.goto("/admin/proposals/proposal/import/")
    page.locator("input[type=file]").first.set_input_files(sheet)
    page.locator("form:has(input[type=file]) [type=submit]").first.click()
    expect(page.locator("h1").first).to_be_visible()
    page.goto("/admin/proposals/intake/add/")
    page.locator("#id_text").fill(ARTICLE.read_text())
    page.get_by_role("button", name="Read it", exact=True).click()
    page.get_by_label("Read it all the same").check()
    page.get_by_role("button", name="Read it", exact=True).click()
    expect(page.locator(".panel.section")).to_have_count(5)
    assert found == []
