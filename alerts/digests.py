"""What one mail tells a subscriber: what is new in all that they follow, each thing once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import override

from alerts.following import Subjected, things, unknown
from alerts.lines import Line, lines, public
from alerts.links import absolute
from alerts.models import Subscriber, Subscription, Thing

SHOWN = 50
"""Things of one subscription that a mail lists; of the others it gives the number, and they count as told."""
KEPT = 1_000_000
"""Things, of all subjects together, that are kept while many subscribers are told of the same: some 100 MB."""


@dataclass(frozen=True)
class Section:
    """What is new in one subscription, in the reader's language."""

    words: str
    marked: SafeString
    url: str
    lines: list[Line]
    total: int
    ended: bool = False
    is_list: bool = True

    @property
    def more(self) -> int:
        """How many things are not listed."""
        return self.total - len(self.lines)


@dataclass
class Digest:
    """The sections of a mail, and all things that it tells."""

    sections: list[Section] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many new things it tells; that something is followed no longer is not one."""
        return sum(section.total for section in self.sections)


class Finds:
    """What the subjects of a run show, looked up once for all who follow the same."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, str, int | None], list[Thing]] = OrderedDict()
        self._size = 0

    def of(self, subscription: Subscription) -> list[Thing]:
        """Give the things of a subscription's subject, in the order of its page."""
        name = (subscription.followed, subscription.query, subscription.key)
        if name not in self._found:
            self._found[name] = Subjected(subscription).things()
            self._size += len(self._found[name])
            while self._size > KEPT and len(self._found) > 1:
                self._size -= len(self._found.popitem(last=False)[1])
        return self._found[name]


def digest_of(subscriber: Subscriber, finds: Finds, only: Collection[Thing] | None = None) -> Digest:
    """Give what a subscriber was not told yet, of what is public now; or only of some things, told or not."""
    known = set() if only is not None else {Thing(*row) for row in subscriber.told.values_list("kind", "key")}
    digest = Digest()
    with override(subscriber.language):
        for subscription in subscriber.subscriptions.all():
            ended = Thing("ended", subscription.pk)
            if Subjected(subscription).ended:
                if ended not in known and (only is None or ended in only):
                    digest.things.append(ended)
                    digest.sections.append(_section(subscription, [], ended=True))
                continue
            new = things(subscription, finds.of)
            new = [each for each in new if each in only] if only is not None else unknown(new, known.__contains__)
            shown = public(new)
            if new := [each for each in new if each in shown]:
                digest.things += new
                digest.sections.append(_section(subscription, new))
                known |= set(new)
    return digest


def _section(subscription: Subscription, new: list[Thing], *, ended: bool = False) -> Section:
    subject = Subjected(subscription)
    url = absolute(subject.page) if subject.page else ""
    words, marked = subject.words(len(new)), subject.marked(len(new))
    return Section(words, marked, url, lines(new[:SHOWN]), len(new), ended, subject.is_list)
