"""An analyst at the forms: fills in whatever kind of field there is, row by row, and enters the worked example."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.worked_example import Row, each, rows

KIND = "each => each.matches('.admin-autocomplete') ? 'search' : each.tagName.toLowerCase()"
SOURCE, REGION, BODY, DELEGATE = (
    rows("What has to be there first", what=what)[0] for what in ("source", "region", "body", "delegate")
)
SCHEME = "Made-up classes"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, field: str, words: str, offered: str = "") -> None:
    """Choose in a field that searches: what shows as soon as it opens, or else what comes first for `words`."""
    page.locator(f"#id_{field} + .select2").click()
    first = page.locator(".select2-results__option--highlighted")
    first.wait_for()
    found = page.locator(".select2-results__option", has_text=offered or words)
    if found.count() != 1:
        with page.expect_response(lambda response: words in parse_qs(urlsplit(response.url).query).get("term", ())):
            page.locator(".select2-container--open .select2-search__field").fill(words)
        found = first.filter(has_text=offered or words)
    found.click()


def fill_in(page: Page, fields: dict[str, str], prefix: str = "") -> None:
    """Fill in fields by their names: type, choose what a list holds, or search; "" leaves one as it is."""
    for name, value in fields.items():
        field = page.locator(f"#id_{prefix}{name}")
        kind = field.evaluate(KIND) if value else ""
        if kind == "search":
            choose(page, f"{prefix}{name}", value)
        elif kind == "select":
            field.select_option(label=value)
        elif kind:
            field.fill(value)


def add_row(page: Page, prefix: str, fields: dict[str, str]) -> None:
    """Add a row below a record, and fill it in."""
    number = int(page.locator(f"#id_{prefix}-TOTAL_FORMS").input_value())
    page.locator(f"#{prefix}-group").get_by_role("button", name="Add another").click()
    fill_in(page, fields, f"{prefix}-{number}-")


def save(page: Page, button: str = "Save") -> None:
    press(page, button)
    expect(page.locator(".messagelist .success").first).to_be_visible()


def begin(page: Page, model: str) -> None:
    page.goto(f"/admin/{model}/add/")


def enter_people(page: Page) -> None:
    """Enter region, body, sessions, agencies, delegate and source."""
    begin(page, "people/region")
    names = {"name_en": REGION["English name"], "name_zh": REGION["Chinese name"]}
    fill_in(page, {**names, "kind": "Province", "parent": REGION["belongs to"]})
    save(page)
    begin(page, "people/body")
    fill_in(page, {"name_en": BODY["English name"], "short_name_zh": BODY["Chinese name"], "system": "CPPCC"})
    fill_in(page, {"level": "Provincial", "region": BODY["belongs to"]})
    save(page)
    for session in rows("Sessions"):
        begin(page, "people/session")
        numbers = {"term": session["term"], "ordinal": session["session in the term"], "year": session["year"]}
        slug = f"made-up-provincial-committee-{numbers['term']}-{numbers['ordinal']}"
        fill_in(page, {"body": BODY["English name"], **numbers, "opened": session["opened"], "slug": slug})
        save(page)
    for agency in rows("What has to be there first", what="agency"):
        begin(page, "people/agency")
        fill_in(page, {"name_en": agency["English name"], "name_zh": agency["Chinese name"]})
        fill_in(page, {"kind": "Provincial department", "parent": agency["belongs to"]})
        save(page)
    begin(page, "people/delegate")
    fill_in(page, {"name_en": DELEGATE["English name"], "name_zh": DELEGATE["Chinese name"]})
    seat = {"body": DELEGATE["belongs to"], "term": rows("Sessions")[0]["term"], "region": REGION["English name"]}
    fill_in(page, seat, "memberships-0-")
    save(page)


def enter_sources(page: Page) -> None:
    """Enter the source, and the scheme of classes."""
    begin(page, "proposals/source")
    what = {"title": SOURCE["English name"], "kind": "Official document", "reliability": "Official text"}
    fill_in(page, {**what, "language": "Chinese"})
    save(page)
    begin(page, "proposals/outcomescheme")
    fill_in(page, {"name_en": SCHEME, "region": REGION["English name"]})
    for row in rows("Classes of replies"):
        fields = {"printed": row["class"], "outcome": row["outcome"], "meaning_en": row["meaning"]}
        add_row(page, "classes", fields)
    save(page)


def title_of(number: str) -> str:
    """Give the English title of the proposal with a number."""
    return rows("Proposals", number=number)[0]["title"] if number else ""


def event_fields(event: Row) -> dict[str, str]:
    """Give what the form asks of an event."""
    same = {"stage": event["what happened"]} | {
        name: event[name] for name in ("date", "agency", "role", "satisfaction")
    }
    return {**same, "into": title_of(event["merged into"]), "source": SOURCE["English name"]}


def enter_proposals(page: Page) -> None:
    """Enter each proposal with its recommendations, its events and what was raised before; then publish them all."""
    year = ""
    for row in rows("Proposals"):
        if row["year"] != year:  # the form keeps session, kind and source from one to the next
            year = row["year"]
            begin(page, "proposals/proposal")
            choose(page, "session", f"{BODY['English name']} {year}", BODY["English name"])
            fill_in(page, {"kind": "Proposal (提案)"})
            fill_in(page, {"source": SOURCE["English name"]}, "citations-0-")
        fields = {"title_en": row["title"], "title_zh": row["Chinese title"], "number": row["number"]}
        fill_in(page, {**fields, "submitted": row["submitted"], "target_regions": REGION["English name"]})
        fill_in(page, {"delegate": DELEGATE["English name"]}, "sponsorships-0-")
        for place, text in enumerate(each(row["recommendations"])):
            fill_in(page, {"text_en": text}, f"recommendations-{place}-")
        for event in rows("Events", proposal=row["number"]):
            add_row(page, "events", event_fields(event))
        for other in rows("Lineage", proposal=row["number"]):
            relation = {"other": title_of(other["other proposal"]), "relation": other["relation"]}
            fill_in(page, relation, "lineage-0-")
        save(page, "Save and add another")
    page.goto("/admin/proposals/proposal/?q=Made-up")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(label="Publish selected proposals")
    press(page, "Go")
    save(page, "Publish")
    expect(page.locator(".messagelist")).to_contain_text(f"Publish: {len(rows('Proposals'))} proposals.")


def reply_fields(reply: Row) -> dict[str, str]:
    """Give what the form asks of a reply."""
    same = {name: reply[name] for name in ("number", "agency", "date")}
    said = {"title_zh": reply["title"], "co_agencies": reply["together with"], "class_printed": reply["class"]}
    return {**same, **said, "scheme": SCHEME, "source": SOURCE["English name"]}


def enter_replies(page: Page) -> None:
    """Paste each reply, which finds its proposal by itself, then what it says of single recommendations."""
    for reply in rows("Replies"):
        begin(page, "proposals/reply")
        fill_in(page, reply_fields(reply))
        save(page, "Save and continue editing")
        expect(page.locator(".messagelist")).to_contain_text(f"It answers “{title_of(reply['proposal'])}”")
        expect(page.locator("#id_outcome option:checked")).to_have_text(reply["outcome"])
        singles = rows("Outcomes of single recommendations", reply=reply["number"])
        for single in singles:
            fields = {"recommendation": single["recommendation"], "outcome": single["outcome"]}
            add_row(page, "outcomes", {**fields, "quotation_zh": single["quotation"]})
        if singles:
            save(page)


def enter_policies(page: Page) -> None:
    """Enter the documents that take up a recommendation."""
    for row in rows("Policy documents"):
        begin(page, "proposals/policydocument")
        fields = {"title_en": row["title"], "title_zh": row["Chinese title"], "issuer": row["issuer"]}
        fill_in(page, {**fields, "number": row["number"], "date": row["date"], "source": SOURCE["English name"]})
        echo = {"recommendation": row["recommendation"], "place": row["place"], "passage_zh": row["passage"]}
        fill_in(page, {**echo, "judgement": row["judgement"]}, "echoes-0-")
        save(page)


def enter_everything(page: Page) -> None:
    for enter in (enter_people, enter_sources, enter_proposals, enter_replies, enter_policies):
        enter(page)
