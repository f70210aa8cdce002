"""What became of proposals: the status follows from events and replies, and what cannot be is refused."""

import pytest
from django.core.exceptions import ValidationError

from people.history import Version
from proposals.models import Answer, Event, OutcomeClass, OutcomeScheme, Proposal, RecommendationOutcome, Reply
from proposals.models.life_cycle import Fact, current_status, impossible
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


def status(*facts):
    return current_status([fact if isinstance(fact, Fact) else Fact(fact) for fact in facts]).value


BACK = Fact("feedback", "2024-09", satisfaction="dissatisfied")


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ([], "submitted"),
        (["key", "outstanding"], "submitted"),
        (["submitted", "filed"], "filed"),
        (["assigned", "filed"], "assigned"),
        (["filed", "merged"], "merged"),
        (["opinion"], "opinion"),
        (["handled", "replied", "filed"], "replied"),
        (["feedback", "replied"], "feedback"),
        (["followed_up", "feedback"], "followed_up"),
        ([Fact("replied", "2024-08"), BACK, Fact("handled", "2024-10")], "handled"),
        ([Fact("replied", "2024-08"), BACK, Fact("assigned", "2024-10")], "handled"),
        ([Fact("replied", "2024-08"), BACK, Fact("handled", "2024-09")], "feedback"),
        ([Fact("replied", "2024-08"), BACK, Fact("handled")], "feedback"),
        ([BACK, Fact("handled", "2024-10"), Fact("followed_up", "2024-12")], "followed_up"),
        ([BACK, Fact("handled", "2024-10"), Fact("replied", "2024")], "feedback"),
        ([Fact("feedback", "2024-09", satisfaction="satisfied"), Fact("handled", "2024-10")], "feedback"),
        ([Fact("replied", "2024-08"), BACK, Fact("assigned", "2024-10"), Fact("replied", "2024-11")], "followed_up"),
        ([Fact("followed_up", "2024-08"), BACK], "feedback"),
        ([BACK, Fact("replied", "2024-11"), Fact("feedback", "2024-12")], "feedback"),
    ],
)
def test_the_status_is_what_events_say(facts, found):
    assert status(*facts) == found


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([Fact("replied", "2024-02")], ["“Replied (答复)” cannot be before “Submitted (提交)”."]),
        ([Fact("replied", "2024")], []),
        ([Fact("filed", "2024-05"), Fact("replied", "2024-04")], ["“Replied (答复)” cannot be before “Filed (立案)”."]),
        ([Fact("filed", "2024-05"), Fact("replied", "2024")], []),
        ([Fact("filed"), Fact("replied", "2024-04")], []),
        (
            [Fact("replied", "2024-08"), BACK, Fact("handled", "2024-10")],
            [
                "“Replied (答复)” cannot be before “Being handled (办理)”.",
                "“Delegate's feedback (反馈)” cannot be before “Being handled (办理)”.",
            ],
        ),
        ([Fact("handled", "2024-05"), Fact("replied", "2024-08"), BACK, Fact("handled", "2024-10")], []),
        ([Fact("filed"), Fact("opinion")], ["It cannot be both filed and turned into an opinion."]),
        (
            [Fact("assigned", agency=1, role="lead"), Fact("assigned", agency=2, role="lead")],
            ["Two agencies cannot both lead: the others are co-handling, or each handles it separately."],
        ),
        ([Fact("assigned", agency=1, role="separate"), Fact("assigned", agency=2, role="separate")], []),
        ([Fact("key", "2020")], []),
        (
            [Fact("assigned", "2024-05", 1, "lead"), BACK, Fact("assigned", "2024-10", 2, "lead")],
            [],
        ),
        (
            [
                Fact("assigned", "2024-05", 3, "lead"),
                BACK,
                Fact("assigned", "2024-10", 1, "lead"),
                Fact("assigned", "2024-11", 2, "lead"),
            ],
            ["Two agencies cannot both lead: the others are co-handling, or each handles it separately."],
        ),
        ([Fact("merged", into=1), Fact("merged", into=2)], ["It cannot be merged into two others."]),
        ([Fact("followed_up", "2024-08"), Fact("feedback", "2024-09")], []),
        (
            [Fact("submitted", "2024-06-20"), Fact("filed", "2024-05")],
            ["“Filed (立案)” cannot be before “Submitted (提交)”."],
        ),
    ],
)
def test_what_cannot_be_is_told(facts, said):
    assert list(impossible(facts, "2024-03-04")) == said


