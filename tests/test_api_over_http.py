"""The API over HTTP: what is not there, what is too much, who may ask, what is not sent again."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from proposals.api.middleware import ApiMiddleware
from proposals.catalogue import UnavailableError, catalogue
from proposals.models import Proposal
from proposals.models.outbox import recorded
from tests.factories import make_body, make_proposal, make_region, make_session, make_topic
from tests.test_api import PROBLEM, V1, get

pytestmark = pytest.mark.django_db


@pytest.fixture
@recorded()
def one(db):
    china = make_region(slug="china", iso_code="CN", name="China", kind="country")
    session = make_session(body=make_body(region=china))
    make_proposal(title="Another", session=session, published=True)
    return make_proposal(
        title="Bank stem cells", session=session, topics=[make_topic(slug="cells")], recommendations=1, published=True
    )


def test_what_is_not_there_is_a_problem(one, client):
    for address in ("", "nothing/", "proposals/999999/", "proposals/x/", "delegates/nobody/", f"proposals/{10**30}/"):
        if address:
            said = get(client, address, 404)
            assert (said["status"], said["title"], said["type"]) == (404, "Not Found", "about:blank")
    assert get(client, "/api/v2/proposals/", 404)["status"] == 404
    chinese = client.get(f"{V1}nothing/?lang=zh")
    assert (chinese["Content-Language"], chinese.json()["detail"]) == ("zh-hans", "此地址没有内容。")
    assert client.get("/api/v1/proposals").headers["Location"] == "/api/v1/proposals/"


def test_what_was_withdrawn_gives_its_reason(one, client):
    demand = one.recommendations.get().pk
    one.state = Proposal.State.WITHDRAWN
    one.withdrawn_because_en, one.withdrawn_because_zh = "A hoax", "虚假信息"
    one.save()
    for address in (f"proposals/{one.pk}/", f"recommendations/{demand}/"):
        said = get(client, address, 410)
        assert (said["withdrawn_because_en"], said["withdrawn_because_zh"]) == ("A hoax", "虚假信息")
        assert "Bank" not in json.dumps(said)


def test_a_former_slug_leads_to_the_one_of_today(one, client):
    topic = one.topics.get()
    topic.slug = "stem-cells"
    topic.save()
    response = client.get(f"{V1}topics/cells/")
    assert (response.status_code, response["Location"]) == (301, f"{V1}topics/stem-cells/")
    assert client.get(f"{V1}regions/china/")["Location"] == f"{V1}regions/CN/"
    asked = client.get(f"{V1}regions/china/?fields=code&lang=zh")
    assert asked["Location"] == f"{V1}regions/CN/?fields=code&lang=zh"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_read_only(one, client, method):
    for address in (V1, f"{V1}proposals/", f"{V1}proposals/{one.pk}/", f"{V1}schema/"):
        response = getattr(client, method)(address, data="{}", content_type="application/json")
        assert (response.status_code, response["Content-Type"]) == (405, PROBLEM)
        assert "GET" in response["Allow"]
        assert response.json()["status"] == 405


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", "*/*;q=", "\x01", ""])
def test_whatever_is_accepted_the_answer_is_json(one, client, accept):
    assert get(client, "proposals/", accept=accept)["count"] == 2
    assert get(client, "nothing/", 404, accept=accept)["status"] == 404


def test_scripts_of_other_sites_may_ask(one, client):
    response = client.options(f"{V1}proposals/", headers={"origin": "https://other.example"})
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "GET" in response["Access-Control-Allow-Methods"]
    assert "ETag" in client.get(f"{V1}proposals/")["Access-Control-Expose-Headers"]
    assert not client.get(f"{V1}proposals/").cookies


def test_who_has_an_answer_is_told_so(one, client):
    first = client.get(f"{V1}proposals/")
    again = client.get(f"{V1}proposals/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["Access-Control-Allow-Origin"]) == (304, b"", "*")
    head = client.head(f"{V1}proposals/")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    make_proposal(published=True)
    assert client.get(f"{V1}proposals/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_who_asks_too_much_is_told_when_to_come_back(one, client, settings):
    settings.RATES = settings.RATES | {"api": (3, 60)}

    def asked(number, **more):
        return client.get(f"{V1}proposals/?submitted_after={1900 + number}", **more)

    assert [asked(number).status_code for number in range(3)] == [200] * 3
    refused = asked(4)
    assert (refused.status_code, refused["Content-Type"], refused.json()["status"]) == (429, PROBLEM, 429)
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert asked(1).status_code == 200  # it is kept, and costs nothing
    forged = [asked(number, headers={"x-forwarded-for": f"10.0.0.{number}"}).status_code for number in range(5, 9)]
    assert forged == [429] * 4
    assert asked(9, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert client.get("/proposals/?submitted_after=1950").status_code == 200


def test_behind_a_proxy_only_what_the_proxy_says_counts(one, client, settings):
    settings.RATES = settings.RATES | {"api": (2, 60)}
    settings.TRUSTED_PROXIES = 1
    statuses = [
        client.get(f"{V1}topics/?page_size=20&x={n}", headers={"x-forwarded-for": f"10.0.0.{n}, 198.51.100.7"})
        for n in range(4)
    ]
    assert [each.status_code for each in statuses] == [200, 200, 429, 429]
    other = client.get(f"{V1}topics/?x=other", headers={"x-forwarded-for": "198.51.100.8"})
    assert other.status_code == 200
    same = [
        client.get(f"{V1}topics/?y={n}", headers={"x-forwarded-for": f"2001:db8:1:2::{n}"}).status_code
        for n in range(4)
    ]
    assert same == [200, 200, 429, 429]


def test_while_the_catalogue_is_built_it_says_when_to_come_back(one, client, monkeypatch):
    def unavailable(*_args):
        raise UnavailableError

    monkeypatch.setattr(type(catalogue()), "fresh", unavailable)
    response = client.get(f"{V1}proposals/")
    assert (response.status_code, response["Content-Type"], response["Retry-After"]) == (503, PROBLEM, "5")


def test_a_fault_of_ours_is_a_problem_too():
    for status in (500, 503, 400, 404):
        answer = ApiMiddleware(lambda request, status=status: HttpResponse("<html>", status=status))(
            RequestFactory().get(f"{V1}proposals/")
        )
        assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
        assert json.loads(answer.content)["status"] == status
