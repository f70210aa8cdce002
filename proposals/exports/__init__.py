"""Downloads of any list, in six formats: the same rows in the same order as its pages."""

from proposals.exports.answers import SHAPES, ShapeConverter, proposal_export, recommendation_export, reply_export
from proposals.exports.columns import COLUMNS, Column, Kind

__all__ = [
    "COLUMNS",
    "SHAPES",
    "Column",
    "Kind",
    "ShapeConverter",
    "proposal_export",
    "recommendation_export",
    "reply_export",
]