def test_events_and_replies_set_the_status_and_taking_them_away_sets_it_back():
    proposal = make_proposal()
    assert proposal.status == "submitted"
    filed = make_event(proposal=proposal, stage="filed")
    reply = make_reply(to=[proposal], date="2024-08")
    assert Proposal.objects.get().status == "replied"
    again = make_reply(to=[proposal], agency=reply.agency, date="2024-12")
    assert Proposal.objects.get().status == "followed_up"
    again.delete()
    assert Proposal.objects.get().status == "replied"
    Answer.objects.get().delete()
    assert Proposal.objects.get().status == "filed"
    filed.delete()
    assert Proposal.objects.get().status == "submitted"


def test_an_answer_that_moves_settles_both():
    one, other = make_proposal(), make_proposal()
    make_reply(to=[one])
    answer = Answer.objects.get()
    answer.proposal = other
    answer.save()
    assert [Proposal.objects.get(pk=each.pk).status for each in (one, other)] == ["submitted", "replied"]


def test_an_event_is_a_version_of_its_proposal():
    proposal = make_proposal()
    before = Version.objects.of(proposal).count()
    make_event(proposal=proposal)
    assert Version.objects.of(proposal).count() > before


WRONG = {
    "merged into itself": ({"stage": "merged", "into": "self"}, "into"),
    "into another without a merger": ({"stage": "filed", "into": "other"}, "__all__"),
    "satisfied without feedback": ({"stage": "filed", "satisfaction": "satisfied"}, "__all__"),
    "a part of nobody": ({"stage": "assigned", "role": "lead"}, "__all__"),
    "an agency that files": ({"stage": "filed", "agency": "agency"}, "__all__"),
    "before the session": ({"stage": "replied", "date": "2023"}, "__all__"),
    "no date": ({"stage": "filed", "date": "soon"}, "date"),
    "a day to come": ({"stage": "filed", "date": "2199-01-01"}, "date"),
}


@pytest.mark.parametrize(("values", "field"), WRONG.values(), ids=WRONG)
def test_an_event_that_cannot_be_is_refused(values, field):
    proposal, other = make_proposal(session=make_session(year=2024)), make_proposal()
    things = {"self": proposal, "other": other, "agency": make_agency()}
    event = Event(proposal=proposal, source=make_source(), **{k: things.get(v, v) for k, v in values.items()})
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert field in refused.value.message_dict


def test_mergers_lead_nowhere_in_a_ring():
    one, two, three = (make_proposal() for _ in range(3))
    make_event(proposal=one, stage="merged", into=two)
    make_event(proposal=two, stage="merged", into=three)
    with pytest.raises(ValidationError, match="ring"):
        Event(proposal=three, stage="merged", into=one, source=make_source()).full_clean()


@pytest.fixture
def scheme():
    """Classes in which C is for reference."""
    scheme = OutcomeScheme.objects.create(slug="made-up", name_en="Classes of a made-up province")
    for printed, outcome in (("A", "resolved"), ("B", "planned"), ("C", "reference")):
        OutcomeClass.objects.create(scheme=scheme, printed=printed, outcome=outcome)
    return scheme


def test_a_class_means_what_its_scheme_says(scheme):
    reply = make_reply(scheme=scheme, class_printed=" c ")
    reply.full_clean()
    assert (reply.class_printed, reply.outcome) == ("c", "reference")
    reply.outcome = "declined"
    reply.full_clean()
    assert reply.outcome == "declined", "what the analyst says stands"
    reply.class_printed = "D"
    with pytest.raises(ValidationError, match="no class “D”; it has: A, B, C"):
        reply.full_clean()


