"""`manage.py draw_icons`: the files made of `static/icon.svg` for what takes no SVG, to be committed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from proposals.cards import icon

SIZES = (16, 32, 48)


class Command(BaseCommand):
    """Writes both files into the folder whose content is served at the root of the site."""

    help = "Draw favicon.ico and apple-touch-icon.png from static/icon.svg."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write them."""
        folder = Path(settings.WHITENOISE_ROOT)
        largest, *smaller = (icon(size) for size in reversed(SIZES))
        largest.save(folder / "favicon.ico", sizes=[(size, size) for size in SIZES], append_images=smaller)
        icon(180, square=True).convert("RGB").quantize(32).save(folder / "apple-touch-icon.png", optimize=True)
