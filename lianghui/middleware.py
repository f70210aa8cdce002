"""In which language a request is answered, and what becomes of one that cannot be answered yet."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.template.loader import render_to_string
from django.utils import translation

from lianghui.languages import languages
from proposals.catalogue import UnavailableError

LANGUAGES_OF_API = {"en": "en-gb", "zh": "zh-hans"}


class LanguageMiddleware(LocaleMiddleware):
    """Takes the language of public pages from the address alone, and that of the admin from who reads it.

    The API has one address for both: the parameter `lang` says in which its labels and messages are.

    The admin has one address in both languages: what the analyst chose there is kept in a cookie that is sent nowhere
    else, and until then the browser's own language counts.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Put the language in force."""
        super().process_request(request)
        if request.path_info.startswith("/admin/"):
            translation.activate(translation.get_language_from_request(request))
        elif request.path_info.startswith("/api/v1/"):
            translation.activate(LANGUAGES_OF_API.get(request.GET.get("lang", ""), settings.LANGUAGE_CODE))
        request.LANGUAGE_CODE = translation.get_language()


class UnavailableMiddleware:
    """Answers 503, with the time after which to try again, while the catalogue is being built."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a page that needed the catalogue and found none."""
        if not isinstance(exception, UnavailableError):
            return None
        language = {"page_language": languages(request)["page_language"]}  # and nothing else: it may fail too
        response = HttpResponse(render_to_string("503.html", language), status=503)
        response["Retry-After"] = "5"
        return response
