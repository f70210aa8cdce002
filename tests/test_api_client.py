"""A client that a program makes from the API's description lists and reads what is published, over HTTP."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from proposals.api.document import description
from proposals.models.outbox import recorded
from tests.factories import make_agency, make_delegate, make_proposal, make_topic

GENERATOR = Path(sys.executable).with_name("openapi-python-client")


@pytest.fixture
def client_of_ours(tmp_path, monkeypatch):
    """The package that the generator makes, without a warning."""
    (tmp_path / "openapi.json").write_text(json.dumps(description()))
    made = subprocess.run(
        f"{GENERATOR} generate --path openapi.json --meta none --output-path lianghui_client --fail-on-warning".split(),
        cwd=tmp_path,
        env={"PATH": str(GENERATOR.parent), "HOME": str(tmp_path)},  # it calls ruff
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("lianghui_client")
    for name in [name for name in sys.modules if name.split(".")[0] == "lianghui_client"]:
        del sys.modules[name]


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_lists_and_reads_proposals(client_of_ours, record_on_disk, live_server):
    with recorded():
        for number in range(25):
            make_proposal(
                title=f"Quince {number}",
                topics=[make_topic(slug=f"topic-{number}")],
                delegates=[make_delegate(name=f"Ding {number}")],
                recommendations=[{"text": "Plant", "inferred": [make_agency()]}],
                published=True,
            )
    listed = import_module("lianghui_client.api.proposals.proposals_list")
    read = import_module("lianghui_client.api.proposals.proposals_read")
    models = import_module("lianghui_client.models")
    api = client_of_ours.Client(base_url=live_server.url)
    page = listed.sync(client=api, facets=[models.ProposalsListFacetsItem.YEAR])
    assert page.count == 25
    assert len(page.results) == 20
    assert page.facets[0].values[0].count == 25
    rest = listed.sync(client=api, cursor=page.next_.partition("cursor=")[2].partition("&")[0])
    assert len({each.id for each in page.results + rest.results}) == 25
    one = read.sync(client=api, id=page.results[0].id)
    assert one.title_en == page.results[0].title_en
    assert one.recommendations[0].text_en == "Plant"
    assert one.recommendations[0].addressees[0].inferred is True
    assert one.status.value == "submitted"
    found = listed.sync(client=api, topic=["topic-3", "topic-4"])
    assert sorted(each.title_en for each in found.results) == ["Quince 3", "Quince 4"]
    refused = listed.sync(client=api, topic=["none"])
    assert isinstance(refused, models.WrongParameters)
    assert [each.parameter for each in refused.errors] == ["topic"]
