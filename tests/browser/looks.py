"""What can be seen to be wrong with a page: each function gives what it found, and nothing where all is well.

Text is measured line by line, as it is drawn. What only screen readers are given is left out.
"""

from playwright.sync_api import CDPSession, Page

TEXTS = """
const unseen = element => {
  for (let part = element; part; part = part.parentElement) {
    const style = getComputedStyle(part), box = part.getBoundingClientRect();
    if (style.position === "absolute" && (box.width <= 1 || box.right <= 0)) return true;
  }
  return !element.checkVisibility({visibilityProperty: true, opacityProperty: true});
};
const texts = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  const found = [];
  for (let node; node = walker.nextNode();) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, noscript") || unseen(element)) continue;
    range.selectNodeContents(node);
    for (const {left, right, top, bottom} of range.getClientRects()) {
      const quarter = (bottom - top) / 4;  // fonts keep room above and below what they draw
      if (right - left > 1) found.push({element, said: node.data.trim().slice(0, 60), left, right,
                                        top: top + quarter, bottom: bottom - quarter});
    }
  }
  return found;
};
const parents = function* (element) { for (let part = element; part; part = part.parentElement) yield part; };
"""

OUTSIDE = """() => {
  const scrolls = element => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const found = texts().filter(text => (text.right > innerWidth + 1 || text.left < -1)
    && ![...parents(text.element)].some(part => part !== document.documentElement && scrolls(part)))
    .map(text => `outside: ${text.said}`);
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) found.push(`the page is ${page.scrollWidth} wide in ${innerWidth}`);
  return found;
}"""

CUT = """() => texts().filter(text => [...parents(text.element)].some(part => {
  const style = getComputedStyle(part), box = part.getBoundingClientRect();
  const hides = flow => flow === "hidden" || flow === "clip";
  return hides(style.overflowX) && (text.right > box.right + 1 || text.left < box.left - 1)
    || hides(style.overflowY) && (text.bottom > box.bottom + 1 || text.top < box.top - 1);
})).map(text => `cut: ${text.said}`)"""

OVERLAPPING = """() => {
  const all = texts(), found = [];
  for (const [index, one] of all.entries())
    for (const other of all.slice(index + 1))
      if (one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom && other.top < one.bottom)
        found.push(`one over the other: ${one.said} / ${other.said}`);
  return found;
}"""

LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const text = node.data.trim(), letters = [...text];
    const more = letters.slice(0, Math.ceil(letters.length * 0.4)).join("");
    if (text) node.data = node.data.replace(text, () => text + more);
  }
}"""

MOVING = """() => {
  const found = [], long = times => times.split(",").some(time => parseFloat(time) > 0.01);
  for (const element of document.querySelectorAll("*"))
    for (const part of ["", "::before", "::after"]) {
      const style = getComputedStyle(element, part || null);
      if (long(style.transitionDuration) || style.animationName !== "none" && long(style.animationDuration))
        found.push(`${element.localName}.${element.className}${part}`);
      if (style.scrollBehavior === "smooth") found.push(`${element.localName} scrolls smoothly`);
    }
  const active = rules => [...rules].flatMap(rule => {
    if (rule instanceof CSSMediaRule && !matchMedia(rule.media.mediaText).matches) return [];
    return [rule, ...(rule.cssRules ? active(rule.cssRules) : [])];
  });
  const pages = [...document.styleSheets].flatMap(sheet => active(sheet.cssRules))
    .filter(rule => rule.constructor.name === "CSSViewTransitionRule");
  if (pages.length && pages.at(-1).navigation === "auto") found.push("one page fades into the next");
  return found;
}"""


def outside(page: Page) -> list[str]:
    """Give what makes a reader scroll sideways. A part that scrolls by itself, as a wide table may, is fine."""
    return page.evaluate(with_texts(OUTSIDE))


def misplaced(page: Page) -> list[str]:
    """Give what stands outside the page, is cut off at an edge, or stands over other text."""
    return [problem for check in (OUTSIDE, CUT, OVERLAPPING) for problem in page.evaluate(with_texts(check))]


def moving(page: Page) -> list[str]:
    """Give what moves or fades, on the page or between pages."""
    return page.evaluate(MOVING)


def make_longer(page: Page) -> None:
    """Make every text of the page 40 % longer."""
    page.evaluate(LONGER)


def zoom(page: Page, session: CDPSession, percent: int) -> None:
    """Show the page as a window 1280 pixels wide does at this zoom."""
    metrics = {"width": 1280 * 100 // percent, "height": 900 * 100 // percent, "deviceScaleFactor": percent / 100}
    session.send("Emulation.setDeviceMetricsOverride", {**metrics, "mobile": False})
    assert page.evaluate("[innerWidth, devicePixelRatio]") == [metrics["width"], metrics["deviceScaleFactor"]]


def with_texts(function: str) -> str:
    return f"() => {{ {TEXTS} return ({function})(); }}"
