"""A public page whose database was lost while it was made is made once more, from the other one."""

from collections.abc import Callable

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from proposals.replica import has_replica, turn_from_lost


class ReplicaMiddleware:
    """Asks again for pages that failed with the replica, or with the primary; it is not there where there is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not has_replica():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, for reading a second time if need be."""
        response = self.get_response(request)
        public = request.method in ("GET", "HEAD") and not request.path.startswith("/admin/")
        if public and response.status_code >= 500 and turn_from_lost():
            return self.get_response(request)
        return response
