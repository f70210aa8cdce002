"""RIS: what EndNote, Zotero, Mendeley and their like exchange."""

from __future__ import annotations

from collections.abc import Iterator

from people.language import TAGS
from proposals.citations.plain import on_one_line
from proposals.citations.reference import SITE, Reference


def as_ris(reference: Reference) -> str:
    """Give one entry: two letters, two spaces, a hyphen and a space before each value, one line to a value, CRLF.

    The type is `GEN`, since no other is a document of a session. Dates are YYYY/MM/DD, cut where less is known.
    """
    lines = [f"{tag}  - {said}\r\n" for tag, value in _values(reference) if (said := on_one_line(value))]
    return "".join([*lines, "ER  - \r\n"])


def _values(reference: Reference) -> Iterator[tuple[str, str]]:
    language = reference.language
    yield "TY", "GEN"
    yield "ID", reference.key
    for author in reference.authors:
        yield "AU", ", ".join(author.parts(language) or (author.name(language),))
    yield "TI", reference.title.words(language)
    yield "TT", reference.title.ours_en if reference.title.printed else ""
    yield "T2", reference.whole.words(language) if reference.whole else ""
    yield "SE", str(reference.part or "")
    yield "PY", reference.date[:4]
    yield "DA", reference.date.replace("-", "/")
    yield "M3", reference.described(language)
    yield "M1", reference.number
    yield "PB", SITE
    yield "UR", reference.url
    yield "Y2", reference.accessed.strftime("%Y/%m/%d")
    yield "LA", TAGS[reference.written_in]
    for note in reference.notes:
        yield "N1", note
