"""Replies to be downloaded: what their list shows for the same parameters, in the same order."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils.translation import get_language

from people.models import Agency
from proposals.exports.columns import COLUMNS
from proposals.exports.listed import Listed
from proposals.exports.reading import NONE, among, grouped, linked
from proposals.exports.rows import Block, Names, published
from proposals.filters import ReplyFilter
from proposals.models import Answer, Proposal, Reply
from proposals.sentence import heading_of_replies

SAME = ("pk", "number", "title_en", "title_zh", "date", "class_printed", "outcome", "summary_en", "summary_zh")
OF_REPLY = {
    **{name: name for name in SAME},
    "agency": "agency__slug",
    "agency_en": "agency__name_en",
    "agency_zh": "agency__name_zh",
    "scheme": "scheme__slug",
    **{name: f"source__{name}" for name in ("url", "archive_url", "title")},
}


def listed_replies(asked: ReplyFilter, *, site: str, page: str, day: datetime.date) -> Listed:
    """Give all replies that `asked` finds; their keys are read at once, their rows in blocks."""
    keys = [*asked.qs.values_list("pk", flat=True)]
    return Listed(
        name="replies",
        site=site,
        page=f"{site}{page}{asked.address(1)}",
        day=day,
        language=get_language() or "",
        sentence=heading_of_replies(asked.given),
        total=len(keys),
        parameters=[
            (name, value.slug if isinstance(value, Agency) else str(value)) for name, value in asked.given.items()
        ],
        blocks=lambda: iter([keys] if keys else []),
        read=reply_block,
    )


def reply_block(keys: Sequence[int], names: Names) -> Block:
    """Give the rows of the replies with `keys` that are public, in that order, with what is public of each."""
    own = published(Reply.objects.published(), keys, OF_REPLY)
    keys = own["pk"]
    mine = {"reply__in": among(keys)}
    answered = grouped(Answer, "reply", "proposal", of=mine | {"proposal__state": Proposal.State.PUBLISHED})
    together = linked(Reply.co_agencies.through, "reply", "agency", names.agencies, mine)
    proposals = [[proposal for (proposal,) in answered.get(key, NONE)] for key in keys]
    found = {
        **own,
        "id": keys,
        "permalink": [f"{names.site}/replies/{key}/" for key in keys],
        "scheme": [slug or "" for slug in own["scheme"]],
        "co_agencies": [together.get(key, NONE) for key in keys],
        "proposals": proposals,
        "proposal_permalinks": [[f"{names.site}/proposals/{key}/" for key in some] for some in proposals],
        "source": [
            next(filter(None, places), "") for places in zip(own["url"], own["archive_url"], own["title"], strict=True)
        ],
    }
    return {column.name: found[column.name] for column in COLUMNS["replies"]}
