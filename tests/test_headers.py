"""What every kind of answer says of how it may be used, in production: as much as Mozilla's Observatory asks for."""

import runpy

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from lianghui.headers import of_a_page
from proposals.models import Proposal
from tests.factories import make_proposal
from tests.mail import mail_on
from tests.observatory import Answer, content_security_policy, directives, points, redirected, score
from tests.public_ways import WAYS
from tests.site import OURS, ROOT, production
from tests.test_downloads import written
from tests.test_error_pages import urlpatterns  # noqa: F401 - the site with addresses at which something goes wrong
from tests.test_nothing_unpublished_shows import draft, known, seen

pytestmark = pytest.mark.django_db
_ = draft, known  # fixtures
SECURITY = ("SECURE_", "SESSION_", "CSRF_", "LANGUAGE_COOKIE_", "MESSAGE_", "X_FRAME_", "CONTENT_SECURITY_")
PAGE, GIVEN_AWAY, CARD = 130, 120, 120
"""The most that there is for an address: ten for its policy, ten for being nobody else's, five for each of the ways
in which it says who may frame it and what other sites are told."""
FRAMED = ("frame-ancestors *", "cross-origin", None)

ANSWERS = {
    "page": ("GET", "/proposals/", 200, PAGE),
    "page in Chinese": ("GET", "/zh/recommendations/", 200, PAGE),
    "head of a page": ("HEAD", "/", 200, PAGE),
    "page kept nowhere": ("GET", "/alerts/asked/", 200, PAGE),
    "form sent from another site": ("POST", "/alerts/proposal/{known}/", 403, PAGE),
    "another slug": ("GET", "/proposals/{known}/other-slug/", 302, PAGE),
    "slash forgotten": ("GET", "/topics", 301, PAGE),
    "cannot be read": ("GET", "/suspect/", 400, PAGE),
    "may not be seen": ("GET", "/zh/refuse/", 403, PAGE),
    "is not there": ("GET", "/no-such-page/", 404, PAGE),
    "is not there, in Chinese": ("GET", "/zh/no-such-page/", 404, PAGE),
    "method that no page knows": ("POST", "/sitemap-pages-0.xml", 405, GIVEN_AWAY),
    "withdrawn": ("GET", "/proposals/{withdrawn}/withdrawn/", 410, PAGE),
    "breaks": ("GET", "/break/", 500, PAGE),
    "has to wait": ("GET", "/zh/wait/", 503, PAGE),
    "style": ("GET", "/static/lianghui.css", 200, PAGE),
    "script": ("GET", "/static/lianghui.js", 200, PAGE),
    "style that is not there": ("GET", "/static/none.css", 404, PAGE),
    "icon": ("GET", "/favicon.ico", 200, GIVEN_AWAY),
    "health": ("GET", "/healthz", 200, PAGE),
    "robots.txt": ("GET", "/robots.txt", 200, GIVEN_AWAY),
    "security.txt": ("GET", "/.well-known/security.txt", 200, GIVEN_AWAY),
    "sitemap": ("GET", "/sitemap.xml", 200, GIVEN_AWAY),
    "search description": ("GET", "/opensearch.xml", 200, GIVEN_AWAY),
    "feed": ("GET", "/proposals/feed/", 200, GIVEN_AWAY),
    "export, streamed": ("GET", "/proposals/export.csv", 200, GIVEN_AWAY),
    "workbook": ("GET", "/zh/recommendations/export.xlsx", 200, GIVEN_AWAY),
    "export in no form there is": ("GET", "/proposals/export.pdf", 404, GIVEN_AWAY),
    "reference": ("GET", "/proposals/{known}/cite.bib", 200, GIVEN_AWAY),
    "comparison as text": ("GET", "/compare.md?p={known}&p={other}", 200, GIVEN_AWAY),
    "picture": ("GET", "/proposals/{known}/known-proposal-slug/card.png", 200, GIVEN_AWAY),
    "download": ("GET", "/data/manifest.json", 200, GIVEN_AWAY),
    "download that is not there": ("GET", "/data/none.zip", 404, GIVEN_AWAY),
    "API": ("GET", "/api/v1/proposals/", 200, GIVEN_AWAY),
    "API, wrong parameter": ("GET", "/api/v1/proposals/?topic=none", 400, GIVEN_AWAY),
    "API, not there": ("GET", "/api/v1/none/", 404, GIVEN_AWAY),
    "API, wrong method": ("POST", "/api/v1/proposals/", 405, GIVEN_AWAY),
    "API, asked beforehand": ("OPTIONS", "/api/v1/proposals/", 204, GIVEN_AWAY),
    "schema": ("GET", "/api/v1/schema/", 200, GIVEN_AWAY),
    "documentation of the API": ("GET", "/api/docs/", 200, PAGE),
    "oEmbed": ("GET", "/oembed?url=https://testserver/proposals/{known}/", 200, GIVEN_AWAY),
    "oEmbed of nothing": ("GET", "/oembed", 400, GIVEN_AWAY),
    "card": ("GET", "/proposals/{known}/known-proposal-slug/embed/", 200, CARD),
    "card of what was withdrawn": ("GET", "/zh/proposals/{withdrawn}/withdrawn/embed/", 410, CARD),
    "card of another slug": ("GET", "/proposals/{known}/other-slug/embed/", 302, CARD),
    "admin, not signed in": ("GET", "/admin/", 302, PAGE),
    "form to sign in": ("GET", "/admin/login/", 200, PAGE + 5),
    "form to sign in, sent without a token": ("POST", "/admin/login/", 403, PAGE),
}


