"""Chromium is given every chance to run what was entered, with the content policy and without it: nothing runs."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.test_from_analyst_to_visitor import sign_in
from tests.injected import VARIANTS
from tests.kinds import KINDS
from tests.payloads import PAYLOADS
from tests.site import Site, running, succeed
from tests.test_injection import asked

ENTER = """
import json
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import setup_test_environment
from tests.handed_in import addresses, hand_in
from tests.injected import enter
from tests.kinds import EDITED
from tests.payloads import PAYLOADS
from tests.test_injection import admin_addresses
setup_test_environment()  # what a client is answered tells its context
exec(EDITED)
enter()
client = Client(HTTP_HOST="127.0.0.1")
client.force_login(User.objects.create_superuser("hands"))
hand_in(client, {some})
print(json.dumps([admin_addresses(), addresses()]))
"""
SOME_HANDED_IN = 'PAYLOADS[::8], kinds=["proposals"], forms=["document"]'
REFILL = """
from tests.injected import fill, packed
fill(packed({variant}))
"""
WATCH = """
window.hits = [];
for (const name of ["ran", "alert", "confirm", "prompt"]) window[name] = number => window.hits.push(String(number));
"""
"""Runs before anything of a page does, in every frame."""
FOUND = """() => ({
    ran: window.hits,
    handlers: [...document.querySelectorAll("*")].flatMap(each => [...each.attributes]
        .filter(one => /^on/i.test(one.name)).map(one => each.tagName + " " + one.name)),
    links: [...document.querySelectorAll("*")].flatMap(each => [...each.attributes]
        .filter(one => /^(href|src|action|formaction|data|xlink:href)$/i.test(one.name)
            && !/^(https?|mailto):$/.test(new URL(one.value, document.baseURI).protocol))
        .map(one => each.tagName + " " + one.name + " " + one.value)),
    strange: [...document.querySelectorAll("base[href], object, embed, iframe[srcdoc], math, marquee, plaintext")]
        .map(each => each.tagName),
})"""
EACH_IN_A_FRAME = """payloads => {
    for (const payload of payloads) {
        const frame = document.createElement("iframe");
        const start = "<script>ran = number => parent.ran(number)</" + "script>";
        frame.srcdoc = start + `<p>${payload}</p><p title="${payload}" class='${payload}'>x</p>`;
        document.body.append(frame);
        const link = document.createElement("a");
        link.href = payload;
        if (link.protocol == "javascript:") { document.body.append(link); link.click(); }
    }
}"""
SOME = slice(None, None, 4)


@pytest.fixture(scope="module")
def injected(prepared_site, tmp_path_factory) -> Iterator[tuple[Site, list[str], list[str]]]:
    """Give a site with payloads in every text, the pages of its admin, and those that show what was handed in."""
    with running(prepared_site, tmp_path_factory.mktemp("injected")) as started:
        done = started.manage("shell", "--no-imports", "--command", ENTER.format(some=SOME_HANDED_IN))
        succeed(done)
        yield started, *json.loads(done.stdout.splitlines()[-1])


class Watched:
    """A page that notes what ran in it, and what it asked of other hosts."""

    def __init__(self, new_page, url, *, policy):
        self.page, self.url, self.elsewhere = new_page(bypass_csp=not policy), url, []
        self.page.add_init_script(WATCH)
        self.page.on("request", self.note)
        self.page.on("dialog", self.answer)

    def note(self, request):
        if not request.url.startswith((self.url, "data:image/")):
            self.elsewhere.append(request.url)

    def answer(self, dialog):
        if dialog.type != "beforeunload":  # our own: a form is left that was changed
            self.elsewhere.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    def look(self, address):
        """Open a page, let it come to rest, and give everything in it that should not be there."""
        self.page.goto(f"{self.url}{address}", wait_until="load")
        found = self.page.evaluate(FOUND)
        framed = [hit for frame in self.page.frames[1:] for hit in frame.evaluate("() => window.hits ?? []")]
        said = found["ran"] + framed + found["handlers"] + found["links"] + found["strange"] + self.elsewhere
        self.elsewhere.clear()
        return [f"{address}: {each}" for each in said]


def test_the_payloads_run_where_they_are_let(new_page):
    """Else the tests below could not fail."""
    page = new_page()
    page.add_init_script(WATCH)
    page.goto("about:blank")
    page.set_content("<body></body>")
    page.evaluate(WATCH)
    page.evaluate(EACH_IN_A_FRAME, PAYLOADS)
    page.wait_for_timeout(2_000)
    ran = {int(number) for number in page.evaluate("() => window.hits") if number.isdecimal()}
    print(f"\n{len(ran)} of {len(PAYLOADS)} payloads run where nothing keeps them from it")
    assert len(ran) > 40


@pytest.mark.parametrize(("prefix", "policy"), [("", False), ("/zh", True)])
def test_nothing_runs_on_public_pages(injected, new_page, prefix, policy):
    site, _, _ = injected
    watched = Watched(new_page, site.url, policy=policy)
    assert [said for address in KINDS.values() for said in watched.look(f"{prefix}{address}")] == []


def test_nothing_runs_that_is_asked_for(injected, new_page):
    site, _, _ = injected
    watched = Watched(new_page, site.url, policy=False)
    some = [address for address in asked(PAYLOADS) if address.startswith("/proposals/?")]
    assert [said for address in some[SOME] for said in watched.look(address)] == []


def test_nothing_runs_in_the_admin(injected, new_page):
    site, addresses, _ = injected
    watched = Watched(new_page, site.url, policy=False)
    sign_in(watched.page, site.url, *site.analyst())
    watched.page.get_by_role("button", name="Log out").wait_for()
    assert [said for address in addresses[SOME] for said in watched.look(address)] == []
    # What a field offers is put into the page by a script.
    watched.look(next(each for each in addresses if "/proposal/" in each and each.endswith("/change/")))
    watched.page.locator("#id_topics + .select2, .field-topics .select2").first.click()
    watched.page.locator(".select2-results__option[aria-selected]").first.wait_for()
    assert watched.page.evaluate(FOUND)["ran"] == []
    assert watched.page.evaluate(FOUND)["handlers"] == []


def test_nothing_runs_that_was_handed_in(injected, new_page):
    site, _, handed_in = injected
    watched = Watched(new_page, site.url, policy=False)
    sign_in(watched.page, site.url, *site.analyst("reader-of-articles"))
    watched.page.get_by_role("button", name="Log out").wait_for()
    assert [said for address in handed_in for said in watched.look(address)] == []


def looked_at(chromium_path, url, owner, addresses, *, policy):
    """Look at pages of a server in a Chromium of its own; give what should not be there."""
    with sync_playwright() as playwright:
        browser = chromium.started(playwright, chromium_path)
        watched = Watched(browser.new_page, url, policy=policy)
        sign_in(watched.page, url, *owner)
        watched.page.get_by_role("button", name="Log out").wait_for()
        found = [said for address in addresses for said in watched.look(address)]
        browser.close()
        return found


@pytest.mark.soak
def test_nothing_runs_whatever_stands_where(prepared_site, chromium_path, tmp_path_factory):
    """Every payload in every text that takes it, on every page of both languages; with the policy too now and then.

    What runs with the policy runs without it. Two browsers look at half of the pages each, of a server of its own.
    """
    pages, looked, began = [f"{prefix}{each}" for prefix in ("", "/zh") for each in KINDS.values()], 0, time.monotonic()
    with running(prepared_site, tmp_path_factory.mktemp("soaked"), 2) as site, ThreadPoolExecutor(2) as pool:
        done = site.manage("shell", "--no-imports", "--command", ENTER.format(some="PAYLOADS"))
        succeed(done)
        of_the_admin, handed_in = json.loads(done.stdout.splitlines()[-1])
        owner = site.analyst()
        for variant in range(VARIANTS):
            succeed(site.manage("shell", "--no-imports", "--command", REFILL.format(variant=variant)))
            every = pages + of_the_admin + (handed_in if variant % 8 == 0 else [])
            look = partial(looked_at, chromium_path, policy=variant % 8 == 7)
            asked = [pool.submit(look, url, owner, every[half::2]) for half, url in enumerate(site.urls)]
            assert [said for each in asked for said in each.result()] == []
            looked += len(every)
            print(f"\nvariant {variant}, {looked} pages, {time.monotonic() - began:.0f} s", flush=True)
    print(f"\n{len(PAYLOADS)} payloads in {VARIANTS} variants, {looked} pages: none ran anything")
