"""A person with a keyboard alone: moves from one thing to the next, sees where they are, and acts on it."""

import re

from playwright.sync_api import Page

FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return {name: "", seen: true};
  const labels = [...(at.labels || [])];
  const name = at.ariaLabel || labels.map(label => label.textContent).join(" ") || at.innerText || at.value || "";
  const outlined = part => ["outlineStyle", "boxShadow"].some(kind => getComputedStyle(part)[kind] !== "none");
  const {left, right, top, bottom} = at.getBoundingClientRect();
  return {
    name: name.replace(/\\s+/g, " ").trim(),
    seen: ([at, ...labels].some(outlined) || at.closest(".select2-container--focus"))  // the admin's fields that search
      && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
  };
}"""
FARTHEST = 250
"""The most that anybody would press Tab."""


def go_to(page: Page, name: str) -> None:
    """Press Tab until what begins with the words of `name` has the focus; fail where the focus cannot be seen."""
    passed, wanted = [], re.compile(rf"{re.escape(name)}(?!\w)")
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["seen"], f"{focused['name']} does not show that it has the focus"
        if wanted.match(focused["name"]):
            return
        passed.append(focused["name"])
    raise AssertionError(f"{FARTHEST} times Tab and no {name}: {passed}")


def follow(page: Page, name: str) -> None:
    """Go to a link or a button, press Enter, and wait for where it leads."""
    go_to(page, name)
    enter(page)


def enter(page: Page) -> None:
    """Press Enter, and wait for where it leads."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
