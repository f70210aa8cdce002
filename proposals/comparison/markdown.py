"""A comparison as Markdown, with tables as GitHub writes them."""

import re
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from people.dates import date_words
from proposals.comparison.compared import Comparison
from proposals.comparison.texts import Line, Part
from proposals.comparison.topics import TopicRow

MARKUP = re.compile(r"[\\`*_\[\]<>|#~&!$]")
LINKED_BY_ITSELF = re.compile(r"(https?|ftp)(?=://)|www(?=\.)", re.IGNORECASE)


def as_markdown(comparison: Comparison, site: str) -> str:
    """Write the comparison for people who paste it elsewhere; `site` goes before every address: `https://host`."""
    asked, columns = comparison.asked, comparison.columns
    names = [_line(column.heading, site) for column in columns]
    parts = ["# " + _("Proposals side by side")]
    parts += [_plain(note) for note in comparison.notes]
    titles = [_lines(column.title, site) for column in columns]
    facts = [
        [" · ".join(filter(None, [_plain(fact.label), fact.compared])), *(_lines(cell, site) for cell in fact.cells)]
        for fact in comparison.facts
    ]
    parts.append(_table(["", *names], [[_("Title"), *titles], *facts]))
    for group in comparison.groups:
        parts.append(f"## {group.heading}")
        for row in group.rows:
            parts.append(f"### {_line(row.topic, site)} ({_line(row.compared, site)})")
            parts.append(_table(names, _demands(row, site)))
    day = date_words(timezone.localdate().isoformat())
    parts.append(" ".join([_("As of %(date)s.") % {"date": day}, _("Data: CC BY 4.0."), f"<{site}{asked.page}>"]))
    return "\n\n".join(parts) + "\n"


def _demands(row: TopicRow, site: str) -> list[list[str]]:
    """Give a row for the first demand of each proposal, one for the second and so on; then what else is to be said."""
    rows = [
        [_lines(place.demands[number].lines, site) if number < len(place.demands) else "" for place in row.places]
        for number in range(row.height)
    ]
    rest = [_lines(place.rest, site) for place in row.places]
    return [*rows, rest] if any(rest) else rows


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _lines(lines: Iterable[Line], site: str) -> str:
    return "<br>".join(_line(line, site) for line in lines)


def _line(line: Line, site: str) -> str:
    return "".join(_plain(each) if isinstance(each, str) else _part(each, site) for each in line.parts)


def _part(part: Part, site: str) -> str:
    text = _plain(part.text)
    return f"[{text}]({site}{part.address})" if part.address else text


def _plain(text: str) -> str:
    """Write `text` so that nothing in it is taken for Markdown or HTML; it stays on one line."""
    one_line = MARKUP.sub(r"\\\g<0>", re.sub(r"[\s\x00-\x1f]+", " ", text))
    return LINKED_BY_ITSELF.sub(r"\g<0>\\", one_line)
