"""What holds for every answer of the API, whoever gives it: scripts of any site may read it, and it is JSON."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from proposals.api.problems import PROBLEM, replace

API, DOCUMENTATION = "/api/", "/api/docs/"
METHODS = "GET, HEAD, OPTIONS"
READABLE = "ETag, Link, Retry-After, Content-Language"
"""Headers that scripts of other sites may read too."""
DAY = str(24 * 3600)


class ApiMiddleware:
    """Stands around the kept pages: an answer from there, and one that says "not modified", goes by it too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what a browser asks before it lets a script ask; say what went wrong as a problem."""
        if not request.path_info.startswith(API) or request.path_info.startswith(DOCUMENTATION):
            return self.get_response(request)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            del response["Content-Type"]  # there is no content
            response["Allow"] = response["Access-Control-Allow-Methods"] = METHODS
            response["Access-Control-Allow-Headers"] = "*"
            response["Access-Control-Max-Age"] = DAY
        else:
            response = self.get_response(request)
            if response.status_code >= 400 and response.get("Content-Type") != PROBLEM:
                response = replace(response)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = READABLE
        response["X-Robots-Tag"] = "noindex"
        described = f'<{reverse("api:schema")}>; rel="service-desc"'
        response["Link"] = ", ".join(filter(None, (response.get("Link"), described)))
        return response
