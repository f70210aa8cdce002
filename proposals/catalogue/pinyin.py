"""Pinyin: Chinese names as they are typed in Latin letters; only for finding, never shown."""

from collections.abc import Iterator
from itertools import islice, product

from pypinyin import Style, pinyin

MOST = 24
"""Combinations of readings that a name is given; those of the surname come before those of the characters behind."""


def spelled(name: str) -> Iterator[str]:
    """Yield `name` in pinyin: together, apart, divided in two, with and without the numbers of tones.

    The ü is written u, v and yu.
    """
    readings = pinyin(name, style=Style.TONE3, heteronym=True, errors="ignore", v_to_u=True)
    found: dict[str, None] = {}
    for backwards in islice(product(*reversed(readings)), MOST) if readings else ():
        numbered = backwards[::-1]
        plain = [syllable.rstrip("12345") for syllable in numbered]
        forms = ["".join(numbered), " ".join(numbered), " ".join(plain)]
        forms += [f"{''.join(plain[:place])} {''.join(plain[place:])}".strip() for place in range(len(plain))]
        found |= {form.replace("ü", letter): None for form in forms for letter in ("u", "v", "yu")}
    yield from found
