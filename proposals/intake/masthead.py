"""Masthead: title, outlet and date of an article, and of which year and province's sessions it tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from people.dates import partial_date
from proposals.intake.delegates import Delegates
from proposals.intake.lexicon import Lexicon
from proposals.intake.lines import Part
from proposals.intake.rules import ARTICLE, CITIES, any_of, anywhere
from proposals.intake.seats import COUNTRY
from proposals.intake.suggestions import Found
from proposals.intake.terms import regions_in

Thing = TypeVar("Thing")
HEAD = 12
"""Lines at the beginning in which title and outlet are looked for, and at the end for the outlet."""
FIRST, FIRST_FOR_OUTLET = 3, 4
"""Lines in which a year is the article's, and in which the name of a newspaper stands alone."""
LONGEST_TITLE, LONGEST_TITLE_ZH, LONGEST_DATED, LONGEST_WITH_DATE = 260, 80, 60, 400
"""Characters of a title, of a line that is only date and outlet, and of one in which the date is looked for."""
DATE = re.compile(
    r"(?P<zh>(?:19|20)\d\d\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?)"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}\.?,? (?:19|20)\d\d"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
)
"""2024年3月5日, 2024-03-05, 5 March 2024, Mar. 5, 2024."""
BLANKS_IN_DATE = re.compile(r"\s+(?=[\d年月日/.-])|(?<=[年月/.-])\s+")
FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
OUTLET = re.compile(
    rf"{any_of(ARTICLE['source_labels'])}\s*[:：]\s*(?P<name>[^|丨\n]{{2,60}}?)"
    rf"(?=\s{{2,}}|\s+(?:{any_of(ARTICLE['behind_source'])}|\d)|\s*[|丨]|$)",
    re.IGNORECASE,
)
NEWSPAPER = re.compile(
    rf"[^\s，。：:|丨]{{2,14}}{any_of(ARTICLE['papers_zh'])}|[A-Z][\w&' ]{{2,40}} {any_of(ARTICLE['papers_en'])}"
)
NO_TITLE = re.compile("。$|^(?:column|栏目|by )", re.IGNORECASE)
SESSIONS = re.compile(any_of(ARTICLE["sessions"]), re.IGNORECASE)
CITY = anywhere(CITIES)


class Masthead:
    """What an article says of itself, in its lines and in those `kept` that are no furniture."""

    def __init__(self, lines: Sequence[Part], kept: Sequence[Part], delegates: Delegates, lexicon: Lexicon) -> None:
        self._lines, self._kept, self._lexicon = lines, kept, lexicon
        self.title = self._title()
        self.outlet = self._outlet()
        """Where it stands, and how sure that is."""
        self.date = self._date()
        self.year = int(self.date.value[:4]) if self.date else self._year()
        self.province = self._province(delegates)
        """The province whose sessions the article is about, as its ISO code, "" for none."""

    def _title(self) -> Part | None:
        for line in self._kept[:HEAD]:
            begins = line.start == 0 or not (DATE.search(line.text) or OUTLET.search(line.text))
            short = len(line.text) <= (LONGEST_TITLE_ZH if line.chinese else LONGEST_TITLE)
            if begins and short and not _names_outlet(line) and not NO_TITLE.search(line.text):
                return line
        return None

    def _outlet(self) -> tuple[Part | None, float]:
        for line in (*self._lines[:HEAD], *self._lines[-HEAD:]):
            if found := OUTLET.search(line.text):
                return line.part(found.start("name"), found.end("name")), 0.8
        for line in self._lines[:FIRST_FOR_OUTLET]:
            name = line.text.split("|")[0]
            if _capitals(line.text) or NEWSPAPER.fullmatch(name.strip()):
                return line.part(0, len(name)), 0.6
        return None, 0.0

    def _date(self) -> Found | None:
        for line in self._lines:
            for found in DATE.finditer(line.text) if len(line.text) < LONGEST_WITH_DATE else ():
                date = partial_date(BLANKS_IN_DATE.sub("", found[0]) if found["zh"] else found[0])
                if FULL_DATE.fullmatch(date):
                    return Found(date, line.start + found.start(), line.start + found.end(), 0.9)
        return None

    def _year(self) -> int:
        """Give the year that the first lines name, or else the one that is named most; 0 for none."""
        head = [int(found[1]) for line in self._lines[:FIRST] for found in YEAR.finditer(line.text)]
        if head:
            return head[0]
        years = Counter(int(found[1]) for line in self._kept for found in YEAR.finditer(line.text))
        return _most(years, 0)

    def _province(self, delegates: Delegates) -> str:
        """Give the province that most seats say, or the beginning, or that most cities lie in."""
        said = Counter(phrase.region for speaker in delegates.speakers for phrase in speaker.seats)
        del said[""], said[COUNTRY]
        if said:
            return _most(said, "")
        for line in self._lines[:HEAD]:
            named = self._provinces_in(line) if SESSIONS.search(line.text) else []
            if named:
                return named[0]
        places = Counter(CITIES[found[0]] for line in self._kept for found in CITY.finditer(line.text))
        places.update(province for line in self._kept for province in self._provinces_in(line))
        return _most(places, "")

    def _provinces_in(self, line: Part) -> list[str]:
        return [each.value for each in regions_in(line, self._lexicon) if each.value.startswith(f"{COUNTRY}-")]


def _names_outlet(line: Part) -> bool:
    """Tell whether a line is only the name of a newspaper, or a date with little else."""
    dated = len(line.text) < LONGEST_DATED and DATE.search(line.text)
    return bool(dated or _capitals(line.text) or NEWSPAPER.fullmatch(line.text))


def _capitals(text: str) -> bool:
    """Tell whether a line is the name of a paper in capitals."""
    return text.isascii() and text.isupper() and not re.search(r"\d", text)


def _most(counted: Counter[Thing], otherwise: Thing) -> Thing:
    return counted.most_common(1)[0][0] if counted else otherwise
