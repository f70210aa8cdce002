"""Suggesting: the topics that a text speaks of, by their names and the words for them."""

import re
from collections import Counter

from people.language import CHINESE, language_of
from people.tree import lineage
from proposals.models import Synonym, Topic

MOST = 5


class Suggestions:
    """The names of all topics, read once."""

    def __init__(self) -> None:
        self._parents: dict[int, int | None] = dict(Topic.objects.values_list("pk", "parent"))
        rows = [
            (pk, name, False) for pk, *names in Topic.objects.values_list("pk", "name_en", "name_zh") for name in names
        ]
        words = [*rows, *Synonym.objects.values_list("topic", "text", "ambiguous")]
        self._words = [
            (topic, text if ambiguous else text.casefold(), ambiguous) for topic, text, ambiguous in words if text
        ]

    def of(self, text: str) -> list[int]:
        """Give the keys of the topics whose names stand in `text`, those that stand there most often first.

        Words in Latin letters count as whole words, acronyms that are also other words in capitals only. What lies
        above another that is found goes without saying.
        """
        folded, found = text.casefold(), Counter[int]()
        for topic, word, ambiguous in self._words:
            within = text if ambiguous else folded
            if word in within:
                found[topic] += (
                    within.count(word) if language_of(word) == CHINESE else len(_whole(word).findall(within))
                )
        above = {node for topic in found if found[topic] for node in [*lineage(topic, self._parents)][1:]}
        return [topic for topic, number in found.most_common() if number and topic not in above][:MOST]


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", re.IGNORECASE)
