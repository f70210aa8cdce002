"""The analysts' admin: its pages, lists, searches and actions."""

import json
from unittest import mock

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from people.models import Agency, Body, Delegate, Region, Sector, Session
from proposals.models import (
    Change,
    Citation,
    Generation,
    Intake,
    Proposal,
    Recommendation,
    Source,
    Sponsorship,
    Topic,
)
from tests.admin_pages import REGISTERED, address, errors_of, make_record, sent_back
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_event,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db

SHOWN_ON_SITE = [Region, Session, Delegate, Agency, Topic]


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


def test_it_registers_the_record_and_not_the_outbox():
    ours = {model for model in admin.site._registry if model._meta.app_label in ("people", "proposals")}
    assert ours == {*REGISTERED, Intake}  # whose pages are of their own: test_intake_pages.py
    assert not admin.site.is_registered(Generation)
    assert not admin.site.is_registered(Change)


@pytest.mark.parametrize("model", REGISTERED)
def test_it_answers_on_the_pages_of_every_model(analyst, model):
    make_record()
    row = model.objects.first()
    for url in (
        address(model),
        address(model) + "?q=Ding",
        address(model) + "?_facets=True",
        address(model, "add"),
        address(model, "change", row.pk),
        address(model, "history", row.pk),
        address(model, "delete", row.pk),
    ):
        response = analyst.get(url)
        assert response.status_code == 200, url


@pytest.mark.parametrize("model", REGISTERED)
def test_it_saves_every_page_as_it_stands(analyst, model):
    make_record()
    url = address(model, "change", model.objects.first().pk)
    response = analyst.post(url, sent_back(analyst.get(url)))
    assert response.status_code == 302, errors_of(response)


def test_it_finds_by_a_variant_of_the_name(analyst):
    ding = make_delegate(name="Ding Lieming", name_zh="丁列明", variants=["Ding Leeming", "丁烈明"])
    make_delegate(name="Liu Yun")
    wanted = make_proposal(title="Promote the industry", delegates=[ding], recommendations=["Hire reviewers"])
    make_proposal(title="Promote the other industry", recommendations=["Hire others"])
    for word in ("Ding Leeming", "leeming", "丁烈明", "Ding Lieming"):
        for model, row in ((Delegate, ding), (Proposal, wanted), (Recommendation, wanted.recommendations.get())):
            found = analyst.get(address(model), {"q": word}).context["cl"].result_list
            assert list(found) == [row], (word, model)


def suggested(analyst, source_model, field, term):
    """What a field that searches offers for `term`: keys and labels."""
    opts = source_model._meta
    asked = {"app_label": opts.app_label, "model_name": opts.model_name, "field_name": field, "term": term}
    response = analyst.get(reverse("admin:autocomplete"), asked)
    assert response.status_code == 200
    return [(int(found["id"]), found["text"]) for found in json.loads(response.content)["results"]]


def test_a_field_that_searches_tells_namesakes_apart(analyst):
    national = make_body(name="CPPCC National Committee")
    first = make_delegate(name="Zhang Yi", name_zh="章毅", variants=["Zhang I"])
    second = make_delegate(name="Zhang Yi", name_zh="张毅")
    make_membership(delegate=second, body=national, term=14)
    assert suggested(analyst, Sponsorship, "delegate", "Zhang Yi") == [
        (first.pk, "Zhang Yi 章毅"),
        (second.pk, "Zhang Yi 张毅 · CPPCC National Committee, term 14"),
    ]
    assert suggested(analyst, Sponsorship, "delegate", "Zhang I") == [
        (first.pk, "Zhang Yi 章毅"),
        (second.pk, "Zhang Yi 张毅 · CPPCC National Committee, term 14"),
    ]


def test_a_session_is_found_by_the_names_it_is_offered_under(analyst):
    national = make_body(name="CPPCC National Committee", short_name_zh="全国政协")
    second = make_session(body=national, term=14, ordinal=2, year=2024)
    first = make_session(body=national, term=14, ordinal=1, year=2023)
    named = (second.pk, "14th CPPCC National Committee, 2nd session")
    for typed in (named[1], "14th cppcc 2nd", "全国政协十四届二次会议", "二次会议", "2024", "National 2024"):
        assert suggested(analyst, Proposal, "session", typed) == [named], typed
    assert [key for key, _ in suggested(analyst, Proposal, "session", "")] == [second.pk, first.pk]
    assert not suggested(analyst, Proposal, "session", "3rd")


def test_what_is_cited_can_be_found_from_a_citation(analyst):
    make_record()
    for field, term in (
        ("proposal", "Ding"),
        ("recommendation", "Ding"),
        ("figure", "Quantity"),
        ("membership", "Ding"),
        ("position", "Ding"),
        ("name_variant", "Ding"),
    ):
        assert len(suggested(analyst, Citation, field, term)) == 1, field


