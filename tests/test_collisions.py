"""Two analysts change one record: the second sees what the first did, and nobody's words are lost."""

import pytest

from people.doubles import merge
from people.history import Version
from people.models import Delegate
from people.presence import Presence
from proposals.models import Citation, Proposal, Recommendation
from proposals.models.outbox import recorded
from tests.admin_pages import address, errors_of, messages_of, sent_back
from tests.factories import make_agency, make_delegate, make_proposal, make_source, make_topic

pytestmark = pytest.mark.django_db
SOMEBODY = ["Somebody else changed this after you opened it. Nothing is saved: look, save again."]


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def proposal():
    with recorded():
        return make_proposal(title="Quince", recommendations=["one", "two", "three"], topics=[make_topic(name="Fruit")])


def opened(analyst, row):
    return sent_back(analyst.get(address(type(row), "change", row.pk)))


def posted(analyst, row, entered):
    return analyst.post(address(type(row), "change", row.pk), entered)


def change(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def collisions(response):
    return [
        (each.row, each.texts.label, each.texts.before, each.texts.after)
        for each in response.context["conflict"].collisions
    ]


def texts(proposal):
    return [row.text_en for row in proposal.recommendations.order_by("order")]


def test_where_both_changed_the_same_both_stand_side_by_side(analyst, proposal):
    entered = opened(analyst, proposal) | {"title_en": "Mine", "recommendations-1-text_en": "my two"}
    with recorded(reason="Theirs"):
        change(proposal, title_en="Theirs")
        change(proposal.recommendations.get(order=2), text_en="their two")
    response = posted(analyst, proposal, entered)
    assert response.status_code == 200
    assert errors_of(response) == {"__all__": SOMEBODY}
    assert collisions(response) == [
        ("Theirs", "Title", "Theirs", "Mine"),
        ("2. their two", "Text", "their two", "my two"),
    ]
    assert "Theirs" in response.text
    assert (Proposal.objects.get().title_en, texts(proposal)) == ("Theirs", ["one", "their two", "three"])
    assert posted(analyst, proposal, sent_back(response)).status_code == 302
    assert (Proposal.objects.get().title_en, texts(proposal)) == ("Mine", ["one", "my two", "three"])


def test_of_two_new_ones_at_the_same_moment_both_are_saved(analyst, proposal, monkeypatch):
    """The first makes the slug that is free; the second makes the same, not seeing it, and waits for the first."""
    slugs = [proposal.slug, "two"]
    monkeypatch.setattr(Proposal, "free_slug", lambda _self: slugs.pop(0))
    entered = sent_back(analyst.get(address(Proposal, "add")))
    entered |= {"session": proposal.session_id, "title_zh": "关于建库的提案", "_continue": "1"}
    said = messages_of(analyst.post(address(Proposal, "add"), entered, follow=True))
    assert [message.split()[0] for message in said] == ["The"]
    assert set(Proposal.objects.values_list("slug", flat=True)) == {proposal.slug, "two"}


def test_what_only_the_other_changed_stays_changed(analyst, proposal):
    topic, agency = make_topic(), make_agency()
    entered = opened(analyst, proposal) | {"number": "12", "recommendations-0-inferred": [agency.pk]}
    with recorded():
        change(proposal, title_en="Theirs", proposers_in_all=9)
        proposal.topics.add(topic)
        change(proposal.recommendations.get(order=3), text_en="their three", implied=True)
    response = posted(analyst, proposal, entered)
    assert (errors_of(response), collisions(response)) == ({"__all__": SOMEBODY}, [])
    assert posted(analyst, proposal, sent_back(response)).status_code == 302
    now = Proposal.objects.get()
    assert (now.title_en, now.number, now.proposers_in_all, now.topics.count()) == ("Theirs", "12", 9, 2)
    assert texts(proposal) == ["one", "two", "their three"]
    assert proposal.recommendations.get(order=3).implied
    assert proposal.recommendations.get(order=1).addressees.get().agency == agency


def test_rows_that_the_other_added_or_deleted_come_and_go(analyst, proposal):
    entered = opened(analyst, proposal) | {"recommendations-3-text_en": "mine"}
    with recorded():
        proposal.recommendations.get(order=1).delete()
        proposal.recommendations.create(order=7, text_en="theirs")
    response = posted(analyst, proposal, entered)
    assert collisions(response) == []
    assert posted(analyst, proposal, sent_back(response)).status_code == 302
    assert texts(proposal) == ["two", "three", "theirs", "mine"]


def test_a_row_that_the_other_deleted_comes_back_if_something_was_typed_in_it(analyst, proposal):
    entered = opened(analyst, proposal) | {"recommendations-1-text_en": "my two"}
    proposal.recommendations.get(order=2).delete()
    response = posted(analyst, proposal, entered)
    assert [each[1:] for each in collisions(response)] == [("deleted meanwhile", "", "comes back when you save")]
    assert posted(analyst, proposal, sent_back(response)).status_code == 302
    assert texts(proposal) == ["one", "my two", "three"]


def test_a_row_that_was_to_be_deleted_and_is_gone_stays_gone(analyst, proposal):
    entered = opened(analyst, proposal) | {"recommendations-1-DELETE": "on", "recommendations-1-text_en": "my two"}
    proposal.recommendations.get(order=2).delete()
    response = posted(analyst, proposal, entered)
    assert posted(analyst, proposal, sent_back(response)).status_code == 302
    assert texts(proposal) == ["one", "three"]


def test_both_add_a_proposer_and_none_is_lost(analyst, proposal):
    delegate = make_delegate()
    entered = opened(analyst, proposal) | {"sponsorships-0-delegate": make_delegate().pk}
    proposal.sponsorships.create(delegate=delegate, order=1, first=True)
    response = posted(analyst, proposal, entered)
    again = sent_back(response)
    assert posted(analyst, proposal, again).status_code == 200, "two say that they are first"
    del again["sponsorships-1-first"]
    assert posted(analyst, proposal, again).status_code == 302
    assert proposal.sponsorships.count() == 2


def test_a_part_on_its_own_page_collides_with_the_whole(analyst, proposal):
    one = proposal.recommendations.get(order=1)
    entered = opened(analyst, one) | {"text_en": "mine"}
    change(one, text_en="theirs")
    response = posted(analyst, one, entered)
    assert collisions(response) == [("1. theirs", "Text", "theirs", "mine")]
    assert posted(analyst, one, sent_back(response)).status_code == 302
    assert texts(proposal)[0] == "mine"


@pytest.mark.parametrize("version", ["", "0", "x", "99", "-1", "9" * 30])
def test_a_form_that_does_not_say_its_version_overwrites_nothing(analyst, proposal, version):
    entered = opened(analyst, proposal) | {"title_en": "Mine", "_version": version}
    response = posted(analyst, proposal, entered)
    assert response.status_code == 200
    assert Proposal.objects.get().title_en == "Quince"
    assert posted(analyst, proposal, sent_back(response)).status_code == 302
    assert Proposal.objects.get().title_en == "Mine"


def test_delegates_and_sources_are_guarded_too(analyst):
    delegate, source = make_delegate(name="Ding", variants=["Ding A"]), make_source(title="Report")
    for row, name, label in ((delegate, "name_en", "Name in Latin letters"), (source, "title", "Title")):
        entered = opened(analyst, row) | {name: "Mine"}
        change(row, **{name: "Theirs"})
        response = posted(analyst, row, entered)
        [(_, said, now, typed)] = collisions(response)
        assert (said, now, typed) == (label, "Theirs", "Mine")


def test_every_save_is_a_version_with_its_reason(analyst, proposal, admin_user):
    for turn in range(5):
        entered = opened(analyst, proposal) | {"title_en": f"Quince {turn}", "_reason": f"Turn {turn}"}
        assert posted(analyst, proposal, entered).status_code == 302
    last = Version.objects.of(proposal).order_by("-number")[:5]
    assert [(each.by, each.reason, each.name) for each in last] == [
        (admin_user, f"Turn {turn}", f"Quince {turn}") for turn in reversed(range(5))
    ]


def test_a_save_without_a_change_is_no_version(analyst, proposal):
    before = Version.objects.last(proposal)
    assert posted(analyst, proposal, opened(analyst, proposal)).status_code == 302
    assert Version.objects.last(proposal) == before


def test_who_has_it_open_is_named_to_the_next(analyst, proposal, client, django_user_model):
    other = django_user_model.objects.create_superuser("li", first_name="Li", last_name="Na")
    second = type(client)()
    second.force_login(other)
    assert 'role="status" data-open-on' in analyst.get(address(Proposal, "change", proposal.pk)).text
    assert "Also open in front of: admin</p>" in second.get(address(Proposal, "change", proposal.pk)).text
    asked = {"open_on": f"proposals.proposal {proposal.pk}"}
    assert analyst.post("/admin/presence/", asked).json() == {"others": ["Li Na"]}
    second.post(address(Proposal, "change", proposal.pk), opened(second, proposal))
    assert analyst.post("/admin/presence/", asked).json() == {"others": []}
    assert analyst.post("/admin/presence/", {"open_on": "x y"}).status_code == 400


def test_histories_are_shown_and_versions_brought_back(analyst, proposal):
    with recorded(reason="Ripe"):
        change(proposal, title_en="Quince jelly")
        proposal.recommendations.get(order=2).delete()
    page = analyst.get(address(Proposal, "history", proposal.pk))
    for said in ("Ripe", "Quince<ins> jelly</ins>", "2. two"):
        assert said in page.text
    back = f"/admin/proposals/proposal/{proposal.pk}/history/1/restore/"
    assert back in page.text
    assert "Quince<del> jelly</del>" in analyst.get(back).text
    refused = analyst.post(back, {"_reason": "Unripe", "seen": "1"}, follow=True)
    assert "The record was changed since you looked" in refused.text
    seen = analyst.get(back).context["seen"]
    assert analyst.post(back, {"_reason": "Unripe", "seen": seen}, follow=True).status_code == 200
    assert (Proposal.objects.get().title_en, texts(proposal)) == ("Quince", ["one", "two", "three"])
    assert Version.objects.of(proposal).order_by("-number").first().reason == "Unripe"


def test_what_was_deleted_is_listed_and_brought_back(analyst, proposal):
    key = proposal.pk
    analyst.post(address(Proposal, "delete", key), {"post": "yes"})
    assert not Proposal.objects.exists()
    assert "/admin/proposals/proposal/deleted/" in analyst.get(address(Proposal)).text
    page = analyst.get("/admin/proposals/proposal/deleted/")
    back = f"/admin/proposals/proposal/{key}/history/1/restore/"
    assert "Quince" in page.text
    assert back in page.text
    assert analyst.post(back, {"seen": analyst.get(back).context["seen"]}).status_code == 302
    assert texts(Proposal.objects.get(pk=key)) == ["one", "two", "three"]
    assert "Nothing was deleted that did not come back." in analyst.get("/admin/proposals/proposal/deleted/").text


def test_what_cannot_be_brought_back_says_why(analyst, proposal):
    topic = proposal.topics.get()
    proposal.topics.clear()
    topic.delete()
    back = f"/admin/proposals/proposal/{proposal.pk}/history/1/restore/"
    said = analyst.post(back, {"seen": analyst.get(back).context["seen"]}, follow=True).context["messages"]
    assert ["Nothing was changed." in str(message) for message in said] == [True]
    assert analyst.get("/admin/proposals/proposal/99999/history/1/restore/").status_code == 404
    assert analyst.get(f"/admin/proposals/proposal/{proposal.pk}/history/99/restore/").status_code == 404


def test_the_history_of_a_part_is_that_of_the_whole(analyst, proposal):
    one = proposal.recommendations.get(order=1)
    change(one, text_en="one and only")
    assert "and only" in analyst.get(address(Recommendation, "history", one.pk)).text
    delegate = make_delegate(name="Ding")
    Citation.objects.create(source=make_source(title="Report"), position=delegate.positions.create(employer_en="Betta"))
    change(delegate.positions.get(), employer_en="Betta Pharmaceuticals")
    page = analyst.get(address(Delegate, "history", delegate.pk)).text
    assert "Betta<ins> Pharmaceuticals</ins>" in page
    assert "Report" in page


def test_what_was_typed_into_a_form_of_what_is_gone_is_given_back(analyst, proposal):
    entered = opened(analyst, proposal) | {"summary_en": "Long work"}
    key = proposal.pk
    with recorded():
        proposal.delete()
    page = analyst.post(address(Proposal, "change", key), entered)
    assert page.status_code == 410
    assert "Long work" in page.text
    typed = dict(page.context["typed"])
    assert typed["Topics"] == "Fruit 某题", "what was chosen has its name"
    assert typed["Recommendation 1 · Text"] == "one"
    assert not {name for name in typed if "csrf" in name or "FORMS" in name}
    assert address(Proposal, "deleted") in page.text
    assert analyst.get(address(Proposal, "change", key)).status_code == 302


def test_a_form_of_what_was_made_one_with_another_leads_there(analyst, proposal):
    entered = opened(analyst, proposal) | {"summary_en": "Long work"}
    key, kept = proposal.pk, make_proposal(title="Kept")
    merge(kept, proposal)
    page = analyst.post(address(Proposal, "change", key), entered)
    assert "Long work" in page.text
    assert address(Proposal, "change", kept.pk) in page.text


def test_a_form_opens_while_somebody_writes_for_long(aside, admin_user, client):
    with recorded():
        row = make_proposal()
    client.force_login(admin_user)
    url = address(Proposal, "change", row.pk)
    client.get(url)
    Presence.objects.all().delete()
    with recorded():
        make_proposal()  # the database is written to from here on
        assert aside(client.get, url).result().status_code == 200


def test_a_form_says_that_it_is_still_open_while_somebody_writes_for_long(aside, admin_user, client):
    """It says so every minute: if it waited, all open forms together would leave no thread to visitors."""
    with recorded():
        row = make_proposal()
    client.force_login(admin_user)
    with recorded():
        make_proposal()
        said = aside(client.post, "/admin/presence/", {"open_on": f"{row._meta.label_lower} {row.pk}"})
        assert said.result(timeout=10).json() == {"others": []}
