"""The pictures in docs/screenshots, which one command takes."""

import re
import struct

from tests.kinds import KINDS, SHOWN
from tests.screenshots import MANNERS, PHONE, SCREEN, take
from tests.site import ROOT


def test_a_kind_of_page_is_taken_light_dark_on_a_phone_and_in_chinese(reading_site, browser, tmp_path):
    taken = take(browser, reading_site.url, tmp_path, ["list"])
    assert [path.name for path in taken] == ["list.png", "list-dark.png", "list-phone.png", "list-chinese.png"]
    pictures = [path.read_bytes() for path in taken]
    sizes = [dict(zip(("width", "height"), struct.unpack(">II", picture[16:24]), strict=True)) for picture in pictures]
    assert sizes == [SCREEN, SCREEN, PHONE, SCREEN]
    assert len({*pictures}) == 4


def test_eight_kinds_are_taken_and_those_that_readme_shows_are_among_them():
    assert len({*SHOWN}) == 8
    assert {*SHOWN} <= KINDS.keys()
    shown = re.findall(r"\]\(docs/screenshots/([^)]*)\)", (ROOT / "README.md").read_text())
    assert shown
    assert {*shown} <= {f"{kind}{ending}.png" for kind in SHOWN for ending in MANNERS}
