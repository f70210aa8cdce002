"""Words: how texts and questions are cut, what is found by them, and which pieces are marked."""

import random
import unicodedata

import pytest
import snowballstemmer
import tantivy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from proposals.catalogue import Query, marked, phrases
from proposals.catalogue.documents import Entry
from proposals.catalogue.names import Names
from proposals.catalogue.schema import NAME, PROPOSAL, SCHEMA, coded, name_number
from proposals.catalogue.words import AS_CUT, cut, stem, words
from tests.test_highlights import is_attached

QUOTES = '"“”„«»「」『』'
LATIN = "abcdefghijklmnopqrstuvwxyz"
TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
PIECES = [*"干细胞临床試驗 ,.，。-'’\"“”「」aceT1é", "\u0301", "CAR-T", " cells ", "\U00020000"]
MIXED = st.lists(st.sampled_from(PIECES)).map("".join)

quickly = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def library(*texts, acronyms=()):
    """An index in memory with a document for each text, numbered from 0, on a topic that has the acronyms."""
    index = tantivy.Index(SCHEMA)
    index.register_tokenizer("words", AS_CUT)
    writer = index.writer(15_000_000, 1)
    for number, text in enumerate(texts):
        numbers = {"type": [PROPOSAL], "id": [number], "topic": [coded(PROPOSAL, 1)]}
        writer.add_document(Entry(numbers, {"lead": [cut(text)]}).document())
    writer.add_document(Entry({"type": [NAME], "id": [name_number("topic", 1)]}, {}, [*acronyms]).document())
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index.searcher()


def found(searcher, question):
    """Numbers of the documents in which all of the question's phrases are found."""
    addresses = [address for _, address in searcher.search(Query(q=question).matching(Names(searcher)), 10_000).hits]
    return set(searcher.fast_field_values("id", addresses))


def hits(text, question):
    return [piece for piece, hit in marked(text, phrases(question)) if hit]


@quickly
@given(MIXED | st.text())
def test_the_quick_way_to_cut_gives_the_same_words(text):
    assert cut(text) == " ".join(stem(word.text) for word in words(text))


# ---- Chinese


def made_up_texts(rng, alphabet, number):
    """Texts of so few characters that every short word comes up in many of them, whole and in parts."""
    glue = ["", "", "", "，", "。", " ", "\n", "A", "3", "·", "“"]
    return ["".join(rng.choice(alphabet) + rng.choice(glue) for _ in range(rng.randint(1, 40))) for _ in range(number)]


def runs(text, alphabet):
    return "".join(character if character in alphabet else "|" for character in text)


@pytest.mark.parametrize("size", range(1, 9))
def test_chinese_of_any_length_is_found_exactly_where_it_stands(size):
    alphabet = "干细胞药审"
    rng = random.Random(size)
    texts = made_up_texts(rng, alphabet, 120)
    searcher = library(*texts)
    asked = {"".join(rng.choices(alphabet, k=size)) for _ in range(40)}
    for text in texts[:40]:
        for run in filter(lambda run: len(run) >= size, runs(text, alphabet).split("|")):
            start = rng.randint(0, len(run) - size)
            asked.add(run[start : start + size])
    for word in asked:
        where = {number for number, text in enumerate(texts) if word in runs(text, alphabet)}
        assert found(searcher, word) == where, word
        assert {number for number, text in enumerate(texts) if hits(text, word)} == where, word


def test_chinese_is_not_found_across_punctuation():
    searcher = library("加强临床。试验基地", "加强临床试验基地")
    assert found(searcher, "临床试验") == {1}
    assert found(searcher, "床试") == {1}
    assert found(searcher, "临床") == {0, 1}


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("幹細胞", "干细胞"),
        ("臨床試驗", "临床试验"),
        ("藥品審評中心", "药品审评中心"),
        ("發展", "发展"),
        ("頭髮", "头发"),
        ("後", "后"),
        ("裡", "里"),
        ("劉雲", "刘云"),
    ],
)
def test_traditional_and_simplified_characters_find_each_other(traditional, simplified):
    searcher = library(f"关于{traditional}的", f"关于{simplified}的")
    assert found(searcher, traditional) == found(searcher, simplified) == {0, 1}
    assert hits(f"关于{traditional}的", simplified) == [traditional]
    assert hits(f"关于{simplified}的", traditional) == [simplified]


