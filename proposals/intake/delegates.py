"""Delegates: who speaks in an article: every mention of a name that somewhere stands beside a seat."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.fuzz import ratio

from proposals.intake.lines import Part
from proposals.intake.names import DOUBLE, HAN_NAME, SURNAMES, Name, han_name, latin_names
from proposals.intake.rules import CITIES, DELEGATES, anywhere, longest, words
from proposals.intake.seats import SeatPhrase, Seats

MOST_BEFORE = 50
"""How many names back somebody is looked for whom “the member” may mean."""
LIKE = 74
"""Percent of letters from which two spellings in one section are one name."""
FOLLOWS = re.compile(rf"\s*(?:[：:，,。、（(）)；;》】\]\"”\s]|$|委员|代表|教授|院士|{DELEGATES['speech_zh']})")
SAID = re.compile(rf"\s*(?:[：:，,（(\"”]|$|委员|代表|{DELEGATES['speech_zh']})")
POST_ZH = longest(DELEGATES["posts_zh"])
SHORT = re.compile(
    r"(?:(?:Standing |Committee )*(?:[Mm]ember|[Cc]ommissioner)|[Rr]epresentative|[Dd]eputy|[Dd]elegate|[Dd]eput(?:y|ies))[ ]+$"
)
BEFORE_SEAT = re.compile(
    r"[\s,，(（\[:：-]*(?:(?:who )?(?:is|was|has|had)(?: also)? |who )?(?:an? |the |one of the )?$", re.IGNORECASE
)
AFTER_SEAT = re.compile(r"[\s,，)\]]*(?:Mr\.?|Ms\.?|Mrs\.?|Dr\.?|Prof\.?|Professor|Academician)?[\s]*$")
WITH_POST = re.compile(
    rf"[\s,]*(?:and |, )?[^.;:!?\"]{{0,110}}\b(?:{DELEGATES['posts_en']})\b[^.;:!?\"]{{0,60}}$", re.IGNORECASE
)
CITY = re.compile("|".join(map(re.escape, CITIES)))
CAPITALS = re.compile(
    r"(?<![A-Za-z])(?!(?:Member|Representative|Deputy|Delegate|Committee|Commissioner|Standing|Chairman|President|Director|Professor|Minister|Therefore|Academician)\b)[A-Z][a-z]+(?:[ -][A-Z][a-z]+(?:-[a-z]+)?){1,2}(?![A-Za-z])"
)
"""What could be a name, however it sounds."""
RANK_BEFORE = re.compile(
    r"(?:^|[\s,(])(?:an? |the )?(?P<rank>deputy|member|delegate|standing committee member)[ ]+$", re.IGNORECASE
)
RANK_ALONE = re.compile(
    r"[\s,(]+(?:an? |the )?(?P<rank>deputy|member|delegate|standing committee member)\b(?! (?:director|head|dean|chair))",
    re.I,
)
SHORT_ZH = re.compile(rf"(?P<name>(?:{HAN_NAME}){{2,4}}?)(?P<rank>委员|代表)(?![会团])")


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
        here = self._mentioned[
            bisect_left(self._mentioned, part.start, key=_start) : bisect_left(self._mentioned, part.end, key=_start)
        ]
        return [(name, self._by_letters[name.letters]) for name in here]

    def strangers(self, part: Part) -> list[Name]:
        """Give the names in a part that are no delegate's."""
        here = self._every[
            bisect_left(self._every, part.start, key=_start) : bisect_left(self._every, part.end, key=_start)
        ]
        return [name for name in here if name.letters not in self._by_letters]

    def _read(self, line: Part) -> None:
        names = self._names[line.start]
        for phrase in self._seats[line.start]:
            if (
                name := _beside(line, phrase, names)
                or _beside_zh(line, phrase, self._often)
                or _alone(line, phrase, names)
            ):
                self._speaker(name).seats.append(phrase)
                for other in _joint(line, name):
                    self._speaker(other).seats.append(phrase)
            elif before := self._meant(line, phrase):
                before.seats.append(phrase)
        self._bare_rank(line)
        for name in names:
            if SHORT.search(line.text[: name.start - line.start]):
                self._speaker(name).short = True
        for found in SHORT_ZH.finditer(line.text):
            if name_zh := _called(line, found):
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
        """Tell whom “The CPPCC National Committee member, who …” or “Hua is a member …” means: the last name before it."""
        head = line.text[: phrase.start - line.start]
        if re.fullmatch(r"[(（\[ •·*-]*(?:[^:：]{1,12}[:：])?\s*", head) and (above := self._above(line)):
            return above
        family = re.search(
            r"(?<![A-Za-z])([A-Z][a-z]+),? (?:(?:who )?(?:is|was|has|had)(?: also)?(?: an?)? |who )$", head
        )
        begun = re.search(r"(?:^|[.!?\"”]\s+)(?:The|He|She)\b[^.!?]{0,120}$", head)
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
        names = self._names[self._lines[index - 1].start] if index else []
        if not index:
            return None
        before = self._lines[index - 1].unmarked
        if names and names[0].start == before.start:
            return self._speaker(names[0])
        name = han_name(before.text.lstrip("【◆ "), 0, re.compile(r"[:：】\s]|$"))
        start = before.start + before.text.find(name)
        return self._speaker(Name(name, start, start + len(name))) if name else None

    def _bare_rank(self, line: Part) -> None:
        """Read “…, a deputy and vice president of …” where the sentence names the body itself."""
        for name in self._names[line.start]:
            found = RANK_ALONE.match(line.text, name.end - line.start) or RANK_BEFORE.search(
                line.text[: name.start - line.start]
            )
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
        kept.mentions = sorted([*kept.mentions, *other.mentions], key=lambda name: name.start)
        kept.seats += other.seats
        for spelling in other.letters:
            self._by_letters[spelling] = kept
        self.speakers.remove(other)


