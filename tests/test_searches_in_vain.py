"""What visitors looked for and did not find stands on the analysts' first page; nothing of who asked is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from proposals.models import searches
from proposals.models.searches import note_in_vain, searched_in_vain
from tests.factories import make_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    """A place of its own for the file."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "searches-in-vain"


def test_a_search_that_finds_nothing_is_noted_with_its_day_and_no_more(client, kept):
    make_proposal(title="Quince", published=True)
    client.get("/proposals/", {"q": "quince"})
    client.get("/proposals/", {"q": "quince medlar", "year": "2024"})
    assert not kept.exists(), "what is narrowed down by more than words says nothing of the record"
    client.get("/recommendations/", {"q": " medlar\n"}, REMOTE_ADDR="192.0.2.7")
    assert kept.read_text() == f"{timezone.localdate()} medlar\n"


def test_the_most_frequent_come_first_and_old_ones_go(kept):
    old = timezone.localdate() - timedelta(days=31)
    kept.write_text(f"{old} forgotten\nno date\n")
    for words in ("Organoid", "\udc80", "organoid", "x" * 300, "类器官\x07"):
        note_in_vain(words)
    assert searched_in_vain(1) == [("organoid", 2)]
    assert {"x" * 100, "类器官"} <= {words for words, _times in searched_in_vain(9)}
    assert "forgotten" not in dict(searched_in_vain(9))


def test_the_file_does_not_grow_for_ever_and_a_full_disk_hurts_no_reader(client, kept, monkeypatch, settings):
    monkeypatch.setattr(searches, "LARGEST", 100)
    for number in range(20):
        note_in_vain(f"search {number}")
    assert kept.with_name("searches-in-vain.before").stat().st_size < 200
    assert ("search 19", 1) in searched_in_vain(50)
    settings.VAR_DIR = kept / "nowhere"
    assert client.get("/proposals/", {"q": "medlar"}).status_code == 200
    assert searched_in_vain(9) == []


def test_analysts_see_it_and_are_led_to_the_search(client, admin_user):
    note_in_vain("干细胞 & <b>")
    client.force_login(admin_user)
    page = client.get("/admin/").text
    assert "干细胞 &amp; &lt;b&gt;" in page
    assert "/proposals/?q=%E5%B9%B2%E7%BB%86%E8%83%9E+%26+%3Cb%3E" in page


def test_what_analysts_look_for_and_what_is_private_is_not_noted(client, admin_user, kept):
    client.get("/proposals/", {"q": "13800138000 张三"})
    client.get("/proposals/", {"q": "somebody@example.org"})
    client.force_login(admin_user)
    client.get("/proposals/", {"q": "medlar"})
    assert not kept.exists()
