"""How to cite what stands here: a proposal, a recommendation, a reply, as text and for reference managers."""

from proposals.citations.authors import Author
from proposals.citations.bibtex import as_bibtex
from proposals.citations.csl import as_csl
from proposals.citations.reference import Reference, of_proposal, of_recommendation, of_reply, path_of, reference_to
from proposals.citations.ris import as_ris
from proposals.citations.styles import apa, chicago, gbt7714

__all__ = [
    "Author",
    "Reference",
    "apa",
    "as_bibtex",
    "as_csl",
    "as_ris",
    "chicago",
    "gbt7714",
    "of_proposal",
    "of_recommendation",
    "of_reply",
    "path_of",
    "reference_to",
]