def test_a_reply_from_before_its_proposal_is_refused():
    proposal = make_proposal(session=make_session(year=2024, opened="2024-03-04"))
    early = make_reply(date="2024-02")
    with pytest.raises(ValidationError, match="before"):
        Answer(reply=early, proposal=proposal).full_clean()
    reply = make_reply(to=[proposal], date="2024-08")
    reply.date = "2023"
    with pytest.raises(ValidationError, match="before"):
        reply.full_clean()


def test_a_quotation_is_a_sentence_at_most():
    proposal = make_proposal(recommendations=1)
    row = RecommendationOutcome(
        reply=make_reply(),
        recommendation=proposal.recommendations.get(),
        outcome="planned",
        quotation_zh="下一步将研究。",
    )
    row.full_clean()
    row.quotation_zh = "下一步将研究。感谢您的支持。"
    with pytest.raises(ValidationError, match="sentence"):
        row.full_clean()


def test_a_title_finds_what_it_answers():
    region = make_region(name="Fictia", name_zh="虚构")
    body = make_body(
        level="provincial", region=region, short_name_zh="虚构省政协", name_zh="中国人民政治协商会议虚构省委员会"
    )
    session = make_session(body=body, term=12, ordinal=3)
    proposal = make_proposal(session=session, number="0123", kind="proposal")
    agency = make_agency(region=region)
    title = "关于虚构省政协十二届三次会议第123号提案的答复"
    assert Reply(title_zh=title, agency=agency).meant() == [proposal]
    near = "关于省政协十二届三次会议第0123号提案的答复"
    assert Reply(title_zh=near, agency=agency).meant() == [proposal]
    assert Reply(title_zh=near, agency=make_agency()).meant() == []
    assert Reply(title_zh=title.replace("123", "124"), agency=agency).meant() == []
    assert Reply(title_zh="关于干细胞的答复", agency=agency).meant() == []


def test_only_replies_to_what_is_public_are_public():
    hidden, shown = make_reply(to=[make_proposal()]), make_reply(to=[make_proposal(published=True), make_proposal()])
    assert [*Reply.objects.published()] == [shown]
    assert [hidden.is_public, shown.is_public] == [False, True]
    waiting = make_reply()
    assert [*Reply.objects.waiting()] == [waiting]


def test_an_event_is_entered_once():
    source = make_source()
    event = make_event(stage="filed", date="2024-05", source=source)
    with pytest.raises(ValidationError, match="entered already"):
        Event(proposal=event.proposal, stage="filed", date="2024-05", source=source).full_clean()
    Event(proposal=event.proposal, stage="filed", date="2024-06", source=source).full_clean()


def test_one_number_is_one_letter_however_it_is_printed():
    reply = make_reply(number="虚卫函〔2024〕11号")
    other = make_reply(agency=reply.agency)
    other.number = "虚卫函[2024]011号"
    with pytest.raises(ValidationError, match="bears this number already"):
        other.full_clean()
    other.agency = make_agency()
    other.full_clean()


def test_a_letter_stands_once_in_a_scheme_large_or_small(scheme):
    with pytest.raises(ValidationError, match="this class already"):
        OutcomeClass(scheme=scheme, printed="c", outcome="later").full_clean()


def test_what_speaks_of_a_demand_answers_its_proposal():
    proposal = make_proposal(session=make_session(year=2024), recommendations=1)
    reply = make_reply(date="2023-05")
    early = RecommendationOutcome(reply=reply, recommendation=proposal.recommendations.get(), outcome="resolved")
    with pytest.raises(ValidationError, match="cannot be before"):
        early.full_clean()
    reply.date = "2024-08"
    reply.save()
    early.full_clean()
    early.save()
    assert Answer.objects.get().proposal == proposal
    assert Proposal.objects.get().status == "replied"