def test_a_text_in_traditional_characters_is_found_by_each_word_of_the_simplified_one():
    text = "关于推动陕西省干细胞与再生医学产业发展的建议，加强药品审评审批，完善医疗保障体系"
    searcher = library(OpenCC("s2t").convert(text), OpenCC("s2tw").convert(text))
    for start in range(len(text) - 2):
        word = text[start : start + 3]
        if "，" not in word:
            assert found(searcher, word) == {0, 1}, word


def test_characters_of_compatibility_are_the_characters_they_stand_for():
    assert found(library("\uf98e代"), "年代") == {0}
    assert found(library("车间"), "\uf902间") == {0}
    assert found(library("全国⼈⼤代表"), "人大代表") == found(library("人大代表"), "⼈⼤") == {0}
    assert hits("全国⼈⼤代表", "人大") == ["⼈⼤"]


def test_chinese_beside_other_words():
    searcher = library("开展CAR-T细胞治疗", "开展CAR-T，细胞治疗", "CAR和T细胞")
    assert found(searcher, "CAR-T细胞") == {0, 1}
    assert found(searcher, "CAR-T细") == {0, 1}
    assert found(searcher, "展CAR") == {0, 1}
    assert found(searcher, "T细胞") == {0, 1, 2}
    assert hits("开展CAR-T细胞治疗", "CAR-T细") == ["CAR-T细"]


# ---- other words


@pytest.mark.parametrize(
    ("one", "other"),
    [("cells", "cell"), ("therapies", "therapy"), ("regulating", "regulations"), ("Hospitals", "hospital")],
)
def test_forms_of_a_word_find_each_other(one, other):
    assert found(library(f"the {one} here"), other) == {0}
    assert found(library(f"the {other} here"), one) == {0}


def test_the_stems_are_those_of_the_english_snowball_stemmer():
    reference = snowballstemmer.stemmer("english")
    texts = (unicodedata.name(chr(code), "").lower().replace("-", " ").split() for code in range(0x20, 0x3000))
    vocabulary = {word for text in texts for word in text if word.isascii() and word.isalpha()}
    assert len(vocabulary) > 1_500
    assert [word for word in vocabulary if stem(word) != reference.stemWord(word)] == []


@pytest.mark.parametrize("letter", [*TONES, *"äöüßÄÖÜéèêëçñøåæœłđžşı", "İ", "Ł", "ｃ", "９", "ﬁ"])
def test_letters_are_found_without_their_accents_and_forms(letter):
    plain = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "Ł": "L"}.get(letter)
    plain = plain or "".join(each for each in unicodedata.normalize("NFKD", letter) if each.isascii())
    assert found(library(f"x{letter}x"), f"x{plain}x") == {0}
    assert found(library(f"x{plain}x"), f"x{letter}x") == {0}
    assert hits(f"see X{letter}X.", f"x{plain}x") == [f"X{letter}X"]


@given(st.lists(st.sampled_from([*LATIN, *TONES, " ", "-", "'", '"', "x\u0301", "a\u0323\u0308"])).map("".join))
@example("caf\u00e9-bar")
@example("x\u0301")
@quickly
def test_it_does_not_matter_how_an_accent_is_written(text):
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert phrases(composed) == phrases(decomposed)
    assert [stem(word.text) for word in words(composed)] == [stem(word.text) for word in words(decomposed)]


# ---- questions


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("stem cell bank", [["stem"], ["cell"], ["bank"]]),
        ('"stem cell" bank', [["stem", "cell"], ["bank"]]),
        ("“stem cell” bank", [["stem", "cell"], ["bank"]]),
        ("„stem cell“ «the bank»", [["stem", "cell"], ["the", "bank"]]),
        ("「临床试验」的", [["临床", "床试", "试验"], ["的"]]),
        ("『CAR-T 细胞』", [["car", "t", "细胞"]]),
        ('"stem cell', [["stem"], ["cell"]]),
        ('stem cell"', [["stem"], ["cell"]]),
        ('"stem cell" "bank', [["stem", "cell"], ["bank"]]),
        ("“stem cell bank", [["stem"], ["cell"], ["bank"]]),
        ('"" stem', [["stem"]]),
        ('" "', []),
        ("CAR-T", [["car", "t"]]),
        ("226.1", [["226", "1"]]),
        ("Shaanxi’s", [["shaanxi", "s"]]),
        ("- stem -cell- bank.", [["stem"], ["cell"], ["bank"]]),
        ("cells cell CELLS", [["cell"]]),
        ("stem_cell", [["stem", "cell"]]),
        ("。，!?", []),
        ("", []),
    ],
)
def test_a_question_is_cut_into_phrases(question, asked):
    assert list(dict.fromkeys(phrase.stems for phrase in phrases(question))) == [tuple(stems) for stems in asked]