def _start(thing: Name | Part) -> int:
    return thing.start


def like(one: Speaker, other: Speaker) -> bool:
    """Tell whether two names may be spellings of one: the same family name or given name, and most letters."""
    return any(
        mine[-6:] == theirs[-6:] or (ratio(mine, theirs) >= LIKE and (mine[0] == theirs[0] or mine[-5:] == theirs[-5:]))
        for mine in one.letters
        for theirs in other.letters
        if mine.isascii() == theirs.isascii()
    )


def _beside(line: Part, phrase: SeatPhrase, names: Sequence[Name]) -> Name | None:
    """Give the name in Latin letters that stands just before a seat, or behind it, with posts between at most."""
    for name in reversed(names):
        if name.end <= phrase.start:
            if BEFORE_SEAT.fullmatch(line.text[name.end - line.start : phrase.start - line.start]):
                return name
            break
    for name in names:
        if name.start >= phrase.end:
            between = line.text[phrase.end - line.start : name.start - line.start]
            if AFTER_SEAT.fullmatch(between) or WITH_POST.fullmatch(between):
                return name
            break
    return None


class Often:
    """Tells which characters stand in a text more than once: a name does, where it is told of somebody."""

    def __init__(self, text: str) -> None:
        self._text = text

    def name_at(self, text: str, place: int) -> str:
        """Give the name at `place` by that alone: three characters with a family name, or two."""
        for length in (4, 3, 2) if text[place : place + 2] in DOUBLE else (3, 2):
            name = text[place : place + length]
            if CITY.match(text, place):
                return ""
            if (
                len(name) == length
                and (name[0] in SURNAMES or name[:2] in DOUBLE)
                and re.fullmatch(f"{HAN_NAME}+", name)
                and self._text.count(name) > 1
            ):
                return "" if re.search("委员|代表|医院|大学|公司|提案|建议", name) else name
        return ""


