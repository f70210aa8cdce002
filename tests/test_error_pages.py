"""Pages for what goes wrong: our own, in the language of the address or in both, the last two without a database."""

import re
import urllib.error
import urllib.request

import html5lib
import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path
from django.views.csrf import csrf_failure
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error

from lianghui.faults import BUILDING, UNREACHABLE
from lianghui.languages import languages
from lianghui.middleware import UnavailableMiddleware
from lianghui.urls import urlpatterns as site_map
from proposals.catalogue import UnavailableError
from tests.site import Kept, Site

HAN = re.compile(r"[\u3400-\u9fff]")
WORDS = {
    400: ("This request cannot be read", "无法读取此请求"),
    403: ("You may not see this page", "您无权查看此页面"),
    404: ("There is no such page", "没有这个页面"),
    405: ("This address does not take that", "该地址不接受这种请求"),
    429: ("Too many requests", "请求过于频繁"),
    500: ("Something went wrong here", "服务器出错"),
    503: ("The catalogue is being built", "目录正在建立"),
}

UNREACHABLE_WORDS = (UNREACHABLE.title_en, UNREACHABLE.title_zh)


def raising(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    *(path(f"{prefix}refuse/", raising(PermissionDenied())) for prefix in ("", "zh/")),
    *(path(f"{prefix}suspect/", raising(SuspiciousOperation())) for prefix in ("", "zh/")),
    *(path(f"{prefix}break/", raising(RuntimeError("broken"))) for prefix in ("", "zh/")),
    *(path(f"{prefix}wait/", raising(UnavailableError())) for prefix in ("", "zh/")),
    *(path(f"{prefix}gone/", raising(Http404())) for prefix in ("", "zh/")),
    *site_map,
]
BROKEN = {"refuse": 403, "suspect": 400, "break": 500, "wait": 503, "gone": 404}


@pytest.fixture
def odd_client(settings):
    """A visitor of the site with further addresses, each of which goes wrong in its own way."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def parsed(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def assert_it_is_ours(text, english, chinese, *, languages_shown):
    """It looks like the site, names what is wrong in the languages it should, and marks the other one."""
    page = parsed(text)
    assert re.search(r'<link rel="stylesheet" href="[^"]*/lianghui\.css">', text)
    assert "Lianghui" in page.find("body/header/a").text
    assert len(list(page.iter("h1"))) == 1
    assert page.get("lang") == ("zh-Hans" if languages_shown == {"zh"} else "en-GB")
    assert (english in text) == ("en" in languages_shown)
    assert (chinese in text) == ("zh" in languages_shown)
    main = page.find("body/main")
    unmarked = [part for part in main if HAN.search("".join(part.itertext())) and part.get("lang") != "zh-Hans"]
    assert page.get("lang") == "zh-Hans" or unmarked == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_what_goes_wrong_has_a_page_of_ours_in_the_language_of_the_address(odd_client, name, prefix, caplog):
    answer = odd_client.get(f"/{prefix}{name}/")
    assert answer.status_code == BROKEN[name]
    shown = {"en", "zh"} if answer.status_code == 500 else {"zh"} if prefix else {"en"}
    assert_it_is_ours(answer.text, *WORDS[answer.status_code], languages_shown=shown)
    assert "broken" not in answer.text
    assert ("Retry-After" in answer.headers) == (answer.status_code == 503)


@pytest.mark.parametrize("address", ["/", "/zh/"])
def test_too_many_requests_have_a_page_in_the_language_of_the_address(address):
    text = render_to_string("429.html", languages(RequestFactory().get(address)))
    assert_it_is_ours(text, *WORDS[429], languages_shown={"zh" if address == "/zh/" else "en"})


@pytest.mark.parametrize("status", [400, 403, 405, 429, 500, 503])
def test_where_no_language_is_known_both_stand_there(status):
    assert_it_is_ours(
        render_to_string(f"{status}.html", {"fault": BUILDING}), *WORDS[status], languages_shown={"en", "zh"}
    )


@pytest.mark.django_db
def test_a_form_of_the_admin_without_its_token_is_refused_in_both_languages():
    analyst = Client(enforce_csrf_checks=True)
    analyst.force_login(User.objects.create_superuser("ann"))
    answer = analyst.post("/admin/people/delegate/add/", {})
    assert answer.status_code == 403
    assert_it_is_ours(answer.text, "The form was not accepted", "表单未被接受", languages_shown={"en", "zh"})


@pytest.mark.django_db
def test_what_an_analyst_may_not_do_is_refused_in_both_languages(client):
    client.force_login(User.objects.create_user("ben", is_staff=True))
    answer = client.get("/admin/people/delegate/")
    assert answer.status_code == 403
    assert_it_is_ours(answer.text, *WORDS[403], languages_shown={"en", "zh"})


@pytest.mark.django_db
def test_a_host_that_is_not_ours_gets_a_page_that_does_not_repeat_it(client):
    answer = client.get("/zh/proposals/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert_it_is_ours(answer.text, *WORDS[400], languages_shown={"zh"})
    assert "elsewhere" not in answer.text


def test_errors_are_told_without_a_database():
    """No test that has no database may ask it anything: pytest-django refuses."""
    request = RequestFactory().get("/zh/proposals/")
    unavailable = UnavailableMiddleware(lambda _: None).process_exception(request, UnavailableError())
    assert unavailable.status_code == 503
    assert int(unavailable["Retry-After"]) > 0
    for answer in (
        bad_request(request, None),
        permission_denied(request, None),
        page_not_found(request, Http404()),
        csrf_failure(request),
        unavailable,
    ):
        assert 'lang="zh-Hans"' in answer.text, answer
    assert_it_is_ours(server_error(request).text, *WORDS[500], languages_shown={"en", "zh"})


def test_no_context_processor_is_asked_for_the_last_two(settings):
    [engine] = settings.TEMPLATES
    broken = f"{__name__}.broken_processor"
    settings.TEMPLATES = [engine | {"OPTIONS": {"context_processors": [broken]}}]
    request = RequestFactory().get("/zh/")
    with pytest.raises(ZeroDivisionError):
        render_to_string("500.html", request=request)
    assert server_error(request).status_code == 500
    assert UnavailableMiddleware(lambda _: None).process_exception(request, UnavailableError()).status_code == 503


def broken_processor(request):
    return {"never": 1 / 0}


def test_the_site_says_so_when_its_database_is_gone(tmp_path):
    """The real thing: nothing answers where the record should be; the stylesheet is still served."""
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    gone = Site(Kept(tmp_path), 1, own_catalogues=False)
    gone.more[0] = nowhere
    gone.start()
    try:
        for address in ("/", "/zh/proposals/", "/about/"):
            with pytest.raises(urllib.error.HTTPError) as answer:
                urllib.request.urlopen(f"{gone.url}{address}")
            assert answer.value.code == 503
            shown = {"zh" if address.startswith("/zh/") else "en"}
            assert_it_is_ours(answer.value.read().decode(), *UNREACHABLE_WORDS, languages_shown=shown)
        with urllib.request.urlopen(f"{gone.url}/static/lianghui.css") as style:
            assert b"--accent" in style.read()
    finally:
        gone.stop()
