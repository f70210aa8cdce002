"""Hits marked in a text: whole characters as readers see them, the text as it was, and what was sought, no more."""

import html
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proposals.catalogue import marked, phrases
from proposals.templatetags.reading import with_hits
from tests.slow_reading import asked_for, segments, stands_in

WORDS = ["干细胞", "細胞", "葛", "\U00020bb7", "か", "कि", "cell", "Cells", "café", "CAR-T", "1", "2030", "각", "ก"]
ATTACHED = {
    "acute": "\u0301",
    "dot below": "\u0323",
    "double macron below": "\u035f",
    "mark of a further block": "\u1ab0",
    "mark for symbols": "\u20d7",
    "keycap": "\u20e3",
    "voicing": "\u3099",
    "tone of a syllable in Devanagari": "\u0951",
    "vowel of Devanagari, before its letter": "\u093f",
    "vowel of Thai": "\u0e34",
    "variation selector for emoji": "\ufe0f",
    "variation selector for a character": "\U000e0100",
    "joiner": "\u200d",
    "non-joiner": "\u200c",
    "skin tone": "\U0001f3fd",
    "tag": "\U000e0067",
}
"""What belongs to the character before it, as readers see it."""
BETWEEN = [
    " ",
    "，",
    "。",
    "-",
    "·",
    "\u3000",
    "\ufeff",
    "\U0001f9ec",
    "👩\u200d🔬",
    "<b>",
    "&amp;",
    '"',
    "'",
    "</mark>",
    "\n",
]

texts = st.lists(st.sampled_from([*WORDS, "ﷺ", *ATTACHED.values(), *BETWEEN])).map("".join) | st.text()
quickly = settings(max_examples=150, deadline=None, derandomize=True)


def is_attached(character):
    return character in ATTACHED.values() or unicodedata.category(character) in ("Mn", "Mc", "Me")


@pytest.mark.parametrize("mark", ATTACHED.values(), ids=ATTACHED)
@pytest.mark.parametrize("word", WORDS)
def test_a_hit_takes_in_what_is_attached_to_its_last_character(word, mark):
    text = f"{word}{mark}{mark}。"
    pieces = list(marked(text, phrases(word)))
    assert (f"{word}{mark}{mark}", True) in pieces
    assert "".join(piece for piece, _ in pieces) == text


@given(texts, texts)
@example("葛\U000e0100城", "葛")
@example("か\u3099", "か")
@example("1\ufe0f\u20e3", "1")
@quickly
def test_no_character_is_split_and_nothing_is_altered(text, question):
    place = 0
    for piece, _hit in marked(text, phrases(question)):
        assert text[place : place + len(piece)] == piece
        if piece and place:
            assert not is_attached(piece[0]), (piece, text)
        place += len(piece)
    assert place == len(text)


@given(texts, st.sampled_from(WORDS))
@quickly
def test_every_hit_says_what_was_sought(text, word):
    [(wanted, *_)] = asked_for(word)
    for piece, hit in marked(text, phrases(word)):
        assert not hit or stands_in(wanted, segments(piece)), piece


@given(texts, st.sampled_from(WORDS))
@quickly
def test_what_is_printed_is_the_text_whatever_stands_in_it(text, word):
    printed = with_hits(text, phrases(word))
    pieces = re.split("<mark>(.*?)</mark>", printed, flags=re.DOTALL)
    assert html.unescape("".join(pieces)) == html.unescape(html.escape(text))
    assert not re.search("[<>]", "".join(pieces))
