"""What becomes of a request that cannot be answered yet."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from lianghui.languages import languages
from proposals.catalogue import UnavailableError


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
