"""Many edit one record at once: nobody overwrites in silence, and every edit is a version that can be brought back."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client

from people.history import Version
from people.versions import as_it_is, as_it_was, bring_back, differences
from proposals.models import Proposal
from proposals.models.outbox import recorded
from tests.admin_pages import address
from tests.factories import make_proposal


class Fields(HTMLParser):
    """What a browser would send back of a page; the test client's own contexts mix those of all threads."""

    def __init__(self, html):
        super().__init__()
        self.found, self.area, self.choice = {}, "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("submit", "checkbox"):
            self.found[name] = given.get("value") or ""
        elif tag == "input" and name and given.get("type") == "checkbox" and "checked" in given:
            self.found[name] = "on"
        elif tag == "textarea":
            self.area, self.found[name] = name, ""
        elif tag == "select":
            self.choice = name
        elif tag == "option" and "selected" in given and self.choice:
            self.found[self.choice] = given.get("value") or ""

    def handle_endtag(self, tag):
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data):
        if self.area:
            self.found[self.area] += data.removeprefix("\n") if not self.found[self.area] else data


def fields(page):
    """The fields of the form on a page, but for the empty rows that scripts copy."""
    found = Fields(page.content.decode()).found
    return {name: value for name, value in found.items() if "__prefix__" not in name and name not in ("q", "language")}


def save(number, keys, saves):
    """Save each of the proposals as often as one editor does; where it collides, look and save again.

    Each editor appends a mark of its own to the summary, and never takes anything away.
    """
    browser, saved, collided = Client(), 0, 0
    browser.force_login(User.objects.get(username=f"editor-{number}"))
    for turn in range(saves):
        url = address(Proposal, "change", keys[turn % len(keys)])
        mark = f" [{number}:{turn}]"
        entered = fields(browser.get(url))
        entered["summary_en"] += mark
        answer = browser.post(url, entered)
        while answer.status_code == 200:
            collided += 1
            entered = fields(answer)
            theirs = Proposal.objects.get(pk=keys[turn % len(keys)]).summary_en  # as an analyst reads it on the page
            entered["summary_en"] = theirs + mark
            answer = browser.post(url, entered)
        assert answer.status_code == 302
        saved += 1
    return saved, collided


@pytest.mark.parametrize(("editors", "saves"), [(3, 4), pytest.param(8, 50, marks=pytest.mark.soak)])
def test_several_save_the_same_proposals_and_no_word_is_lost(aside, editors, saves):
    with recorded():
        keys = [make_proposal(title=f"Quince {number}", recommendations=2).pk for number in range(2)]
    for number in range(editors):
        User.objects.create_superuser(f"editor-{number}")
    done = [work.result() for work in [aside(save, number, keys, saves) for number in range(editors)]]
    assert [saved for saved, _ in done] == [saves] * editors
    assert sum(collided for _, collided in done) > 0, "nobody met anybody: the test proves nothing"
    texts = " ".join(Proposal.objects.values_list("summary_en", flat=True))
    marks = {f"[{number}:{turn}]" for number in range(editors) for turn in range(saves)}
    assert [mark for mark in marks if mark not in texts] == []
    assert sum(Version.objects.last(proposal) - 1 for proposal in Proposal.objects.all()) == editors * saves


@pytest.mark.django_db
def test_two_hundred_edits_are_two_hundred_versions_each_of_which_comes_back(client, admin_user):
    with recorded():
        proposal = make_proposal(title="Quince", recommendations=["one", "two", "three"])
    stood = [as_it_is(proposal)]
    for turn in range(200):
        with recorded(admin_user, f"Turn {turn}"):
            row = proposal.recommendations.order_by("order")[turn % 3]
            row.text_en = f"turn {turn}"
            row.save()
            if turn % 50 == 7:
                proposal.recommendations.create(order=10 + turn, text_en="more")
        stood.append(as_it_is(Proposal.objects.get()))
    assert Version.objects.last(proposal) == 201
    assert all(as_it_was(Proposal, proposal.pk, number) == state for number, state in enumerate(stood, start=1))
    for number in range(1, 202, 20):
        bring_back(Proposal, proposal.pk, number)
        now = as_it_is(Proposal.objects.get())
        assert not differences(stood[number - 1], now, hidden=Proposal.set_apart)
