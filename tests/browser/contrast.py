"""Contrast in pictures, which axe does not measure: WCAG 2.2, 1.4.3 for the text in an SVG and 1.4.11 for its parts."""

from playwright.sync_api import Page

FAINT = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (front, back) => [0, 1, 2].map(i => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
  const light = colour => {
    const [red, green, blue] = colour.map(part => part / 255).map(
      part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  };
  const painted = (element, kind) => {
    const style = getComputedStyle(element);
    if (!(element instanceof SVGGeometryElement || element instanceof SVGTextContentElement))
      return kind === "fill" && !(element instanceof SVGElement) ? rgba(style.backgroundColor) : [0, 0, 0, 0];
    if (style[kind] === "none" || kind === "stroke" && !parseFloat(style.strokeWidth)) return [0, 0, 0, 0];
    const colour = rgba(style[kind]);
    colour[3] *= style[`${kind}Opacity`] * style.opacity;
    return colour;
  };
  const behind = element => {  // what is painted under its middle, seen through all that is not opaque
    element.scrollIntoView({block: "center", inline: "center"});
    const box = element.getBoundingClientRect();
    const stack = document.elementsFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    const below = stack.slice(stack.indexOf(element) + 1).filter(
      part => !element.contains(part) && !(part instanceof SVGTextContentElement));
    const canvasColour = rgba(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
    return below.map(part => painted(part, "fill")).reduceRight((back, front) => over(front, back), canvasColour);
  };
  const within = (box, x, y) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  const reach = document.createElement("style");
  reach.textContent = "svg *, svg { pointer-events: all !important }";
  document.head.append(reach);
  const found = [];
  for (const svg of document.querySelectorAll("svg")) {
    const written = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim() && text.checkVisibility());
    for (const text of written) {
      const back = behind(text), size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
      const ratio = contrast(over(painted(text, "fill"), back), back);
      if (ratio < (size >= 24 ? 3 : 4.5)) found.push(`text ${text.textContent.trim()}: ${ratio.toFixed(2)}`);
    }
    for (const part of svg.querySelectorAll("a :is(rect, circle, ellipse, path, polygon), [role=img] > title ~ *")) {
      if (!(part instanceof SVGGeometryElement) || !part.checkVisibility()) continue;
      const box = part.getBoundingClientRect();
      const said = written.some(text => {  // a part with its number on it need not be told by its shade
        const {left, right, top, bottom} = text.getBoundingClientRect();
        return within(box, (left + right) / 2, (top + bottom) / 2);
      });
      if (said || box.width === 0 || box.height === 0) continue;
      const back = behind(part);
      const ratio = Math.max(...["fill", "stroke"].map(kind => contrast(over(painted(part, kind), back), back)));
      const of = part.closest("a")?.textContent.trim() || "a picture";
      if (ratio < 3) found.push(`${part.localName} of ${of}: ${ratio.toFixed(2)}`);
    }
  }
  reach.remove();
  return found;
}"""


def faint(page: Page) -> list[str]:
    """Give the texts and the parts of pictures that are hard to see before what is behind them, with the contrast."""
    return page.evaluate(FAINT)
