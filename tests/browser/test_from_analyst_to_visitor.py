"""The main job, end to end: an analyst enters and publishes, a visitor finds at the next request."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

TITLE = "Open a cord blood register in Sichuan"
PUBLIC = [
    "/",
    "/proposals/",
    "/recommendations/",
    "/delegates/",
    "/agencies/",
    "/sessions/",
    "/proposals/?q=register",
    "/recommendations/?q=register",
    "/zh/proposals/?q=register",
]


def choose(page: Page, field: str, words: str, offered: str = "") -> None:
    """Choose in a field that searches: type `words`, and take what is offered first, which shows `offered`."""
    page.locator(f"#id_{field} + .select2").click()
    with page.expect_response(lambda response: words in parse_qs(urlsplit(response.url).query).get("term", ())):
        page.locator(".select2-container--open .select2-search__field").fill(words)
    page.locator(".select2-results__option--highlighted", has_text=offered or words).click()


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    page.goto(f"{url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def add_delegate(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/people/delegate/add/")
    page.locator("#id_name_en").fill("Test Delegate")
    page.locator("#id_slug").fill("test-delegate")
    page.locator("#id_name_variants-0-spelling").fill("Deligate Testing")
    choose(page, "memberships-0-body", "CPPCC National Committee")
    page.locator("#id_memberships-0-term").fill("14")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".success")).to_contain_text("Test Delegate")


def add_source(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/proposals/source/add/")
    page.locator("#id_title").fill("A test report")
    page.locator("#id_slug").fill("a-test-report")
    page.locator("#id_kind").select_option("news")
    page.locator("#id_reliability").select_option("press_report")
    page.locator("#id_language").select_option("en")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".success")).to_contain_text("A test report")


def add_proposal(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/proposals/proposal/add/")
    page.locator("#id_title_en").fill(TITLE)
    choose(page, "session", "14th CPPCC National Committee, 2nd session")
    choose(page, "topics", "Cord blood bank")
    choose(page, "target_regions", "Sichuan")
    choose(page, "sponsorships-0-delegate", "Deligate", "Test Delegate")
    for row, text in enumerate(("Found the register", "Fund the register for five years", "Publish its figures")):
        page.locator(f"#id_recommendations-{row}-text_en").fill(text)
    choose(page, "citations-0-source", "A test report")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".success").first).to_contain_text("is public now")


def test_an_analyst_publishes_and_a_visitor_finds_it_at_the_next_request(site, new_page):
    running = site()
    analyst, visitor = new_page(), new_page()
    sign_in(analyst, running.url, *running.analyst())
    add_delegate(analyst, running.url)
    add_source(analyst, running.url)
    visitor.goto(f"{running.url}/proposals/")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("5 proposals")
    add_proposal(analyst, running.url)

    visitor.goto(f"{running.url}/proposals/")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("6 proposals")
    visitor.get_by_role("link", name="Cell banks and biobanks").click()
    visitor.get_by_role("link", name="Sichuan 1", exact=True).click()
    visitor.get_by_role("searchbox").fill("register")
    visitor.get_by_role("button", name="Search").click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("1 proposal")
    visitor.get_by_role("link", name=TITLE).click()
    expect(visitor.locator("#r3")).to_contain_text("Publish its figures")
    expect(visitor.locator(".sources")).to_contain_text("A test report")
    expect(visitor.locator(".box")).to_contain_text("Test Delegate")
    address = visitor.url

    analyst.get_by_role("link", name=TITLE).first.click()
    analyst.get_by_role("link", name="Withdraw").click()
    analyst.get_by_label("Reason, for the public").fill("It was a test.")
    analyst.get_by_role("button", name="Withdraw").click()
    assert visitor.goto(address).status == 410
    expect(visitor.locator("main")).to_contain_text("It was a test.")
    assert visitor.goto(f"{running.url}/delegates/test-delegate/").status == 404
    for path in PUBLIC:
        visitor.goto(f"{running.url}{path}")
        for word in (TITLE, "Test Delegate", "Publish its figures"):
            assert word not in visitor.locator("main").inner_text(), path
    assert running.manage("catalogue", "verify").returncode == 0
