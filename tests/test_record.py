"""The record: what the database itself refuses, what cannot be lost, and the words in which it is asked."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from people.history import RecordModel
from people.models import Agency, Body, Level, Membership, Region, Session
from proposals.models import Addressee, Citation, Figure, Proposal, Recommendation, Sponsorship, Synonym, Topic
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_recommendation,
    make_region,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db
MODELS = [model for app in ("people", "proposals") for model in apps.get_app_config(app).get_models()]
FORMS = [model for model in MODELS if issubclass(model, RecordModel)]


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model.__name__)
def test_every_field_that_analysts_fill_in_has_a_help_text(model):
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    silent = [field.name for field in fields if field.editable and not field.auto_created and not field.help_text]
    through = [field.name for field in model._meta.many_to_many if not field.remote_field.through._meta.auto_created]
    assert set(silent) <= set(through)


def refused(make):
    """Tell whether the database itself, asked without any form, refuses what `make` writes."""
    try:
        with transaction.atomic():
            make()
    except IntegrityError:
        return True
    return False


def numbered(**fields):
    return make_proposal(number="0462", **fields)


def test_a_number_is_unique_in_its_session_and_kind_only():
    session = make_session()
    numbered(session=session)
    assert refused(lambda: numbered(session=session))
    assert not refused(lambda: numbered(session=session, kind=Proposal.Kind.BILL))
    assert not refused(lambda: numbered(session=make_session()))
    assert not refused(lambda: (make_proposal(session=session), make_proposal(session=session)))


BROKEN = {
    "an unknown kind": lambda: make_proposal(kind="petition"),
    "an unknown state": lambda: make_proposal(state="secret"),
    "an unknown status": lambda: make_proposal(status="lost"),
    "a date of three digits": lambda: make_proposal(submitted="202"),
    "no title": lambda: Proposal.objects.create(session=make_session(), title_en="", title_zh=""),
    "published without its time": lambda: Proposal.objects.filter(pk=make_proposal(published=False).pk).update(
        state="published"
    ),
    "two first proposers": lambda: [
        Sponsorship.objects.create(proposal=proposal, delegate=make_delegate(), first=True)
        for proposal in [make_proposal()]
        for _ in range(2)
    ],
    "a proposer who is nobody": lambda: Sponsorship.objects.create(proposal=make_proposal()),
    "a delegate who is an organisation": lambda: Sponsorship.objects.create(
        proposal=make_proposal(), delegate=make_delegate(), organisation_en="A party"
    ),
    "the same number twice": lambda: [
        make_recommendation(proposal=proposal, order=1) for proposal in [make_proposal()] for _ in range(2)
    ],
    "recommendation 0": lambda: Recommendation.objects.create(proposal=make_proposal(), order=0, text_en="x"),
    "a recommendation without text": lambda: Recommendation.objects.create(proposal=make_proposal(), order=1),
    "the same addressee twice": lambda: [
        Addressee.objects.create(recommendation=one, agency=agency)
        for one, agency in [(make_recommendation(proposal=make_proposal()), make_agency())]
        for _ in range(2)
    ],
    "a figure without value": lambda: Figure.objects.create(proposal=make_proposal(), value="", what_en="x"),
    "a citation for nothing": lambda: Citation.objects.create(source=make_source()),
    "a citation for two things": lambda: [
        Citation.objects.create(source=make_source(), proposal=one.proposal, recommendation=one)
        for one in [make_recommendation(proposal=make_proposal())]
    ],
    "an ambiguous word that is no acronym": lambda: Synonym.objects.create(
        topic=make_topic(), text="bank", ambiguous=True
    ),
    "a topic below itself": lambda: [
        Topic.objects.filter(pk=topic.pk).update(parent=topic) for topic in [make_topic()]
    ],
    "two bodies of one system in one region": lambda: [
        make_body(region=region, system=Body.System.NPC) for region in [make_region()] for _ in range(2)
    ],
    "the same session twice": lambda: [make_session(body=body) for body in [make_body()] for _ in range(2)],
    "session 0": lambda: make_session(ordinal=0),
    "an inferred region that is not given": lambda: make_membership(region_inferred=True),
    "the same seat twice": lambda: [
        make_membership(delegate=delegate, body=body)
        for delegate, body in [(make_delegate(), make_body())]
        for _ in range(2)
    ],
    "two regions with one code": lambda: [make_region(iso_code="CN-SH") for _ in range(2)],
    "a source without known reliability": lambda: make_source(reliability="rumour"),
    "two sources at one address": lambda: [make_source(url="https://example.org/a") for _ in range(2)],
    "an agency without name": lambda: Agency.objects.create(slug="x", kind=Agency.Kind.MINISTRY),
}


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN)
def test_the_database_refuses(make):
    assert refused(make)


def test_what_history_rests_on_cannot_be_deleted():
    region, topic = make_region(), make_topic()
    child_region, child_topic = make_region(parent=region), make_topic(parent=topic)
    session = make_session(body=make_body(region=child_region))
    delegate, agency, source = make_delegate(), make_agency(), make_source()
    make_membership(delegate=make_delegate(), body=session.body)
    proposal = make_proposal(session=session, delegates=[delegate])
    make_recommendation(proposal=proposal, to=[agency])
    Citation.objects.create(source=source, proposal=proposal)
    for thing in (region, child_region, topic, session, session.body, delegate, agency, source):
        with pytest.raises(ProtectedError):
            thing.delete()
    child_topic.delete()


def test_a_topic_takes_in_what_lies_below_it_in_proposals_and_in_recommendations():
    top = make_topic()
    middle = make_topic(parent=top)
    leaf = make_topic(parent=middle)
    whole, part, other = make_proposal(topics=[leaf]), make_proposal(), make_proposal(topics=[make_topic()])
    make_recommendation(proposal=part, topics=[leaf])
    assert set(Proposal.objects.about(top)) == {whole, part}
    assert set(Proposal.objects.about(leaf)) == {whole, part}
    assert other not in Proposal.objects.about(middle)
    assert Proposal.objects.about(top).count() == 2


def test_a_region_takes_in_its_zones():
    province = make_region()
    proposal = make_proposal(regions=[make_region(parent=province, kind=Region.Kind.ZONE)])
    make_proposal(regions=[make_region()])
    assert list(Proposal.objects.for_region(province)) == [proposal]


def test_by_means_any_proposer_and_by_first_proposer_the_first():
    first, second = make_delegate(), make_delegate()
    proposal = make_proposal(delegates=[first, second])
    assert list(Proposal.objects.by(second)) == list(Proposal.objects.by_first_proposer(first)) == [proposal]
    assert not Proposal.objects.by_first_proposer(second)


def test_to_means_the_agency_and_those_below_it_and_at_level_the_body():
    ministry = make_agency()
    proposal = make_proposal(session=make_session(body=make_body(level=Level.PROVINCIAL)))
    make_recommendation(proposal=proposal, to=[make_agency(parent=ministry)])
    make_proposal(session=make_session(), recommendations=1)
    assert list(Proposal.objects.to(ministry)) == [proposal]


def test_published_leaves_out_drafts_and_for_cards_keeps_the_order_asked_for():
    draft, one, two = make_proposal(), make_proposal(published=True), make_proposal(published=True)
    assert set(Proposal.objects.published()) == {one, two}
    assert Proposal.objects.for_cards([two.pk, draft.pk, one.pk]) == [two, one]
    assert not Recommendation.objects.for_cards([make_recommendation(proposal=draft).pk])


def test_a_tree_has_no_rings():
    top = make_topic()
    leaf = make_topic(parent=make_topic(parent=top))
    top.parent = leaf
    with pytest.raises(ValidationError, match="rings"):
        top.full_clean()


def test_a_congress_has_delegations_and_the_cppcc_has_sectors():
    congress = make_body(system=Body.System.NPC)
    seat = Membership(delegate=make_delegate(), body=congress, term=14, role=Membership.Role.DEPUTY)
    seat.delegation_en = "Zhejiang"
    seat.full_clean()
    seat.body = make_body(system=Body.System.CPPCC)
    with pytest.raises(ValidationError, match="delegations"):
        seat.full_clean()


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (make_session, {"opened": "2024-03-10", "closed": "2024-03-01"}),
        (make_session, {"opened": "2023-03"}),
        (make_membership, {"began": "2023-03", "ended": "2023-02"}),
        (make_membership, {"role": Membership.Role.DEPUTY}),
        (make_proposal, {"kind": Proposal.Kind.BILL}),
        (make_proposal, {"submitted": "2030-01"}),
        (make_region, {"iso_code": "XX-XXX"}),
        (make_region, {"gb_code": "abc"}),
        (make_delegate, {"wikidata": "<script>"}),
    ],
)
def test_what_cannot_be_is_refused_with_a_message_beside_its_field(make, fields):
    row = make()
    row.full_clean()
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert set(refused.value.message_dict) == {list(fields)[-1]}


def test_what_is_known_less_exactly_contradicts_nothing():
    make_session(opened="2024", closed="2024-03").full_clean()
    make_membership(began="2023-03", ended="2023").full_clean()
    make_membership(ended="2023").full_clean()


def test_a_proposal_finds_a_slug_that_is_free():
    make_proposal(title="Other", slug="found-a-bank-3")
    slugs = [make_proposal(title="Found a bank", slug="").slug for _ in range(3)]
    assert slugs == ["found-a-bank", "found-a-bank-2", "found-a-bank-4"]
    assert Proposal.objects.create(session=make_session(), title_zh="关于建库的提案").slug == "proposal"


@pytest.mark.parametrize(
    ("body", "term", "ordinal", "english", "chinese"),
    [
        (
            ("CPPCC National Committee", "全国政协"),
            14,
            2,
            "14th CPPCC National Committee, 2nd session",
            "全国政协十四届二次会议",
        ),
        (
            ("National People's Congress", "全国人大"),
            3,
            1,
            "3rd National People's Congress, 1st session",
            "全国人大三届一次会议",
        ),
        (("CPPCC Shanghai Committee", ""), 21, 13, "21st CPPCC Shanghai Committee, 13th session", ""),
        (("City Congress", "市人大"), 20, 3, "20th City Congress, 3rd session", "市人大二十届三次会议"),
    ],
)
def test_a_session_is_named_as_the_field_names_it(body, term, ordinal, english, chinese):
    session = Session(body=Body(name_en=body[0], short_name_zh=body[1]), term=term, ordinal=ordinal)
    assert (session.name_en, session.name_zh) == (english, chinese)


def test_the_seat_and_the_employer_are_those_of_the_time():
    delegate = make_delegate()
    session = make_session(term=14, year=2024, opened="2024-03")
    make_membership(delegate=delegate, body=session.body, term=13)
    member = make_membership(delegate=delegate, body=session.body, term=14)
    assert delegate.seat_in(session) == member
    office = make_membership(delegate=delegate, body=session.body, term=14, role=Membership.Role.STANDING)
    delegate = type(delegate).objects.get(pk=delegate.pk)
    assert delegate.seat_in(session) == office
    old = delegate.positions.create(employer_en="Old", began="2001", ended="2023-12")
    held = [
        delegate.positions.create(employer_en="Open"),
        delegate.positions.create(employer_en="Till that month", ended="2024-03"),
        delegate.positions.create(employer_en="Since that year", began="2024"),
    ]
    later = delegate.positions.create(employer_en="Later", began="2024-04")
    assert set(delegate.positions_at("2024-03")) == set(held)
    assert {old, later} & set(delegate.positions_at("2024")) == {later}
