"""Words: how texts and questions are cut, both in the same way.

Latin words are lower-cased, freed of accents and lightly stemmed. Of a run of Han characters every two neighbours are
a word, and the last character is one by itself; so any two characters are found as a word, more of them as a phrase,
and one as the beginning of a word. Traditional characters count as their simplified forms, and the doubles of
characters that files made for printing hold (⼈ for 人) as the characters.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from operator import add
from typing import NamedTuple

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from people.characters import HAN, SIMPLIFIED, TRADITIONAL

RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?:[^\W_{HAN}][\u0300-\u036f]*)+")
PIECE = re.compile(
    r"(?:(?<!\S)(?P<sign>[-－−])?(?:(?P<field>(?ai:title|delegate|agency|topic))[:：])?)?"
    r"(?:[\"“”„«»「」『』](?P<quoted>[^\"“”„«»「」『』]+)[\"“”„«»「」『』]"
    rf"|(?P<plain>(?:[\w{HAN}\u0300-\u036f]|(?<=[\w{HAN}\u0300-\u036f])[-.'’&·](?=[\w{HAN}]))+))"
)
"""What a question is made of: a word or a quotation, after blank space with a minus and a prefix if need be."""
LONGEST = 100
ASCII_WORD = re.compile(rf"([A-Za-z0-9]{{1,{LONGEST}}})[A-Za-z0-9]*")

AS_CUT = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
"""How the engine reads texts that `cut` has made."""
ANALYZER = (
    TextAnalyzerBuilder(Tokenizer.whitespace())
    .filter(Filter.ascii_fold())
    .filter(Filter.lowercase())
    .filter(Filter.stemmer("english"))
    .build()
)


ACCENTS = dict.fromkeys(range(0x300, 0x370))
"""Those that stand alone, where there is no letter that has them in itself."""

ATTACHED = {*"\u200c\u200d", *map(chr, range(0x1F3FB, 0x1F400)), *map(chr, range(0xE0020, 0xE0080))}
"""What is no mark and yet belongs to the character before it: joiners, skin tones, tags."""


class Word(NamedTuple):
    """A word of a text and where it stands there."""

    text: str
    start: int
    end: int
    han: bool


def words(text: str) -> Iterator[Word]:
    """Cut `text` into words, in order; the offsets are those of the text as it was given."""
    for run in RUN.finditer(text.translate(SIMPLIFIED)):
        start, end = run.span()
        if run["han"]:
            for place in range(start, end):
                pair = run[0][place - start : place - start + 2]
                yield Word(pair, place, min(place + 2, end), han=True)
        else:
            yield Word(_letters(run[0]), start, end, han=False)


def cut(text: str) -> str:
    """Cut `text` for the index: the stems of its `words` with spaces between them, in a fraction of the time."""
    if text.isascii():
        return " ".join(map(STEMS.__getitem__, ASCII_WORD.findall(text)))
    found: list[str] = []
    for run in RUN.finditer(text if TRADITIONAL.isdisjoint(text) else text.translate(SIMPLIFIED)):
        if han := run["han"]:
            found += map(add, han, han[1:])
            found.append(han[-1])
        else:
            found.append(STEMS[_letters(run[0])])
    return " ".join(found)


def _letters(run: str) -> str:
    """Give a run of letters and digits in the form in which it is looked for, and no more of it than can be."""
    return unicodedata.normalize("NFKC", run[:LONGEST]).translate(ACCENTS)


class Stems(dict[str, str]):
    """The forms in which words stand in the index; those met before are kept."""

    def __missing__(self, word: str) -> str:
        """Stem a word."""
        if len(self) > 200_000:
            self.clear()
        self[word] = " ".join(ANALYZER.analyze(word))
        return self[word]


STEMS = Stems()


def stem(word: str) -> str:
    """Give the form of `word` that stands in the index."""
    return STEMS[word]


@dataclass(frozen=True)
class Phrase:
    """Words that must stand one after another; of the last, where `open`, only the beginning is known.

    With a `field` they are looked for there only: in titles, or in the names of a facet's values. `without` asks for
    what does not have them.
    """

    stems: tuple[str, ...]
    open: bool = False
    acronym: str = ""
    field: str = ""
    without: bool = False


def phrases(question: str) -> tuple[Phrase, ...]:
    """Cut what a visitor typed into phrases, all of which must be found, or must not where a minus stands before one.

    A quotation is one phrase; so is what is written together ("CAR-T", 干细胞). An odd quotation mark is ignored, and
    so is a minus without a word; a prefix without a word, or an unknown one, is a word itself.
    """
    return tuple(dict.fromkeys(phrase for phrase, _, _ in pieces(question)))


def pieces(question: str) -> Iterator[tuple[Phrase, int, int]]:
    """Yield the phrases of a question, each with where its words begin and end there."""
    for piece in PIECE.finditer(question.translate(SIMPLIFIED)):
        if (phrase := _phrase(piece)).stems:
            yield phrase, *piece.span("quoted" if piece["quoted"] else "plain")


def _phrase(piece: re.Match[str]) -> Phrase:
    plain = piece["plain"] or ""
    cut_up = list(words(piece["quoted"] or plain))
    last = cut_up[-1] if cut_up else None
    alone = bool(last and last.han and len(last.text) == 1)
    if alone and len(cut_up) > 1 and cut_up[-2].han and cut_up[-2].end == cut_up[-1].end:
        cut_up.pop()  # the last character of a longer run: its pair says it already, and more may follow in the text
        alone = False
    stems = tuple(part for word in cut_up for part in stem(word.text).split())
    acronym = plain if plain.isascii() and plain.isupper() else ""
    return Phrase(stems, alone, acronym, (piece["field"] or "").lower(), bool(piece["sign"]))


def marked(text: str, sought: Iterable[Phrase]) -> Iterator[tuple[str, bool]]:
    """Yield `text` in pieces, in order and unchanged, with whether each is a hit."""
    found = cut(text).split()
    sought = [phrase for phrase in sought if _may_stand_in(phrase, found)]
    if not sought:  # as in most texts; to know where words stand takes longer than which there are
        yield text, False
        return
    cut_up = list(words(text))
    stems = [stem(word.text) for word in cut_up]
    hits: list[tuple[int, int]] = []
    for phrase in sought:
        size = len(phrase.stems)
        for first in range(len(stems) - size + 1):
            *head, tail = stems[first : first + size]
            *wanted, sought_tail = phrase.stems
            if head == wanted and (tail.startswith(sought_tail) if phrase.open else tail == sought_tail):
                last = cut_up[first + size - 1]
                end = last.start + 1 if phrase.open else last.end
                hits.append((cut_up[first].start, _with_attached(text, end)))
    position = 0
    for start, end in _joined(hits, text):
        yield text[position:start], False
        yield text[start:end], True
        position = end
    yield text[position:], False


def _may_stand_in(phrase: Phrase, stems: Collection[str]) -> bool:
    """Tell whether all words of a phrase are among `stems`, wherever they stand."""
    *head, last = phrase.stems
    ends = any(stem.startswith(last) for stem in stems) if phrase.open else last in stems
    return ends and all(stem in stems for stem in head)


def _with_attached(text: str, end: int) -> int:
    """Give the place after `end` to which the character before it goes, as readers see it: with all its marks."""
    while end < len(text) and (text[end] in ATTACHED or unicodedata.category(text[end])[0] == "M"):
        end += 1
    return end


def _joined(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Make one span of those that overlap or have only white space between them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