def test_a_phrase_must_stand_together_and_in_order():
    searcher = library("stem cell bank", "bank of stem cells", "cells stem", "stem. cell")
    assert found(searcher, "cell stem") == {0, 1, 2, 3}
    assert found(searcher, '"stem cell"') == {0, 1, 3}
    assert found(searcher, '"stem cell bank"') == {0}


def test_an_ambiguous_acronym_is_found_in_capitals_only():
    by_acronym = library("adoptive cell transfer", acronyms=["ACT", "MOST"])
    assert found(by_acronym, "ACT") == found(by_acronym, "MOST transfer") == {0}
    for question in ("act", "Act", "most", "Most transfer", "ACT-2", "ACT now"):
        assert found(by_acronym, question) == set(), question
    by_word = library("the most they can, an act")
    for question in ("ACT", "act", "MOST", "most"):
        assert found(by_word, question) == {0}, question


@given(st.text() | MIXED)
@example("ﷺ")
@example("⒈ ⑴ ½")
@example("\u1160\u3164")
@example("a" * 300)
@example(".*+?[](){}|^$\\~#&")
@example("\x00\x1f\u2028")
@quickly
def test_every_text_is_found_by_itself(text):
    if phrases(text):
        assert found(library(text, "other"), text) >= {0}


# ---- marking


@pytest.mark.parametrize(
    ("text", "question", "asked"),
    [
        ("Stem cells and a stem-cell bank", '"stem cell"', ["Stem cells", "stem-cell"]),
        ("Stem cells and a stem-cell bank", "cell", ["cells", "cell"]),
        ("Béijīng, BEIJING", "beijing", ["Béijīng", "BEIJING"]),
        ("干细胞与细胞", "细胞", ["细胞", "细胞"]),
        ("干细胞临床", "干细 细胞", ["干细胞"]),
        ("胞细胞胞", "胞", ["胞", "胞胞"]),
        ("a cafe\u0301 here", "café", ["cafe\u0301"]),
        ("nothing of it", "cell", []),
        ("", "cell", []),
    ],
)
def test_hits_are_marked_as_they_stand_in_the_text(text, question, asked):
    assert hits(text, question) == asked


@given(st.text() | MIXED, st.text() | MIXED)
@example("ﷺ and more", "ﷺ")
@example("a" * 300, "a" * 300)
@quickly
def test_the_pieces_make_up_the_text_and_begin_and_end_with_words(text, question):
    place, edges = 0, {(word.start, word.end) for word in words(text)}
    starts = {start for start, _ in edges}
    ends = {end for _, end in edges} | {word.start + 1 for word in words(text) if word.han}
    for piece, hit in marked(text, phrases(question)):
        assert text[place : place + len(piece)] == piece
        if hit:
            assert piece
            assert place in starts
            end = place + len(piece)
            while end not in ends:  # what is attached to its last character goes with it
                assert is_attached(text[end - 1])
                end -= 1
        place += len(piece)
    assert place == len(text)


@given(MIXED, MIXED, st.integers(0, 20), st.integers(1, 10))
@quickly
def test_a_text_has_marks_exactly_where_it_is_found(text, other, start, size):
    searcher = library(text)
    for wanted in (other, text[start : start + size]):
        question = f'"{"".join(character for character in wanted if character not in QUOTES)}"'
        assert bool(hits(text, question)) == bool(phrases(question) and found(searcher, question)), question


@given(st.text() | MIXED)
@quickly
def test_each_word_stands_where_it_says(text):
    before = -1
    for word in words(text):
        assert word.start > before
        assert next(words(text[word.start : word.end])).text == word.text
        before = word.start
