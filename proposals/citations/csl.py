"""CSL-JSON: what citeproc, Pandoc and Zotero read."""

from __future__ import annotations

from typing import Any

from people.language import CHINESE, TAGS
from proposals.citations.authors import Author
from proposals.citations.plain import on_one_line
from proposals.citations.reference import SITE, Reference


def as_csl(reference: Reference) -> dict[str, Any]:
    """Give one item of a CSL-JSON list (schema 1.0.2): type `document`, dates as `date-parts`, whole names `literal`.

    `custom` holds what the schema has no field for: the words in each language, and which of them are printed.
    """
    language = reference.language
    title, whole = reference.title, reference.whole
    said: dict[str, Any] = {
        "id": reference.key,
        "type": "document",
        "author": [_name(author, language) for author in reference.authors],
        "title": on_one_line(title.words(language)),
        "container-title": on_one_line(whole.words(language)) if whole else "",
        "section": str(reference.part or ""),
        "genre": reference.kind[language == CHINESE],
        "number": reference.number,
        "event-title": on_one_line(reference.session[language == CHINESE] or reference.session[0]),
        "publisher": SITE,
        "issued": {"date-parts": [list(reference.date_parts)]} if reference.date else None,
        "accessed": {"date-parts": [[reference.accessed.year, reference.accessed.month, reference.accessed.day]]},
        "URL": reference.url,
        "language": TAGS[reference.written_in],
        "note": " ".join(reference.notes),
        "custom": _given(
            {
                "title_as_printed": title.printed,
                "title_en": title.ours_en,
                "title_zh": title.printed or title.ours_zh,
                "proposers_in_all": reference.proposers_in_all or None,
            }
        ),
    }
    return _given(said)


def _given(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", None, [])}


def _name(author: Author, language: str) -> dict[str, str]:
    divided = author.parts(language)
    if divided:
        return {"family": divided[0], "given": divided[1]}
    return {"literal": on_one_line(author.name(language))}
