"""From draft to public: who may take which step, what must be there first, and what is said."""

import pytest
from django.contrib.auth.models import Group

from people.history import lock
from proposals.models import Proposal
from proposals.models.outbox import recorded
from proposals.models.workflow import STEPS, checklist, objections, steps_from, take
from tests.admin_pages import address, errors_of, messages_of, sent_back
from tests.factories import make_proposal, make_source, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(django_user_model, client, roles):
    """Make a member of staff with a role; each comes with a browser that is logged in."""

    def make(role):
        user = django_user_model.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        browser = type(client)()
        browser.force_login(user)
        browser.user = user
        return browser

    return make


@pytest.fixture
def team(settings):
    """More than one person works here."""
    settings.ONE_PERSON_TEAM = False


def ready(**fields):
    """A proposal that has all that publishing needs."""
    return make_proposal(recommendations=1, sources=[make_source()], **fields)


def press(browser, proposal, step, **fields):
    """Press a button below the form of a proposal; give what is said then."""
    url = address(Proposal, "change", proposal.pk)
    entered = sent_back(browser.get(url)) | {f"_step_{step}": "1"} | fields
    return messages_of(browser.post(url, entered, follow=True))


def state(proposal):
    return Proposal.objects.get(pk=proposal.pk).state


def test_an_analyst_sends_to_review_and_a_reviewer_publishes(member, team):
    analyst, reviewer, proposal = member("analyst"), member("reviewer"), ready(title="Quince")
    assert press(analyst, proposal, "send")[0] == "“Quince” waits for review now."
    assert state(proposal) == "review"
    assert press(reviewer, proposal, "publish")[0] == "“Quince” is public now."
    assert Proposal.objects.published().get().title_en == "Quince"


def test_who_wrote_any_of_it_does_not_publish_it(member, team):
    analyst, reviewer, proposal = member("analyst"), member("reviewer"), ready(title="Quince")
    press(analyst, proposal, "send")
    said = press(reviewer, proposal, "publish", title_en="Quinces")
    assert said[0] == "Saved, but no more than that. You changed it: somebody else publishes it."
    said = press(reviewer, proposal, "publish")
    assert said[0] == "Saved, but no more than that. You worked on it: somebody else publishes it."
    press(member("administrator"), proposal, "publish")
    assert Proposal.objects.published().get().title_en == "Quinces"


def test_an_analyst_brings_no_old_version_before_the_public(member, team):
    analyst, proposal = member("analyst"), ready(title="Never public")
    proposal.title_en, proposal.state = "Public", "published"
    proposal.save()
    assert analyst.get(f"/admin/proposals/proposal/{proposal.pk}/history/1/restore/").status_code == 403


def test_an_analyst_deletes_nothing_public_in_bulk(member):
    analyst, proposal = member("analyst"), ready(published=True)
    sent = {"action": "delete_selected", "_selected_action": [proposal.pk], "post": "yes"}
    analyst.post(address(Proposal), sent)
    assert Proposal.objects.filter(pk=proposal.pk).exists()


def test_who_sent_it_does_not_publish_it(member, team):
    reviewer, other, proposal = member("reviewer"), member("administrator"), ready()
    press(reviewer, proposal, "send")
    said = press(reviewer, proposal, "publish")
    assert said[0] == "Saved, but no more than that. You sent it to review: somebody else publishes it."
    assert state(proposal) == "review"
    press(other, proposal, "publish")
    assert state(proposal) == "published"


def test_one_person_publishes_a_draft_at_once(member, settings):
    settings.ONE_PERSON_TEAM = True
    proposal = ready()
    press(member("reviewer"), proposal, "publish")
    assert state(proposal) == "published"


def test_an_analyst_does_not_publish(member, team):
    analyst, proposal = member("analyst"), ready(state="review")
    assert "Publish" not in {str(step.label) for step in steps_from(proposal, analyst.user)}
    said = press(analyst, proposal, "publish", title_en="Kept all the same")
    assert said[0] == "Saved, but no more than that. You may not do this."
    assert Proposal.objects.get().title_en == "Kept all the same"
    assert state(proposal) == "review"


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"sources": [1]}, "at least one recommendation"),
        ({"recommendations": 1}, "a source"),
        ({}, "at least one recommendation, a source"),
    ],
)
def test_what_is_required_must_be_there(member, fields, lacks):
    if "sources" in fields:
        fields = {**fields, "sources": [make_source()]}
    proposal = make_proposal(state="review", **fields)
    said = press(member("reviewer"), proposal, "publish")
    assert said[0] == f"Saved, but no more than that. It lacks {lacks}."
    assert state(proposal) == "review"