@pytest.fixture
def deployed(settings, monkeypatch, tmp_path):
    """What `lianghui/settings.py` says of security in production, in force; and addresses that go wrong."""
    with monkeypatch.context() as patched:
        for name in OURS:
            patched.delenv(name, raising=False)
        for name, value in production(tmp_path).items():
            patched.setenv(name, value)
        patched.setenv("LIANGHUI_VAR", str(tmp_path))
        read = runpy.run_path(str(ROOT / "lianghui" / "settings.py"))
    for name, value in read.items():
        if name.startswith(SECURITY):
            setattr(settings, name, value)
    settings.ROOT_URLCONF = __name__
    settings.CONTACT_EMAIL = "security@lianghui.example"
    mail_on(settings)
    return settings


def visitor(**options):
    """Somebody who comes by the proxy that speaks TLS."""
    return Client(
        raise_request_exception=False, headers={"x-forwarded-proto": "https", "host": "testserver"}, **options
    )


@pytest.fixture
def keys(known):
    gone = make_proposal(slug="withdrawn", session=known.session, published=True)
    gone.state = Proposal.State.WITHDRAWN
    gone.withdrawn_because_en = "Entered twice"
    gone.withdrawn_at = gone.published_at
    gone.save()
    other = make_proposal(session=known.session, recommendations=1, published=True)
    written()
    return {"known": known.pk, "other": other.pk, "withdrawn": gone.pk}


def scanned(response, url="https://testserver/"):
    """What the Observatory sees of an answer; each header that Django holds stands there once."""
    headers = {name.lower(): [value] for name, value in response.items()}
    cookies = [cookie.OutputString() for cookie in response.cookies.values()]
    text = "" if response.streaming else response.content.decode(errors="replace")
    return Answer(url, headers, cookies, text)


def assert_says_all(response, wanted):
    """Every header there is to say, once, and a full score by the rules."""
    answer = scanned(response)
    assert min(points(answer).values()) >= 0, points(answer)
    assert score(answer) == wanted, points(answer)
    csp = directives(answer.headers["content-security-policy"])
    assert csp["default-src"] == csp["base-uri"] == {"'none'"}
    assert {source for sources in csp.values() for source in sources} <= {"'none'", "'self'", "*"}
    assert [name for name, sources in csp.items() if "*" in sources] in ([], ["frame-ancestors"])
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert response["Strict-Transport-Security"] == "max-age=31536000"
    assert response["X-Content-Type-Options"] == "nosniff"
    powers = dict(each.split("=") for each in response["Permissions-Policy"].split(", "))
    assert {"camera", "geolocation", "microphone", "payment", "usb"} <= powers.keys()
    assert {power for power, allowed in powers.items() if allowed != "()"} == {"clipboard-write"}
    framed = (f"frame-ancestors {' '.join(csp['frame-ancestors'])}", response["Cross-Origin-Resource-Policy"])
    assert (*framed, response.get("X-Frame-Options")) in (
        ("frame-ancestors 'none'", "same-origin", "DENY"),
        ("frame-ancestors 'none'", "cross-origin", "DENY"),
        FRAMED,
    )


def test_every_kind_of_answer_says_all_there_is_to_say(deployed, keys):
    wrong = {}
    for kind, (method, address, status, wanted) in ANSWERS.items():
        somebody = visitor(enforce_csrf_checks="without a token" in kind)
        response = somebody.generic(method, address.format(**keys), headers={"sec-fetch-site": "cross-site"})
        if response.status_code != status:
            wrong[kind] = response.status_code
            continue
        try:
            assert_says_all(response, wanted)
        except AssertionError as error:
            wrong[kind] = str(error)
    assert wrong == {}


def test_a_page_that_is_kept_and_one_that_did_not_change_say_the_same_once(deployed, keys):
    for kind in ("page", "picture", "card", "feed", "download", "style", "API"):
        method, address, _, wanted = ANSWERS[kind]
        once, again = (visitor().generic(method, address.format(**keys)) for _ in range(2))
        same = {"if-none-match": once["ETag"]} if "ETag" in once else {"if-modified-since": once["Last-Modified"]}
        unchanged = visitor().get(address.format(**keys), headers=same)
        assert unchanged.status_code == 304
        for response in (again, unchanged):
            assert_says_all(response, wanted)
            for name in ("Content-Security-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy"):
                assert response[name] == once[name], kind


