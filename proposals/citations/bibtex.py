"""BibTeX: an entry that BibTeX, biber and reference managers read."""

from __future__ import annotations

from people.language import CHINESE, ENGLISH
from proposals.citations.authors import Author
from proposals.citations.plain import on_one_line
from proposals.citations.reference import SITE, Reference

ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
"""Braces by name: BibTeX counts them, and a backslash before one does not hide it."""
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
RECOMMENDATION = ("Recommendation", "建议")
LANGUAGES = {ENGLISH: "english", CHINESE: "chinese"}


def as_bibtex(reference: Reference) -> str:
    """Give one entry in UTF-8, ending in a line break; titles in a second pair of braces keep their capitals.

    It is `@misc`, but `@incollection` for what lies in a proposal: no style prints `booktitle` of the former. Of the
    latter none prints `howpublished`, so that its document stands in the note.

    The month is BibTeX's own word, the day a field of its own; addresses stand as they are, as `url` fields must.
    """
    whole, described = reference.whole, reference.described(reference.language)
    kind = RECOMMENDATION if whole else reference.kind
    notes = [f"{described}.", *reference.notes] if whole else reference.notes
    year, month, day = (*reference.date_parts, 0, 0, 0)[:3]
    fields = {
        "author": _braced(_authors(reference)),
        "title": _braced(f"{{{_escaped(reference.title.words(reference.language))}}}"),
        "booktitle": _braced(f"{{{_escaped(whole.words(reference.language))}}}") if whole else "",
        "chapter": _braced(str(reference.part)) if reference.part else "",
        "howpublished": _braced("" if whole else _escaped(described)),
        "type": _braced(_escaped(kind[reference.language == CHINESE])),
        "number": _braced("" if whole else _escaped(reference.number)),
        "publisher" if whole else "organization": _braced(SITE),
        "year": _braced(f"{year}") if year else "",
        "month": MONTHS[month - 1] if month else "",
        "day": _braced(f"{day}") if day else "",
        "url": _braced(reference.url),
        "urldate": _braced(reference.accessed.isoformat()),
        "language": _braced(LANGUAGES[reference.written_in]),
        "note": _braced(_escaped(" ".join(notes))),
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if value not in ("", "{}")]
    return ",\n".join([f"@{'incollection' if whole else 'misc'}{{{reference.key}", *lines]) + "\n}\n"


def _authors(reference: Reference) -> str:
    names = [_name(author, reference.language) for author in reference.authors]
    return " and ".join([*names, *(["others"] if reference.and_others and names else [])])


def _name(author: Author, language: str) -> str:
    """Give “Family, Given”, or a name in braces, which BibTeX leaves whole."""
    divided = author.parts(language)
    return ", ".join(map(_escaped, divided)) if divided else f"{{{_escaped(author.name(language))}}}"


def _braced(value: str) -> str:
    return f"{{{value}}}"


def _escaped(text: str) -> str:
    return on_one_line(text).translate(ESCAPED)