def test_what_is_only_wanted_does_not_stand_in_the_way(member):
    proposal = ready(state="review")
    assert [item.text for item in checklist(proposal) if not item.there] == [
        "a topic",
        "who put it forward",
        "a target region",
        "a summary",
    ]
    assert objections(proposal, STEPS["publish"], member("reviewer").user) == []


def test_the_form_says_what_is_missing(member):
    browser = member("analyst")
    proposal = make_proposal(topics=[make_topic()])
    html = browser.get(address(Proposal, "change", proposal.pk)).text
    assert "✗ a source (needed to publish)" in html
    assert "✓ a topic" in html
    assert "○ a summary (missing)" in html


def test_a_withdrawal_gives_the_public_its_reason(member, client, team):
    reviewer, proposal = member("reviewer"), ready(title="Quince", published=True)
    url = f"/admin/proposals/proposal/{proposal.pk}/withdraw/"
    assert "Say why" in reviewer.post(url, {"reason_en": " "}).text
    assert state(proposal) == "published"
    reviewer.post(url, {"reason_en": "Entered twice"})
    answer = client.get(proposal.get_absolute_url())
    assert answer.status_code == 410
    assert "Entered twice" in answer.text
    assert "Quince" not in answer.text
    press(reviewer, proposal, "reopen")
    assert state(proposal) == "draft"
    assert client.get(proposal.get_absolute_url()).status_code == 404
    assert Proposal.objects.get().withdrawn_because_en == ""


def test_of_two_who_withdraw_at_once_the_second_is_told(member, monkeypatch):
    first, second, proposal = member("reviewer"), member("administrator"), ready(published=True)

    def wait(waiting):
        take(Proposal.objects.get(), STEPS["withdraw"], first.user, reason_en="Entered twice")
        lock(waiting)

    monkeypatch.setattr("proposals.admin.workflow.lock", wait)
    answer = second.post(f"/admin/proposals/proposal/{proposal.pk}/withdraw/", {"reason_en": "Wrong"})
    assert "It is not “Published” but “Withdrawn”." in answer.text
    assert Proposal.objects.get().withdrawn_because_en == "Entered twice"


def test_an_analyst_neither_withdraws_nor_deletes_what_was_public(member):
    analyst, proposal, draft = member("analyst"), ready(published=True), ready()
    assert analyst.get(f"/admin/proposals/proposal/{proposal.pk}/withdraw/").status_code == 403
    assert analyst.post(address(Proposal, "delete", proposal.pk), {"post": "yes"}).status_code == 403
    assert analyst.post(address(Proposal, "delete", draft.pk), {"post": "yes"}).status_code == 302
    assert list(Proposal.objects.all()) == [proposal]


def chosen(action, *proposals, **fields):
    return {"action": action, "_selected_action": [proposal.pk for proposal in proposals], **fields}


def test_many_are_counted_before_they_are_published(member, team):
    reviewer, url = member("reviewer"), address(Proposal)
    good, bare, draft = ready(state="review"), make_proposal(title="Bare", state="review"), ready(title="Draft")
    asked = reviewer.post(url, chosen("publish", good, bare, draft))
    assert not Proposal.objects.published().exists()
    assert "Publish: 1 proposal<" in asked.text
    assert "2 stay as they are" in asked.text
    assert "Bare: It lacks at least one recommendation, a source." in asked.text
    assert "Draft: It is not “In review” but “Draft”." in asked.text
    seen = [f"{each.proposal.pk}:{each.version}" for each in asked.context["ready"]]
    done = reviewer.post(url, chosen("publish", good, confirmed="1", seen=seen), follow=True)
    assert messages_of(done) == ["Publish: 1 proposal."]
    assert state(good) == "published"


