"""Sections: which sentences of an article tell of which delegate, and under which title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from proposals.intake.delegates import Delegates, Speaker, like
from proposals.intake.furniture import sells
from proposals.intake.headings import (
    COLON,
    SENTENCE_ENDS,
    is_bare_title,
    is_heading,
    is_title,
    longest_heading,
    only_says,
    said_title,
    title_at,
    without_label,
)
from proposals.intake.lines import Part
from proposals.intake.names import Name
from proposals.intake.rules import ARTICLE, CHINESE, DELEGATES, ENGLISH, any_of, anywhere, whole

LONGEST_SAYING = 120
"""Characters by which a heading that ends with a title may be longer than one that is all heading."""
CLOSING, CLOSING_ZH = whole(ARTICLE["closing_en"]), anywhere(ARTICLE["closing_zh"])
OTHERS_EN = whole(DELEGATES["others_en"])
OTHERS_ZH = re.compile(
    rf"{any_of(DELEGATES['others_zh'])}|国家\S{{1,12}}(?:局|委){any_of(DELEGATES['officials_zh'])}"
    r"|[省市区县]\S{2,10}(?:局|委|厅|部)(?:党组书记|党委书记|新闻|有关|相关)?(?:副?[局厅主部]长|副?主任|负责人|发言人)[\u4e00-\u9fff]{0,4}"
    rf"{any_of(DELEGATES['answers_zh'])}"
)
"""Somebody who is no delegate."""
ANSWERS = re.compile(rf"\b{any_of(DELEGATES['answers_en'])}\b|{any_of(DELEGATES['answers_zh'])}")
SPEAKS = re.compile(rf",|\s+{any_of(DELEGATES['speech_en'])}\b")
OTHER_HEADING = re.compile(rf"{any_of(ARTICLE['other_headings'])}|^附[：:]", re.IGNORECASE)
ASKING_HEADING = re.compile(
    rf"{any_of(ENGLISH['announcing'], CHINESE['announcing'])}|提出[：:]?$"
    r"|^[（(]?[一二三四五六七八九十\dIVX]{1,3}[)）、.]",
    re.IGNORECASE,
)
PAPER = any_of(ARTICLE["papers_of_delegates"])
NAMED_TITLE = re.compile(
    rf"《(?P<zh>[^《》]{{4,80}}(?:《[^《》]{{2,40}}》[^《》]{{0,30}})?{any_of(ARTICLE['papers_of_delegates_zh'])})》"
    rf"|[\"“](?P<en>(?:a )?{PAPER}\b[^\"”]{{8,200}})[\"”]"
    rf"|{PAPER},? (?:titled|entitled|named|called|headed)[:,]? [\"“](?P<titled>[^\"”]{{8,200}})[\"”]",
    re.IGNORECASE,
)
"""A title within a sentence: 《关于……的提案》, “Bill on …”, a proposal entitled “…”."""


@dataclass
class Passage:
    """What an article tells of one proposal: who speaks, the title, and its sentences, line by line."""

    speakers: list[Speaker]
    start: int
    title: Part | None = None
    lines: list[list[Part]] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Give where its last sentence ends."""
        return max((sentence.end for line in self.lines for sentence in line), default=self.start)

    @property
    def sentences(self) -> Iterator[Part]:
        """Give its sentences in order."""
        return (sentence for line in self.lines for sentence in line)


@dataclass(frozen=True)
class Heading:
    """A line that begins somebody's section, with the title it gives."""

    speakers: list[Speaker]
    title: Part | None
    open: bool
    """A title may stand in the next line."""


