"""When what the public is shown changed last: moved by each visible change, and by nothing else."""

import importlib

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from people.doubles import merge
from people.models import Delegate, NameVariant
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Lineage,
    PolicyDocument,
    Proposal,
    Recommendation,
    RecommendationOutcome,
    Reply,
    ShownProposal,
    ShownReply,
    Source,
    Sponsorship,
    Topic,
)
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_delegate,
    make_echo,
    make_event,
    make_figure,
    make_proposal,
    make_recommendation,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)
from tests.site import FOUNDING_DATA


def times():
    """When what each proposal and each reply shows changed last, by what it is and its key."""
    proposals = Proposal.objects.published().with_public_times().values_list("pk", "changed_in_public")
    replies = Reply.objects.published().with_public_times().values_list("pk", "changed_in_public")
    return {("proposal", key): at for key, at in proposals} | {("reply", key): at for key, at in replies}


@pytest.fixture
def fruit(db):
    """Two public proposals, of which one has each kind of row and a public reply, and a draft."""
    topic, region = make_topic(slug="stone-fruit"), make_region(slug="orchard")
    agency, delegate, source = make_agency(slug="office"), make_delegate(slug="gardener"), make_source(slug="paper")
    one = make_proposal(
        title="Plant quinces",
        slug="one",
        session=make_session(year=2024),
        topics=[topic],
        regions=[region],
        delegates=[delegate],
        recommendations=[{"text": "Plant", "topics": [topic], "to": [agency], "sources": [source]}, "Prune"],
        sources=[source],
        published=True,
    )
    make_figure(proposal=one, value="7", sources=[source])
    make_event(proposal=one, source=source)
    other = make_proposal(
        title="Plant medlars",
        slug="other",
        session=make_session(year=2023),
        delegates=[delegate],
        recommendations=1,
        published=True,
    )
    make_proposal(title="Plant pears", slug="draft", session=make_session(year=2022), recommendations=1)
    make_reply(slug="reply", to=[one], agency=agency, source=source, outcomes={one.recommendations.first(): "planned"})
    make_echo(recommendation=one.recommendations.first(), issuer=agency, source=source)
    return one, other


def edit(model, change, **by):
    """Make a function that changes the first row of a model and saves it."""

    def save():
        row = model.objects.filter(**by).order_by("pk").first()
        for name, value in change.items():
            setattr(row, name, value)
        row.save()

    return save


def get(slug):
    return Proposal.objects.get(slug=slug)


ONE, OTHER, REPLY = "one", "other", "reply"
VISIBLE = {
    "title": (edit(Proposal, {"title_en": "Plant more quinces"}, slug=ONE), {ONE}),
    "summary": (edit(Proposal, {"summary_zh": "种树。"}, slug=ONE), {ONE}),
    "editor's note": (edit(Proposal, {"note_en": "As reported."}, slug=ONE), {ONE}),
    "topic taken out": (lambda: get(ONE).topics.clear(), {ONE}),
    "region added": (lambda: get(ONE).target_regions.add(make_region()), {ONE}),
    "recommendation": (edit(Recommendation, {"text_en": "Plant at once"}, text_en="Plant"), {ONE}),
    "recommendation added": (lambda: make_recommendation(proposal=get(ONE), text="Graft"), {ONE}),
    "recommendation deleted": (lambda: Recommendation.objects.get(text_en="Prune").delete(), {ONE}),
    "topic of a recommendation": (
        lambda: Recommendation.objects.get(text_en="Prune").topics.set([make_topic()]),
        {ONE},
    ),
    "addressee added": (
        lambda: Addressee.objects.create(
            recommendation=Recommendation.objects.get(text_en="Prune"), agency=make_agency()
        ),
        {ONE},
    ),
    "addressee inferred": (edit(Addressee, {"stated": False}), {ONE}),
    "figure": (edit(Figure, {"value": "8"}), {ONE}),
    "citation": (edit(Citation, {"passage": "p. 3"}, proposal__slug=ONE), {ONE}),
    "source cited": (lambda: Citation.objects.create(proposal=get(ONE), source=make_source()), {ONE}),
    "delegate joins": (
        lambda: Sponsorship.objects.create(proposal=get(ONE), order=2, delegate=make_delegate()),
        {ONE},
    ),
    "delegate leaves": (lambda: Sponsorship.objects.get(proposal__slug=ONE).delete(), {ONE}),
    "event": (lambda: make_event(proposal=get(ONE), stage="assigned", agency=make_agency(), role="lead"), {ONE}),
    "event corrected": (edit(Event, {"date": "2024-04"}), {ONE}),
    "event deleted": (lambda: Event.objects.get().delete(), {ONE}),
    "relation to a public proposal": (
        lambda: Lineage.objects.create(proposal=get(ONE), other=get(OTHER), relation="like"),
        {ONE, OTHER},
    ),
    "new reply": (lambda: make_reply(slug="second", to=[get(OTHER)]), {OTHER, "second"}),
    "reply": (edit(Reply, {"outcome": "declined"}), {ONE, REPLY}),
    "reply answers another too": (
        lambda: Answer.objects.create(reply=Reply.objects.get(), proposal=get(OTHER)),
        {OTHER, REPLY},
    ),
    "reply answers one no longer": (
        lambda: Answer.objects.filter(proposal__slug=ONE).first().delete(),
        {ONE},
    ),
    "outcome of a recommendation": (edit(RecommendationOutcome, {"quotation_en": "We will."}), {ONE, REPLY}),
    "passage that takes it up": (edit(Echo, {"passage_en": "Quinces are supported."}), {ONE}),
    "title of the policy document": (edit(PolicyDocument, {"title_en": "Notice on fruit"}), {ONE}),
}
INVISIBLE = {
    "save without change": lambda: get(ONE).save(),
    "save of a row without change": edit(Recommendation, {}),
    "save of a reply without change": edit(Reply, {}),
    "the same topics again": lambda: get(ONE).topics.set([*Topic.objects.filter(slug="stone-fruit")]),
    "a topic that is there": lambda: get(ONE).topics.add(Topic.objects.get(slug="stone-fruit")),
    "note on a reply": edit(Reply, {"note": "Ask again."}),
    "note on a policy document": edit(PolicyDocument, {"note": "Scan it."}),
    "address": edit(Proposal, {"slug": "quinces"}, slug=ONE),
    "draft": edit(Proposal, {"title_en": "Plant more pears"}, slug="draft"),
    "draft by the same delegate": lambda: make_proposal(delegates=[Delegate.objects.get()], recommendations=1),
    "relation to a draft": lambda: Lineage.objects.create(proposal=get("draft"), other=get(ONE), relation="like"),
    "found not to be related": lambda: Lineage.objects.create(
        proposal=get(ONE), other=get(OTHER), relation="unrelated"
    ),
    "reply answers a draft too": lambda: Answer.objects.create(reply=Reply.objects.get(), proposal=get("draft")),
    "outcome of a draft's recommendation": lambda: RecommendationOutcome.objects.create(
        reply=Reply.objects.get(), recommendation=get("draft").recommendations.get(), outcome="planned"
    ),
    "name of a delegate": edit(Delegate, {"name_en": "Gardener"}),
    "spelling of a delegate": lambda: NameVariant.objects.create(delegate=Delegate.objects.get(), spelling="Gardner"),
    "name of a topic": edit(Topic, {"name_en": "Quinces and medlars"}),
    "title of a source": edit(Source, {"title": "Daily paper"}),
    "fault of a link": lambda: Source.objects.update(link_fault="404"),
}


