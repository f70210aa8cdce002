"""Values as they may stand in a file of one line to a value."""

import re

NOT_PRINTED = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def on_one_line(text: str) -> str:
    """Give a text without line breaks and signs that are not printed."""
    return NOT_PRINTED.sub(" ", text).strip()
