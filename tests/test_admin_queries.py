"""No page of the admin takes more queries for more rows."""

from unittest import mock

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.signals import ModelSignal
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import Position
from proposals.models import Proposal, Topic
from tests.admin_pages import REGISTERED, address, make_record
from tests.factories import (
    make_agency,
    make_delegate,
    make_figure,
    make_membership,
    make_proposal,
    make_recommendation,
    make_region,
    make_sector,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    ContentType.objects.get_for_models(*apps.get_models())  # kept from request to request
    return client


def unnoted():
    """While this lasts, the outbox hears of nothing: many rows are made in less time."""
    return mock.patch.object(ModelSignal, "send")


def queries(client, url):
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def test_no_list_takes_more_queries_for_more_rows(analyst):
    urls = [address(model) + query for model in REGISTERED for query in ("", "?q=i")]
    with unnoted():
        make_record(10)
    few = {url: queries(analyst, url) for url in urls}
    with unnoted():
        make_record(60)
    assert {url: queries(analyst, url) for url in urls} == few


def make_large_proposal(size):
    """A proposal with `size` recommendations, and a fifth of that of everything else that its page shows."""
    topics = [make_topic(parent=Topic.objects.first()) for _ in range(3)]
    agencies = [make_agency() for _ in range(3)]
    source = make_source()
    fifth = size // 5
    delegates = [make_delegate(name_zh="张毅") for _ in range(fifth)]
    for delegate in delegates:
        make_membership(delegate=delegate)
    proposal = make_proposal(
        session=make_session(),
        topics=topics,
        regions=[make_region() for _ in range(fifth)],
        delegates=delegates,
        recommendations=[
            {"topics": topics[: n % 3], "to": agencies[:1], "inferred": agencies[1:], "sources": [source]}
            for n in range(size)
        ],
        sources=[make_source() for _ in range(fifth)],
    )
    for _ in range(fifth):
        make_figure(proposal=proposal, sources=[source])
    return proposal


def test_a_proposal_page_takes_as_many_queries_for_60_rows_as_for_10(analyst):
    with unnoted():
        few, many = make_large_proposal(10), make_large_proposal(60)
    for page in ("change", "delete"):
        assert queries(analyst, address(Proposal, page, few.pk)) == queries(analyst, address(Proposal, page, many.pk))


def test_no_other_page_takes_more_queries_for_more_rows_on_it(analyst):
    pairs = {}
    for size in (2, 40):
        proposal, source, session = make_proposal(), make_source(), make_session()
        recommendation = make_recommendation(
            proposal=proposal, to=[make_agency() for _ in range(size)], sources=[make_source() for _ in range(size)]
        )
        delegate = make_delegate(variants=[f"Ding {n}" for n in range(size)])
        for n in range(size):
            make_membership(delegate=delegate, sector=make_sector(), region=make_region())
            Position.objects.create(delegate=delegate, employer_en=f"Betta {n}")
        topic = make_topic(synonyms=[f"word {n}" for n in range(size)])
        for n in range(size):
            cites = {"text": f"{n}", "topics": [topic], "sources": [source]}
            make_proposal(topics=[topic], session=session, recommendations=[cites], sources=[source])
        for row in (recommendation, delegate, source, topic, session):
            for page in ("change", "delete"):
                pairs.setdefault((type(row), page), []).append(address(type(row), page, row.pk))
    for pair in pairs.values():
        few, many = (queries(analyst, url) for url in pair)
        assert few == many, pair


def test_a_field_that_searches_takes_as_many_queries_for_many_as_for_few(analyst):
    asked = {"app_label": "proposals", "model_name": "sponsorship", "field_name": "delegate", "term": "Zhang"}
    url = f"{reverse('admin:autocomplete')}?" + "&".join(f"{key}={value}" for key, value in asked.items())
    make_membership(delegate=make_delegate(name="Zhang Yi", variants=["Zhang I", "Zhang Ji"]))
    few = queries(analyst, url)
    for _ in range(30):
        make_membership(delegate=make_delegate(name="Zhang Yi", variants=["Zhang I", "Zhang Ji"]))
    assert queries(analyst, url) == few
