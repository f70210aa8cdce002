"""Reading: a text becomes a tree of suggestions. Nothing is saved, and no network is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from people.dates import partial_date
from people.language import CHINESE, IN_CHINESE
from proposals.intake.delegates import Delegates, Speaker
from proposals.intake.demands import Action, actions_of
from proposals.intake.figures import figures_in
from proposals.intake.furniture import furniture, sells
from proposals.intake.lexicon import Lexicon
from proposals.intake.lines import Part, folded, lines_of
from proposals.intake.matching import candidates
from proposals.intake.plain import PlainText
from proposals.intake.posts import post_of
from proposals.intake.rules import CITIES
from proposals.intake.seats import COUNTRY, SeatPhrase, Seats
from proposals.intake.sections import Passage, Sections, named_title
from proposals.intake.suggestions import Article, Demand, Figure, Found, LeftOut, Person, Seat, Section
from proposals.intake.terms import addressees_in, regions_in, topics_in, topics_of

MOST_TOPICS = 12
HEAD = 12
"""Lines at the beginning in which title, outlet and date are looked for."""
DATE = re.compile(
    r"(?P<zh>(?:19|20)\d\d\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?)|(?P<dm>\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}\.?,? (?:19|20)\d\d)"
    r"|(?P<md>[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d)"
)
CITY = re.compile("|".join(map(re.escape, CITIES)))
YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
OUTLET = re.compile(
    r"(?:source|from|来源|稿源|信息来源|文章来源|转自)\s*[:：]\s*(?P<name>[^|丨\n]{2,60}?)(?=\s{2,}|\s+(?:views?|author|editor|date|time|release|published|browse|作者|编辑|时间|日期|发布|点击|浏览|记者|字号|阅读|\d)|\s*[|丨]|$)",
    re.IGNORECASE,
)
PAPER = re.compile(
    r"[^\s，。：:|丨]{2,14}(?:报|日报|晚报|周刊|新闻网|网|在线|时报|早报|快报|都市报)|[A-Z][\w&' ]{2,40}(?: (?:News|Daily|Times|Post|Review|Newswire|Herald|Gazette|Weekly|Journal|Ledger|Tribune|Agency|Net|Observer|Express))"
)


def read(plain: PlainText, lexicon: Lexicon) -> Article:
    """Read a text: who asks for what, with the place of everything that was found."""
    text = folded(plain.text)
    lines = lines_of(text)
    out = [*plain.left_out, *furniture(lines)]
    kept = [line for line in lines if not any(each.start <= line.start < each.end for each in out)]
    delegates = Delegates(kept, Seats(lexicon.provinces))
    sections = Sections(kept, delegates)
    return _Reader(plain.text, lines, kept, lexicon, delegates).article(sections, out)


class _Reader:
    """Puts what was found together, with the words as the article has them."""

    def __init__(
        self, text: str, lines: Sequence[Part], kept: Sequence[Part], lexicon: Lexicon, delegates: Delegates
    ) -> None:
        self._text, self._lexicon, self._delegates = text, lexicon, delegates
        self._lines, self._kept = lines, kept
        self._date = self._find_date()
        self._province = self._find_province()
        self._year = int(self._date.value[:4]) if self._date else self._find_year()

    def article(self, sections: Sections, out: list[LeftOut]) -> Article:
        """Give the whole tree."""
        told = [passage for passage in sections.passages if self._tells(passage)]
        last = max((passage.end for passage in told), default=0)
        first = min((passage.start for passage in told), default=0)
        out += [LeftOut("others", part.start, part.end) for part in sections.others if first < part.start < last]
        out += [LeftOut("sells", line.start, line.end) for line in self._kept if line.start > last and sells(line)]
        return Article(
            text=self._text,
            language=CHINESE if 10 * len(IN_CHINESE.findall(self._text)) > len(self._text) else "en",
            title=self._title(),
            outlet=self._outlet(),
            date=self._date,
            sections=tuple(self._section(passage) for passage in told),
            left_out=tuple(sorted(out, key=lambda each: each.start)),
        )

    def _tells(self, passage: Passage) -> bool:
        """Tell whether a passage is about a delegate: somebody with a seat, or called so and asking for something."""
        return any(speaker.seats for speaker in passage.speakers) or bool(
            any(speaker.short for speaker in passage.speakers) and (passage.title or actions_of(passage))
        )

    def _found(self, part: Part | None, confidence: float) -> Found | None:
        return Found(self._text[part.start : part.end], part.start, part.end, confidence) if part else None

    def _section(self, passage: Passage) -> Section:
        seat = self._seat(passage.speakers[0])
        region = seat.region if seat else ""
        title = passage.title or named_title(passage)
        demands = tuple(self._demand(action, region) for action in actions_of(passage))
        titled = (topics_in(title, self._lexicon), regions_in(title, self._lexicon)) if title else ((), ())
        session, term = self._session(seat)
        return Section(
            start=passage.start,
            end=max([passage.end, *([title.end] if title else [])]),
            people=tuple(self._person(speaker, term) for speaker in passage.speakers),
            title=self._found(title, 0.9 if passage.title else 0.7),
            kind=self._kind(passage, seat),
            year=self._year,
            session=session,
            demands=demands,
            figures=tuple(self._figures(passage)),
            topics=topics_of([titled[0], *(demand.topics for demand in demands)], self._lexicon, MOST_TOPICS),
            regions=_distinct([*self._own(seat), *titled[1], *(each for demand in demands for each in demand.regions)]),
        )

    def _own(self, seat: Seat | None) -> list[Found]:
        """Give the province where somebody sits: what is put forward there is mostly for it."""
        provincial = seat is not None and seat.level == "provincial" and seat.region
        return [Found(seat.region, seat.start, seat.end, 0.5)] if seat and provincial else []

    def _demand(self, action: Action, region: str) -> Demand:
        part = action.part
        return Demand(
            text=self._text[part.start : part.end],
            start=part.start,
            end=part.end,
            confidence=action.confidence,
            mark=action.mark,
            addressees=addressees_in(part, region, self._lexicon),
            topics=topics_in(part, self._lexicon),
            regions=regions_in(part, self._lexicon),
        )

    def _figures(self, passage: Passage) -> Iterable[Figure]:
        for sentence in passage.sentences:
            for figure in figures_in(sentence):
                what = self._text[sentence.start : sentence.end]
                yield Figure(figure.value, figure.unit, figure.as_of, what, figure.start, figure.end, figure.confidence)

    def _person(self, speaker: Speaker, term: int) -> Person:
        seat = self._seat(speaker)
        spelled: dict[str, Found] = {}
        for mention in speaker.mentions:
            spelled.setdefault(
                self._text[mention.start : mention.end],
                Found(self._text[mention.start : mention.end], mention.start, mention.end, 0.9),
            )
        name = next(iter(spelled.values()))
        post = post_of(speaker, self._kept)
        known = (seat.system, seat.region, term) if seat else None
        return Person(
            name=name,
            spellings=tuple(spelled.values()),
            seat=seat,
            employer=self._found(post.employer, 0.7) if post else None,
            post=self._found(post.post, 0.7) if post else None,
            candidates=candidates(spelled, known, self._lexicon),
        )

    def _seat(self, speaker: Speaker) -> Seat | None:
        """Give the seat that is said most exactly; where a province is not named it is the article's."""
        phrases = sorted(
            speaker.seats,
            key=lambda phrase: (
                not phrase.exact,
                not phrase.level,
                not phrase.region,
                phrase.role in ("member", "deputy"),
            ),
        )
        if not phrases:
            return None
        phrase: SeatPhrase = phrases[0]
        region, level, sure = phrase.region, phrase.level, 0.95
        if not region and level != "municipal":
            region, sure = (self._province, 0.7) if level == "provincial" or self._province else (COUNTRY, 0.5)
            level = "national" if region == COUNTRY else "provincial"
        return Seat(phrase.system, level, region, phrase.role, phrase.start, phrase.end, sure)

    def _session(self, seat: Seat | None) -> tuple[str, int]:
        if seat is None:
            return "", 0
        return self._lexicon.sessions.get((seat.system, seat.region, self._year), ("", 0))

    def _kind(self, passage: Passage, seat: Seat | None) -> str:
        """Tell the kind by the term the text uses in Chinese; in English only “bill” and the system say it."""
        text = " ".join(sentence.text for sentence in passage.sentences) + (passage.title.text if passage.title else "")
        if seat and seat.system == "npc":
            return "bill" if re.search(r"议案|\bbill\b", text, re.IGNORECASE) else "suggestion"
        return "proposal"

    def _find_date(self) -> Found | None:
        for part in (*self._lines[:HEAD], *self._lines[HEAD:]):
            for found in DATE.finditer(part.text) if len(part.text) < 400 else ():
                date = partial_date(
                    re.sub(r"\s+(?=[\d年月日/.-])|(?<=[年月/.-])\s+", "", found[0]) if found["zh"] else found[0]
                )
                if re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
                    return Found(date, part.start + found.start(), part.start + found.end(), 0.9)
        return None

    def _find_year(self) -> int:
        years = Counter(int(found[1]) for part in self._kept for found in YEAR.finditer(part.text))
        head = [int(found[1]) for part in self._lines[:3] for found in YEAR.finditer(part.text)]
        return head[0] if head else years.most_common(1)[0][0] if years else 0

    def _find_province(self) -> str:
        """Give the province whose sessions the article is about, "" for none: by its beginning, or what most seats say."""
        said = Counter(
            phrase.region
            for speaker in self._delegates.speakers
            for phrase in speaker.seats
            if phrase.region not in ("", COUNTRY)
        )
        if said:
            return said.most_common(1)[0][0]
        for part in self._lines[:HEAD]:
            if re.search("两会|人大|政协|two sessions|congress|cppcc", part.text, re.IGNORECASE):
                if named := [each.value for each in regions_in(part, self._lexicon) if each.value.startswith("CN-")]:
                    return named[0]
        places = Counter(CITIES[found[0]] for part in self._kept for found in CITY.finditer(part.text))
        places.update(
            each.value
            for part in self._kept
            for each in regions_in(part, self._lexicon)
            if each.value.startswith("CN-")
        )
        return places.most_common(1)[0][0] if places else ""

    def _title(self) -> Found | None:
        for line in self._kept[:HEAD]:
            if line.start == 0 or not (DATE.search(line.text) or OUTLET.search(line.text)):
                short = len(line.text) <= (80 if line.chinese else 260)
                if (
                    short
                    and not self._named_paper(line)
                    and not re.search("[。]$|^(?:column|栏目|by )", line.text, re.IGNORECASE)
                ):
                    return self._found(line, 0.8)
        return None

    def _named_paper(self, line: Part) -> bool:
        return (
            bool(PAPER.fullmatch(line.text))
            or line.text.isupper()
            or bool(DATE.search(line.text) and len(line.text) < 60)
        )

    def _outlet(self) -> Found | None:
        for line in (*self._lines[:HEAD], *self._lines[-HEAD:]):
            if found := OUTLET.search(line.text):
                return self._found(line.part(found.start("name"), found.end("name")), 0.8)
        for line in self._lines[:4]:
            if line.text.isupper() or PAPER.fullmatch(line.text.split("|")[0].strip()):
                return self._found(line.part(0, len(line.text.split("|")[0])), 0.6)
        return None


def _distinct(found: Iterable[Found]) -> tuple[Found, ...]:
    first: dict[str, Found] = {}
    for each in found:
        first.setdefault(each.value, each)
    return tuple(first.values())