def test_a_proposal_is_entered_in_one_go(analyst):
    session, topic, delegate, source = make_session(), make_topic(), make_delegate(), make_source()
    other_topic, stated, inferred = make_topic(), make_agency(), make_agency()
    url = address(Proposal, "add")
    entered = sent_back(analyst.get(url)) | {
        "title_en": "Hire more reviewers",
        "session": session.pk,
        "number": "0462",
        "submitted": "2024-03",
        "topics": [topic.pk],
        "target_regions": [session.body.region_id],
        "sponsorships-0-delegate": delegate.pk,
        "recommendations-0-text_en": "Hire ten",
        "recommendations-0-topics": [topic.pk, other_topic.pk],
        "recommendations-0-stated": [stated.pk],
        "recommendations-0-inferred": [inferred.pk],
        "recommendations-1-text_en": "Hire twenty",
        "recommendations-2-text_en": "Hire thirty",
        "figures-0-value": "30",
        "figures-0-what_en": "reviewers",
        "citations-0-source": source.pk,
        "citations-0-passage": "p. 3",
    }
    response = analyst.post(url, entered)
    assert response.status_code == 302, errors_of(response)
    proposal = Proposal.objects.get()
    assert (proposal.slug, proposal.state, proposal.number) == ("hire-more-reviewers", "draft", "0462")
    assert [row.first for row in proposal.sponsorships.filter(delegate=delegate)] == [True]
    assert [(row.order, row.text_en) for row in proposal.recommendations.all()] == [
        (1, "Hire ten"),
        (2, "Hire twenty"),
        (3, "Hire thirty"),
    ]
    first = proposal.recommendations.first()
    assert set(first.topics.all()) == {topic, other_topic}
    assert {(row.agency, row.stated) for row in first.addressees.all()} == {(stated, True), (inferred, False)}
    assert proposal.citations.get().source == source
    assert proposal.figures.get().value == "30"


def act(analyst, action, *proposals):
    """Run an action on proposals, and confirm it."""
    chosen = {"action": action, "_selected_action": [proposal.pk for proposal in proposals]}
    asked = analyst.post(address(Proposal), chosen)
    seen = [f"{each.proposal.pk}:{each.version}" for each in asked.context["ready"]]
    return analyst.post(address(Proposal), {**chosen, "seen": seen, "confirmed": "1"}, follow=True)


def ready(**fields):
    """A proposal that has all that publishing needs."""
    return make_proposal(recommendations=2, sources=[make_source()], **fields)


def test_one_request_that_writes_is_one_change(analyst):
    make_proposal(recommendations=2, published=True)
    proposals = [ready() for _ in range(3)]
    before = Generation.now().value
    act(analyst, "publish", *proposals)
    assert Generation.now().value == before + 1
    assert set(Change.objects.filter(generation=before + 1).values_list("pk", flat=True)) == {p.pk for p in proposals}
    url = address(Proposal, "change", proposals[0].pk)
    entered = sent_back(analyst.get(url)) | {
        "title_en": "Other",
        "recommendations-0-text_en": "Something else",
        "recommendations-2-text_en": "Something new",
    }
    assert Generation.now().value == before + 1
    assert analyst.post(url, entered).status_code == 302
    assert Generation.now().value == before + 2
    assert list(Change.objects.filter(generation=before + 2).values_list("pk", flat=True)) == [proposals[0].pk]


def test_a_request_that_fails_leaves_nothing_behind(analyst):
    proposals = [ready() for _ in range(2)]
    save, before = Proposal.save, Generation.now().value

    def failing(self, *args, **kwargs):
        save(self, *args, **kwargs)
        if self.pk == proposals[0].pk:
            raise RuntimeError

    with mock.patch.object(Proposal, "save", failing), pytest.raises(RuntimeError):
        act(analyst, "publish", *proposals)
    assert not Proposal.objects.published().exists()
    assert Generation.now().value == before


def test_the_admin_keeps_its_csrf_protection_and_its_caching_rules(analyst, admin_user):
    proposal = make_proposal()
    careful = type(analyst)(enforce_csrf_checks=True)
    careful.force_login(admin_user)
    assert careful.post(address(Proposal, "change", proposal.pk), {}).status_code == 403
    assert "no-cache" in analyst.get(address(Proposal))["Cache-Control"]
    assert "no-cache" not in analyst.get(reverse("admin:jsi18n")).get("Cache-Control", "")


def test_what_bears_the_very_name_is_offered_first(analyst):
    make_region(name="Boao zone of China")
    make_region(name="China zone")
    make_region(name="China")
    asked = {"app_label": "proposals", "model_name": "proposal", "field_name": "target_regions", "term": "china"}
    offered = analyst.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [each["text"].partition(" 某地")[0] for each in offered] == ["China", "China zone", "Boao zone of China"]


def test_a_visitor_is_asked_to_log_in(client):
    response = client.get(address(Proposal))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
    page = client.post(address(Proposal), {"action": "publish"})  # what was sent goes on after signing in
    assert 'name="password"' in page.text


@pytest.mark.parametrize("model", SHOWN_ON_SITE)
def test_a_page_leads_to_its_place_on_the_site(analyst, model):
    make_record()
    row = model.objects.first()
    response = analyst.get(analyst.get(address(model, "change", row.pk)).context["absolute_url"])
    assert response["Location"].endswith(row.get_absolute_url())


