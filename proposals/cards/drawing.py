"""How a card looks: paper, ink and one red, a title as large as it can be, who and where below it."""

import io
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw

from proposals.cards.icon import icon
from proposals.cards.lettering import Lettering, plain, sans, serif
from proposals.cards.texts import Card

WIDTH, HEIGHT = 1200, 630
MARGIN = 72
INNER = WIDTH - 2 * MARGIN
PAPER, INK, QUIET, RULE, RED = "#fdfcf8", "#1d2023", "#575c62", "#d9d6cd", "#a81c14"
"""As in `static/lianghui.css`, in daylight."""
SIGN, WHITE = "#b3261e", "#ffffff"
"""Of the sign."""
SHADES = 24
"""Steps from one colour to another at the edge of a letter."""
TITLE_TOP, TITLE_HEIGHT = 152, 280
LEADING = 1.3
TITLES = [serif(size) for size in (68, 60, 52, 46, 40, 36)]
NAME, OTHER_TITLE, WHO, FACTS, NUMBER = serif(36), serif(28), sans(32), sans(26), serif(32)
KEPT = 64
"""Pictures kept as they are, some 2 MB: whoever asks again, by whatever address, has nothing drawn."""


@lru_cache(maxsize=KEPT)
def drawn(card: Card) -> bytes:
    """Draw a card; give a PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    on = ImageDraw.Draw(image)
    _head(image, on, card)
    bottom = _title(on, plain(card.title))
    other = plain(card.other_title)
    if other and bottom + 44 <= TITLE_TOP + TITLE_HEIGHT:
        OTHER_TITLE.draw(on, (MARGIN, bottom + 36), OTHER_TITLE.shortened(other, INNER), QUIET)
    _foot(on, card)
    file = io.BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(file, "PNG", compress_level=6)
    return file.getvalue()


@lru_cache
def _palette() -> Image.Image:
    """Give the colours of every card, with which a picture of letters is a third as long."""
    parts = [*ImageColor.getrgb(RULE)]
    for begin, end in ((PAPER, INK), (PAPER, QUIET), (PAPER, RED), (PAPER, SIGN), (WHITE, SIGN)):
        ends = [*zip(ImageColor.getrgb(begin), ImageColor.getrgb(end), strict=True)]
        parts += [low + (high - low) * step // SHADES for step in range(SHADES + 1) for low, high in ends]
    palette = Image.new("P", (1, 1))
    palette.putpalette(parts)
    return palette


def _head(image: Image.Image, on: ImageDraw.ImageDraw, card: Card) -> None:
    """Draw whose card it is, and at the other end the status."""
    sign = icon(48)
    image.paste(sign, (MARGIN, 52), sign)
    x: float = MARGIN + 64
    NAME.draw(on, (x, 90), "Lianghui", INK)
    x += NAME.width("Lianghui ")
    NAME.draw(on, (x, 90), "两会", RED)
    x += NAME.width("两会")
    status = FACTS.shortened(plain(card.status), WIDTH - MARGIN - x - 40)
    FACTS.draw(on, (WIDTH - MARGIN - FACTS.width(status), 88), status, QUIET)
    on.rectangle((MARGIN, 120, WIDTH - MARGIN, 121), RULE)


def _title(on: ImageDraw.ImageDraw, title: str) -> float:
    """Draw a title in the largest letters in which all of it has room, else its beginning; give where it ends."""
    for letters in TITLES:
        lines, room = letters.lines(title, INNER), int(TITLE_HEIGHT / (letters.size * LEADING))
        if len(lines) <= room:
            break
    if len(lines) > room:
        lines = [*lines[: room - 1], _ended(letters, " ".join(lines[room - 1 : room + 1]))]
    base: float = TITLE_TOP + letters.size
    for line in lines:
        letters.draw(on, (MARGIN, base), line, INK)
        base += letters.size * LEADING
    return base - letters.size


def _ended(letters: Lettering, rest: str) -> str:
    """Give the last line of a title that goes on beyond it."""
    short = letters.shortened(rest, INNER)
    return short if short.endswith("…") else f"{short}…"


def _foot(on: ImageDraw.ImageDraw, card: Card) -> None:
    """Draw who, then where, then what about; beside that how many recommendations; the red edge."""
    WHO.draw(on, (MARGIN, 488), WHO.shortened(plain(card.who), INNER), INK)
    FACTS.draw(on, (MARGIN, 530), FACTS.shortened(plain(card.session), INNER), QUIET)
    number = NUMBER.shortened(plain(card.number), INNER / 2)
    room = INNER - NUMBER.width(number) - 40
    FACTS.draw(on, (MARGIN, 572), FACTS.shortened(plain(card.about), room), QUIET)
    NUMBER.draw(on, (WIDTH - MARGIN - NUMBER.width(number), 573), number, RED)
    on.rectangle((0, HEIGHT - 12, WIDTH, HEIGHT), RED)
