"""A proposal on somebody else's page: the frame that shows its card there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from people.addresses import address
from proposals.models import Proposal

WIDTH, HEIGHT = 600, 340
"""Pixels that a card takes where there is room."""


@dataclass(frozen=True)
class Frame:
    """A frame below `base` ("https://host") of so many pixels; `number` is that of the recommendation shown, or 0."""

    base: str
    proposal: Proposal
    number: int = 0
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def url(self) -> str:
        """The absolute address of the card."""
        end = f"?r={self.number}" if self.number else ""
        return f"{self.base}{address('proposal_embed', self.proposal.pk, self.proposal.slug)}{end}"

    @property
    def html(self) -> SafeString:
        """What goes into the page: no script, and nothing is told of the page's readers but that they asked."""
        return format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" style="border:0;max-width:100%"'
            ' loading="lazy" referrerpolicy="no-referrer"></iframe>',
            self.url,
            self.proposal.title,
            self.width,
            self.height,
        )