def moved(change):
    before = times()
    change()
    after = times()
    assert all(after[key] > before[key] for key in before if key in after and after[key] != before[key])
    slugs = {("proposal", each.pk): each.slug for each in Proposal.objects.all()}
    slugs |= {("reply", each.pk): each.slug for each in Reply.objects.all()}
    return {slugs[key] for key, at in after.items() if before.get(key) != at}


def each_alone(changes):
    """What each change moves, made by itself, row by row as it is saved and as one edit; all of it is taken back."""
    found = {}
    for name, change in changes.items():
        for how in (change, recorded()(change)):
            with transaction.atomic():
                found.setdefault(name, []).append(moved(how))
                transaction.set_rollback(True)
    return found


def test_a_visible_change_moves_the_time_of_what_shows_it_and_no_other(fruit):
    found = each_alone({name: change for name, (change, _) in VISIBLE.items()})
    assert found == {name: [expected, expected] for name, (_, expected) in VISIBLE.items()}


def test_what_the_public_does_not_see_moves_no_time(fruit):
    assert each_alone(INVISIBLE) == {name: [set(), set()] for name in INVISIBLE}


def test_a_proposal_that_becomes_public_changes_then_and_so_do_its_replies(fruit):
    draft = get("draft")
    Answer.objects.create(reply=Reply.objects.get(), proposal=draft)
    draft.state = Proposal.State.PUBLISHED
    assert moved(draft.save) == {"draft", REPLY}
    assert ShownProposal.objects.get(proposal=draft).changed >= draft.published_at
    draft.state, draft.withdrawn_because_en = Proposal.State.WITHDRAWN, "Entered twice"
    draft.withdrawn_at = timezone.now()
    assert moved(draft.save) == {REPLY}
    assert ("proposal", draft.pk) not in times()
    draft.state = Proposal.State.PUBLISHED
    assert moved(draft.save) == {"draft", REPLY}


def test_a_reply_is_public_since_what_it_answers_is(fruit):
    reply = make_reply(slug="early", to=[get("draft")])
    assert not ShownReply.objects.filter(reply=reply).exists()
    draft = get("draft")
    draft.state = Proposal.State.PUBLISHED
    draft.save()
    since = ShownReply.objects.get(reply=reply).since
    assert since > reply.created
    reply.title_en = "Another"
    reply.save()
    shown = ShownReply.objects.get(reply=reply)
    assert shown.since == since < shown.changed


def test_two_proposals_made_one_leave_the_time_of_the_one_that_is_kept(fruit):
    one, other = fruit
    assert moved(recorded()(lambda: merge(one, other))) == {ONE}
    assert not ShownProposal.objects.filter(proposal_id=other.pk).exists()


def test_what_is_loaded_has_the_time_of_its_loading_until_it_changes(db):
    begun = timezone.now()
    call_command("load_dataset", str(FOUNDING_DATA), verbosity=0)
    loaded = times()
    assert len(loaded) == 5
    assert all(begun < at < timezone.now() for at in loaded.values())
    call_command("load_dataset", str(FOUNDING_DATA), verbosity=0)
    assert times() == loaded


def test_a_record_from_before_gets_the_times_of_its_last_public_edits(fruit):
    edit(Reply, {"outcome": "declined"})()
    known = times()
    assert known[("proposal", fruit[0].pk)] > known[("proposal", fruit[1].pk)]
    ShownProposal.objects.all().delete()
    ShownReply.objects.all().delete()
    importlib.import_module("proposals.migrations.0013_what_is_shown").fill(apps, None)
    filled = times()
    assert filled.keys() == known.keys()
    assert all(abs((filled[key] - at).total_seconds()) < 2 for key, at in known.items())
    assert filled[("proposal", fruit[0].pk)] > filled[("proposal", fruit[1].pk)]
    assert not ShownProposal.objects.filter(proposal__slug="draft").exists()
