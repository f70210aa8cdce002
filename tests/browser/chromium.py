"""The Chromium of this machine: where it is, and how it is started."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


def found() -> str | None:
    """Give the path of CHROMIUM in the environment, or of the first that this machine has."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def started(playwright: Playwright, path: str) -> Browser:
    """Start it. As root it runs without a sandbox, or not at all."""
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *QUIET])
