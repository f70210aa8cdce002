"""In which language a request is answered, and what becomes of one that cannot be answered yet."""

from collections.abc import Callable
from itertools import chain, islice

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from lianghui.unavailable import answer_fault

LANGUAGES_OF_API = {"en": "en-gb", "zh": "zh-hans"}


class LanguageMiddleware(LocaleMiddleware):
    """Takes the language of public pages from the address alone, and that of the admin from who reads it.

    The API has one address for both: the parameter `lang` says in which its labels and messages are.

    The admin has one address in both languages: what the analyst chose there is kept in a cookie that counts nowhere
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
    """Answers 503, with the time after which to try again, while the database or the catalogue cannot be asked.

    This is for what views ask; where a middleware cannot go on Django calls `lianghui.unavailable.error_page`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on.

        What is sent piece by piece is begun here, while there still is a way to say that it cannot be had. What breaks
        later breaks the connection, so that nobody takes a part for the whole.
        """
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            pieces = iter(response.streaming_content)  # type: ignore[arg-type]  # nothing here is asynchronous
            try:
                first = list(islice(pieces, 1))
            except Exception as exception:
                response.close()
                answer = answer_fault(request, exception)
                if answer is None:
                    raise
                return answer
            response.streaming_content = chain(first, pieces)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a page that needed what cannot be asked."""
        return answer_fault(request, exception)
