"""Proposals, recommendations and replies as entries of a feed, in the language of its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext

from people.dates import date_words
from people.language import CHINESE, ENGLISH, TAGS, in_language, reader_language
from proposals.cards.texts import who
from proposals.feeds.atom import Attributes, Author, Category, Entry, Text
from proposals.models import Proposal, Recommendation, Reply, Sponsorship, Topic
from proposals.sharing.texts import cut


class Entries:
    """Makes entries below `base` ("https://host"); their identifiers hold under any name of the host.

    They are made of that of the `record` and the key, the same in both languages: a proposal is one.
    """

    def __init__(self, base: str, record: UUID) -> None:
        self._base = base
        self._record = record

    def id(self, *what: object) -> str:
        """Give the identifier of something in this record."""
        return uuid5(self._record, "/".join(map(str, what))).urn

    def proposal(self, proposal: Any) -> Entry:
        """Make an entry of a proposal as it comes from `for_cards`, with its public times."""
        summary = Text(*in_language(proposal, "summary"))
        return Entry(
            id=self.id("proposal", proposal.pk),
            title=Text(*in_language(proposal, "title")),
            summary=summary if summary.text else Text(_told(proposal, proposal.status_label)),
            published=proposal.published_at,
            updated=proposal.changed_in_public,
            links=self._pages(proposal.get_absolute_url()),
            authors=self._authors(proposal.proposers),
            categories=self._topics(proposal.shown_topics),
        )

    def recommendation(self, recommendation: Any) -> Entry:
        """Make an entry of a recommendation as it comes from `for_cards`, with its public times."""
        proposal = recommendation.proposal
        text, language = in_language(recommendation, "text")
        place = gettext("No. %(number)s in") % {"number": recommendation.order}
        related = {"rel": "related", "href": f"{self._base}{proposal.get_absolute_url()}", "title": proposal.title}
        return Entry(
            id=self.id("recommendation", recommendation.pk),
            title=Text(cut(text), language),
            summary=Text(f"{text}\n{place} {proposal.title}. {_told(proposal)}"),
            published=proposal.published_at,
            updated=recommendation.changed_in_public,
            links=[*self._pages(recommendation.get_absolute_url()), related],
            authors=self._authors(proposal.proposers),
            categories=self._topics(recommendation.shown_topics),
        )

    def reply(self, reply: Any) -> Entry:
        """Make an entry of a reply as the list of replies shows it, with its public times."""
        said, language = in_language(reply, "summary")
        answered = [answer.proposal for answer in reply.shown_answers]
        titles = gettext(", ").join(proposal.title for proposal in answered)
        facts = [reply.agency.name, date_words(reply.date) if reply.date else "", reply.get_outcome_display(), titles]
        return Entry(
            id=self.id("reply", reply.pk),
            title=Text(*in_language(reply, "title")),
            summary=Text(said, language) if said else Text(" · ".join(filter(None, facts))),
            published=reply.shown_since,
            updated=reply.changed_in_public,
            links=[
                *self._pages(reply.get_absolute_url()),
                *({"rel": "related", "href": f"{self._base}{each.get_absolute_url()}"} for each in answered),
            ],
            authors=[self._named(reply.agency), *map(self._named, reply.co_agencies.all())],
            categories=[Category(reply.outcome, self._list("replies"), reply.get_outcome_display())],
        )

    def _pages(self, path: str) -> list[Attributes]:
        """Give the links to a page in the language of the feed, and in the other."""
        chinese = reader_language() == CHINESE
        other = path.removeprefix("/zh") if chinese else f"/zh{path}"
        language = TAGS[ENGLISH if chinese else CHINESE]
        page = {"rel": "alternate", "type": "text/html"}
        return [
            page | {"href": f"{self._base}{path}"},
            page | {"href": f"{self._base}{other}", "hreflang": language},
        ]

    def _authors(self, proposers: Iterable[Sponsorship]) -> list[Author]:
        named = (each.delegate or each for each in proposers)
        return [self._named(each) for each in named]

    def _named(self, thing: Any) -> Author:
        if isinstance(thing, Sponsorship):
            return Author(in_language(thing, "organisation")[0])
        return Author(thing.name, f"{self._base}{thing.get_absolute_url()}")

    def _topics(self, topics: Iterable[Topic]) -> list[Category]:
        return [Category(topic.slug, self._list("topics"), topic.name) for topic in topics]

    def _list(self, name: str) -> str:
        """Name a vocabulary: the same in both languages."""
        return f"{self._base}/{name}/"


def _told(proposal: Any, *more: str) -> str:
    """Tell who put a proposal forward, and where."""
    proposers = who(list(proposal.proposers), proposal.proposers_in_all)
    return " · ".join(filter(None, (proposers, proposal.session.name, *more)))


MADE = {Proposal: Entries.proposal, Recommendation: Entries.recommendation, Reply: Entries.reply}
"""How an entry is made of a row."""
