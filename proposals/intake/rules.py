"""Rules: what `rules.toml` and `topics.toml` say, as patterns; read once."""

import re
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text("utf-8"))


RULES = _read("rules.toml")
DELEGATES, DEMANDS, FURNITURE, FIGURES = (RULES[name] for name in ("delegates", "demands", "furniture", "figures"))
CITIES: dict[str, str] = {city: iso for iso, cities in RULES["places"]["cities"].items() for city in cities.split()}
"""The ISO code of the province of each city."""
TOPIC_CUES: dict[str, list[str]] = _read("topics.toml")


def words(pattern: str) -> re.Pattern[str]:
    """Compile alternatives that begin and end with a word of Latin letters, whatever their capitals."""
    return re.compile(rf"(?<![A-Za-z])(?:{pattern})(?![A-Za-z])", re.IGNORECASE)


def anywhere(pattern: str) -> re.Pattern[str]:
    """Compile alternatives in Chinese."""
    return re.compile(f"(?:{pattern})")


def longest(pattern: str) -> re.Pattern[str]:
    """Compile alternatives in Chinese of which the longest is found: 护士长 before 护士."""
    return anywhere("|".join(sorted(pattern.split("|"), key=len, reverse=True)))