def _alone(line: Part, phrase: SeatPhrase, names: Sequence[Name]) -> Name | None:
    """Give the only name of the sentence, where it stands before the seat: “… it is her first year as deputy of …”."""
    sentence = next((each for each in line.sentences if each.start <= phrase.start < each.end), line)
    here = [name for name in names if sentence.start <= name.start < sentence.end]
    return here[0] if len(here) == 1 and here[0].start == sentence.start and here[0].end <= phrase.start else None


def _beside_zh(line: Part, phrase: SeatPhrase, often: Often) -> Name | None:
    """Give the name in characters that stands behind a seat, with posts between at most, or before it."""
    text, end = line.text, phrase.end - line.start
    stop = re.compile(r"[。；;！？!?]|$").search(text, end)
    posts = {found.end() for found in POST_ZH.finditer(text, end)}
    for place in range(end, min(stop.start() if stop else len(text), end + 90)):
        before = text[end:place]
        divided = not before or before[-1] in "、，, \u3000·"
        if not divided and place not in posts:
            continue
        follows = SAID if before[-1:] in "，," else FOLLOWS
        told = often.name_at(text, place) if place in posts or not before else ""
        if (
            name := han_name(text, place, follows)
            or told
            or _unknown_name(text, place, (3, 2, 4, 5, 6) if divided else (3, 2))
        ):
            if not POST_ZH.match(name):
                return Name(name, line.start + place, line.start + place + len(name))
    head = text[: phrase.start - line.start].rstrip(" ，,（(、：:")
    for length in (3, 2, 4):
        place = len(head) - length
        if (
            place >= 0
            and (place == 0 or not re.match(HAN_NAME, head[place - 1]))
            and len(head) < phrase.start - line.start
        ):
            if name := han_name(head, place, re.compile("$")):
                if len(name) == length:
                    return Name(name, line.start + place, line.start + len(head))
    return None


def _unknown_name(text: str, place: int, lengths: Sequence[int]) -> str:
    """Give characters that can only be a name, as many as may be: what comes behind says so."""
    strict = re.compile(r"(?:委员|代表)?(?:建议|表示|认为|提出|指出|说[，：:]|呼吁|告诉记者|[：:]|带来)|[）)】\]]|\s*$")
    for length in lengths:
        name = text[place : place + length]
        if len(name) == length and re.fullmatch(f"{HAN_NAME}+", name) and strict.match(text, place + length):
            if not re.search(
                "委员|代表|政协|人大|记者|公司|大学|医院|建议|提案|议案|主任|院长|关于|们$|^[这那本该各位名些在对]",
                name,
            ):
                return name
    return ""


def _joint(line: Part, name: Name) -> Iterator[Name]:
    """Give who is named together with somebody: 张三、李四联名, “Li Si and Wang Wu”."""
    place = name.end - line.start
    while found := re.compile("[、和与]").match(line.text, place):
        other = han_name(
            line.text, found.end(), re.compile(r"[、和与]|等|联名|共同|联合|提交|带来|建议|提出|[：:]|委员|代表")
        )
        if not other:
            return
        yield Name(other, line.start + found.end(), line.start + found.end() + len(other))
        place = found.end() + len(other)


def _called(line: Part, found: re.Match[str]) -> Name | None:
    """Give the name before 委员 or 代表, where it begins a line or a clause: 蔺伯谦委员建议."""
    text = line.text
    for length in (3, 2, 4):
        place = found.start("rank") - length
        if place < 0 or (
            place and re.match(HAN_NAME, text[place - 1]) and not POST_ZH.search(text[max(0, place - 5) : place])
        ):
            continue
        if name := han_name(text, place, re.compile("委员|代表")):
            if len(name) == length and not re.match("[位名些各等]|几位|多位", name):
                return Name(name, line.start + place, line.start + place + length)
    return None


OTHERS_EN, OTHERS_ZH = words(DELEGATES["others_en"]), anywhere(DELEGATES["others_zh"])
