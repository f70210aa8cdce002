"""An analyst at work while the site is under load: publishes and corrects, and looks when the public sees it.

It runs in a process of its own, in the site's shell, and prints a line of JSON for each thing it has done.
"""

from __future__ import annotations

import http.client
import json
import re
import time
from contextlib import closing
from urllib.parse import quote

from django.contrib.auth.models import User

from people.history import edit
from people.models import Session
from proposals.models import Citation, Proposal, Recommendation, Source, Topic
from proposals.models.outbox import recorded
from proposals.models.workflow import STEPS, take

HEADERS = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.255.255.1"}
PATIENCE = 15
"""Seconds within which the public must see what was saved."""


def work(port: int, every: float, seconds: float) -> None:
    """Publish a new proposal and correct one that is public, in turn, `every` so many seconds."""
    author, reviewer = (
        User.objects.get_or_create(username=f"load-{name}", defaults={"is_superuser": True})[0]
        for name in ("author", "reviewer")
    )
    began = time.monotonic()
    turn = 0
    while (wait := began + (turn + 1) * every - time.monotonic()) + time.monotonic() < began + seconds:
        time.sleep(max(0.0, wait))
        turn += 1
        word = f"xqload{time.time_ns()}"
        _publish(word, author, reviewer) if turn % 2 else _correct(word, author)
        print(json.dumps({"published": turn % 2, "seen_after": _seen_after(port, word)}), flush=True)


def _publish(word: str, author: User, reviewer: User) -> None:
    """Enter a proposal, send it to review and publish it, by two people."""
    with edit(author), recorded():
        session = Session.objects.order_by("-year", "pk")[0]
        one = Proposal.objects.create(session=session, title_en=f"Build {word}", summary_en=f"It asks for {word}.")
        one.topics.add(Topic.objects.order_by("pk")[0])
        Recommendation.objects.create(proposal=one, order=1, text_en=f"Build {word} soon.")
        Citation.objects.create(proposal=one, source=Source.objects.order_by("pk")[0])
    for user, step in ((author, "send"), (reviewer, "publish")):
        with edit(user), recorded():
            take(one, STEPS[step], user)


def _correct(word: str, author: User) -> None:
    """Change a word in the summary of a public proposal."""
    with edit(author, "a word under load"), recorded():
        one = Proposal.objects.published().order_by("-pk")[3]
        one.summary_en = f"{re.sub(' xqload[0-9]+', '', one.summary_en)} {word}"
        one.save()


def _seen_after(port: int, word: str) -> float | None:
    """Give the seconds until a search finds what holds a word; nothing where it never does."""
    began = time.monotonic()
    while time.monotonic() < began + PATIENCE:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"/api/v1/proposals/?q={quote(word)}", headers=HEADERS)
            answer = connection.getresponse()
            if answer.status == 200 and json.loads(answer.read())["count"] == 1:
                return time.monotonic() - began
        time.sleep(0.05)
    return None
