"""Whatever is asked of the API, allowed by its description or not: it answers as the description says, in every check.

In one process, by WSGI. What a description cannot say (which topics there are, that a span has a beginning before its
end) is put right in requests that are meant to be right; those meant to be wrong go out as they are.
"""

import json
import traceback
from collections import Counter

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.config._projects import ProjectConfig, ProjectsConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.pytest.lazy import get_all_tests

from people.models import Membership
from proposals.api.document import description
from proposals.catalogue.documents import CHOICES
from proposals.catalogue.schema import FACETS
from proposals.models import Proposal, Recommendation, Reply, Source
from tests.factories import make_echo, make_event, make_reply

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 200
KNOWN = {
    "topic": ["stem-cells", "regulation"],
    "region": ["CN-GD", "CN-SH"],
    "delegate_region": ["CN-ZJ"],
    "body": ["cppcc-national"],
    "session": ["cppcc-national-14-2"],
    "lead_agency": ["nmpa"],
    "agency": ["nmpa"],
    "delegate": ["ding-lieming"],
    "first_proposer": ["ding-lieming"],
}
"""Values that there are of the facets whose values are no fixed list."""
SLUGS = {
    "delegates": "ding-lieming",
    "agencies": "nmpa",
    "topics": "stem-cells",
    "regions": "CN-GD",
    "bodies": "cppcc-national",
    "sessions": "cppcc-national-14-2",
}
MODELS = {
    "proposals": Proposal,
    "recommendations": Recommendation,
    "replies": Reply,
    "memberships": Membership,
    "sources": Source,
}
"""What is known by its number, and each of which the API gives."""


class Counted:
    """The site, and how often it was asked, by status."""

    def __init__(self):
        self.site, self.statuses = get_wsgi_application(), Counter()

    def __call__(self, environ, start_response):
        def started(status, headers, *more):
            self.statuses[int(status[:3])] += 1
            return start_response(status, headers, *more)

        return self.site(environ, started)


@pytest.fixture(autouse=True)
def _one_connection():
    """Keep the connection, whose transaction is never committed, from one request to the next; as the test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def record(founding):
    """The founding data, with replies, events and what takes up a recommendation."""
    proposal = Proposal.objects.order_by("pk")[0]
    agency = proposal.recommendations.exclude(agencies=None)[0].agencies.all()[0]
    make_reply(to=[proposal], agency=agency, outcomes={proposal.recommendations.all()[0]: "planned"}, date="2024-08")
    make_event(proposal=proposal, stage="assigned", role="lead", agency=agency)
    make_echo(recommendation=proposal.recommendations.all()[0], issuer=agency)


def put_right(case):
    """Put right what a description cannot say, in what is meant to be right of a request."""
    if case.meta is None:
        return
    path = case.meta.components.get(ParameterLocation.PATH)
    if case.path_parameters and (path is None or path.mode.is_positive):
        [(name, value)] = case.path_parameters.items()
        if len(str(value)) % 4:  # the others ask for what there may not be
            case.path_parameters = {name: there_is(case.operation.path.split("/")[3])}
    if case.meta.generation.mode.is_positive and case.query:
        case.query = answerable(dict(case.query))


def there_is(resource):
    """Give the key of something that the API lists."""
    if resource in SLUGS:
        return SLUGS[resource]
    return MODELS[resource].objects.order_by("pk").values_list("pk", flat=True)[0]


def answerable(query):
    """Give the parameters with values that there are."""
    for name in {*query} & {*FACETS}:
        if name not in CHOICES and name != "year":
            query[name] = KNOWN[name][: len(query[name]) or 1] if isinstance(query[name], list) else KNOWN[name][0]
    for name, right in {"q": "stem cell", "submitted_after": "2023", "submitted_before": "2024-12"}.items():
        if query.get(name):
            query[name] = right
    if "cursor" in query:
        query.pop("page", None)
    return query


def check(case):
    put_right(case)
    cache.clear()
    case.call_and_validate(headers={"Accept-Encoding": "identity"})  # it unpacks nothing that comes by WSGI


def failures(number):
    """Try every address, with so many examples of each kind; give what failed, and how often the site was asked."""
    generation = GenerationConfig(max_examples=number, database="none")
    config = SchemathesisConfig(seed=8, projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    api = schemathesis.openapi.from_dict(json.loads(json.dumps(description())), config=config)
    api.app = app = Counted()
    relaxed = settings(max_examples=number, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    found = {}
    for result in get_all_tests(schema=api, test_func=check, settings=relaxed, given_kwargs=None):
        operation, attempt = result.ok()
        try:
            attempt()
        except (Exception, BaseExceptionGroup) as failure:
            found[operation.path] = "".join(traceback.format_exception(failure))
    return found, app.statuses


def test_every_address_answers_as_it_is_described(record):
    found, statuses = failures(FEW)
    assert not found, "\n".join(found.values())
    assert statuses.total() >= 300
    assert {200, 400, 404, 405} <= {*statuses}
    assert not [status for status in statuses if status >= 500]


@pytest.mark.soak
def test_every_address_answers_five_thousand_requests_as_it_is_described(record):
    found, statuses = failures(MANY)
    print(f"schemathesis: {statuses.total()} requests, {dict(statuses)}, {len(found)} failures")
    assert not found, "\n".join(found.values())
    assert statuses.total() >= 5_000
    assert not [status for status in statuses if status >= 500]
