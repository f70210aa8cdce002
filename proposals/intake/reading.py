"""Reading: a text becomes a tree of suggestions. Nothing is saved, and no network is asked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from people.language import CHINESE, IN_CHINESE
from proposals.intake.delegates import Delegates, Speaker
from proposals.intake.demands import Action, actions_of
from proposals.intake.figures import figures_in
from proposals.intake.furniture import furniture, sells
from proposals.intake.lexicon import Lexicon
from proposals.intake.lines import Part, folded, lines_of
from proposals.intake.masthead import Masthead
from proposals.intake.matching import candidates
from proposals.intake.plain import PlainText
from proposals.intake.posts import post_of
from proposals.intake.seats import COUNTRY, SeatPhrase, Seats
from proposals.intake.sections import Passage, Sections, named_title
from proposals.intake.sittings import sittings
from proposals.intake.suggestions import Article, Demand, Figure, Found, LeftOut, Person, Seat, Section
from proposals.intake.terms import addressees_in, regions_in, topics_in, topics_of

MOST_TOPICS = 12


def read(plain: PlainText, lexicon: Lexicon) -> Article:
    """Read a text: who asks for what, with the place of everything that was found."""
    text = folded(plain.text)
    lines = lines_of(text)
    out = [*plain.left_out, *furniture(lines)]
    kept = [*_without(out, lines)]
    delegates = Delegates(kept, Seats(lexicon.provinces))
    sections = Sections(kept, delegates)
    masthead = Masthead(lines, kept, delegates, lexicon)
    return _Reader(plain.text, kept, lexicon, masthead).article(sections, out)


def _without(out: Iterable[LeftOut], lines: Iterable[Part]) -> Iterator[Part]:
    """Give the lines that begin in no passage that is left out."""
    passages = sorted(out, key=lambda each: each.start)
    starts = [each.start for each in passages]
    ends = [0, *accumulate((each.end for each in passages), max)]
    return (line for line in lines if ends[bisect_right(starts, line.start)] <= line.start)


class _Reader:
    """Puts what was found together, with the words as the article has them."""

    def __init__(self, text: str, kept: Sequence[Part], lexicon: Lexicon, masthead: Masthead) -> None:
        self._text, self._kept, self._lexicon, self._masthead = text, kept, lexicon, masthead
        self._sittings = [*sittings(kept, lexicon.provinces)]

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
            title=self._found(self._masthead.title, 0.8),
            outlet=self._found(*self._masthead.outlet),
            date=self._masthead.date,
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
        session, term, ordinal = self._session(seat)
        return Section(
            start=passage.start,
            end=max([passage.end, *([title.end] if title else [])]),
            people=tuple(self._person(speaker, term) for speaker in passage.speakers),
            title=self._found(title, 0.9 if passage.title else 0.7),
            kind=self._kind(passage, seat),
            year=self._masthead.year,
            session=session,
            term=term,
            ordinal=ordinal,
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
            spelling = self._text[mention.start : mention.end]
            spelled.setdefault(spelling, Found(spelling, mention.start, mention.end, 0.9))
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
        if not speaker.seats:
            return None
        phrase = min(speaker.seats, key=_vagueness)
        region, level, sure = phrase.region, phrase.level, 0.95
        if not region and level != "municipal":
            provincial = level == "provincial" or self._masthead.province
            region, sure = (self._masthead.province, 0.7) if provincial else (COUNTRY, 0.5)
            level = "national" if region == COUNTRY else "provincial"
        return Seat(phrase.system, level, region, phrase.role, phrase.start, phrase.end, sure)

    def _session(self, seat: Seat | None) -> tuple[str, int, int]:
        """Give the slug of the session in which somebody sits, if the record has it, its term and its ordinal."""
        if seat is None:
            return "", 0, 0
        slug, term = self._lexicon.sessions.get((seat.system, seat.region, self._masthead.year), ("", 0))
        said = [each for each in self._sittings if each.system == seat.system and each.region in (seat.region, "")]
        return slug, term or (said[0].term if said else 0), said[0].ordinal if said else 0

    def _kind(self, passage: Passage, seat: Seat | None) -> str:
        """Tell the kind by the term the text uses in Chinese; in English only “bill” and the system say it."""
        text = " ".join(sentence.text for sentence in passage.sentences) + (passage.title.text if passage.title else "")
        if seat and seat.system == "npc":
            return "bill" if re.search(r"议案|\bbill\b", text, re.IGNORECASE) else "suggestion"
        return "proposal"


def _vagueness(phrase: SeatPhrase) -> tuple[bool, ...]:
    """Give how much a phrase leaves open about a seat, for sorting."""
    return not phrase.exact, not phrase.level, not phrase.region, phrase.role in ("member", "deputy")


def _distinct(found: Iterable[Found]) -> tuple[Found, ...]:
    first: dict[str, Found] = {}
    for each in found:
        first.setdefault(each.value, each)
    return tuple(first.values())
