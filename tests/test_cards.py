"""The picture beside a shared link: drawn from the record, in both languages, whatever the texts are."""

import hashlib
import io
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageChops

from people.models import Position
from proposals.cards import Card, card_of, drawn, icon, site_card
from proposals.cards.drawing import FACTS, HEIGHT, INNER, MARGIN, TITLES, WHO, WIDTH
from proposals.cards.lettering import plain, sans, serif
from proposals.models import Proposal
from tests.factories import make_body, make_delegate, make_proposal, make_region, make_session, make_topic
from tests.site import ROOT

PNG = b"\x89PNG\r\n\x1a\n"
ONE_WORD = "x" * 500
UYGHUR = "ئابدۇللا"
FULL = Card(
    title="Pilot the clinical use of stem cells",
    other_title="关于干细胞临床应用的提案",
    who="Ding Lieming 丁列明 (Betta Pharmaceuticals)",
    session="14th CPPCC National Committee, 2nd session",
    about="Stem cells · Guangdong",
    number="20 recommendations",
    status="Submitted, as reported",
)
LONG = {
    "one word of 500 letters": ONE_WORD,
    "500 Chinese characters": "细胞" * 250,
    "500 letters from right to left": UYGHUR * 62,
    "500 letters with accents that take no room": "e\u0301" * 250,
    "many words": "stem cells " * 45,
    "nothing but brackets": "（" * 500,
}


def picture(png):
    return Image.open(io.BytesIO(png)).convert("RGB")


def card_address(proposal, prefix=""):
    return f"{prefix}/proposals/{proposal.pk}/{proposal.slug}/card.png"


def ink(letters, text):
    """The pixels of a text by itself, and how many there are across and down."""
    mask = letters._fonts[0].getmask(text)
    return bytes(mask), mask.size


def differing(one, other):
    """The part of two pictures in which they differ: left, top, right, bottom; `None` where they are the same."""
    return ImageChops.difference(picture(drawn(one)), picture(drawn(other))).getbbox()


@pytest.fixture
def proposal(db):
    china = make_region(name="China", name_zh="全国", kind="country")
    body = make_body(name="CPPCC National Committee", short_name_zh="全国政协", region=china)
    return make_proposal(
        title="Bank stem cells",
        title_zh="关于干细胞库的提案",
        session=make_session(body=body),
        delegates=[make_delegate(name="Ding Lieming", name_zh="丁列明", employer="Betta")],
        topics=[make_topic(name="Stem cells", name_zh="干细胞")],
        regions=[china],
        recommendations=2,
        published=True,
    )


def fetched(proposal):
    [found] = Proposal.objects.for_cards([proposal.pk])
    return card_of(found)


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_a_published_proposal_has_a_picture_of_1200_by_630(client, proposal, prefix):
    response = client.get(card_address(proposal, prefix))
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response.content.startswith(PNG)
    assert picture(response.content).size == (1200, 630)
    assert len(response.content) < 100_000


def test_the_other_pages_share_one_picture_in_each_language(client, db):
    english, chinese = client.get("/card.png"), client.get("/zh/card.png")
    assert picture(english.content).size == picture(chinese.content).size == (WIDTH, HEIGHT)
    assert english.content != chinese.content


def test_it_says_what_the_record_says(client, proposal):
    client.get("/")
    assert fetched(proposal) == Card(
        title="Bank stem cells",
        other_title="关于干细胞库的提案",
        who="Ding Lieming 丁列明 (Betta)",
        session="14th CPPCC National Committee, 2nd session",
        about="China · Stem cells",
        number="2 recommendations",
        status="Submitted, as reported",
    )
    client.get("/zh/")
    assert fetched(proposal) == Card(
        title="关于干细胞库的提案",
        other_title="Bank stem cells",
        who="丁列明 Ding Lieming（Betta）",
        session="全国政协十四届二次会议",
        about="全国 · 干细胞",
        number="2 条具体建议",
        status="据报道已提交",
    )


