"""Likeness of proposals: which could have been entered twice."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Q
from rapidfuzz.fuzz import ratio, token_sort_ratio
from rapidfuzz.process import extract

from people.doubles import Like, Reason
from proposals.models.lineage import Lineage
from proposals.models.proposals import Proposal
from proposals.models.sponsorships import Sponsorship
from proposals.models.topics import Topic

LIKE_TITLES, A_LITTLE_ALIKE = 85, 60
"""Percent of the words of two titles, in any order, from which they are like, and a little alike."""
NEAREST = 5
FRAME = re.compile(r"^关于|的(?:建议|提案|议案)$")
"""What nearly every Chinese title begins and ends with."""
RELATED, SAME_DELEGATE = 60, 20
"""Percent from which two proposals of different sessions may ask for the same, and what a delegate of both adds."""
LOOKED_AT, READ_FURTHER = 20_000, 200
"""Proposals on a topic whose titles are compared, and those with the likest titles whose summaries are compared too."""
NUMBERS = re.compile(r"\d+|[一二三四五六七八九十百]+")


def bare(number: str) -> str:
    """Give a number without the zeros before it; one of nothing but zeros stays one."""
    return number.lstrip("0") or number[-1:]


def like_proposals(proposal: Proposal) -> list[Like]:
    """Give the proposals of the same session that bear the same number, have like titles, or the same delegate."""
    others = Proposal.objects.filter(session=proposal.session_id).exclude(pk=proposal.pk).order_by()
    delegates = Sponsorship.objects.filter(proposal=proposal.pk, delegate__isnull=False).values("delegate")
    of_the_same = set(
        Sponsorship.objects.filter(delegate__in=delegates)
        .exclude(proposal=proposal.pk)
        .values_list("proposal", flat=True)
    )
    found = []
    for key, number, title_en, title_zh in others.values_list("pk", "number", "title_en", "title_zh"):
        percent = max(_percent(proposal.title_en, title_en), _percent(proposal.title_zh, title_zh))
        if number and bare(number) == bare(proposal.number):
            found.append(Like(key, Reason.NUMBER, 100))
        elif percent >= LIKE_TITLES:
            found.append(Like(key, Reason.TITLE, percent))
        elif percent >= A_LITTLE_ALIKE and key in of_the_same:
            found.append(Like(key, Reason.DELEGATE, percent))
    return found


def like_among_proposals(keys: Collection[int]) -> Iterator[tuple[int, Like]]:
    """Give for each of several proposals those of its session with a like title; the titles are read once.

    Numbers need no comparing: no session has one twice. Titles that differ in their numbers only are no doubles:
    sheets list what is asked for the first district, the second and so on.
    """
    wanted = Proposal.objects.filter(pk__in=keys).order_by().values("session")
    fields = ("pk", "session", "title_en", "title_zh")
    titles: dict[tuple[int, str], list[tuple[int, str, str]]] = defaultdict(list)
    for key, session, *texts in Proposal.objects.filter(session__in=wanted).order_by("pk").values_list(*fields):
        for name, title in zip(fields[2:], texts, strict=True):
            if title:
                words = " ".join(sorted(title.casefold().split()))
                titles[session, name].append((key, words, NUMBERS.sub("#", words)))
    for rows in titles.values():
        texts = [words for _key, words, _plain in rows]
        for key, words, plain in rows:
            near = extract(words, texts, scorer=ratio, score_cutoff=LIKE_TITLES, limit=NEAREST) if key in keys else ()
            for _text, percent, place in near:
                other, others, plainly = rows[place]
                if other != key and (plain != plainly or words == others):
                    yield key, Like(other, Reason.TITLE, round(percent))


def perhaps_related(proposal: Proposal) -> list[int]:
    """Give the keys of proposals of other sessions that share a topic or a delegate and have a like title or summary.

    The nearest come first; those on which somebody has decided are left out. Of thousands that share a topic the
    newest are looked at, and only those with the likest titles, and those of the same delegates, are read further.
    """
    titles, of_delegates = _candidates(proposal)
    best = dict.fromkeys(titles.keys() & of_delegates, 0)
    for place, mine in enumerate((proposal.title_en, proposal.title_zh)):
        theirs = {key: _bare(texts[place]) for key, texts in titles.items() if texts[place]}
        near = extract(_bare(mine), theirs, scorer=token_sort_ratio, limit=READ_FURTHER) if mine else ()
        for _title, percent, key in near:
            best[key] = max(best.get(key, 0), round(percent))
    for key, *texts in Proposal.objects.filter(pk__in=best).values_list("pk", "summary_en", "summary_zh"):
        both = zip((proposal.summary_en, proposal.summary_zh), texts, strict=True)
        best[key] = max(best[key], *(_percent(*each) for each in both)) + SAME_DELEGATE * (key in of_delegates)
    ranked = sorted(((percent, key) for key, percent in best.items() if percent >= RELATED), reverse=True)
    return [key for _how_like, key in ranked[:NEAREST]]


def _candidates(proposal: Proposal) -> tuple[dict[int, tuple[str, str]], set[int]]:
    """Give the titles, by key, of what may be related to a proposal, and the keys of what is of its delegates."""
    topics = {*Topic.objects.filter(proposals=proposal).values_list("pk", flat=True)}
    topics |= {*Topic.objects.filter(recommendations__proposal=proposal).values_list("pk", flat=True)}
    delegates = list(proposal.sponsorships.exclude(delegate=None).values_list("delegate", flat=True))
    found: list[dict[int, tuple[str, str]]] = []
    for sharing in ({"topics__in": topics}, {"recommendations__topics__in": topics}, {"delegates__in": delegates}):
        others = Proposal.objects.filter(**sharing).exclude(session=proposal.session_id).order_by("-pk")
        rows = others.values_list("pk", "title_en", "title_zh")[:LOOKED_AT]
        found.append({key: (title_en, title_zh) for key, title_en, title_zh in rows})
    titles = found[0] | found[1] | found[2]
    for pair in Lineage.objects.filter(Q(proposal=proposal) | Q(other=proposal)).values_list("proposal", "other"):
        for decided in pair:
            titles.pop(decided, None)
    return titles, {*found[2]}


def _bare(title: str) -> str:
    return FRAME.sub("", title.strip())


def _percent(mine: str, theirs: str) -> int:
    """Say how like two titles are; Chinese has no spaces between words, so there the order counts."""
    return round(token_sort_ratio(mine.casefold(), theirs.casefold())) if mine and theirs else 0