def test_http_leads_to_https_at_once_and_says_all_but_that_it_was_so(deployed):
    plain = Client().get("/proposals/?q=quince")
    assert plain.status_code == 301
    assert redirected("http://testserver/proposals/?q=quince", plain["Location"])
    assert "Strict-Transport-Security" not in plain  # which nobody believes over HTTP
    plain["Strict-Transport-Security"] = "max-age=31536000"
    assert_says_all(plain, PAGE)


def test_a_host_that_is_not_ours_is_answered_like_the_others(deployed):
    response = visitor().get("/proposals/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert_says_all(response, PAGE)


def test_what_gunicorn_refuses_by_itself_says_the_same(deployed):
    refused = HttpResponse(status=414, headers=of_a_page())
    assert_says_all(refused, PAGE)


def test_the_admin_says_it_too_and_its_cookies_are_of_this_host_alone(deployed):
    User.objects.create_superuser("analyst", password="quince-jelly-2024")
    analyst = visitor()
    for address, more in (
        ("/admin/login/", {"username": "analyst", "password": "quince-jelly-2024"}),
        ("/admin/language/", {"language": "zh-hans", "next": "/admin/"}),
    ):
        response = analyst.post(address, more)
        assert response.status_code == 302
        assert_says_all(response, PAGE + 5)
    assert_says_all(analyst.get("/admin/"), PAGE + 5)
    for name, cookie in analyst.cookies.items():
        assert name.startswith("__Host-"), name
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
        assert cookie["secure"]
        assert cookie["httponly"]
    assert {*analyst.cookies} >= {"__Host-session", "__Host-csrf", "__Host-language"}


class Watched(Client):
    """A visitor who notes of each answer how it may be used."""

    def request(self, **request):
        response = super().request(**request)
        self.noted[request["PATH_INFO"]] = response
        return response


def test_no_public_address_sets_a_cookie_and_each_says_what_fits_what_is_there(client, draft):
    watched = Watched()
    watched.noted = {}
    seen(watched, draft)
    assert len(watched.noted) > 2 * len(WAYS)
    assert not watched.cookies
    for address, response in watched.noted.items():
        assert not response.cookies, address
        assert content_security_policy(scanned(response)) == 10, address
        is_page = response.get("Content-Type", "text/html").startswith("text/html")
        if response.status_code < 300 and not address.endswith("/embed/"):
            own = is_page or address.endswith(("/healthz", "/readyz"))
            policy = "same-origin" if own else "cross-origin"
            assert response["Cross-Origin-Resource-Policy"] == policy, address
        assert ("X-Frame-Options" in response) == (not address.endswith("/embed/")), address


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"content-security-policy": []}, 75),
        ({"content-security-policy": ["default-src 'none'; frame-ancestors 'none'"] * 2}, 75),
        ({"content-security-policy": ["default-src 'self'; frame-ancestors 'none'"]}, 125),
        ({"content-security-policy": ["default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'"]}, 80),
        ({"content-security-policy": ["default-src 'none'; script-src https://cdn.example 'unsafe-eval'"]}, 105),
        ({"content-security-policy": ["default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"]}, 120),
        ({"content-security-policy": ["default-src 'none'; img-src http://pictures.example"]}, 105),
        ({"referrer-policy": ["unsafe-url"]}, 120),
        ({"strict-transport-security": ["max-age=2592000"]}, 120),
        ({"strict-transport-security": []}, 80),
        ({"x-content-type-options": []}, 125),
        ({"cross-origin-resource-policy": ["cross-origin"]}, 120),
        ({"cross-origin-resource-policy": ["anybody"]}, 115),
        ({"access-control-allow-origin": ["https://a.example"], "access-control-allow-credentials": ["true"]}, 50),
        ({"cookies": ["session=1; HttpOnly; SameSite=Lax"]}, 120),
        ({"cookies": ["session=1; Secure; SameSite=Lax"]}, 70),
        ({"cookies": ["csrf=1; Secure"]}, 80),
        ({"cookies": ["language=en; Secure; HttpOnly; SameSite=Lax"]}, 135),
        ({"text": "<script src='http://elsewhere.example/x.js'></script>"}, 50),
        ({"text": "<script src='https://elsewhere.example/x.js'></script>"}, 125),
    ],
)
def test_the_rules_find_what_is_weak(deployed, changed, wanted):
    answer = scanned(visitor().get("/about/"))
    assert score(answer) == PAGE
    answer.text, answer.cookies = changed.pop("text", answer.text), changed.pop("cookies", answer.cookies)
    answer.headers |= changed
    assert score(answer) == wanted, points(answer)
