"""An analyst sets up the second factor and signs in by it, and by a recovery code, with a keyboard alone."""

import base64
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.keyboard import follow, go_to
from tests.signing_in import shown


@pytest.fixture
def demanding_site(site):
    """A running site that demands the second factor."""
    started = site()
    started.stop()
    started.settings["SECOND_FACTOR"] = "true"
    started.start()
    return started


def nothing_serious(page):
    found = Axe().run(page).response["violations"]
    return [finding["id"] for finding in found if finding["impact"] in {"serious", "critical"}] == []


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def give_password(page, name, password):
    expect(page.locator("#id_username")).to_be_focused()
    page.keyboard.type(name)
    go_to(page, "Password")
    page.keyboard.type(password)
    follow(page, "Log in")


def type_code(page, typed, button):
    expect(page.locator("#id_code")).to_be_visible()
    page.locator("#id_code").evaluate("each => each.blur()")
    go_to(page, "Code")
    page.keyboard.type(typed)
    follow(page, button)


def shown_for(key, steps):
    """What an app shows to which the key was typed as it stands on the page."""
    return shown(base64.b32decode(key.replace(" ", "")).hex(), time.time(), steps)


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 700}}])
def test_it_is_set_up_and_used_with_a_keyboard_alone(demanding_site, new_page, options):
    name, password = demanding_site.analyst()
    page = new_page(**options)
    page.goto(f"{demanding_site.url}/admin/")
    give_password(page, name, password)
    expect(page.get_by_role("heading", name="Set up the second factor")).to_be_visible()
    picture = page.get_by_role("img", name="QR code with the key that stands below")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 100
    assert nothing_serious(page)
    assert fits(page)
    key = page.locator(".key").inner_text()
    type_code(page, shown_for(key, -1), "Set it up")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    assert nothing_serious(page)
    assert fits(page)
    follow(page, "I have kept them")
    expect(page.locator("#user-tools")).to_be_visible()
    follow(page, "SECOND FACTOR")  # the head of the admin is in capitals
    expect(page.get_by_text("You have 10 recovery codes left.")).to_be_visible()
    assert nothing_serious(page)
    follow(page, "LOG OUT")
    for typed in (shown_for(key, 0), codes[0]):
        page.goto(f"{demanding_site.url}/admin/")
        give_password(page, name, password)
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        assert nothing_serious(page)
        assert fits(page)
        expect(page.locator("#id_code")).to_be_focused()
        page.keyboard.type(typed)
        follow(page, "Log in")
        expect(page.locator("#user-tools")).to_be_visible()
        follow(page, "LOG OUT")


def test_who_guesses_reads_when_to_try_again(demanding_site, new_page):
    demanding_site.analyst()
    page = new_page(java_script_enabled=False)
    for number in range(5):
        page.goto(f"{demanding_site.url}/admin/")
        page.locator("#id_username").fill("analyst")
        page.locator("#id_password").fill(f"guess {number}")
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Too many tries")).to_be_visible()
    expect(page.get_by_text("You can try again in 15 minutes")).to_be_visible()


def test_a_form_that_came_too_late_is_sent_once_more(demanding_site, new_page):
    demanding_site.settings["SECOND_FACTOR"] = "false"
    demanding_site.stop()
    demanding_site.start()
    name, password = demanding_site.analyst()
    page = new_page(java_script_enabled=False)

    def log_in():
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(password)
        page.get_by_role("button", name="Log in").click()

    page.goto(f"{demanding_site.url}/admin/")
    log_in()
    expect(page.locator("#user-tools")).to_be_visible()
    page.goto(f"{demanding_site.url}/admin/proposals/topic/add/")
    page.locator("#id_name_en").fill("Quinces")
    page.locator("#id_name_zh").fill("榅桲")
    page.locator("#id_slug").fill("quinces")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("What you typed is kept on this page")).to_be_visible()
    log_in()
    page.get_by_role("button", name="Send it once more").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Quinces")
