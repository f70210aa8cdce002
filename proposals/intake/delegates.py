"""Delegates: who speaks in an article: every mention of a name that somewhere stands beside a seat."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.fuzz import ratio

from proposals.intake.bearers import Often, called, joint_names, name_alone, name_beside, name_beside_zh
from proposals.intake.lines import Part
from proposals.intake.names import HAN, Name, han_name, latin_names
from proposals.intake.rules import NAMES, any_of
from proposals.intake.seats import SeatPhrase, Seats

MOST_BEFORE = 50
"""How many names back somebody is looked for whom “the member” may mean."""
JUST_BEFORE = 60
"""Characters before a name in which a rank stands."""
LIKE = 74
"""Percent of letters from which two spellings in one section are one name."""
SHORT = re.compile(
    r"(?:(?:Standing |Committee )*(?:[Mm]ember|[Cc]ommissioner)|[Rr]epresentative|[Dd]elegate|[Dd]eput(?:y|ies))[ ]+$"
)
"""“Member Wang”."""
CAPITALS = re.compile(
    rf"(?<![A-Za-z])(?!{any_of(NAMES['not_names_en'])}\b)[A-Z][a-z]+(?:[ -][A-Z][a-z]+(?:-[a-z]+)?){{1,2}}(?![A-Za-z])"
)
"""What could be a name, however it sounds."""
RANK = "(?P<rank>deputy|member|delegate|standing committee member)"
RANK_BEFORE = re.compile(rf"(?:^|[\s,(])(?:an? |the )?{RANK}[ ]+$", re.IGNORECASE)
RANK_BEHIND = re.compile(rf"[\s,(]+(?:an? |the )?{RANK}\b(?! (?:director|head|dean|chair))", re.IGNORECASE)
SHORT_ZH = re.compile(rf"{HAN}{{2,4}}?(?P<rank>委员|代表)(?![会团])")
"""蔺伯谦委员."""
NAME_ENDS = re.compile(r"[:：】\s]|$")
LABEL = re.compile(r"[(（\[ •·*-]*(?:[^:：]{1,12}[:：])?\s*")
"""What stands before a seat that begins a line."""
FAMILY_NAME = re.compile(r"(?<![A-Za-z])([A-Z][a-z]+),? (?:(?:who )?(?:is|was|has|had)(?: also)?(?: an?)? |who )$")
"""“Hua is a …”."""
THE_MEMBER = re.compile(r"(?:^|[.!?\"”]\s+)(?:The|He|She)\b[^.!?]{0,120}$")


@dataclass
class Speaker:
    """A delegate in an article, with every mention."""

    name: Name
    mentions: list[Name] = field(default_factory=list)
    seats: list[SeatPhrase] = field(default_factory=list)
    short: bool = False
    """Called “Member X” or X委员 somewhere."""

    @property
    def letters(self) -> set[str]:
        """Give every spelling as it is compared."""
        return {mention.letters for mention in self.mentions}


class Delegates:
    """Who speaks in an article, and where each is mentioned."""

    def __init__(self, lines: Sequence[Part], seats: Seats) -> None:
        self._lines, self._seat_finder = lines, seats
        self._seats = {line.start: seats.find(line) for line in lines}
        self._names = {line.start: [*latin_names(line)] for line in lines}
        text = "\n".join(line.text for line in lines)
        self._often = Often(text)
        self._every = [name for names in self._names.values() for name in names]
        self._places: set[int] = set()
        self._mentioned: list[Name] = []
        self.speakers: list[Speaker] = []
        self._by_letters: dict[str, Speaker] = {}
        for line in lines:
            self._read(line)
        self._complete()

    def seats_in(self, line: Part) -> list[SeatPhrase]:
        """Give the seats that a line names."""
        return self._seats.get(line.start, [])

    def mentions(self, part: Part) -> list[tuple[Name, Speaker]]:
        """Give who is mentioned in a part of the text, in order."""
        return [(name, self._by_letters[name.letters]) for name in _within(self._mentioned, part)]

    def strangers(self, part: Part) -> list[Name]:
        """Give the names in a part that are no delegate's."""
        return [name for name in _within(self._every, part) if name.letters not in self._by_letters]

    def _read(self, line: Part) -> None:
        names = self._names[line.start]
        for phrase in self._seats[line.start]:
            name = (
                name_beside(line, phrase, names)
                or name_beside_zh(line, phrase, self._often)
                or name_alone(line, phrase, names)
            )
            if name:
                self._speaker(name).seats.append(phrase)
                for other in joint_names(line, name):
                    self._speaker(other).seats.append(phrase)
            elif before := self._meant(line, phrase):
                before.seats.append(phrase)
        self._bare_rank(line)
        for name in names:
            if SHORT.search(_before(line, name)):
                self._speaker(name).short = True
        for found in SHORT_ZH.finditer(line.text):
            if name_zh := called(line, found.start("rank")):
                self._speaker(name_zh).short = True

    def _speaker(self, name: Name) -> Speaker:
        speaker = self._by_letters.get(name.letters)
        if speaker is None:
            speaker = Speaker(name)
            self.speakers.append(speaker)
            self._by_letters[name.letters] = speaker
        if name.start not in self._places:
            self._places.add(name.start)
            speaker.mentions.append(name)
        return speaker

    def _meant(self, line: Part, phrase: SeatPhrase) -> Speaker | None:
        """Tell whom “The CPPCC National Committee member, who …” or “Hua is a member …” means: the last before."""
        head = line.text[: phrase.start - line.start]
        if LABEL.fullmatch(head) and (above := self._above(line)):
            return above
        family, begun = FAMILY_NAME.search(head), THE_MEMBER.search(head)
        if not family and not (
            begun and all(not begun.start() <= name.start - line.start < len(head) for name in self._names[line.start])
        ):
            return None
        before = self._every[: bisect_left(self._every, phrase.start, key=_start)]
        named = (
            name for name in reversed(before[-MOST_BEFORE:]) if not family or name.text.startswith(f"{family[1]} ")
        )
        last = next(named, None)
        return self._speaker(last) if last else None

    def _above(self, line: Part) -> Speaker | None:
        """Give whose name alone the line above is, or begins with before a colon."""
        index = bisect_left(self._lines, line.start, key=_start)
        if not index:
            return None
        names, before = self._names[self._lines[index - 1].start], self._lines[index - 1].unmarked
        if names and names[0].start == before.start:
            return self._speaker(names[0])
        name = han_name(before.text.lstrip("【◆ "), 0, NAME_ENDS)
        start = before.start + before.text.find(name)
        return self._speaker(Name(name, start, start + len(name))) if name else None

    def _bare_rank(self, line: Part) -> None:
        """Read “…, a deputy and vice president of …” where the sentence names the body itself."""
        for name in self._names[line.start]:
            found = RANK_BEHIND.match(line.text, name.end - line.start) or RANK_BEFORE.search(_before(line, name))
            sentence = next((each for each in line.sentences if each.start <= name.start < each.end), line)
            phrase = (
                self._seat_finder.body(sentence, found["rank"])
                if found and name.letters not in self._by_letters
                else None
            )
            if phrase:
                self._speaker(name).seats.append(phrase)

    def _complete(self) -> None:
        """Find every further mention of those who speak."""
        for line in self._lines:
            for name in self._names[line.start]:
                if name.letters in self._by_letters:
                    self._speaker(name)
        chinese = {each.text for speaker in self.speakers for each in speaker.mentions if not each.text.isascii()}
        if chinese:
            known = re.compile("|".join(sorted(map(re.escape, chinese), key=len, reverse=True)))
            for line in self._lines:
                for found in known.finditer(line.text):
                    self._speaker(Name(found[0], line.start + found.start(), line.start + found.end()))
        for speaker in self.speakers:
            speaker.mentions.sort(key=_start)
        self._mentioned = sorted((name for speaker in self.speakers for name in speaker.mentions), key=_start)

    def absorb(self, speaker: Speaker, sentences: Iterable[Part]) -> None:
        """Take names in somebody's own passage that are nearly theirs for further spellings."""
        for sentence in sentences:
            for found in CAPITALS.finditer(sentence.text):
                name = Name(found[0], sentence.start + found.start(), sentence.start + found.end())
                if name.letters not in self._by_letters and like(speaker, Speaker(name, [name])):
                    speaker.mentions.append(name)
                    self._by_letters[name.letters] = speaker

    def same(self, kept: Speaker, other: Speaker) -> None:
        """Make two speakers one: the second's spellings were the first's."""
        kept.mentions = sorted([*kept.mentions, *other.mentions], key=_start)
        kept.seats += other.seats
        for spelling in other.letters:
            self._by_letters[spelling] = kept
        self.speakers.remove(other)


def _start(thing: Name | Part) -> int:
    return thing.start


def _before(line: Part, name: Name) -> str:
    """Give what stands just before a name."""
    place = name.start - line.start
    return line.text[max(0, place - JUST_BEFORE) : place]


def _within(names: Sequence[Name], part: Part) -> Sequence[Name]:
    """Give those of some names in order that stand within a part of the text."""
    return names[bisect_left(names, part.start, key=_start) : bisect_left(names, part.end, key=_start)]


def like(one: Speaker, other: Speaker) -> bool:
    """Tell whether two names may be spellings of one: the same family name or given name, and most letters."""
    return any(
        mine[-6:] == theirs[-6:] or (ratio(mine, theirs) >= LIKE and (mine[0] == theirs[0] or mine[-5:] == theirs[-5:]))
        for mine in one.letters
        for theirs in other.letters
        if mine.isascii() == theirs.isascii()
    )
