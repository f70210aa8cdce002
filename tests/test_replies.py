"""Replies and events: entered in the admin, shown on the pages of what they are about, with their own page and list."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from proposals.models import Answer, Event, OutcomeClass, OutcomeScheme, Proposal, RecommendationOutcome, Reply
from proposals.models.outbox import recorded
from tests.admin_pages import address, errors_of, messages_of, sent_back
from tests.factories import (
    make_agency,
    make_body,
    make_event,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def province():
    """A made-up province, its committee's session, and an agency of it."""
    region = make_region(name="Fictia", name_zh="虚构")
    body = make_body(level="provincial", region=region, short_name_zh="虚构省政协")
    session = make_session(body=body, term=12, ordinal=3, year=2024, opened="2024-01-20")
    return session, make_agency(name="Health Commission of Fictia", region=region)


def event(number, **fields):
    return {f"events-{number}-{name}": value for name, value in fields.items()}


def test_events_are_entered_with_the_proposal_and_set_its_status(analyst):
    proposal, source, agency = make_proposal(), make_source(), make_agency()
    url = address(Proposal, "change", proposal.pk)
    entered = sent_back(analyst.get(url)) | {"events-TOTAL_FORMS": 2}
    entered |= event(0, stage="assigned", date="2024年6月", agency=agency.pk, role="lead", source=source.pk)
    entered |= event(1, stage="filed", source=source.pk)
    assert analyst.post(url, entered).status_code == 302
    assert [(each.stage, each.date) for each in proposal.events.order_by("stage")] == [
        ("assigned", "2024-06"),
        ("filed", ""),
    ]
    assert Proposal.objects.get().status == "assigned"
    leads = sent_back(analyst.get(url))
    entered = leads | {"events-TOTAL_FORMS": 3, "note_en": "typed"}
    entered |= event(2, stage="assigned", agency=make_agency().pk, role="lead", source=source.pk)
    page = analyst.post(url, entered)
    assert "Two agencies cannot both lead" in errors_of(page)["events"][0]
    assert page.context["adminform"].form["note_en"].value() == "typed"
    entered |= event(0, role="co_handling")
    first, second = ("0", "1") if leads["events-0-role"] == "lead" else ("1", "0")
    entered |= {f"events-{first}-role": "co_handling", f"events-{second}-role": ""}
    assert analyst.post(url, entered).status_code == 302, "the lead changes hands in one go"
    assert proposal.events.get(role="lead").agency != agency


def test_a_wrong_day_has_its_message_beside_events_too(analyst):
    proposal = make_proposal()
    make_event(proposal=proposal, date="2024-05")
    url = address(Proposal, "change", proposal.pk)
    page = analyst.post(url, sent_back(analyst.get(url)) | {"submitted": "bad"})
    assert page.status_code == 200
    assert "is not a date" in errors_of(page)["submitted"][0]


def test_two_events_that_say_the_same_are_refused(analyst):
    proposal, source = make_proposal(), make_source()
    url = address(Proposal, "change", proposal.pk)
    entered = sent_back(analyst.get(url)) | {"events-TOTAL_FORMS": 2}
    entered |= event(0, stage="filed", source=source.pk) | event(1, stage="filed", source=source.pk)
    assert errors_of(analyst.post(url, entered))["events"] == ["One event is entered twice."]


def test_a_reply_that_waits_answers_as_soon_as_its_proposal_is_there(analyst, province):
    session, agency = province
    make_reply(agency=agency, title_zh="关于省政协十二届三次会议第77号提案的答复", title="")
    proposal = make_proposal(session=session, title="Late")
    url = address(Proposal, "change", proposal.pk)
    page = analyst.post(url, sent_back(analyst.get(url)) | {"number": "0077"}, follow=True)
    assert any("waited for this and answers it now" in said for said in messages_of(page))
    assert Proposal.objects.get().status == "replied"


