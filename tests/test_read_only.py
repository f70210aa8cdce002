"""The record and all that is kept beside it may only be read from one moment on: reading goes on, saving says so."""

import json
import sqlite3
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.test import Client

from lianghui.patience import patient
from proposals.models import Proposal
from tests.admin_pages import address, sent_back
from tests.test_index_in_trouble import PAGES, read_only


@contextmanager
def a_disk_that_may_only_be_read(directory):
    """As after a fault of the disk: SQLite's files and all beside them; on PostgreSQL the whole database."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:  # as another process has it open
            other.execute("SELECT 1 FROM django_migrations").fetchall()
            connection.close()
            with read_only(directory):
                yield
        connection.close()
        return
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        connect_anew()  # it holds for connections that are made from then on
        with read_only(directory):
            yield
    finally:
        connect_anew()
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        connect_anew()


def connect_anew():
    """Wait for the connection as long as it takes: a page would not, on a busy machine."""
    connection.close()
    with patient(None):
        connection.connect()


@pytest.fixture
def analyst(record_on_disk, proposals, admin_user):
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    return client


def test_reading_goes_on_saving_says_what_is_wrong_and_mends_itself(analyst, proposals, tmp_path):
    visitor, form = Client(raise_request_exception=False), address(Proposal, "change", proposals[0].pk)
    typed = sent_back(analyst.get(form)) | {"title_en": "Quince and medlar"}
    pages = (*PAGES, proposals[0].get_absolute_url(), "/proposals/export.csv")
    assert {visitor.get(page).status_code for page in pages} == {200}
    new = [f"{page}{'&' if '?' in page else '?'}bom=1" for page in pages]  # which nobody has asked for yet
    with a_disk_that_may_only_be_read(tmp_path):
        assert {page: visitor.get(page).status_code for page in new} == dict.fromkeys(new, 200)
        told = visitor.get("/readyz")
        assert (told.status_code, json.loads(told.text)["database"]["writable"]) == (503, False)
        refused = analyst.post(form, typed)
        assert refused.status_code == 503
        assert "Nothing can be saved at the moment" in refused.text
        assert "Quince and medlar" in refused.text  # to be sent again
    assert visitor.get("/readyz").status_code == 200
    assert analyst.post(form, typed).status_code == 302
    assert "<mark>Quince</mark> and medlar" in visitor.get("/proposals/?q=quince").text