def test_what_is_there_in_one_language_only_stands_on_both_cards(client, db):
    make_delegate()
    bare = make_proposal(title="Bank stem cells", published=True)
    assert (fetched(bare).title, fetched(bare).other_title) == ("Bank stem cells", "")
    assert (fetched(bare).who, fetched(bare).number) == ("Proposer not known", "")
    client.get("/zh/")
    assert (fetched(bare).title, fetched(bare).other_title) == ("Bank stem cells", "")
    assert client.get(card_address(bare, "/zh")).status_code == 200


def test_an_employer_that_an_editor_inferred_is_not_on_it(proposal):
    Position.objects.update(inferred=True)
    assert fetched(proposal).who == "Ding Lieming 丁列明"


def test_of_many_proposers_the_first_are_named_and_the_others_counted(db):
    many = make_proposal(delegates=[make_delegate(name=f"Name {number}") for number in range(5)], published=True)
    assert fetched(many).who == "Name 0, Name 1, Name 2 and 2 more"
    few = make_proposal(delegates=[make_delegate(name="Ma Yongqing")], proposers_in_all=9, published=True)
    assert fetched(few).who == "Ma Yongqing and 8 more"


@pytest.mark.parametrize("field", [*FULL.__dataclass_fields__])
def test_every_text_is_drawn_and_drawn_anew_when_it_changes(field):
    assert differing(FULL, replace(FULL, **{field: "Other"})) is not None
    assert differing(FULL, replace(FULL, **{field: ""})) is not None


def test_a_new_title_gives_a_new_picture_at_the_next_request(client, proposal):
    before = client.get(card_address(proposal)).content
    assert client.get(card_address(proposal)).content == before
    proposal.title_en = "Bank stem cells at home"
    proposal.save()
    assert client.get(card_address(proposal)).content != before


@pytest.mark.parametrize("letters", [serif(40), sans(40)], ids=["serif", "sans"])
def test_chinese_characters_are_drawn_and_not_the_box_that_stands_for_a_missing_one(letters):
    box = ink(letters, "\U0010fffd")
    characters = [ink(letters, each) for each in "丁列明两会提案镕玥珺喆龘䶮㛃"]
    assert len({hashlib.sha256(pixels).digest() for pixels, _ in [box, *characters]}) == 15
    assert all(any(pixels) for pixels, _ in characters)


def test_arabic_letters_are_drawn_and_joined():
    letters = sans(40)
    [_, (run, font), _] = letters._runs(UYGHUR)
    assert run == UYGHUR
    drawn_letters = {bytes(font.getmask(each)) for each in UYGHUR}
    assert bytes(font.getmask("\U0010fffd")) not in drawn_letters
    assert font.getlength(run) < sum(font.getlength(each) for each in run)


@pytest.mark.parametrize("title", LONG.values(), ids=LONG)
def test_a_title_of_500_characters_stays_within_its_frame_and_ends_in_an_ellipsis(title):
    assert differing(FULL, replace(FULL, title=title, other_title="")) is not None
    left, top, right, bottom = differing(
        replace(FULL, title="", other_title=""), replace(FULL, title=title, other_title="")
    )
    assert MARGIN - 4 <= left < right <= WIDTH - MARGIN + 4
    assert 121 < top < bottom < 440
    smallest = TITLES[-1]
    assert len(smallest.lines(title, INNER)) > 1
    assert all(smallest.width(line) <= INNER for line in smallest.lines(title, INNER))


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_the_other_texts_are_cut_off_where_their_room_ends(text):
    longest = Card("", who=text, session=text, about=text, number=text, status=text)
    left, top, right, bottom = differing(Card(""), longest)
    assert MARGIN - 4 <= left < right <= WIDTH - MARGIN + 4
    assert 40 < top < bottom < HEIGHT - 12
    for letters in (WHO, FACTS):
        short = letters.shortened(text, INNER)
        assert short.endswith("…")
        assert letters.width(short) <= INNER


def test_a_text_that_has_room_is_left_as_it_is():
    assert FACTS.shortened("Stem cells", INNER) == "Stem cells"
    assert TITLES[0].lines("Bank stem cells", INNER) == ["Bank stem cells"]


