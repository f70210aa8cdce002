"""Files are given out as long as all that they hold is public, and come back by themselves."""

import json

import pytest
from django.core.management import call_command

from people.models import Membership
from proposals.downloads import held
from proposals.downloads.offered import offer
from proposals.downloads.renewing import Renewal
from proposals.models import Proposal
from proposals.views import downloads as views
from tests.factories import make_agency, make_body, make_delegate, make_event, make_proposal, make_reply, make_source
from tests.test_downloads import got, odd, taken_away, written

__all__ = ["odd"]


def unpublish(proposal):
    proposal.state = Proposal.State.DRAFT
    proposal.save()


def withdraw(proposal):
    proposal.state, proposal.withdrawn_because_en = Proposal.State.WITHDRAWN, "A hoax"
    proposal.save()


WAYS_OUT = {
    "unpublished": unpublish,
    "withdrawn": withdraw,
    "deleted": lambda proposal: proposal.delete(),
    "a reply untied": lambda proposal: proposal.answers.get().delete(),
    "a proposer taken off": lambda proposal: proposal.sponsorships.get().delete(),
    "a source taken off": lambda proposal: proposal.citations.get().delete(),
    "a recommendation deleted": lambda proposal: proposal.recommendations.get().delete(),
    "a seat deleted": lambda proposal: proposal.delegates.get().memberships.get().delete(),
    "a post deleted": lambda proposal: proposal.delegates.get().positions.get().delete(),
    "an event deleted": lambda proposal: proposal.events.filter(stage="assigned").get().delete(),
    "an addressee taken off": lambda proposal: proposal.recommendations.get().addressees.get().delete(),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_what_is_no_longer_public_takes_the_files_away_at_the_next_request(client, db, way):
    make_proposal(title="Stays", published=True)
    proposal = make_proposal(
        title="Goes",
        delegates=[delegate := make_delegate(employer="A hospital")],
        sources=[make_source()],
        recommendations=[{"to": [make_agency()]}],
        published=True,
    )
    if not delegate.memberships.exists():
        Membership.objects.create(delegate=delegate, body=make_body(), term=14)
    make_event(proposal=proposal, stage="assigned")
    make_reply(to=[proposal])
    written()
    assert not taken_away(client)
    make_proposal(title="Added", published=True)
    assert not taken_away(client)
    WAYS_OUT[way](proposal)
    assert taken_away(client)
    written()
    assert not taken_away(client)


def test_what_is_added_or_corrected_leaves_them_on_offer(client, db):
    proposal = make_proposal(title="Stays", published=True)
    there = written()
    make_proposal(title="A draft")
    proposal.title_en = "Corrected"
    proposal.save()
    make_proposal(title="Added", published=True)
    assert not taken_away(client)
    assert offer() == there
    renewed = written()
    assert (renewed.rows["proposals"], there.rows["proposals"]) == (2, 1)


def test_what_is_published_late_does_not_make_up_for_what_is_gone(client, db):
    late, gone = make_proposal(title="Late"), make_proposal(title="Gone", published=True)
    make_proposal(title="Stays", published=True)
    written()
    late.state = Proposal.State.PUBLISHED
    late.save()
    assert not taken_away(client)
    unpublish(gone)
    assert taken_away(client)


def test_no_keys_are_read_where_nothing_older_came_or_went(client, odd, monkeypatch):
    written()
    make_proposal(published=True, delegates=[make_delegate()], sources=[make_source()])
    monkeypatch.setattr(held, "_missing", lambda *_: 1 / 0)
    assert not taken_away(client)


def test_it_is_compared_once_for_each_state_of_the_record(client, db, django_assert_max_num_queries):
    make_proposal(published=True)
    written()
    make_proposal(published=True)
    assert not taken_away(client)
    with django_assert_max_num_queries(2):
        client.get("/data/popolo.json")


def test_files_that_were_taken_away_come_back_by_themselves(record_on_disk, client, settings, monkeypatch):
    settings.DOWNLOADS_RENEWED = True
    begun, renewal = [], Renewal()
    monkeypatch.setattr(views, "renewal", renewal)
    begin = renewal.begin
    monkeypatch.setattr(renewal, "begin", lambda: begun.append(begin()))
    make_proposal(published=True)
    gone = make_proposal(published=True)
    written()
    unpublish(gone)
    assert got(client, "popolo.json")[0] == 503
    client.get("/data/")
    [thread] = filter(None, begun)
    thread.join(60)
    assert got(client, "popolo.json")[0] == 200
    assert offer().rows["proposals"] == 1


def test_it_writes_if_needed_and_only_then(db):
    make_proposal(published=True)
    call_command("write_downloads", if_needed=True, verbosity=0)
    first = offer()
    gone = make_proposal(published=True)
    call_command("write_downloads", if_needed=True, verbosity=0)
    assert offer() == first
    call_command("write_downloads", verbosity=0)
    unpublish(gone)
    call_command("write_downloads", if_needed=True, verbosity=0)
    assert offer().stands
    assert offer().rows["proposals"] == 1


def test_files_of_another_record_are_not_given_out(client, db, settings):
    make_proposal(published=True)
    there = written()
    said = json.loads((there.folder / "manifest.json").read_text())
    (there.folder / "manifest.json").write_text(json.dumps(said | {"record": "other"}))
    assert taken_away(client)
