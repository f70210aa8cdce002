"""Atom: a feed and its entries as plain values, and how they are written.

Django's own `Atom1Feed` knows one author of an entry, bare categories and no paging, and dates an empty feed by the
clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import rfc3339_date

from proposals import markup

NAMESPACE = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a feed without an entry, which has to have one, and must not change with the clock."""
Attributes = Mapping[str, str]
NONE = AttributesImpl({})


@dataclass(frozen=True)
class Text:
    """A text, and the tag of its language where that is not the feed's."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Author:
    """Who wrote what an entry is about; `url` is absolute, or ""."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Category:
    """What an entry is about: a value of the filter, the list that it is from, its name for readers."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True)
class Entry:
    """One row of a list. Its `id` stays for ever; `links` are the attributes of each link, with absolute addresses."""

    id: str
    title: Text
    summary: Text
    published: datetime
    updated: datetime
    links: Sequence[Attributes]
    authors: Sequence[Author] = ()
    categories: Sequence[Category] = ()


@dataclass(frozen=True)
class Feed:
    """A page of a list."""

    id: str
    language: str
    title: str
    subtitle: str
    author: Author
    rights: str
    links: Sequence[Attributes]
    entries: Sequence[Entry]

    @property
    def updated(self) -> datetime:
        """When one of the entries on this page changed last."""
        return max((entry.updated for entry in self.entries), default=NEVER)


class Writer(markup.Writer):
    """Writes what is often written in a feed."""

    def texts(self, name: str, text: Text) -> None:
        """Write a text that says its language where that is not the feed's."""
        self.addQuickElement(name, text.text, {"xml:lang": text.language} if text.language else {})

    def author(self, author: Author) -> None:
        """Write who wrote something."""
        self.startElement("author", NONE)
        self.element("name", author.name)
        if author.url:
            self.element("uri", author.url)
        self.endElement("author")


def written(feed: Feed) -> str:
    """Write a feed as an XML document."""
    out = StringIO()
    write = Writer(out, "utf-8", short_empty_elements=True)
    write.startDocument()
    write.startElement("feed", AttributesImpl({"xmlns": NAMESPACE, "xml:lang": feed.language}))
    write.element("id", feed.id)
    write.element("title", feed.title)
    write.element("subtitle", feed.subtitle)
    write.element("updated", rfc3339_date(feed.updated))
    write.author(feed.author)
    write.element("rights", feed.rights)
    write.element("generator", "Lianghui")
    _links(write, feed.links)
    for entry in feed.entries:
        _entry(write, entry)
    write.endElement("feed")
    write.endDocument()
    return out.getvalue()


def _entry(write: Writer, entry: Entry) -> None:
    write.startElement("entry", NONE)
    write.element("id", entry.id)
    write.texts("title", entry.title)
    write.element("published", rfc3339_date(entry.published))
    write.element("updated", rfc3339_date(entry.updated))
    for author in entry.authors:
        write.author(author)
    for each in entry.categories:
        write.element("category", term=each.term, scheme=each.scheme, label=each.label)
    _links(write, entry.links)
    write.texts("summary", entry.summary)
    write.endElement("entry")


def _links(write: Writer, links: Iterable[Attributes]) -> None:
    for link in links:
        write.element("link", **link)