def test_who_speaks_of_a_demand_is_told_what_that_answers(analyst, province):
    session, agency = province
    one = make_proposal(session=session, number="1", title="One", recommendations=1)
    two = make_proposal(session=session, number="2", title="Two", recommendations=1)
    page = entered_reply(
        analyst,
        title_en="Reply",
        agency=agency.pk,
        **{
            "answers-0-proposal": one.pk,
            "outcomes-TOTAL_FORMS": 1,
            "outcomes-0-recommendation": two.recommendations.get().pk,
            "outcomes-0-outcome": "planned",
        },
    )
    assert any("speaks of demands of “Two”" in said for said in messages_of(page))
    assert {answer.proposal for answer in Answer.objects.all()} == {one, two}


def test_an_outcome_that_its_class_does_not_mean_is_asked_about(analyst):
    scheme = OutcomeScheme.objects.create(slug="scheme", name_en="Scheme")
    OutcomeClass.objects.create(scheme=scheme, printed="D", outcome="declined")
    agency = make_agency()
    page = entered_reply(
        analyst, title_en="Reply", agency=agency.pk, scheme=scheme.pk, class_printed="d", outcome="resolved"
    )
    assert any("means “Declined” here; the outcome is “Resolved”" in said for said in messages_of(page))


def test_the_status_is_never_typed(analyst):
    proposal = make_proposal()
    url = address(Proposal, "change", proposal.pk)
    assert analyst.post(url, sent_back(analyst.get(url)) | {"status": "replied"}).status_code == 302
    assert Proposal.objects.get().status == "submitted"


def entered_reply(analyst, **fields):
    url = address(Reply, "add")
    given = {"outcome": "unknown", "source": make_source().pk, **fields}
    return analyst.post(url, sent_back(analyst.get(url)) | given, follow=True)


def test_a_title_finds_the_proposal_it_answers(analyst, province):
    session, agency = province
    proposal = make_proposal(session=session, number="0123", title="Quince")
    title = "关于省政协十二届三次会议第123号提案的答复"
    page = entered_reply(analyst, title_zh=title, agency=agency.pk, number="虚卫函[2024]012号", date="2024-08")
    assert "It answers “Quince”" in " ".join(messages_of(page))
    assert Answer.objects.get().proposal == proposal
    assert Proposal.objects.get().status == "replied"
    assert Reply.objects.get().number_in_one_form == "虚卫函〔2024〕12号"


def test_a_title_that_fits_two_sessions_is_left_to_the_analyst(analyst, province):
    session, agency = province
    make_proposal(session=session, number="0123", kind="proposal")
    other = make_session(body=make_body(short_name_zh="虚构省政协", region=make_region()), term=12, ordinal=3)
    make_proposal(session=other, number="123", kind="proposal")
    title = "关于虚构省政协十二届三次会议第123号提案的答复"
    page = entered_reply(analyst, title_zh=title, agency=agency.pk)
    assert any("could mean several" in said for said in messages_of(page))
    assert not Answer.objects.exists()


def test_a_reply_without_a_proposal_waits_on_the_first_page(analyst, province):
    _session, agency = province
    page = entered_reply(analyst, title_zh="关于省政协十二届三次会议第9号提案的答复", agency=agency.pk)
    assert any("it waits for one" in said for said in messages_of(page))
    waiting = {each.label: each for each in analyst.get("/admin/").context["waiting"]}[
        "replies to no proposal that is known"
    ]
    assert waiting.number == 1
    assert "第9号提案的答复" in analyst.get(waiting.url).text


def test_a_reply_from_before_the_session_is_not_linked(analyst, province):
    session, agency = province
    make_proposal(session=session, number="0123")
    title = "关于省政协十二届三次会议第123号提案的答复"
    page = entered_reply(analyst, title_zh=title, agency=agency.pk, date="2023-12")
    assert any("cannot be before" in said for said in messages_of(page))
    assert not Answer.objects.exists()