class Sections:
    """Cuts an article into passages, one for each proposal; what is left is nobody's."""

    def __init__(self, lines: Sequence[Part], delegates: Delegates) -> None:
        self._delegates = delegates
        self.passages: list[Passage] = []
        self.others: list[Part] = []
        """What other people say."""
        self._now: Passage | None = None
        self._interrupted: Passage | None = None
        """Whose passage goes on behind what somebody else says."""
        self._only_a_sentence = False
        """What somebody else says began within a line."""
        self._untold: Part | None = None
        """A heading that may be the title of who speaks next."""
        self._open = False
        """The next line may be the title of who speaks now."""
        last = max((each.start for speaker in delegates.speakers for each in speaker.mentions), default=0)
        for line in lines:
            self._read(line, behind=line.start > last)
        for passage in self.passages:
            delegates.absorb(passage.speakers[0], passage.sentences)

    def _read(self, line: Part, *, behind: bool) -> None:
        """Read a line; `behind` says that no delegate is named in it or after it."""
        if behind and (self._closes(line) or sells(line)):
            self._now = self._interrupted = None
        if self._now and self._questions(line):
            self.others.append(line)
            self._now.lines.append([Part(line.text[-1:], line.end - 1)])  # its place, none of its words
            return
        heading = self.heading(line)
        if heading:
            self._begin(heading, line)
        elif self._open and self._now and is_bare_title(line):
            self._now.title, self._open = without_label(line), False
        elif not self._delegates.mentions(line) and is_heading(line):
            self._untold = line
            self._other_heading(line, behind=behind)
        else:
            self._paragraph(line)
            self._untold, self._open = None, False

    def _closes(self, line: Part) -> bool:
        return bool(CLOSING.match(line.text) or CLOSING_ZH.match(line.text.lstrip("【[■ ")))

    def _questions(self, line: Part) -> bool:
        """Tell whether an interviewer asks: a name that is no delegate's, a colon, and a question."""
        found = re.match("[^：:？?]{1,16}[：:]", line.text)
        return bool(
            found
            and re.search('[？?][”"]?$', line.text)
            and not self._delegates.mentions(line.part(0, found.end()))
            and not re.search("委员|代表", found[0])
        )

    def _other_heading(self, line: Part, *, behind: bool) -> None:
        """Let a heading that tells of other people end what a delegate says."""
        if (
            OTHERS_EN.search(line.text)
            or OTHERS_ZH.search(line.text)
            or OTHER_HEADING.search(line.text)
            or (behind and not ASKING_HEADING.search(line.text))
        ):
            self._now = self._interrupted = None
        elif self._now and self._now.lines:
            self._now.lines.append([line])

    def heading(self, line: Part) -> Heading | None:
        """Read a line as the heading of a section, or as the caption below one."""
        mentioned = self._delegates.mentions(line)
        longest = longest_heading(line)
        if not mentioned or len(line.text) > longest + LONGEST_SAYING:
            return None
        name, speaker = mentioned[0]
        alone = name.start == line.unmarked.start and re.match(r"\s*[:：]", line.text[name.end - line.start :])
        seated = self._delegates.seats_in(line) or re.search("(?:委员|代表)", line.text) or speaker.short or alone
        if not seated:
            return None
        colon = COLON.search(line.text, name.end - line.start)
        if colon and not only_says(line, colon.start()):
            title = title_at(line, colon.end())
            if title is None or is_title(title):
                return Heading(self._in_heading(line, colon.start(), mentioned), title, open=title is None)
        if colon is None and not SENTENCE_ENDS.search(line.text) and len(line.text) <= longest:
            return Heading(self._in_heading(line, len(line.text), mentioned), said_title(line, name.end), open=True)
        return None

    def _in_heading(self, line: Part, end: int, mentioned: list[tuple[Name, Speaker]]) -> list[Speaker]:
        """Give who is named in a heading before its colon, each once."""
        speakers = [speaker for _name, speaker in self._delegates.mentions(line.part(0, end))]
        return [*{id(each): each for each in speakers}.values()] or [mentioned[0][1]]

    def _begin(self, heading: Heading, line: Part) -> None:
        """Begin a passage with a heading, unless it belongs to the one that is open."""
        now = self._now
        first = heading.speakers[0]
        told = [each for each in heading.speakers if any(each in passage.speakers for passage in self.passages)]
        if len(told) == len(heading.speakers) > 1 and not heading.title:
            self._now = None  # a list of all who were told of
            return
        if now and not heading.title and not now.lines and (first in now.speakers or like(first, now.speakers[0])):
            if first not in now.speakers:  # a caption below the heading spells the name in another way
                self._delegates.same(now.speakers[0], first)
            return
        title = heading.title
        if title is None and self._untold is not None:
            title, self._untold = self._untold, None
        if now and first in now.speakers and not title and now.lines:
            now.lines.append(line.sentences)
            return
        self._now, self._interrupted = Passage(heading.speakers, line.start, title), None
        self.passages.append(self._now)
        self._open = heading.open and title is None
        self._untold = None

    def _paragraph(self, line: Part) -> None:
        """Give each sentence of a line to who speaks in it."""
        kept: list[Part] = []
        if self._interrupted is not None and (line.mark or self._only_a_sentence):
            self._now, self._interrupted = self._interrupted, None
        for index, sentence in enumerate(line.sentences):
            mentioned = [speaker for name, speaker in self._delegates.mentions(sentence)]
            if mentioned:
                self._turn(mentioned, sentence, kept)
            elif self._strange(sentence, first=index == 0):
                self._close(kept)
                self._interrupted, self._only_a_sentence = self._now or self._interrupted, index > 0
                self._now = None
            elif family := self._by_family_name(sentence):
                self._turn([family], sentence, kept)
            (kept if self._now else self.others).append(sentence)
        self._close(kept)

    def _close(self, kept: list[Part]) -> None:
        """Add the sentences kept so far to the open passage."""
        if self._now and kept:
            self._now.lines.append([*kept])
        kept.clear()

    def _turn(self, mentioned: list[Speaker], sentence: Part, kept: list[Part]) -> None:
        """Go on with who speaks in a sentence: with whom is spoken of now, if that is one of them."""
        now = self._now
        if now and any(each in now.speakers for each in mentioned):
            return
        speaker = mentioned[0]
        if now and like(speaker, now.speakers[0]) and not (speaker.seats and speaker.mentions[0].start < now.start):
            self._delegates.same(now.speakers[0], speaker)
            return
        self._close(kept)
        before = next((each for each in reversed(self.passages) if speaker in each.speakers), None)
        if before is None:
            before = Passage([speaker], sentence.start, self._untold)
            self.passages.append(before)
        self._now, self._interrupted = before, None
        self._untold = None

    def _strange(self, sentence: Part, *, first: bool) -> bool:
        """Tell whether somebody speaks who is no delegate."""
        if OTHERS_EN.search(sentence.text) or OTHERS_ZH.search(sentence.text):
            return first or bool(ANSWERS.search(sentence.text))
        names = self._delegates.strangers(sentence)
        speaks = any(SPEAKS.match(sentence.text, each.end - sentence.start) for each in names)
        known = self._now.speakers if self._now else []
        return speaks and not any(like(Speaker(each, [each]), speaker) for each in names for speaker in known)

    def _by_family_name(self, sentence: Part) -> Speaker | None:
        """Give who is meant by a family name alone at the beginning of a sentence: “Lai said …”."""
        found = re.match(r"[\"“]?([A-Z][a-z]+)(?:'s)?,? ", sentence.text)
        known = [each for each in self._delegates.speakers if found and each.name.text.startswith(f"{found[1]} ")]
        if not known or (self._now and any(each in self._now.speakers for each in known)):
            return None
        return known[-1] if len(known) == 1 else None


def named_title(passage: Passage) -> Part | None:
    """Give the title that the text itself names: 《关于……的提案》, the “Bill on …”."""
    for sentence in passage.sentences:
        if found := NAMED_TITLE.search(sentence.text):
            group = next(name for name in ("zh", "en", "titled") if found[name])
            return sentence.part(found.start(group), found.end(group))
    return None
