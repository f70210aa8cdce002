"""Which methods an address knows: public pages are read only, and the admin takes forms."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string

from lianghui.languages import languages

READ = ("GET", "HEAD", "OPTIONS")
FORMS = ("GET", "HEAD", "OPTIONS", "POST")


class MethodsMiddleware:
    """Refuses what an address does not know, before anybody asks for a token against forgery or looks at a form.

    What needs no such token, the API and the forms of alerts, has no session and answers for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Answer 405 to a method that is not known here, and to OPTIONS with those that are."""
        admin = request.path_info.startswith("/admin/")
        known = FORMS if admin else READ
        itself = getattr(view, "csrf_exempt", False) and not admin
        if itself or (request.method in known and request.method != "OPTIONS"):
            return None
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": ", ".join(known)})
            del response["Content-Type"]  # there is no content
            return response
        language = {"page_language": languages(request)["page_language"]}
        return HttpResponseNotAllowed(known, render_to_string("405.html", language))
