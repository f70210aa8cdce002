"""Chromium is given every chance to run what was entered, with the content policy and without it: nothing runs."""

import json
from collections.abc import Iterator

import pytest

from tests.browser.test_from_analyst_to_visitor import sign_in
from tests.kinds import KINDS
from tests.payloads import PAYLOADS
from tests.site import Site, running, succeed
from tests.test_injection import asked

ENTER = """
import json
from tests.injected import enter
from tests.kinds import EDITED
from tests.test_injection import admin_addresses
exec(EDITED)
enter({variant})
print(json.dumps(admin_addresses()))
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
def injected(prepared_site, tmp_path_factory) -> Iterator[tuple[Site, list[str]]]:
    """Give a site with payloads in every text, and the pages of its admin that show them."""
    with running(prepared_site, tmp_path_factory.mktemp("injected")) as started:
        done = started.manage("shell", "--no-imports", "--command", ENTER.format(variant=0))
        succeed(done)
        yield started, json.loads(done.stdout.splitlines()[-1])


class Watched:
    """A page that notes what ran in it, and what it asked of other hosts."""

    def __init__(self, new_page, site, *, policy):
        self.page, self.site, self.elsewhere = new_page(bypass_csp=not policy), site, []
        self.page.add_init_script(WATCH)
        self.page.on("request", self.note)
        self.page.on("dialog", self.answer)

    def note(self, request):
        if not request.url.startswith((self.site.url, "data:image/")):
            self.elsewhere.append(request.url)

    def answer(self, dialog):
        if dialog.type != "beforeunload":  # our own: a form is left that was changed
            self.elsewhere.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    def look(self, address):
        """Open a page, let it come to rest, and give everything in it that should not be there."""
        self.page.goto(f"{self.site.url}{address}", wait_until="load")
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
    site, _ = injected
    watched = Watched(new_page, site, policy=policy)
    assert [said for address in KINDS.values() for said in watched.look(f"{prefix}{address}")] == []


def test_nothing_runs_that_is_asked_for(injected, new_page):
    site, _ = injected
    watched = Watched(new_page, site, policy=False)
    some = [address for address in asked(PAYLOADS) if address.startswith("/proposals/?")]
    assert [said for address in some[SOME] for said in watched.look(address)] == []


def test_nothing_runs_in_the_admin(injected, new_page):
    site, addresses = injected
    watched = Watched(new_page, site, policy=False)
    sign_in(watched.page, site.url, *site.analyst())
    watched.page.get_by_role("button", name="Log out").wait_for()
    assert [said for address in addresses[SOME] for said in watched.look(address)] == []
    # What a field offers is put into the page by a script.
    watched.look(next(each for each in addresses if "/proposal/" in each and each.endswith("/change/")))
    watched.page.locator("#id_topics + .select2, .field-topics .select2").first.click()
    watched.page.locator(".select2-results__option[aria-selected]").first.wait_for()
    assert watched.page.evaluate(FOUND)["ran"] == []
    assert watched.page.evaluate(FOUND)["handlers"] == []


@pytest.mark.soak
def test_nothing_runs_whatever_stands_where(prepared_site, new_page, tmp_path_factory):
    """Every payload in every text that takes it, on every page of both languages, with and without the policy."""
    looked = 0
    for variant in range(0, len(PAYLOADS), 8):
        with running(prepared_site, tmp_path_factory.mktemp("soaked")) as site:
            done = site.manage("shell", "--no-imports", "--command", ENTER.format(variant=variant))
            succeed(done)
            addresses = json.loads(done.stdout.splitlines()[-1])
            name, password = site.analyst()
            for policy in (False, True):
                watched = Watched(new_page, site, policy=policy)
                pages = [f"{prefix}{address}" for prefix in ("", "/zh") for address in KINDS.values()]
                sign_in(watched.page, site.url, name, password)
                watched.page.get_by_role("button", name="Log out").wait_for()
                assert [said for address in [*pages, *addresses] for said in watched.look(address)] == []
                looked += len(pages) + len(addresses)
                watched.page.close()
    print(f"\n{looked} pages, none ran anything")
