"""The documentation of the API as a page: made of the OpenAPI document, without a script, in either language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def documentation(request: HttpRequest) -> HttpResponse:
    """Show every address with its parameters, and every shape with its fields."""
    return render(request, "api/docs.html")
