"""History: every edit of a record is one version of it, with the rows as they then stood; each can be brought back."""

import pytest
from django.core.exceptions import ValidationError

from people.history import Version, edit
from people.models import Delegate
from people.versions import as_it_is, as_it_was, bring_back, differences
from proposals.models import Addressee, Citation, Proposal, Recommendation, Sponsorship
from proposals.models.outbox import recorded
from tests.factories import make_agency, make_delegate, make_figure, make_proposal, make_source, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(django_user_model):
    return django_user_model.objects.create(username="editor")


@pytest.fixture
def proposal():
    """A proposal with something of everything, made in one edit."""
    with recorded():
        one = make_proposal(
            title="Hire reviewers",
            topics=[make_topic(name="Review")],
            delegates=[make_delegate()],
            recommendations=[{"text": "Hire more reviewers", "to": [make_agency()]}, "Train them"],
            sources=[make_source()],
        )
        make_figure(proposal=one, sources=[make_source()])
    return one


def versions(record):
    return list(Version.objects.of(record).order_by("number"))


def kept(record, model, number):
    """The rows of a model that were changed in a version of a record, with what was done to them."""
    [version] = Version.objects.of(record).filter(number=number)
    return {(row.history_type, row.id) for row in model.history.filter(version=version)}


def change(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def test_an_edit_of_many_rows_is_one_version(proposal, editor):
    first, second = proposal.recommendations.all()
    removed = second.pk
    with edit(editor, "Read the article again"):
        change(first, text_en="Hire a hundred reviewers")
        second.delete()
        proposal.topics.add(make_topic())
        new = proposal.recommendations.create(order=3, text_en="Pay them")
    made, last = versions(proposal)
    assert (made.number, made.by, made.reason) == (1, None, "")
    assert (last.number, last.by, last.reason, last.name) == (2, editor, "Read the article again", str(proposal))
    assert kept(proposal, Recommendation, 2) == {("~", first.pk), ("-", removed), ("+", new.pk)}
    assert kept(proposal, Proposal, 2) == {("~", proposal.pk)}
    assert kept(proposal, Addressee, 2) == set()


def test_every_row_belongs_to_the_history_of_its_record(proposal):
    delegate = proposal.delegates.get()
    [figure], [sponsorship] = proposal.figures.all(), proposal.sponsorships.all()
    rows = [proposal, figure, sponsorship, *proposal.recommendations.all()]
    rows += [*Addressee.objects.all(), *Citation.objects.on(proposal)]
    assert [row.record for row in rows] == [proposal] * len(rows)
    change(figure, value="12")
    change(delegate, note="Namesakes")
    change(delegate.memberships.create(body=proposal.session.body, term=14), term=13)
    assert len(versions(proposal)) == 2
    assert len(versions(delegate)) == 4


def test_as_it_was_is_what_it_was(proposal):
    states = [as_it_is(proposal)]
    changes = [
        lambda: change(proposal, title_en="Hire more"),
        lambda: proposal.topics.set([make_topic()]),
        lambda: proposal.recommendations.first().delete(),
        lambda: change(proposal.recommendations.get(), order=1),
        lambda: proposal.citations.all().delete(),
        lambda: Sponsorship.objects.create(proposal=proposal, organisation_en="Jiusan Society"),
    ]
    for one in changes:
        with recorded():
            one()
        states.append(as_it_is(Proposal.objects.get()))
    assert [as_it_was(Proposal, proposal.pk, number) for number in range(1, len(states) + 1)] == states


def test_what_stood_before_histories_were_kept_is_the_first_version(proposal):
    Version.objects.all().delete()
    before = as_it_is(proposal)
    change(proposal.recommendations.first(), text_en="Something else")
    assert as_it_was(Proposal, proposal.pk, 1) == before
    assert kept(proposal, Recommendation, 2) == {("~", proposal.recommendations.first().pk)}


def test_a_row_that_moves_to_another_record_leaves_the_first(proposal):
    other = make_proposal(title="Other")
    moved = proposal.recommendations.last()
    change(moved, proposal=other, order=1)
    assert kept(proposal, Recommendation, 2) == {("-", moved.pk)}
    assert kept(other, Recommendation, 2) == {("~", moved.pk)}
    assert moved.pk not in as_it_was(Proposal, proposal.pk, 2)[Recommendation]


def test_nothing_is_kept_of_what_failed(proposal):
    def fail():
        with recorded():
            change(proposal, title_en="Half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(versions(proposal)) == 1


def test_the_difference_is_told_word_by_word(proposal):
    first, second = proposal.recommendations.all()
    with recorded():
        change(first, text_en="Hire a hundred more reviewers")
        second.delete()
        proposal.topics.add(make_topic(name="Staff"))
    changed, demand, gone = differences(as_it_was(Proposal, proposal.pk, 1), as_it_was(Proposal, proposal.pk, 2))
    [topics], [text] = changed.fields, demand.fields
    assert (topics.before, topics.after) == ("Review 某题", "Review 某题; Staff 某题")
    assert list(text.pieces) == [("same", "Hire"), ("new", " a hundred"), ("same", " more reviewers")]
    assert (demand.name, demand.how) == ("1. Hire a hundred more reviewers", "~")
    assert (gone.name, gone.how) == ("2. Train them", "-")


def test_any_version_can_be_brought_back(proposal, editor):
    then = as_it_is(proposal)
    first, second = proposal.recommendations.all()
    with recorded():
        first.delete()
        change(second, order=1, text_en="Only this")
        proposal.citations.all().delete()
        proposal.topics.clear()
        change(proposal, title_en="Other", state="published")
    with edit(editor, "Version 1"):
        bring_back(Proposal, proposal.pk, 1)
    now = as_it_is(Proposal.objects.get())
    assert not differences(then, now, hidden=["state"])
    assert Proposal.objects.get().state == "published"
    assert [one.number for one in versions(proposal)] == [1, 2, 3]


def test_numbers_that_were_swapped_can_be_swapped_back(proposal):
    first, second = proposal.recommendations.all()
    with recorded():
        Recommendation.make_way([first.pk, second.pk])
        change(first, order=2)
        change(second, order=1)
    bring_back(Proposal, proposal.pk, 1)
    assert list(proposal.recommendations.order_by("order")) == [first, second]


def test_what_was_deleted_comes_back_as_a_draft_under_its_key(proposal):
    change(proposal, state="published")
    then = as_it_is(proposal)
    key = proposal.pk
    proposal.delete()
    [gone] = Version.objects.filter(gone=True)
    assert (gone.key, gone.name, gone.public) == (key, "Hire reviewers", False)
    bring_back(Proposal, key, gone.number - 1)
    again = Proposal.objects.get(pk=key)
    assert again.state == "draft"
    assert not differences(then, as_it_is(again), hidden=["state"])


def test_what_needs_something_that_is_gone_is_not_brought_back(proposal):
    topic = proposal.topics.get()
    proposal.topics.clear()
    topic.delete()
    with pytest.raises(ValidationError, match="needs what is gone"):
        bring_back(Proposal, proposal.pk, 1)
    delegate = proposal.delegates.get()
    proposal.sponsorships.all().delete()
    Delegate.objects.filter(pk=delegate.pk).delete()
    with pytest.raises(ValidationError):
        bring_back(Proposal, proposal.pk, 1)
    assert not proposal.sponsorships.exists()