def test_lines_break_between_words_and_chinese_characters_but_not_before_their_punctuation():
    letters = serif(40)
    assert letters.lines("stem cell bank", letters.width("stem cell ba")) == ["stem cell", "bank"]
    width = letters.width("干细胞")
    assert letters.lines("干细胞，治疗", width) == ["干细", "胞，治", "疗"]
    assert letters.lines("干细（胞）", width) == ["干细", "（胞）"]


def test_signs_that_are_no_letters_are_left_out():
    assert plain("  Bank\n\tstem\x00 \u202ecells\u2066 ") == "Bank stem cells"
    assert plain("سلام\u200cعليكم") == "سلام\u200cعليكم"  # joins letters, or keeps them apart


def test_a_draft_has_no_picture(client, proposal):
    assert client.get(card_address(proposal)).status_code == 200
    proposal.state = Proposal.State.DRAFT
    proposal.save()
    for prefix in ("", "/zh"):
        assert client.get(card_address(proposal, prefix)).status_code == 404
        assert client.get(f"{prefix}/proposals/{proposal.pk}/other/card.png").status_code == 404


def test_another_slug_leads_to_the_picture_and_a_hostile_one_nowhere(client, proposal):
    answer = client.get(f"/zh/proposals/{proposal.pk}/an-old-title/card.png")
    assert (answer.status_code, answer["Location"]) == (302, card_address(proposal, "/zh"))
    for slug in ("%3Cscript%3E", "..%2F..%2Fetc", "%00", "a b", "干细胞", "a/b", ""):
        assert client.get(f"/proposals/{proposal.pk}/{slug}/card.png").status_code == 404
    for key in ("0", "999999999999999999999999", "-1", "x"):
        assert client.get(f"/proposals/{key}/{proposal.slug}/card.png").status_code == 404


def test_a_picture_is_kept_once_for_everybody_and_not_compressed_again(client, proposal):
    client.get("/")  # and the catalogue reaches the record: before that nothing is kept
    address = card_address(proposal)
    first = client.get(address)
    with CaptureQueriesContext(connection) as asked:
        again = client.get(address, headers={"accept-encoding": "gzip"})
    assert len(asked) == 1
    assert again.content == first.content
    assert "Content-Encoding" not in again.headers
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_what_was_drawn_before_is_not_drawn_again_for_another_address(client, proposal):
    client.get(card_address(proposal))
    cache.clear()
    before = drawn.cache_info().misses
    assert client.get(f"{card_address(proposal)}?x=1").status_code == 200
    assert drawn.cache_info().misses == before


def test_the_site_has_its_sign_in_every_form_that_is_asked_for(client, db):
    for address, kind, size in (
        ("/favicon.ico", ("image/x-icon", "image/vnd.microsoft.icon"), (48, 48)),
        ("/apple-touch-icon.png", ("image/png",), (180, 180)),
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] in kind
        assert Image.open(io.BytesIO(b"".join(response.streaming_content))).size == size


def test_the_files_of_the_sign_are_those_that_the_drawing_gives(tmp_path, settings):
    committed = ROOT / "static" / "root"
    settings.WHITENOISE_ROOT = tmp_path
    call_command("draw_icons")
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in committed.iterdir()}
    for path in tmp_path.iterdir():
        ours, theirs = (Image.open(each).convert("RGBA") for each in (path, committed / path.name))
        assert ours.size == theirs.size
        assert max(high for _, high in ImageChops.difference(ours, theirs).getextrema()) < 16, path.name
    assert Image.open(committed / "favicon.ico").info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_sign_is_white_on_red_with_round_corners_or_without():
    sign, square = icon(64), icon(64, square=True)
    assert sign.getpixel((0, 0))[3] == 0
    assert square.getpixel((0, 0)) == sign.getpixel((32, 4)) == (0xB3, 0x26, 0x1E, 255)
    assert sign.getpixel((32, 14)) == (255, 255, 255, 255)


def test_the_card_of_the_site_has_room_for_all_it_says():
    card = site_card()
    assert len(TITLES[0].lines(card.title, INNER)) <= 3
    assert FACTS.width(card.session) <= INNER
