"""Takes pictures of the site with the founding data: `make screenshots` writes docs/screenshots/ anew."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.kinds import KINDS, SHOWN
from tests.site import ROOT, prepared, running

PICTURES = ROOT / "docs" / "screenshots"
SCREEN, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
MANNERS = {
    "": ("", {"viewport": SCREEN}),
    "-dark": ("", {"viewport": SCREEN, "color_scheme": "dark"}),
    "-phone": ("", {"viewport": PHONE, "has_touch": True}),
    "-chinese": ("/zh", {"viewport": SCREEN, "locale": "zh-CN"}),
}
"""What a picture's name ends with, before what address, and how the browser shows it: else in light colours."""


def take(browser: Browser, url: str, folder: Path, kinds: list[str]) -> list[Path]:
    """Take these kinds of page, in each manner, from the site at `url`; give the files."""
    taken = []
    for ending, (prefix, options) in MANNERS.items():
        context = browser.new_context(reduced_motion="reduce", **{"color_scheme": "light", **options})
        page = context.new_page()
        for kind in kinds:
            page.goto(f"{url}{prefix}{KINDS[kind]}", wait_until="networkidle")
            taken.append(folder / f"{kind}{ending}.png")
            page.screenshot(path=taken[-1])  # what fits on the screen: a whole page is too small to be read in README
        context.close()
    return taken


def main() -> None:
    """Serve the founding data to Chromium and take every picture."""
    path = chromium.found() or sys.exit("make screenshots needs Chromium, or CHROMIUM=/path/to/it.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        prepared(Path(folder, "prepared")) as kept,
        running(kept, Path(folder, "shown")) as site,
        sync_playwright() as playwright,
    ):
        taken = take(chromium.started(playwright, path), site.url, PICTURES, SHOWN)
    size = sum(picture.stat().st_size for picture in taken)
    print(f"{len(taken)} pictures in {PICTURES.relative_to(ROOT)}, {size // 1000:,} kB.")


if __name__ == "__main__":
    main()
