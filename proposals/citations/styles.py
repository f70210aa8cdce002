"""Three styles as plain text: APA and Chicago are in English, GB/T 7714 is in Chinese, whatever the page is in.

In all three square brackets hold what is not printed on the document: our words, or our translation of its title.
Titles that a style prints in italics are plain here, so that what is copied is what is seen.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence

from people.language import CHINESE, ENGLISH, language_of
from proposals.citations.authors import Author
from proposals.citations.plain import on_one_line
from proposals.citations.reference import SITE, SITE_ZH, Reference, Title

ENDS = tuple(".?!。？！")
APA_MOST, CHICAGO_MOST, CHICAGO_FIRST, GBT_MOST = 20, 6, 3, 3
"""Authors that each style names; where there are more, Chicago names fewer."""


def apa(reference: Reference) -> str:
    """Print in the style of the American Psychological Association, 7th edition.

    Authors family name first with initials, up to 20, of more the first 19 and the last. Date as exactly as known.
    Title in its own language, translation in brackets; a description in brackets where there is no title. What kind
    of document it is, in brackets; the site; date of access and address, without a full stop at the end.
    """
    names = [_apa_name(author) for author in reference.authors]
    if len(names) > APA_MOST:
        names = [*names[: APA_MOST - 1], f"… {names[-1]}"]
        who = ", ".join(names)
    else:
        who = f"{', '.join(names[:-1])}, & {names[-1]}" if names[1:] else "".join(names)
    if reference.and_others and who:
        who = f"{', '.join(names)}, et al."
    when = f"({_apa_date(reference)})."
    title = on_one_line(reference.title.words(ENGLISH))
    described = f"[{on_one_line(reference.described(ENGLISH))}]."
    if reference.whole:
        part = f"(Recommendation {reference.part})"
        inside = f"In {on_one_line(reference.whole.words(ENGLISH))} {part} {described}"
        said = [_stopped(who), when, _stopped(title), inside] if who else [_stopped(title), when, inside]
    else:
        said = [_stopped(who), when, title, described] if who else [title, described, when]
    return " ".join([*said, f"{SITE}.", f"Retrieved {_english(reference.accessed.isoformat())}, from {reference.url}"])


def chicago(reference: Reference) -> str:
    """Print as an entry of a bibliography by The Chicago Manual of Style, 17th and 18th edition.

    Chinese names stand in their own order, without a comma, characters behind the Latin letters; so do titles, with the
    translation in brackets. More than six authors become the first three and “et al.” (18th edition).
    """
    names = [" ".join(dict.fromkeys(filter(None, (each.name_en, each.name_zh)))) for each in reference.authors]
    others = reference.and_others
    if len(names) > CHICAGO_MOST:
        names, others = names[:CHICAGO_FIRST], True
    who = f"{', '.join(names)}, et al." if others and names else _listed(names)
    said = [who, _in_marks(reference.title)]
    if reference.whole:
        said.append(f"Recommendation {reference.part} in {_in_marks(reference.whole)}")
    said += [
        ", ".join([reference.described(ENGLISH), *filter(None, [_english(reference.date)])]),
        f"{SITE} {SITE_ZH}",
        f"Accessed {_english(reference.accessed.isoformat())}",
        reference.url,
    ]
    return " ".join(_stopped(on_one_line(each), within="”") for each in said if each)


def gbt7714(reference: Reference) -> str:
    """Print by GB/T 7714—2015: 责任者. 题名: 其他题名信息[EB/OL]. 出版者, 出版年(日期)[引用日期]. 获取和访问路径.

    Up to three authors, of more the first three and 等; Chinese names where they are known, pinyin with the family name
    in capitals otherwise. The title as printed, ours in brackets where there is none. The place of publication may be
    left out of what is on the web; the date in round brackets stands where more than the year is known. A part stands
    before “//”.
    """
    names = [_gbt_name(author) for author in reference.authors]
    if names and (len(names) > GBT_MOST or reference.and_others):
        names = [*names[:GBT_MOST], "等" if language_of(names[0]) == CHINESE else "et al."]
    described = reference.described(CHINESE)
    if reference.whole:
        whole = f"{reference.whole.words(CHINESE)}: {described}, 建议{reference.part}"
        title = f"{reference.title.words(CHINESE)}[EB/OL]//{whole}"
    else:
        title = f"{reference.title.words(CHINESE)}: {described}[EB/OL]"
    date = f"({reference.date})" if len(reference.date_parts) > 1 else ""
    year = f", {reference.date[:4]}" if reference.date else ""
    published = f"{SITE}{year}{date}[{reference.accessed.isoformat()}]."
    said = [_stopped(", ".join(names)), f"{title}.", published, f"{reference.url}."]
    return on_one_line(" ".join(filter(None, said)))


def _apa_name(author: Author) -> str:
    divided = author.parts(ENGLISH)
    if divided is None:
        return on_one_line(author.name(ENGLISH))
    family, given = divided
    initials = "-".join(f"{part[0].upper()}." for part in given.split("-") if part)
    return f"{family}, {initials}"


def _gbt_name(author: Author) -> str:
    divided = author.parts(CHINESE)
    return f"{divided[0].upper()} {divided[1]}" if divided else author.name(CHINESE)


def _in_marks(title: Title) -> str:
    """Give a title in quotation marks, and what is ours in brackets alone."""
    words = on_one_line(title.words(ENGLISH))
    if not title.printed:
        return words
    printed = on_one_line(title.printed)
    behind = words[len(printed) :]
    return f"“{printed}”{behind}" if behind else f"“{_stopped(printed)}”"


def _listed(names: Sequence[str]) -> str:
    """Join names as an English bibliography does: “A”, “A, and B”, “A, B, and C”."""
    return f"{', '.join(names[:-1])}, and {names[-1]}" if names[1:] else "".join(names)


def _apa_date(reference: Reference) -> str:
    year, *rest = reference.date_parts or (0,)
    if not year:
        return "n.d."
    month = f", {calendar.month_name[rest[0]]}" if rest else ""
    return f"{year}{month}{f' {rest[1]}' if rest[1:] else ''}"


def _english(date: str) -> str:
    """Write `2024-03-12` as “March 12, 2024”, as American styles do; less where less is known, “n.d.” for nothing."""
    if not date:
        return "n.d."
    year, *rest = map(int, date.split("-"))
    if not rest:
        return str(year)
    return f"{calendar.month_name[rest[0]]} {f'{rest[1]}, ' if rest[1:] else ''}{year}"


def _stopped(text: str, within: str = "") -> str:
    """Let a sentence end in a full stop, if it does not end already; `within` are signs that may stand behind that."""
    return text if not text or text.rstrip(within).endswith(ENDS) else f"{text}."
