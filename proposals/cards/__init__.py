"""The picture that stands beside a link to a page where it is shared: 1200 × 630, drawn here, from the record."""

from proposals.cards.drawing import HEIGHT, WIDTH, drawn
from proposals.cards.icon import icon
from proposals.cards.texts import Card, card_of, site_card

__all__ = ["HEIGHT", "WIDTH", "Card", "card_of", "drawn", "icon", "site_card"]
