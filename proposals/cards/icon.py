"""The site's sign as pixels, for what takes no SVG: `static/icon.svg` is the drawing, and the only one."""

import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from PIL import Image, ImageDraw

SVG = "{http://www.w3.org/2000/svg}"
FINER = 8
"""How many times larger it is drawn than shown, for smooth edges."""
STEP = re.compile(r"([MLHVZ])([^A-Za-z]*)")


@lru_cache
def icon(size: int, *, square: bool = False) -> Image.Image:
    """Draw the sign `size` pixels wide; `square` without its round corners, for systems that round them themselves.

    Of SVG it knows what the sign is made of: one rounded `rect`, and paths of straight lines at absolute places.
    """
    root = ElementTree.parse(Path(settings.BASE_DIR) / "static" / "icon.svg").getroot()  # noqa: S314 - our own file
    scale = size * FINER / float(root.attrib["viewBox"].split()[2])
    image = Image.new("RGBA", (size * FINER, size * FINER))
    on = ImageDraw.Draw(image)
    for part in root:
        if part.tag == f"{SVG}rect":
            radius = 0 if square else float(part.attrib["rx"]) * scale
            on.rounded_rectangle((0, 0, *image.size), radius, part.attrib["fill"])
        for outline in _outlines(part.get("d", "")):
            on.polygon([(x * scale, y * scale) for x, y in outline], part.attrib["fill"])
    return image.resize((size, size), Image.Resampling.BOX)


def _outlines(path: str) -> list[list[tuple[float, float]]]:
    """Read the outlines of a path: "M1 2H3V4Z" is one, with the corners (1, 2), (3, 2) and (3, 4)."""
    outlines: list[list[tuple[float, float]]] = []
    for letter, rest in STEP.findall(path):
        numbers = [float(number) for number in rest.replace(",", " ").split()]
        if letter == "M":
            outlines.append([])
        if letter in "ML":
            outlines[-1] += zip(numbers[::2], numbers[1::2], strict=True)
        elif letter in "HV":
            x, y = outlines[-1][-1]
            outlines[-1].append((numbers[0], y) if letter == "H" else (x, numbers[0]))
    return outlines
