"""A made-up article on quinces, what is found in it, and the page on which it is read, as a browser sends it back."""

from django.contrib.auth.models import Group, User

from proposals.intake.suggestions import Article, Candidate, Demand, Figure, Found, LeftOut, Person, Seat, Section
from proposals.models import Intake
from tests.factories import make_agency, make_body, make_delegate, make_region, make_session, make_topic

ZHANG = {"s2p1_who": "zhang-yi", "s2p1_same-zhang-yi": "on"}
START = "/admin/proposals/intake/add/"
TEXT = """Quinces at the Two Sessions
2024-03-12 The Daily Quince

Ding Leeming, member of the CPPCC National Committee, chairman of Betta: Plant quinces
IMG_1
The market is 226.1 billion yuan by 2030. It is suggested that the NHC plant more quinces. Schools should teach quinces.

Zhang Yi, member of the CPPCC Shanghai Committee: Open a quince bank
Shanghai should open a bank.

Return to List
"""


def found(words, value=None, confidence=0.9):
    start = TEXT.index(words)
    return Found(words if value is None else value, start, start + len(words), confidence)


def at(words):
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def seat(words, level, region):
    return Seat("cppcc", level, region, "member", confidence=0.9, **at(words))


def article():
    ding = Person(
        found("Ding Leeming"),
        spellings=(found("Ding Leeming"),),
        seat=seat("member of the CPPCC National Committee", "national", "china"),
        employer=found("Betta"),
        post=found("chairman"),
        candidates=(Candidate("ding-lieming", "Ding Lieming", certain=True, why="seat"),),
    )
    zhang = Person(
        found("Zhang Yi"),
        seat=seat("member of the CPPCC Shanghai Committee", "provincial", "shanghai"),
        candidates=(Candidate("zhang-yi", "Zhang Yi", certain=False, why="namesake"),),
    )
    asked = found("It is suggested that the NHC plant more quinces.")
    first = Section(
        TEXT.index("Ding"),
        TEXT.index("Zhang"),
        people=(ding,),
        title=found("Plant quinces"),
        kind="proposal",
        year=2024,
        session="cppcc-national-14-2",
        demands=(
            Demand(asked.value, asked.start, asked.end, 0.9, addressees=(found("NHC", "nhc"),)),
            Demand("Schools should teach quinces.", confidence=0.4, **at("Schools should teach quinces.")),
        ),
        figures=(
            Figure("226.1", "billion yuan", "2030", "The market", confidence=0.9, **at("226.1 billion yuan by 2030")),
        ),
        topics=(found("quinces", "quinces"),),
        regions=(found("National", "china"),),
    )
    second = Section(
        TEXT.index("Zhang"),
        TEXT.index("Return"),
        people=(zhang,),
        title=found("Open a quince bank"),
        year=2024,
        demands=(Demand("Shanghai should open a bank.", confidence=0.9, **at("Shanghai should open a bank.")),),
    )
    return Article(
        TEXT,
        "en",
        title=found("Quinces at the Two Sessions"),
        date=found("2024-03-12"),
        sections=(first, second),
        left_out=(LeftOut("image", **at("IMG_1")), LeftOut("menu", **at("Return to List"))),
    )


def fields(page):
    """What a browser would send back from the page, under the names of fields."""
    intake = page.context["intake"]
    sent = {
        "edits": str(intake.edits),
        "opened": page.context["opened"],
        "shown": [panel.section["key"] for panel in page.context["panels"]],
    }
    forms = [page.context["source_form"]] if not page.context["source"] else []
    for panel in page.context["panels"]:
        if panel.section["state"] == "open":
            forms += [panel.form, *panel.people, *panel.demands, *panel.figures]
    for bound in (bound for form in forms for bound in form):
        value = bound.value()
        if value is True:
            sent[bound.html_name] = "on"
        elif value not in (None, False):
            sent[bound.html_name] = value
    for person in (person for panel in page.context["panels"] for person in panel.people if person.item.get("same")):
        sent[f"{person.item['key']}-same-{person.item['same']}"] = "on"
    return sent


def do(analyst, page, what, **typed):
    """Press a button of the page, after typing into fields: `s1d1_text` is `s1d1-text`."""
    sent = fields(page) | {name.replace("_", "-", 1): value for name, value in typed.items()} | {"do": what}
    sent = {name: value for name, value in sent.items() if value is not None}
    return analyst.post(f"/admin/proposals/intake/{Intake.objects.latest('pk').pk}/change/", sent, follow=True)


def sections():
    return Intake.objects.get().sections


def make_names():
    """Make what the record knows of the article."""
    china = make_region(name="China", name_zh="全国", slug="china", kind="country")
    make_region(
        name="Shanghai", name_zh="上海", full_name_zh="上海市", slug="shanghai", kind="municipality", parent=china
    )
    body = make_body(name="CPPCC National Committee", slug="cppcc-national", region=china)
    make_session(body=body, slug="cppcc-national-14-2")
    make_delegate(name="Ding Lieming", slug="ding-lieming")
    make_delegate(name="Zhang Yi", slug="zhang-yi", name_zh="张毅")
    make_agency(name="National Health Commission", short_name_en="NHC", slug="nhc")
    make_topic(name="Quinces", slug="quinces")


def signed_in(client):
    """Sign an analyst in."""
    user = User.objects.create_user("analyst", is_staff=True)
    user.groups.set(Group.objects.filter(name="analyst"))
    client.force_login(user)
    return client


def accept_all(analyst, page, **typed):
    """Accept both sections of the article on its page."""
    return do(analyst, page, "accept", **{**ZHANG, "s2_term": "14", **typed})
