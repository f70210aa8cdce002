"""What no analyst would enter: every bad value has a message, and none of them breaks a page."""

import itertools
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from people.models import Delegate
from proposals.models import Citation, Proposal
from tests.admin_pages import REGISTERED, address, errors_of, make_record, sent_back
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_figure,
    make_membership,
    make_proposal,
    make_region,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db

BAD_VALUES = [
    "\x00",
    "a\x00b",
    "x" * 5000,
    "-1",
    "9" * 30,
    "1e400",
    "NaN",
    "2024-13",
    "\ufffd\u202e",
    "' OR 1=1 --",
    "<b>",
]


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


def save(analyst, row, changes=(), without=()):
    """Post the page of `row` with some fields changed: {} when it was saved, the messages when it was not."""
    url = address(type(row), "change", row.pk)
    entered = sent_back(analyst.get(url)) | dict(changes)
    for name in without:
        entered.pop(name, None)
    response = analyst.post(url, entered)
    assert response.status_code in (200, 302)
    return {} if response.status_code == 302 else errors_of(response)


def form_of(analyst, model):
    """Give the address of a row's page, what its form sends, and the names of what can be typed there."""
    make_record()
    url = address(model, "change", model.objects.first().pk)
    entered = sent_back(analyst.get(url))
    names = [name for name in entered if not name.endswith(("_FORMS", "-id", f"-{model._meta.model_name}"))]
    return url, entered, names


@pytest.mark.parametrize("model", REGISTERED)
def test_no_mixture_of_bad_values_breaks_a_page(analyst, model):
    url, entered, names = form_of(analyst, model)
    for first in (0, 1):
        bad = zip(names, itertools.islice(itertools.cycle(BAD_VALUES), first, None), strict=False)
        assert analyst.post(url, entered | dict(bad)).status_code in (200, 302), first


@pytest.mark.soak
@pytest.mark.parametrize("model", REGISTERED)
def test_no_value_in_all_fields_breaks_a_page(analyst, model):
    url, entered, names = form_of(analyst, model)
    for value in BAD_VALUES:
        assert analyst.post(url, entered | dict.fromkeys(names, value)).status_code in (200, 302), value


@pytest.mark.soak
@pytest.mark.parametrize("model", REGISTERED)
def test_no_value_in_one_field_breaks_a_page(analyst, model):
    url, entered, names = form_of(analyst, model)
    for name in names:
        for value in BAD_VALUES:
            assert analyst.post(url, entered | {name: value}).status_code in (200, 302), name


