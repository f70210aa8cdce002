"""In which form an answer is given: JSON, whatever is asked for; what a program does not take it may refuse itself."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysJson(BaseContentNegotiation):
    """Takes the first form there is; no `Accept` is so odd that there is no answer."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """Read nothing in particular: nothing is sent."""
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Give the first."""
        first = next(iter(renderers))
        return first, str(first.media_type)