def test_a_title_of_several_links_all_of_them_or_none(analyst, province):
    session, agency = province
    make_proposal(session=session, number="0123")
    late = make_proposal(session=session, number="0124", submitted="2024-06")
    title = "关于省政协十二届三次会议第123、124号提案的答复"
    page = entered_reply(analyst, title_zh=title, agency=agency.pk, date="2024-05")
    assert any("cannot be before" in said for said in messages_of(page))
    assert not Answer.objects.exists()
    late.submitted = "2024-02"
    late.save()
    url = address(Reply, "change", Reply.objects.get().pk)
    analyst.post(url, sent_back(analyst.get(url)))
    assert Answer.objects.count() == 2


def test_a_title_that_names_no_proposal_is_told_from_one_that_nobody_entered_yet(analyst, province):
    page = entered_reply(analyst, title_zh="关于养老问题的答复", agency=province[1].pk)
    assert "The title names no proposal by its number: it waits until you say what it answers." in messages_of(page)


def test_a_class_that_its_scheme_does_not_know_is_refused_beside_the_field(analyst):
    scheme = OutcomeScheme.objects.create(slug="fictia", name_en="Classes of Fictia")
    OutcomeClass.objects.create(scheme=scheme, printed="A", outcome="resolved")
    agency = make_agency()
    page = entered_reply(analyst, title_en="Reply", agency=agency.pk, scheme=scheme.pk, class_printed="C")
    assert "no class “C”" in errors_of(page)["class_printed"][0]
    entered_reply(analyst, title_en="Reply", agency=agency.pk, scheme=scheme.pk, class_printed="a")
    assert Reply.objects.get().outcome == "resolved"


def test_an_outcome_of_a_recommendation_says_which_proposal_is_answered(analyst):
    proposal = make_proposal(recommendations=1)
    entered_reply(
        analyst,
        title_en="Reply",
        agency=make_agency().pk,
        **{
            "outcomes-TOTAL_FORMS": 1,
            "outcomes-0-recommendation": proposal.recommendations.get().pk,
            "outcomes-0-outcome": "planned",
        },
    )
    assert RecommendationOutcome.objects.get().outcome == "planned"
    assert Answer.objects.get().proposal == proposal


@pytest.fixture
def shown():
    """A public proposal with everything that can come of one; and a draft that the same reply answers."""
    proposal = make_proposal(title="Quince", recommendations=["Plant", "Water"], published=True, submitted="2024-03")
    lead, other = make_agency(name="Orchard office"), make_agency(name="Water office")
    first, second = proposal.recommendations.order_by("order")
    make_event(proposal=proposal, stage="assigned", agency=lead, role="separate", date="2024-05")
    make_event(proposal=proposal, stage="filed")
    make_event(proposal=proposal, stage="key")
    hidden = make_proposal(title="Medlar")
    make_event(proposal=proposal, stage="merged", into=hidden)
    reply = make_reply(
        to=[proposal, hidden], agency=lead, title="Reply of the orchard office", date="2024-08-12",
        outcomes={first: "planned"}, number="果函[2024]7号", outcome="in_progress",
    )  # fmt: skip
    make_reply(
        to=[proposal], agency=other, title="Reply of the water office", date="2024-09", outcomes={second: "declined"}
    )
    return proposal, reply


def test_the_way_of_a_proposal_is_in_order_and_what_came_of_each_demand_beside_it(client, shown):
    proposal, reply = shown
    page = client.get(proposal.get_absolute_url())
    assert [moment.stage.value for moment in page.context["way"]] == [
        "filed", "merged", "assigned", "replied", "replied", "key",
    ]  # fmt: skip
    text = " ".join(page.text.split())
    assert "What came of it" in text
    assert reply.get_absolute_url() in text
    assert 'class="outcome planned">Planned</span> Orchard office' in text
    assert 'class="outcome declined">Declined</span> Water office' in text
    assert "Medlar" not in text, "what took it in is not public"


