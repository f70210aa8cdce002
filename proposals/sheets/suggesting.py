"""Suggesting: the topics that a text speaks of, by their names and the words for them."""

from collections import Counter
from collections.abc import Iterator

from people.tree import lineage
from proposals.intake.lines import folded
from proposals.intake.words import Words
from proposals.models import Synonym, Topic

MOST = 5


class Suggestions:
    """The names of all topics, read once."""

    def __init__(self) -> None:
        self._parents: dict[int, int | None] = dict(Topic.objects.values_list("pk", "parent"))
        self._words = Words(_words())

    def of(self, text: str) -> list[int]:
        """Give the keys of the topics whose names stand in `text`, those that stand there most often first.

        Acronyms that are also other words count in capitals only. What lies above another that is found goes without
        saying.
        """
        found = Counter(word.meaning for word in self._words.find(folded(text)))
        above = {node for topic in found for node in lineage(topic, self._parents) if node != topic}
        return [topic for topic, _number in found.most_common() if topic not in above][:MOST]


def _words() -> Iterator[tuple[str, int, bool]]:
    """Give every name of a topic and every word for it, with its key, and whether it counts only as it is written."""
    for key, *names in Topic.objects.values_list("pk", "name_en", "name_zh"):
        yield from ((name, key, False) for name in names)
    for key, text, ambiguous in Synonym.objects.values_list("topic", "text", "ambiguous"):
        yield text, key, ambiguous