@pytest.mark.parametrize("name", ["title_en", "number", "slug", "session", "recommendations-0-text_en"])
@pytest.mark.parametrize("value", ["%ED%A0%80", "%FF%FE", "%00", "%F0%9F"])
def test_bytes_that_are_no_text_do_not_break_a_page(analyst, name, value):
    url = address(Proposal, "change", make_proposal(recommendations=1).pk)
    body = urlencode(sent_back(analyst.get(url)), doseq=True) + f"&{name}={value}"
    response = analyst.post(url, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("model", REGISTERED)
def test_an_empty_form_has_messages(analyst, model):
    response = analyst.post(address(model, "add"), sent_back(analyst.get(address(model, "add"))))
    assert response.status_code == 200
    assert errors_of(response)


@pytest.mark.parametrize("model", REGISTERED)
def test_a_form_without_its_rows_is_refused(analyst, model):
    make_record()
    response = analyst.post(address(model, "change", model.objects.first().pk), {})
    assert response.status_code == 200


@pytest.mark.parametrize("query", ["q=%00", "q=%ED%A0%80", "p=-1", "p=x", "o=99.-99", "e=1", "all=x", "nonsense=1"])
def test_no_query_breaks_a_list(analyst, query):
    make_record()
    for model in REGISTERED:
        assert analyst.get(f"{address(model)}?{query}").status_code in (200, 302), model


@pytest.mark.parametrize("model", [model for model, pages in admin.site._registry.items() if pages.search_fields])
def test_more_words_than_a_query_can_hold_find_nothing_and_say_so(admin_client, model):
    """Each of them is looked for in each column, and SQLite counts to 1,000."""
    make_record()
    answer = admin_client.get(address(model), {"q": "a " * 2_000})
    assert answer.status_code == 200
    assert "Look for at most 30 words at a time." in answer.text
    assert answer.context["cl"].result_count == 0


@pytest.mark.parametrize("value", ["abc", "(", "9" * 30, "%00", "-1", ""])
@pytest.mark.parametrize(
    "name",
    [
        "topics__id__exact",
        "session__year",
        "session__body__id__exact",
        "state__exact",
        "target_regions__id__exact",
        "id__in",
        "topics__id__in",
        "id__gte",
        "number__regex",
        "_to_field",
        "_popup",
    ],
)
def test_no_filter_breaks_a_list(analyst, name, value):
    make_proposal()
    assert analyst.get(f"{address(Proposal)}?{name}={value}").status_code in (200, 302, 400)


def test_no_key_of_something_else_breaks_a_list(admin_client):
    make_record()
    fields = [(model, field) for model in admin.site._registry for field in model._meta.get_fields()]
    asked = [(model, field.name) for model, field in fields if field.many_to_one or field.many_to_many]
    assert (User, "groups") in asked
    for model, name in asked:
        assert admin_client.get(f"{address(model)}?{name}={2**63}").status_code in (302, 400, 403), (model, name)


@pytest.mark.parametrize("key", ["abc", "9" * 30, "%00", "-1", "1_2"])
def test_no_key_breaks_a_page(analyst, key):
    response = analyst.get(f"{address(Proposal)}{key}/change/")
    assert response.status_code == 302
    asked = {"action": "publish", "_selected_action": [key]}
    assert analyst.post(address(Proposal), asked).status_code == 302


def test_no_term_breaks_a_search(analyst):
    asked = {"app_label": "proposals", "model_name": "sponsorship", "field_name": "delegate"}
    for term in ("\x00", "a\x00b", "x" * 5000, "%", "'"):
        assert analyst.get(reverse("admin:autocomplete"), asked | {"term": term}).status_code == 200
    assert analyst.get(reverse("admin:autocomplete"), asked | {"field_name": "order"}).status_code == 403


@pytest.mark.parametrize(
    "date", ["2024-13", "2024-02-30", "24", "2024-00", "0000", "2024-03-04-05", "March", "in spring"]
)
def test_a_date_that_is_none_is_refused_beside_its_field(analyst, date):
    assert list(save(analyst, make_proposal(), {"submitted": date})) == ["submitted"]
    assert list(save(analyst, make_session(), {"opened": date})) == ["opened"]
    assert list(save(analyst, make_source(), {"published": date})) == ["published"]


def test_a_tree_has_no_rings(analyst):
    for make in (make_topic, make_region, make_agency):
        top = make()
        below = make(parent=make(parent=top))
        for parent in (top, below):
            assert "parent" in save(analyst, top, {"parent": parent.pk})


def test_a_proposer_is_a_delegate_or_an_organisation(analyst):
    proposal, delegate = make_proposal(), make_delegate()
    both = {"sponsorships-0-delegate": delegate.pk, "sponsorships-0-organisation_en": "Jiusan Society"}
    said = "Choose a delegate or name an organisation: one of the two."
    assert save(analyst, proposal, both) == {"sponsorships-0-__all__": [said]}
    assert "sponsorships-0-delegate" in save(analyst, proposal, {"sponsorships-0-delegate": 99999})


def test_a_delegate_proposes_once(analyst):
    first, second = make_delegate(), make_delegate()
    proposal = make_proposal(delegates=[first, second])
    assert save(analyst, proposal, {"sponsorships-1-delegate": first.pk})
    assert save(analyst, proposal, {"sponsorships-2-delegate": first.pk})
    swapped = {"sponsorships-0-delegate": second.pk, "sponsorships-1-delegate": first.pk}
    assert "one at a time" in str(save(analyst, proposal, swapped))
    assert save(analyst, proposal, {"sponsorships-0-DELETE": "on", "sponsorships-1-delegate": first.pk}) == {}


def test_what_is_cited_twice_is_refused(analyst):
    proposal, source = make_proposal(), make_source()
    row = {"source": source.pk, "role": "source", "passage": "p. 3"}
    twice = {f"citations-{number}-{name}": value for number in (0, 1) for name, value in row.items()}
    assert save(analyst, proposal, twice | {"citations-TOTAL_FORMS": 2})
    assert save(analyst, proposal, twice | {"citations-TOTAL_FORMS": 1}) == {}
    assert save(analyst, proposal, {f"citations-1-{name}": value for name, value in row.items()})
    citation = Citation.objects.get()
    assert "__all__" in save(analyst, citation, {"figure": make_figure(proposal=proposal).pk})
    assert "__all__" in save(analyst, citation, without=["proposal"])
    other = Citation.objects.create(source=source, proposal=proposal, passage="p. 4")
    assert "__all__" in save(analyst, other, {"passage": "p. 3"})


def test_rows_that_swap_have_a_message(analyst):
    proposal = make_proposal(sources=[make_source(), make_source()])
    first, second = proposal.citations.values_list("source", flat=True)
    assert save(analyst, proposal, {"citations-0-source": second, "citations-1-source": first})
    delegate = make_delegate(variants=["Ding A", "Ding B"])
    assert save(analyst, delegate, {"name_variants-0-spelling": "Ding B", "name_variants-1-spelling": "Ding A"})
    topic = make_topic(synonyms=["a", "b"])
    assert save(analyst, topic, {"synonyms-0-text": "b", "synonyms-1-text": "a"})


def test_unique_things_are_refused_beside_the_field_or_at_the_form(analyst):
    session, other = make_session(), make_session(term=13)
    numbered = make_proposal(session=session, number="0462", slug="taken")
    free = make_proposal(session=session)
    assert list(save(analyst, free, {"number": "0462"})) == ["__all__"]
    assert list(save(analyst, free, {"slug": "taken"})) == ["slug"]
    assert save(analyst, free, {"number": "0462", "session": other.pk}) == {}
    assert "__all__" in save(analyst, make_body(), {"region": session.body.region_id})
    make_source(url="https://example.org/")
    assert "__all__" in save(analyst, make_source(), {"url": "https://example.org/"})
    assert "url" in save(analyst, make_source(), {"url": "javascript:alert(1)"})
    seat = make_membership()
    another = make_membership(delegate=seat.delegate, body=seat.body, term=13)
    assert "__all__" in save(analyst, another, {"term": 14})
    assert numbered.pk


def test_a_page_with_a_broken_publication_still_shows(analyst):
    proposal = make_proposal(published=True, recommendations=1)
    errors = save(analyst, proposal, {"slug": "", "title_en": "", "state": "published"})
    assert list(errors) == ["__all__"]
    draft = make_proposal()
    assert list(save(analyst, draft, {"slug": "", "title_en": "", "state": "published"})) == ["__all__"]
    assert save(analyst, proposal, {"slug": ""}) == {}


def test_numbers_of_terms_and_years_are_checked(analyst):
    session, seat = make_session(), make_membership()
    assert list(save(analyst, session, {"term": 0})) == ["__all__"]
    assert list(save(analyst, session, {"year": 10**6})) == ["__all__"] or save(analyst, session, {"year": 10**6})
    assert save(analyst, seat, {"term": 100})
    assert "proposers_in_all" in save(analyst, make_proposal(), {"proposers_in_all": 10**30})


def test_rows_that_are_used_are_not_deleted_from_an_inline(analyst):
    make_record()
    delegate = Delegate.objects.first()
    assert save(analyst, delegate, {"name_variants-0-DELETE": "on", "memberships-0-DELETE": "on"}) == {}
    assert not delegate.memberships.exists()