def test_a_proposal_of_which_nothing_is_known_says_no_more_than_that(client):
    proposal = make_proposal(published=True, recommendations=1)
    page = client.get(proposal.get_absolute_url()).text
    assert "Submitted, as reported" in page
    assert "What came of it" not in page


def test_a_reply_has_a_page_and_stands_in_the_list(client, shown):
    _proposal, reply = shown
    page = " ".join(client.get(reply.get_absolute_url()).text.split())
    answered = ("Orchard office", "果函〔2024〕7号", "printed as", "In progress", "Quince", "Plant")
    for said in ("Reply of the orchard office", *answered):
        assert said in page, said
    assert "Medlar" not in page
    listed = client.get("/replies/").text
    assert listed.index("water office") < listed.index("orchard office"), "the newest first"
    assert client.get("/replies/?page=9").status_code == 404
    assert client.get(f"/replies/{make_reply().pk}/").status_code == 404


def test_lists_are_narrowed_down_by_what_came_of_things(client, shown):
    make_proposal(title="Cherry", published=True, submitted="2190", session=make_session(year=2190))
    make_proposal(title="Plum", published=True, submitted="2020-03", session=make_session(year=2020))
    turned = make_proposal(title="Fig", published=True, submitted="2020-03", session=make_session(year=2020))
    make_event(proposal=turned, stage="opinion")
    for asked, titles in {
        "replied=yes": {"Quince"},
        "replied=no": {"Cherry", "Plum", "Fig"},
        "replied=overdue": {"Plum"},
        "status=opinion": {"Fig"},
        "outcome=in_progress": {"Quince"},
        "outcome=resolved": set(),
        f"lead_agency={Event.objects.get(role='separate').agency.slug}": {"Quince"},
    }.items():
        page = client.get(f"/proposals/?{asked}")
        assert {row.title for row in page.context["rows"]} == titles, asked
    assert [row.text_en for row in client.get("/recommendations/?outcome=declined").context["rows"]] == ["Water"]


def test_an_agency_shows_what_it_answered(client, shown):
    _proposal, reply = shown
    page = client.get(reply.agency.get_absolute_url())
    assert page.status_code == 200, "it is asked for nothing, but it led"
    assert "Reply of the orchard office" in page.text
    assert "Reply of the water office" not in page.text
    assert "No published proposal yet" not in page.text, "what it led is named above"


def test_overdue_comes_with_the_day(client, monkeypatch):
    make_proposal(title="Plum", published=True, submitted="2030-01-15", session=make_session(year=2030))
    for day, number in ((date(2030, 7, 15), 0), (date(2030, 7, 16), 1), (date(2030, 7, 15), 0)):
        monkeypatch.setattr(timezone, "localdate", lambda *_args, day=day: day)
        assert client.get("/proposals/?replied=overdue").context["results"].total == number, day


def test_an_outcome_of_a_reply_that_no_longer_answers_shows_nowhere(client):
    with recorded():
        proposal = make_proposal(recommendations=1, published=True)
        reply = make_reply(to=[proposal], outcomes={proposal.recommendations.get(): "resolved"})
    assert "Resolved" in client.get(proposal.get_absolute_url()).text
    assert "1 recommendation" in client.get("/recommendations/?outcome=resolved").text
    Answer.objects.get().delete()
    assert client.get(reply.get_absolute_url()).status_code == 404
    assert "Resolved" not in client.get(proposal.get_absolute_url()).text
    assert "0 recommendations" in client.get("/recommendations/?outcome=resolved").text


@pytest.mark.parametrize("way", ["/replies/", "/replies/{}/", "/replies/feed/", "/api/v1/replies/{}/", "/policies/"])
def test_no_page_looks_replies_up_in_a_list_of_all_that_is_public(client, way):
    """With 100,000 proposals that took seconds: SQLite makes the list anew for each statement."""
    reply = make_reply(to=[make_proposal(published=True)])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(way.format(reply.pk)).status_code == 200
    assert [each["sql"] for each in asked.captured_queries if "IN (SELECT" in each["sql"]] == []
