"""Recommendations on a proposal's page in the admin: dragged, numbered, added."""

from playwright.sync_api import Page, expect

from tests.browser.test_from_analyst_to_visitor import choose, sign_in

PROPOSAL = "Pilot the clinical use of stem cells"
FOLDED = """
    const style = new CSSStyleSheet();
    style.replaceSync("#recommendations-group .inline-related > * ~ * { display: none }");
    document.adoptedStyleSheets = [style];
"""


def open_proposal(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/proposals/proposal/?q=Wang+Guilin")
    page.get_by_role("link", name=PROPOSAL).click()
    page.wait_for_url("**/change/**")  # and until it has loaded: the script for dragging begins then


def save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".success")).to_contain_text(PROPOSAL)


def texts(page: Page) -> list[str]:
    """The texts in the order of the page, which is that of the numbers that are stored."""
    return [box.input_value() for box in page.locator(".has_original [id$='-text_en']").all()]


def drag(page: Page, row: int, before: int) -> None:
    """Drag one row by its heading, with the rows folded so that both are in sight."""
    page.evaluate(FOLDED)
    page.locator("#recommendations-group").scroll_into_view_if_needed()
    start, end = (page.locator(f"#recommendations-{number} h3").bounding_box() for number in (row, before))
    page.mouse.move(start["x"] + 5, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + 2, steps=20)
    page.mouse.up()


def test_rows_are_dragged_numbered_and_added(site, new_page):
    running = site()
    page = new_page()
    sign_in(page, running.url, *running.analyst())
    open_proposal(page, running.url)
    one, two, three, *others = texts(page)

    drag(page, 2, before=0)
    expect(page.locator("#id_recommendations-2-order")).to_have_value("1")
    save(page)
    assert texts(page) == [three, one, two, *others]

    page.locator("#id_recommendations-0-order").fill("3")
    page.locator("#id_recommendations-2-order").fill("1")
    save(page)
    assert texts(page) == [two, one, three, *others]

    page.get_by_role("button", name="Add another Recommendation").click()
    new = len(others) + 4
    page.locator(f"#id_recommendations-{new}-text_en").fill("Publish the figures")
    choose(page, f"recommendations-{new}-topics", "Stem cells")
    choose(page, f"recommendations-{new}-stated", "NMPA", "National Medical Products Administration")
    choose(page, f"recommendations-{new}-inferred", "广东省卫生健康委员会", "Guangdong Provincial Health Commission")
    save(page)
    assert texts(page) == [two, one, three, *others, "Publish the figures"]
    saved = f"#id_recommendations-{new - 1}"
    expect(page.locator(f"{saved}-stated + .select2 li").first).to_contain_text("National Medical Products")
    expect(page.locator(f"{saved}-inferred + .select2 li").first).to_contain_text("Guangdong Provincial")
