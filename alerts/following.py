"""What can be followed: what it shows now, in the order of its page, and what of that is new to a subscriber.

New is what the page shows and did not show when the subscription was confirmed. So nothing hangs on clocks: what was
entered before and committed later is told, and what is edited so that a list shows it from then on, or gets the status
that a list asks for, is told as well. What was there at the beginning, or was told, is not told again, whatever is
withdrawn, published anew or made one with another meanwhile.
"""

from __future__ import annotations

import hashlib
import html
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import F
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from alerts.models import Followed, Subject, Subscription, Thing, packed
from people.addresses import FormerAddress
from people.doubles import successor
from people.language import in_language
from people.models import Agency, Delegate
from proposals.catalogue import Choice, Query, Vocabulary, Walk, count
from proposals.filters import ProposalFilter
from proposals.models import Proposal, Reply
from proposals.models.life_cycle import way_of
from proposals.sentence import sentence

LISTS = {Followed.PROPOSALS: "proposal", Followed.RECOMMENDATIONS: "recommendation"}
"""The lists, and the kind of thing that stands in each."""
RECORDS: dict[str, Any] = {Followed.PROPOSAL: Proposal, Followed.DELEGATE: Delegate, Followed.AGENCY: Agency}
LONGEST_QUERY = 6_000
"""Characters of the address of a list that can be followed."""


class Subjected:
    """A subject as it stands in the record now: what its page shows, what it is called, where it is."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @cached_property
    def asked(self) -> ProposalFilter:
        """The parameters of a list, read as the page reads them."""
        recommendations = self.subject.followed == Followed.RECOMMENDATIONS
        return ProposalFilter(QueryDict(self.subject.query), recommendations=recommendations)

    @cached_property
    def record(self) -> Any:
        """The record that is followed, or what it was made one with; None where it is gone."""
        model = RECORDS[self.subject.followed]
        found = model._default_manager.filter(pk=self.subject.key).first()
        return found or successor(model, key=self.subject.key)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return self.subject.followed in LISTS

    @cached_property
    def readable(self) -> bool:
        """Whether all that narrows a list down is known; without a part of it the list would be another."""
        return not self.asked.form.errors

    @cached_property
    def ended(self) -> bool:
        """Whether it is gone for good: its record is deleted, or withdrawn from the public."""
        if self.is_list:
            return False
        return self.record is None or getattr(self.record, "state", "") == Proposal.State.WITHDRAWN

    @cached_property
    def there(self) -> bool:
        """Whether its page is there for the public at this moment."""
        if self.is_list:
            return self.readable
        match self.record:
            case None:
                return False
            case Proposal():
                return self.record.is_public
            case Delegate():
                return bool(self.record.proposals.published().exists())
        return bool(count(self._query) or count(self._leading))

    @cached_property
    def _query(self) -> Query:
        """What the catalogue is asked for: the list itself, or the proposals or recommendations of a record."""
        if self.is_list:
            return self.asked.query.whole
        facet, record = str(self.subject.followed), self.record
        chosen = {facet: (Choice(record.pk, record.slug, record.name),)}
        return Query(recommendations=facet == Followed.AGENCY, chosen=chosen)

    @property
    def _leading(self) -> Query:
        return Query(chosen={"lead_agency": self._query.choices("agency")})

    def things(self) -> list[Thing]:
        """Give all that its page shows of what can be told, in the order of the page."""
        if not self.there:
            return []
        match self.subject.followed:
            case Followed.PROPOSAL:
                return self._moments()
            case Followed.DELEGATE:
                answered = Reply.objects.published().filter(answers__proposal__in=self.record.proposals.published())
                return self._walked("proposal") + _replies(answered.distinct())
            case Followed.AGENCY:
                return self._walked("recommendation") + _replies(Reply.objects.published().by(self.record))
        return self._walked(LISTS[Followed(self.subject.followed)])

    def _walked(self, kind: str) -> list[Thing]:
        vocabulary = self.asked.vocabulary if self.is_list else Vocabulary()
        return [Thing(kind, key) for key in chain.from_iterable(Walk(self._query, vocabulary))]

    def _moments(self) -> list[Thing]:
        read = Proposal.objects.published().prefetch_related("events", "answers__reply").get(pk=self.record.pk)
        way = way_of(read)
        return [Thing("event", each.event.pk) if each.event else Thing("reply", each.reply.pk) for each in way]

    def words(self, number: int | None = None) -> str:
        """Say in the reader's language what it is: a list with how many it shows, or with `number`; a record's name.

        What is not public at this moment is not named.
        """
        return html.unescape(strip_tags(self.marked(number)))

    def marked(self, number: int | None = None) -> SafeString:
        """Give the words as HTML, in which names in the other language are marked as such."""
        if self.is_list and self.readable:
            return sentence(self._query, count(self._query) if number is None else number, ordered=False)
        if self.is_list:
            return SafeString(html.escape(gettext("a list by something that the record no longer knows")))
        if not self.there:
            return SafeString(html.escape(gettext("something that is no longer public")))
        text, language = in_language(self.record, "title" if isinstance(self.record, Proposal) else "name")
        return format_html('<span lang="{}">{}</span>', language, text) if language else format_html("{}", text)

    @property
    def page(self) -> str:
        """Give the address of its page, or of that which says why it was withdrawn; "" where there is none."""
        if self.is_list:
            return reverse(self.subject.followed) + self._query.canonical if self.readable else ""
        if self.there:
            return str(self.record.get_absolute_url())
        return f"{reverse('proposals')}{self.record.pk}/" if self.ended and self.record is not None else ""

    @property
    def same(self) -> str:
        """Give what two subjects have in common that are the same."""
        key = self.subject.key if self.is_list or self.record is None else self.record.pk
        said = f"{self.subject.followed} {key} {self.subject.query}"
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


def _replies(replies: Any) -> list[Thing]:
    return [Thing("reply", key) for key in replies.order_by("-date", "-pk").values_list("pk", flat=True)]


def as_it_is(subject: Subject) -> bytes:
    """Give what is there already, packed: what `Subscription.packed` holds of a subject followed from now on."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for kind, key in Subjected(subject).things():
        found[kind].append(key)
    return packed(found)


def things(subscription: Subscription, found: Callable[[Subscription], list[Thing]] | None = None) -> list[Thing]:
    """Give what is new in a subscription since it was confirmed, told or not, in the order of the page.

    With nothing in `packed` that is all that the page shows. `found` gives what its page shows, where that is known.
    """
    shown = found(subscription) if found else Subjected(subscription).things()
    before = subscription.before
    return unknown(shown, lambda thing: thing.key in before.get(thing.kind, ()))


def unknown(some: list[Thing], known: Callable[[Thing], bool]) -> list[Thing]:
    """Leave out what is known, by itself or as a proposal that was made one with it."""
    new = [thing for thing in some if not known(thing)]
    if not any(thing.kind == "proposal" for thing in new):
        return new
    made_one = FormerAddress.objects.filter(kind=Proposal._meta.label_lower).exclude(key=F("into"))
    doubles = {
        Thing("proposal", into) for key, into in made_one.values_list("key", "into") if known(Thing("proposal", key))
    }
    return [thing for thing in new if thing not in doubles]


def keys(some: Iterable[Thing], kind: str) -> list[int]:
    """Give the keys of those of one kind, in their order."""
    return [thing.key for thing in some if thing.kind == kind]
