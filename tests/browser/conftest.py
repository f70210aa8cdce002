"""A real Chromium for the tests of what people see and do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.site import Kept, Site, running

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Give one Chromium for all tests."""
    with sync_playwright() as playwright:
        started = chromium.started(playwright, chromium_path)
        yield started
        started.close()


@pytest.fixture(scope="session")
def deployed_site(prepared_site: Kept, tmp_path_factory) -> Iterator[Site]:
    """Give one running site for tests that only read and want it as it is in production."""
    with running(prepared_site, tmp_path_factory.mktemp("deployed"), deployed=True) as started:
        yield started


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page for a person of its own: `new_page(color_scheme="dark")`."""
    contexts = []

    def opened(**options: object) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        return page

    yield opened
    for context in contexts:
        context.close()