def test_only_what_is_published_leads_to_the_site(analyst):
    public = make_proposal(recommendations=1, published=True)
    draft = make_proposal(recommendations=1)
    for shown, hidden in ((public, draft), (public.recommendations.get(), draft.recommendations.get())):
        page = analyst.get(address(type(shown), "change", shown.pk))
        assert f'href="{shown.get_absolute_url()}" class="viewsitelink"' in page.content.decode()
        page = analyst.get(address(type(hidden), "change", hidden.pk))
        assert "viewsitelink" not in page.content.decode()


def test_who_and_what_has_no_page_yet_does_not_lead_to_it(analyst):
    delegate, agency = make_delegate(), make_agency()
    draft = make_proposal(delegates=[delegate], recommendations=[{"to": [agency]}])
    for row in (delegate, agency):
        assert "viewsitelink" not in analyst.get(address(type(row), "change", row.pk)).content.decode()
        assert analyst.get(row.get_absolute_url()).status_code == 404
    draft.state = "published"
    draft.save()
    for row in (delegate, agency):
        assert "viewsitelink" in analyst.get(address(type(row), "change", row.pk)).content.decode()
        assert analyst.get(row.get_absolute_url()).status_code == 200


def test_an_agency_that_leads_or_answers_leads_to_its_page_and_one_that_helps_has_none(analyst):
    above, helping, answering = make_agency(), make_agency(), make_agency()
    leading = make_agency(parent=above)
    proposal = make_proposal()
    make_event(proposal=proposal, stage="assigned", agency=leading, role="lead")
    make_event(proposal=proposal, stage="assigned", agency=helping, role="co_handling")
    make_reply(to=[proposal], agency=answering)
    for state, shown in (("draft", []), ("published", [above, leading, answering])):
        proposal.state = state
        proposal.save()
        for agency in (above, leading, answering, helping):
            page = analyst.get(address(Agency, "change", agency.pk)).text
            assert ("viewsitelink" in page) == (agency in shown), (state, agency)
            assert analyst.get(agency.get_absolute_url()).status_code == (200 if agency in shown else 404)


def test_what_is_used_is_not_deleted_and_the_page_says_why(analyst):
    make_record(2)
    for model in (Session, Delegate, Agency, Source, Region, Body, Sector, Topic):
        row = model.objects.first()
        page = analyst.get(address(model, "delete", row.pk))
        assert page.context["protected"], model
        assert analyst.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 200
        assert model.objects.filter(pk=row.pk).exists()
        asked = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        assert analyst.post(address(model), asked).status_code == 200
        assert model.objects.filter(pk=row.pk).exists()


def test_a_source_shows_what_it_supports_and_takes_more(analyst):
    make_record()
    source, proposal = make_source(), Proposal.objects.published().get()
    url = address(Source, "change", source.pk)
    entered = sent_back(analyst.get(url)) | {
        "citations-2-TOTAL_FORMS": 1,
        "citations-2-0-role": "source",
        "citations-2-0-passage": "",
        "citations-2-0-proposal": proposal.pk,
    }
    assert analyst.post(url, entered).status_code == 302
    assert source.citations.get().proposal == proposal
    assert str(proposal) in analyst.get(url).content.decode()
    row = {name: value for name, value in entered.items() if name.startswith("citations-2-")}
    again = analyst.post(url, sent_back(analyst.get(url)) | row)
    assert again.status_code == 200
    assert "Another row holds the same" in str(errors_of(again))


@pytest.fixture
def looker(client, django_user_model):
    """Somebody who may look at everything and change nothing."""
    user = django_user_model.objects.create_user("looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", REGISTERED)
def test_who_may_only_look_sees_the_pages_and_changes_nothing(looker, model):
    make_record()
    row = model.objects.first()
    before = list(model.objects.values())
    assert looker.get(address(model)).status_code == 200
    page = looker.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert looker.post(address(model, "change", row.pk), sent_back(page)).status_code == 403
    assert looker.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert looker.get(address(model, "add")).status_code == 403
    looker.post(address(model), {"action": "publish", "_selected_action": [row.pk]})
    assert list(model.objects.values()) == before


def test_who_may_only_look_sees_whom_a_recommendation_addresses(looker):
    agencies = {"to": [make_agency(name="NMPA")], "inferred": [make_agency(name="NHC")]}
    proposal = make_proposal(recommendations=[agencies])
    page = looker.get(address(Proposal, "change", proposal.pk)).content.decode()
    assert "NMPA" in page
    assert "NHC" in page


def test_seats_posts_and_spellings_have_pages_with_sources(analyst):
    make_record()
    delegate, source = Delegate.objects.first(), make_source()
    page = analyst.get(address(Delegate, "change", delegate.pk)).content.decode()
    for row in (delegate.memberships.get(), delegate.positions.get(), delegate.name_variants.get()):
        url = address(type(row), "change", row.pk)
        assert url in page
        number = row.citations.count()
        entered = sent_back(analyst.get(url)) | {f"citations-{number}-source": source.pk}
        assert analyst.post(url, entered).status_code == 302
        assert row.citations.filter(source=source).exists()
