"""The catalogue: a read model of what is published, answered from an index and rebuilt from the record at will."""

from proposals.catalogue.facets import Facet, Value
from proposals.catalogue.index import UnavailableError, as_of, catalogue
from proposals.catalogue.query import PAGE_SIZE, PAGE_SIZES, Choice, Query
from proposals.catalogue.related import Related, related
from proposals.catalogue.results import Results, count, count_by, search, tallies, tally_of_days, tally_of_pairs
from proposals.catalogue.rows import Proposer, Row
from proposals.catalogue.vocabulary import LABELS, ORDERS, Vocabulary
from proposals.catalogue.walk import Place, Walk
from proposals.catalogue.words import marked, phrases

__all__ = [
    "LABELS",
    "ORDERS",
    "PAGE_SIZE",
    "PAGE_SIZES",
    "Choice",
    "Facet",
    "Place",
    "Proposer",
    "Query",
    "Related",
    "Results",
    "Row",
    "UnavailableError",
    "Value",
    "Vocabulary",
    "Walk",
    "as_of",
    "catalogue",
    "count",
    "count_by",
    "marked",
    "phrases",
    "related",
    "search",
    "tallies",
    "tally_of_days",
    "tally_of_pairs",
]
