"""Characters: which are Chinese, and as what traditional ones and those made for printing are compared."""

import unicodedata

from opencc import OpenCC

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
"""As they stand between the brackets of a pattern."""


def _simplified() -> dict[int, str]:
    traditional = (*range(0x3400, 0xA000), *range(0x20000, 0x30000))
    doubles = (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
    characters = [chr(code) for code in (*traditional, *doubles)]
    usual = "\n".join(unicodedata.normalize("NFKC", character) for character in characters)
    folded = OpenCC("t2s").convert(usual).split("\n")
    return {ord(old): new for old, new in zip(characters, folded, strict=True) if old != new and len(new) == 1}


SIMPLIFIED = _simplified()
TRADITIONAL = frozenset(map(chr, SIMPLIFIED))