def test_what_was_changed_before_it_was_confirmed_is_left_as_it_is(member, team):
    reviewer, proposal = member("reviewer"), ready(title="Quince", state="review")
    asked = reviewer.post(address(Proposal), chosen("publish", proposal))
    seen = [f"{each.proposal.pk}:{each.version}" for each in asked.context["ready"]]
    proposal.title_en = "Something else"
    proposal.save()
    done = reviewer.post(address(Proposal), chosen("publish", proposal, confirmed="1", seen=seen), follow=True)
    assert "Left as it is: Something else. It was changed meanwhile." in messages_of(done)
    assert state(proposal) == "review"


def test_many_are_withdrawn_for_one_reason(member, client):
    reviewer, proposals = member("reviewer"), [ready(published=True) for _ in range(2)]
    asked = reviewer.post(address(Proposal), chosen("withdraw", *proposals))
    seen = [f"{each.proposal.pk}:{each.version}" for each in asked.context["ready"]]
    refused = reviewer.post(address(Proposal), chosen("withdraw", *proposals, confirmed="1", seen=seen))
    assert "Say why" in refused.text
    reason = {"confirmed": "1", "seen": seen, "reason_zh": "重复"}
    reviewer.post(address(Proposal), chosen("withdraw", *proposals, **reason))
    assert [client.get(each.get_absolute_url()).status_code for each in proposals] == [410, 410]


def test_the_preview_is_the_page_that_the_public_gets(member, client):
    proposal = ready(title="Quince", topics=[make_topic()])
    browser = member("reader")
    preview = browser.get(f"/admin/preview/{proposal.pk}/")
    assert preview.status_code == 200
    assert client.get(f"/admin/preview/{proposal.pk}/").status_code == 302
    proposal.state = "published"
    proposal.save()
    public = client.get(proposal.get_absolute_url())
    before, after = (page.text[page.text.index("<h1") :] for page in (preview, public))
    published = after[after.index("Published here") : after.index("</p>", after.index("Published here"))]
    assert before.split() == after.replace(published, "").split()


def test_a_new_proposal_is_sent_to_review_with_its_first_save(member, team):
    analyst = member("analyst")
    template = ready()
    entered = sent_back(analyst.get(address(Proposal, "add"))) | {
        "title_en": "Quince",
        "session": template.session_id,
        "_step_send": "1",
    }
    said = messages_of(analyst.post(address(Proposal, "add"), entered, follow=True))
    assert said[0] == "“Quince” waits for review now."
    assert Proposal.objects.get(title_en="Quince").state == "review"


def test_what_is_public_keeps_a_recommendation_and_a_source(member, client):
    reviewer, proposal = member("reviewer"), ready(published=True, title="Quince")
    url = address(Proposal, "change", proposal.pk)
    said = "“Quince” is public and keeps a recommendation and a source: withdraw it first."
    for rows in ("recommendations", "citations"):
        entered = sent_back(reviewer.get(url)) | {f"{rows}-0-DELETE": "on", "note_en": "typed"}
        page = reviewer.post(url, entered)
        assert errors_of(page)["__all__"] == [said]
        assert page.context["adminform"].form["note_en"].value() == "typed", "nothing that was typed is lost"
    row, citation = proposal.recommendations.get(), proposal.citations.get()
    for part in (row, citation):
        page = reviewer.post(address(type(part), "delete", part.pk), {"post": "yes"}, follow=True)
        assert messages_of(page) == [said]
        assert type(part).objects.filter(pk=part.pk).exists()
    proposal.recommendations.create(order=2, text_en="More")
    assert reviewer.post(url, sent_back(reviewer.get(url)) | {"recommendations-0-DELETE": "on"}).status_code == 302
    assert [each.text_en for each in proposal.recommendations.all()] == ["More"]


def test_nobody_brings_their_own_draft_before_the_public_by_a_merger(member, team):
    reviewer, public = member("reviewer"), ready(published=True, title="Quince")
    with recorded(reviewer.user):
        draft = ready(title="Quince again")
    url = address(Proposal, "merge", public.pk, draft.pk)
    seen = reviewer.get(url).context["seen"]
    assert "nobody has reviewed" in messages_of(reviewer.post(url, {"seen": seen}, follow=True))[0]
    other = member("administrator")
    other.post(url, {"seen": seen})
    assert not Proposal.objects.filter(pk=draft.pk).exists()
