"""What `make bench` measures beside the site answers the same question: each finds as many."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from datasette.app import Datasette
from django.conf import settings as given
from django.core.management import call_command
from django.db import connection

from bench import rival, texts
from bench.questions import DATASETTE, OURS, PLAIN, questions
from bench.record import describe, make

NUMBER = 1_000
pytestmark = pytest.mark.django_db(transaction=True)  # what is not committed cannot be copied


@pytest.fixture
def asked(settings, monkeypatch):
    monkeypatch.setattr(texts, "SENTENCES", 2_000)
    make(NUMBER)
    call_command("catalogue", "rebuild", verbosity=0)
    settings.ROOT_URLCONF = "bench.plain"
    settings.TEMPLATES = [
        {**each, "DIRS": [*each["DIRS"], given.BASE_DIR / "bench" / "templates"]} for each in settings.TEMPLATES
    ]
    return [each for each in questions(describe()) if not each.detail]


@pytest.fixture
def ask_datasette(asked, tmp_path):
    """Give a function that puts a question to Datasette, whose database is made from a file of SQLite, or nothing."""
    if connection.vendor != "sqlite":
        yield None
        return
    with closing(sqlite3.connect(tmp_path / "record.sqlite3")) as copy:
        connection.connection.backup(copy)
    path = tmp_path / "rival.db"
    rival.build(tmp_path / "record.sqlite3", path)
    datasette = Datasette([str(path)], settings=rival.SETTINGS)
    with asyncio.Runner() as runner:
        yield lambda question: runner.run(datasette.client.get(question.datasette(path)))


def test_all_find_as_many(asked, ask_datasette, client):
    found_something = 0
    for question in asked:
        answers = {OURS: client.get(question.ours()), PLAIN: client.get(question.plain())}
        if ask_datasette:
            answers[DATASETTE] = theirs = ask_datasette(question)
            assert len(theirs.json()["facet_results"]) == 5, question.name
            assert len(theirs.json()["rows"]) == min(20, question.found(DATASETTE, theirs.content)), question.name
        ours, *others = (question.found(who, answer.content) for who, answer in answers.items())
        assert {ours > each if question.names else ours == each for each in others} == {True}, question.name
        assert len({*others}) == 1, question.name
        found_something += ours > 0
    assert found_something >= len(asked) - 2  # in a record as small as this the narrowest may find nothing
