"""What a page says of itself to search engines and to those who link to it."""

from proposals.sharing.linked_data import graph_of
from proposals.sharing.texts import Said, card_alternative, said_of

__all__ = ["Said", "card_alternative", "graph_of", "said_of"]
