"""An article in the admin: handed in, read, corrected by plain forms, accepted as drafts with all that belongs."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.batches import Batch
from people.doubles import Double
from people.history import Version
from people.models import Body, Delegate, Membership, NameVariant, Position, Session
from proposals.admin import intake as pages
from proposals.intake.reading import read
from proposals.models import Citation, Generation, Intake, Proposal, Source, Topic
from proposals.models.outbox import recorded
from tests.admin_pages import messages_of
from tests.article import START, TEXT, ZHANG, accept_all, article, do, make_names, sections, signed_in
from tests.factories import (
    make_delegate,
    make_membership,
    make_proposal,
)
from tests.kinds import KINDS

FOUNDING = Path(__file__).parent / "intake" / "founding.txt"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read(monkeypatch):
    """The rules are tried elsewhere: here an article says what `article` says."""
    monkeypatch.setattr(pages, "read", lambda _plain, _lexicon: article())


@pytest.fixture
def record(db):
    make_names()


@pytest.fixture
def analyst(client, roles):
    return signed_in(client)


@pytest.fixture
def begun(analyst, record):
    """An article that was read, with its page."""
    return analyst.post(START, {"text": TEXT, "url": "https://example.org/quinces"}, follow=True)


ADDED = {"s1p1_add_role": "on", "s1p1_add_employer": "on", "s1p1_add_spellings": "on"}


def test_what_was_found_stands_in_the_forms_and_is_marked_in_the_text(begun):
    page = begun.text
    for said in ("Plant quinces", "14th CPPCC National Committee, 2nd session", "National Health Commission", "226.1"):
        assert f'value="{said}"' in page or f">\n{said}</textarea>" in page
    assert re.search(r'<a href="#s1d1"[^>]*><mark class="demand"[^>]*>It is suggested that the NHC', page)
    assert re.search(r'class="left-out"><span class="why"[^>]*>[^<]+</span><span data-start="\d+">IMG_1<', page)
    assert "not sure" in page
    assert not Proposal.objects.exists()
    assert str(Intake.objects.get().published) == "2024-03-12"


def test_all_is_accepted_as_drafts_with_all_that_belongs_to_them(analyst, begun):
    before = Generation.now().value
    page = accept_all(analyst, begun, s1_summary="Asks for quinces.")
    assert messages_of(page)[0].startswith("2 drafts are entered:")
    first, second = Proposal.objects.order_by("pk")
    assert (first.title_en, first.state, first.summary_en) == ("Plant quinces", "draft", "Asks for quinces.")
    assert first.session.slug == "cppcc-national-14-2"
    assert [str(row) for row in first.sponsorships.filter(first=True)] == ["Ding Lieming"]
    assert [row.text_en for row in first.recommendations.order_by("order")] == [
        "It is suggested that the NHC plant more quinces.",
        "Schools should teach quinces.",
    ]
    [addressee] = first.recommendations.get(order=1).addressees.all()
    assert (addressee.agency.slug, addressee.stated) == ("nhc", True)
    assert [topic.slug for topic in first.topics.all()] == ["quinces"]
    assert [region.slug for region in first.target_regions.all()] == ["china"]
    figure = first.figures.get()
    assert (figure.value, figure.unit_en, figure.as_of) == ("226.1", "billion yuan", "2030")
    source = Source.objects.get()
    assert (source.title, source.url, source.published, source.reliability, source.language) == (
        "Quinces at the Two Sessions",
        "https://example.org/quinces",
        "2024-03-12",
        "second_hand",
        "en",
    )
    assert first.citations.get().passage == "section 1 of 2, paragraphs 3–4"
    assert figure.citations.get().passage == "paragraph 4"
    assert (second.session.slug, second.session.name_zh) == ("cppcc-shanghai-14-2", "上海市政协十四届二次会议")
    assert second.session.body.name_en == "CPPCC Shanghai Committee"
    assert Intake.objects.get().state == "finished"
    assert Generation.now().value - before <= 1  # a body and its session have pages of their own; drafts have none


def test_a_delegate_of_the_record_gets_nothing_that_is_not_ticked(analyst, begun):
    assert "The record has of Ding Lieming: no seat, no post, no other spelling" in begun.text
    accept_all(analyst, begun)
    assert Proposal.objects.count() == 2
    assert not NameVariant.objects.exists()
    assert not Membership.objects.exists()
    assert not Position.objects.exists()


def test_a_delegate_gets_the_spelling_the_seat_and_the_post_that_are_ticked_once_each_with_its_source(analyst, begun):
    accept_all(analyst, begun, **ADDED)
    ding = Delegate.objects.get(slug="ding-lieming")
    assert [row.spelling for row in ding.name_variants.all()] == ["Ding Leeming"]
    assert [(row.body.slug, row.term, row.role) for row in ding.memberships.all()] == [("cppcc-national", 14, "member")]
    assert [(row.employer_en, row.post_en) for row in ding.positions.all()] == [("Betta", "chairman")]
    for row in (NameVariant.objects.get(), Position.objects.get(), Membership.objects.get(delegate=ding)):
        citation = row.citations.get()
        assert (citation.source, citation.passage) == (Source.objects.get(), "paragraph 3")
    again = analyst.post(START, {"text": TEXT, "again": "on"}, follow=True)
    accept_all(analyst, again, **ADDED)
    assert (ding.name_variants.count(), ding.memberships.count(), ding.positions.count()) == (1, 1, 1)


def test_who_may_read_articles_only_enters_nothing(client, begun):
    reader = User.objects.create_user("reader of articles", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(content_type__model="intake"))
    client.force_login(reader)
    assert accept_all(client, begun).status_code == 403
    assert not Proposal.objects.exists()


def test_it_is_one_batch_with_its_reason_that_can_be_undone(analyst, begun):
    accept_all(analyst, begun)
    batch = Batch.objects.get()
    assert {version.batch for version in Version.objects.filter(kind="proposals.proposal")} == {batch}
    assert Version.objects.filter(kind="proposals.proposal").first().reason == (
        "Read from an article: Quinces at the Two Sessions (3 recommendations are in the article's words)"
    )
    page = analyst.get(f"/admin/proposals/proposal/import/{batch.pk}/")
    assert "The file as it was" not in page.text
    page = analyst.post(f"/admin/proposals/proposal/import/{batch.pk}/", {"undo": "1"}, follow=True)
    assert messages_of(page) == ["“Quinces at the Two Sessions” is undone."]
    assert not Proposal.objects.exists()
    assert not Source.objects.exists()
    assert not Session.objects.filter(body__slug="cppcc-shanghai").exists()
    page = analyst.get(f"/admin/proposals/intake/{Intake.objects.get().pk}/change/")
    assert [panel.section["state"] for panel in page.context["panels"]] == ["open", "open"]
    accept_all(analyst, page)
    assert Proposal.objects.count() == 2


def test_an_uncertain_name_must_be_decided_and_a_namesake_is_never_taken(analyst, begun):
    page = do(analyst, begun, "accept", s2_term="14", s1_title="Corrected")
    assert "Say who is meant" in page.text
    assert not Proposal.objects.exists()
    assert sections()[0]["title"] == "Corrected"
    page = do(analyst, page, "accept", s2p1_who="+", s2p1_name_zh="章毅", s2p1_employer="Quince Hospital")
    assert Proposal.objects.count() == 2
    new = Delegate.objects.get(name_zh="章毅")
    assert (new.slug, new.name_en, new.positions.get().employer_en) == ("zhang-yi-2", "Zhang Yi", "Quince Hospital")
    assert Proposal.objects.get(title_en="Open a quince bank").delegates.get() == new
    assert Double.objects.undecided(Delegate).exists()


def test_a_namesake_is_taken_only_with_the_tick_beside_that_very_name(analyst, begun):
    page = do(analyst, begun, "accept", s2p1_who="zhang-yi", s2_term="14", **{"s2p1_same-ding-lieming": "on"})
    assert "Say that it is the same person" in page.text
    assert not Proposal.objects.exists()
    page = do(analyst, page, "accept", **{"s2p1_same-zhang-yi": "on"})
    assert Proposal.objects.get(title_en="Open a quince bank").delegates.get().slug == "zhang-yi"
    assert not Membership.objects.exists()


def test_accepting_the_founding_article_changes_no_public_page(founding, analyst, client, monkeypatch):
    monkeypatch.setattr(pages, "read", read)
    detail = [row.get_absolute_url() for model in (Delegate, Session, Topic) for row in model.objects.all()]
    urls = [*KINDS.values(), *detail, "/sitemap.xml", "/proposals.csv"]
    urls += [f"/zh{url}" for url in urls]

    def public():
        visitor = Client()
        answers = {url: visitor.get(url) for url in urls}
        return {
            url: (one.status_code, b"".join(one.streaming_content) if one.streaming else one.content)
            for url, one in answers.items()
        }

    before = public()
    page = analyst.post(START, {"text": FOUNDING.read_text(), "again": "on"}, follow=True)
    page = do(analyst, page, "accept")
    assert messages_of(page)[0].startswith("5 drafts are entered:")
    assert Source.objects.count() > 0
    assert public() == before


def test_a_new_delegate_whose_name_the_record_got_meanwhile_is_asked_for(analyst, begun):
    person = Intake.objects.get()
    person.sections[1]["people"][0] |= {"candidates": [], "who": "+"}
    person.save()
    page = do(analyst, analyst.get(f"/admin/proposals/intake/{person.pk}/change/"), "accept s2", s2_term="14")
    assert "The record has somebody of this name" in page.text
    assert not Proposal.objects.exists()
    page = do(analyst, page, "accept s2", s2p1_who="zhang-yi")
    assert "Say that it is the same person" in page.text
    do(analyst, page, "accept s2", s2p1_who="+")
    assert Delegate.objects.filter(name_en="Zhang Yi").count() == 2


def test_bad_values_are_told_beside_the_field_and_nothing_is_lost_or_entered(analyst, begun):
    page = accept_all(
        analyst,
        begun,
        s1_title="",
        s1_topics="Quinces; pears",
        s2_region="Nowhere",
        s1d1_agencies="NHC; nobody",
        s1f1_as_of="soon",
        s1_kind="bill",
        source_url="no address",
        s2d1_text="Mine",
    )
    for said in (
        "Give the title",
        "“pears” is not in the record",
        "“Nowhere” is not",
        "“nobody” is not",
        "“soon” is not a date",
    ):
        assert said in page.text
    assert not Proposal.objects.exists()
    assert not Source.objects.exists()
    for kept in ("Quinces; pears", "Nowhere", "NHC; nobody", "soon", "Mine"):
        assert kept in page.text
    assert sections()[1]["demands"][0]["text"] == "Mine"


def test_a_kind_that_the_body_does_not_know_and_a_bad_address_are_refused(analyst, begun):
    page = accept_all(analyst, begun, s1_kind="bill", source_url="no address")
    assert "The CPPCC takes proposals" in page.text
    page = accept_all(analyst, page, s1_kind="proposal")
    assert "Enter a valid URL" in page.text
    assert not Proposal.objects.exists()


def test_a_seat_that_the_body_does_not_have_and_a_name_too_long_are_told_beside_the_field(analyst, begun):
    page = accept_all(analyst, begun, s1p1_role="deputy")
    assert "A congress has deputies" in page.text
    page = accept_all(analyst, page, s1p1_role="member", s1p1_spellings="Ding" * 40)
    assert "A name has at most 120 characters" in page.text
    assert not Proposal.objects.exists()


def test_one_section_is_accepted_another_left_out_and_taken_up_again(analyst, begun):
    page = do(analyst, begun, "accept s1")
    assert messages_of(page)[0].startswith("1 draft is entered:")
    page = do(analyst, page, "leave s2")
    assert Intake.objects.get().state == "finished"
    page = do(analyst, page, "take s2")
    assert Intake.objects.get().state == "begun"
    assert [one["state"] for one in sections()] == ["accepted", "open"]
    page = do(analyst, page, "accept", s2_term="14", **ZHANG)
    assert Source.objects.count() == 1
    assert Citation.objects.filter(proposal__isnull=False).count() == 2


def test_what_is_accepted_twice_makes_no_doubles(analyst, begun):
    accept_all(analyst, begun)
    page = accept_all(analyst, begun)
    assert messages_of(page)[0].startswith("You changed this elsewhere")
    assert Proposal.objects.count() == 2
    page = do(analyst, page, "accept")
    assert messages_of(page) == ["Nothing is open and ticked."]
    assert Proposal.objects.count() == 2


def test_what_is_unticked_is_left_out(analyst, begun):
    accept_all(analyst, begun, s1d2_keep=None, s1f1_keep=None, s2_take=None)
    proposal = Proposal.objects.get()
    assert proposal.recommendations.count() == 1
    assert not proposal.figures.exists()


def test_demands_are_merged_split_added_and_corrected_without_scripts(analyst, begun):
    page = do(analyst, begun, "merge s1d1", s1d1_text="Plant them.")
    [merged] = sections()[0]["demands"]
    assert merged["text"] == "Plant them. Schools should teach quinces."
    assert len(merged["places"]) == 2
    page = do(analyst, page, "split s1d1")
    assert [one["text"] for one in sections()[0]["demands"]] == ["Plant them.", "Schools should teach quinces."]
    page = do(analyst, page, "split s1d1", s1d1_at="5")
    assert [one["text"] for one in sections()[0]["demands"]][:2] == ["Plant", "them."]
    page = do(analyst, page, "split s1d1", s1d1_text="Plant\nthem\nsoon")
    assert [one["text"] for one in sections()[0]["demands"]][:3] == ["Plant", "them", "soon"]
    do(analyst, page, "add_demand s1")
    assert sections()[0]["demands"][-1]["text"] == ""
    keys = [one["key"] for one in sections()[0]["demands"]]
    assert len(keys) == len({*keys}) == 6


def test_two_demands_as_printed_are_merged_as_the_article_has_them(analyst, begun):
    intake = Intake.objects.get()
    demands = intake.sections[0]["demands"]
    demands[0] |= {"text": "plant", "printed": "plant", "places": [[TEXT.index("plant"), TEXT.index("plant") + 5]]}
    intake.save()
    page = analyst.get(f"/admin/proposals/intake/{intake.pk}/change/")
    do(analyst, page, "merge s1d1")
    [merged] = sections()[0]["demands"]
    assert merged["text"] == merged["printed"] == "plant more quinces. Schools should teach quinces."
    [[start, end]] = merged["places"]
    assert TEXT[start:end] == merged["text"]


@pytest.mark.parametrize(
    ("what", "words", "told"),
    [
        ("demand", "The market is", lambda: sections()[0]["demands"][0]["text"]),
        ("title", "The market is", lambda: sections()[0]["title"]),
        ("name", "The market is", lambda: sections()[0]["people"][1]["name_en"]),
        ("section", "The market is", lambda: sections()[1]["title"]),
        ("figure", "2030. It", lambda: sections()[0]["figures"][1]["value"].replace("2030", "The market is")),
        ("spelling", "The market is", lambda: sections()[0]["people"][0]["spellings"].split("; ")[-1]),
        ("demand", "The  market\nis", lambda: sections()[0]["demands"][0]["text"]),
    ],
)
def test_a_passage_is_marked_by_its_words(analyst, begun, what, words, told):
    do(analyst, begun, "mark", passage=words, **{"is": what})
    assert told() == "The market is"


def test_what_is_marked_as_not_to_be_read_is_left_out(analyst, begun):
    page = do(analyst, begun, "mark", passage="Schools should teach quinces.", **{"is": "nothing"})
    assert [one["keep"] for one in sections()[0]["demands"]] == [True, False]
    page = do(analyst, page, "mark", passage="No such words", **{"is": "demand"})
    assert messages_of(page) == ["These words do not stand in the article: No such words"]


def test_another_delegate_is_looked_up_by_any_name(analyst, begun):
    for number in range(2):
        make_delegate(name=f"Wang Quince {number}", slug=f"wang-{number}")
    page = do(analyst, begun, "look_up s2p1", s2p1_other="Quince")
    assert "Wang Quince 0" in page.text
    page = do(analyst, page, "look_up s2p1", s2p1_other="Nobody")
    assert messages_of(page) == ["Nobody of this name is in the record: Nobody"]
    wang = Delegate.objects.get(slug="wang-1")
    do(analyst, page, "accept", s2p1_who="=", s2p1_other=f"Wang Quince 1 #{wang.pk}", s2_term="14")
    assert Proposal.objects.get(title_en="Open a quince bank").delegates.get() == wang


def test_an_organisation_puts_it_forward_and_nobody_is_left_out(analyst, begun):
    accept_all(analyst, begun, s1p1_who="*", s1p1_name_en="Jiusan Society", s2p1_who="!")
    first, second = Proposal.objects.order_by("pk")
    assert first.sponsorships.get().organisation_en == "Jiusan Society"
    assert not second.sponsorships.exists()


def test_who_opened_it_before_another_changed_it_is_told_and_neither_loses_anything(analyst, begun, admin_client):
    theirs = {"s1_title": "Theirs", "s1_year": "2023", "s2_take": None, "source_outlet": "Theirs"}
    do(admin_client, begun, "save", **theirs)
    page = do(analyst, begun, "leave s2", s1_title="Mine", s1d1_text="Mine too")
    assert "changed this after you opened it" in messages_of(page)[0]
    first, second = sections()
    assert [first["state"], second["state"], second["take"]] == ["open", "open", False]
    assert (first["title"], first["year"], first["demands"][0]["text"]) == ("Mine", "2023", "Mine too")
    assert Intake.objects.get().outlet == "Theirs"
    assert "<q>Theirs</q>" in page.text
    assert "what was changed twice" in page.context["panels"][0].asks
    page = do(analyst, page, "accept s1")
    assert "This was changed twice" in page.text
    assert not Proposal.objects.exists()
    page = do(analyst, page, "theirs s1 title")
    assert (sections()[0]["title"], sections()[0]["theirs"]) == ("Theirs", {})
    do(analyst, page, "accept s1")
    assert Proposal.objects.get().title_en == "Theirs"


def test_two_windows_of_one_analyst_overwrite_nothing_and_what_lost_its_field_is_told(analyst, begun):
    do(analyst, begun, "merge s1d1", s1_topics="")
    page = do(analyst, begun, "save", s1d2_text="Mine", s2_title="Bank")
    assert messages_of(page) == [
        "You changed this elsewhere after you opened it here: look, then do it again.",
        "This has no field any more: Mine",
    ]
    first, second = sections()
    assert (len(first["demands"]), first["topics"], second["title"]) == (1, "", "Bank")
    page = do(analyst, page, "mine s1 title")
    analyst.post(page.request["PATH_INFO"], {"do": "save", "edits": "0", "opened": "[", "shown": "s1", "s1-title": "x"})
    assert (sections()[0]["title"], sections()[0]["theirs"]) == ("x", {"title": "Plant quinces"})


def test_hostile_values_are_no_error(analyst, begun):
    page = begun
    for do_it in (
        "",
        "accept zz",
        "merge zz",
        "merge s1d2",
        "split s1",
        "split",
        "look_up s1",
        "mark",
        "add_demand s9",
        "nonsense",
        "_save",
    ):
        page = do(analyst, page, do_it, s1_title="\x00" * 9, s1d1_at="9" * 30, s1_term="99999999999", s1p1_other="\x00")
        assert page.status_code == 200, do_it
    for key in ("0", "x", "9" * 30):
        assert analyst.get(f"/admin/proposals/intake/{key}/change/", follow=True).status_code == 200
    pk = Intake.objects.get().pk
    assert analyst.get(f"/admin/proposals/intake/{pk}/change/?p=99999").status_code == 200
    assert not Proposal.objects.exists()


def test_the_list_shows_who_where_and_how_far(analyst, begun):
    page = analyst.get("/admin/proposals/intake/?q=quinces&state__exact=begun")
    assert "Quinces at the Two Sessions" in page.text
    assert "0/2" in page.text
    assert "Begun" in page.text


def test_the_page_takes_as_many_queries_for_fifty_demands_and_delegates_as_for_few(analyst, begun):
    url = f"/admin/proposals/intake/{Intake.objects.get().pk}/change/"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert analyst.get(url).status_code == 200
        return len(captured)

    few = queries()
    intake = Intake.objects.get()
    for number in range(8):
        copy = {**intake.sections[0], "key": f"s{number + 3}"}
        copy["demands"] = [{**copy["demands"][0], "key": f"s{number + 3}d{place}"} for place in range(6)]
        copy["people"] = [{**copy["people"][0], "key": f"s{number + 3}p1"}]
        intake.sections.append(copy)
    intake.save()
    with recorded():
        for number in range(20):
            make_membership(delegate=make_delegate(name=f"D {number}"), body=Body.objects.get())
            make_proposal(title=f"P {number}")
    assert queries() == few
