"""A sheet in the admin: uploaded, its columns corrected, looked at, imported and undone."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from people.batches import Batch
from people.models import Delegate
from proposals.models import Mapping, Proposal
from proposals.sheets.kinds import KINDS
from proposals.sheets.reading import read
from tests.admin_pages import address, messages_of
from tests.factories import make_membership, make_proposal, make_source, make_topic
from tests.test_importing import CHINESE, record  # noqa: F401 - a fixture
from tests.test_sheets_of_others import DELEGATES

pytestmark = pytest.mark.django_db
IMPORTS = "/admin/proposals/proposal/import/"


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


def upload(analyst, text=CHINESE, name="sheet.csv", **fields):
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return analyst.post(IMPORTS, {"file": file, "rows": "proposals", **fields}, follow=True)


def url():
    return f"{IMPORTS}{Batch.objects.latest('pk').pk}/"


def do_import(analyst):
    return analyst.post(url(), {"import": "1", "seen": analyst.get(url()).context["seen"]}, follow=True)


def test_a_foreign_sheet_is_mapped_previewed_imported_and_undone(analyst, record):  # noqa: F811
    page = upload(analyst, CHINESE.replace("领域", "栏目"))
    assert "3 new, 0 changed, 0 unchanged, 0 refused" in page.text
    header = [name for name, _chosen, _examples in page.context["columns"]]
    chosen = {f"column-{index}": meaning for index, (_name, meaning, _examples) in enumerate(page.context["columns"])}
    assert chosen[f"column-{header.index('栏目')}"] == ""
    chosen |= {f"column-{header.index('栏目')}": "topics", "map": "1", "name": "The committee's office"}
    page = analyst.post(url(), chosen, follow=True)
    assert (
        messages_of(page) == ["The mapping “The committee&#x27;s office” is kept."] or "is kept" in messages_of(page)[0]
    )
    assert Mapping.objects.get().columns["栏目"] == "topics"
    assert not Proposal.objects.exists()
    assert messages_of(do_import(analyst)) == ["Imported: 3 new, 0 changed."]
    assert Proposal.objects.get(number="0462").topics.count() == 2
    assert "关于养老的提案" in analyst.get(url()).text
    assert messages_of(analyst.post(url(), {"import": "1"}, follow=True)) == ["This was imported already."]
    assert messages_of(analyst.post(url(), {"undo": "1"}, follow=True)) == ["“sheet.csv” is undone."]
    assert not Proposal.objects.exists()
    assert "undone" in analyst.get(IMPORTS).text


def test_a_mapping_that_was_kept_is_chosen_for_the_next_sheet(analyst, record):  # noqa: F811
    mapping = Mapping.objects.create(name="Office", columns={"案由": "title_zh", "届次": "session"})
    page = upload(analyst, mapping=mapping.pk)
    assert page.context["counts"]["new"] == 3
    do_import(analyst)
    assert not Proposal.objects.filter(sponsorships__isnull=False).exists()


def test_refused_rows_are_told_and_given_as_a_file(analyst, record):  # noqa: F811
    page = upload(analyst, CHINESE + "0465,不知道的会议,提案,丁列明,,,,,,\n")
    assert "1 refused" in page.text
    assert "“不知道的会议” is not in the record" in page.text
    assert 'name="import"' not in page.text
    file = analyst.get(f"{url()}refused.csv")
    content = b"".join(file.streaming_content).decode("utf-8-sig")
    assert content.splitlines()[0].endswith("refused because")
    assert "0465,不知道的会议" in content
    do_import(analyst)
    assert not Proposal.objects.exists()


def test_what_is_broken_is_told_beside_the_file(analyst, record):  # noqa: F811
    for content, said in ((b"a\n", "there is a header and no row"), (b"%PDF-1.7", "this is PDF"), (b"", "empty")):
        page = upload(analyst, content)
        assert said in page.text
        assert page.status_code == 200
    assert not Batch.objects.exists()
    assert "This field is required." in analyst.post(IMPORTS, {}).text


def test_columns_that_mean_the_same_are_read_together(analyst, record):  # noqa: F811
    upload(analyst, "会议,标题,第一提案人,联名人\n14届全国政协2次会议,提案,丁列明等9人,章毅、丁列明\n")
    analyst.post(url(), {"map": "1"} | {f"column-{i}": each for i, each in enumerate(
        ("session", "title_zh", "proposers", "proposers"))})  # fmt: skip
    do_import(analyst)
    proposal = Proposal.objects.get()
    assert [row.delegate.name_zh for row in proposal.sponsorships.all()] == ["丁列明", "章毅"]
    assert proposal.proposers_in_all == 9


def test_what_is_wrong_is_told_by_the_names_that_the_sheet_has(analyst, record):  # noqa: F811
    page = upload(analyst, "会议,标题,时间\n14届全国政协2次会议,提案,45356\n不知道,,\n")
    assert [row.faults[0][0] for _how, rows in page.context["shown"] for row in rows] == ["时间", "会议"]
    assert page.context["shown"][0][1][1].faults[1] == ("title in Chinese", "there is no title")
    content = b"".join(analyst.get(f"{url()}refused.csv").streaming_content).decode("utf-8-sig")
    assert "时间: “45356” is not a date" in content


def test_what_was_changed_since_it_was_looked_at_is_looked_at_again(analyst, record):  # noqa: F811
    proposal = make_proposal(title_zh="关于养老的提案", session=record, number="0463")
    upload(analyst)
    seen = analyst.get(url()).context["seen"]
    proposal.note_en = "Changed"
    proposal.save()
    page = analyst.post(url(), {"import": "1", "seen": seen}, follow=True)
    assert messages_of(page) == ["The record was changed since you looked: look again, and import again."]
    assert Proposal.objects.count() == 1
    do_import(analyst)
    assert Proposal.objects.count() == 3


def test_the_list_of_proposals_leads_to_imports(analyst):
    assert IMPORTS in analyst.get(address(Proposal)).text


def test_the_sheet_to_fill_in_is_itself_imported(analyst, record):  # noqa: F811
    file = analyst.get(f"{IMPORTS}proposals.xlsx")
    page = upload(analyst, b"".join(file.streaming_content), "proposals.xlsx")
    meanings = {name: meaning for name, meaning, _examples in page.context["columns"]}
    assert all(meanings.values())
    assert "no topics here: 审评审批" in page.text
    make_topic(name_zh="审评审批")
    make_source()
    assert analyst.get(url()).context["counts"]["new"] == 1
    do_import(analyst)
    assert "proposals.xlsx" in analyst.get("/admin/").text


def test_a_running_number_is_not_taken_for_the_number_of_a_proposal(analyst, record):  # noqa: F811
    page = upload(analyst, "序号,届次,案由\n1,全国政协十四届二次会议,一\n2,全国政协十四届二次会议,二\n")
    assert page.context["columns"][0][:2] == ("序号", "")


def test_a_list_is_downloaded_as_it_is_narrowed_down_and_comes_back_unchanged(analyst, record):  # noqa: F811
    upload(analyst)
    do_import(analyst)
    page = analyst.get("/admin/proposals/proposal/", {"q": "0463"})
    links = re.findall(r'href="(/admin/proposals/proposal/export/[^"]+)"', page.text)
    assert [link.partition("?")[0].rpartition(".")[2] for link in links] == ["xlsx", "csv", "tsv", "json"]
    for link in links:
        answer = analyst.get(link)
        assert answer["Content-Disposition"].startswith('attachment; filename="proposals-20')
        content = b"".join(answer.streaming_content)
        assert len(read(content).rows) == 1
        assert upload(analyst, content, "back.csv").context["counts"]["unchanged"] == 1


def test_bad_addresses_of_downloads_are_answered(analyst):
    start = "/admin/proposals/proposal/"
    assert analyst.get(f"{start}export/proposals.pdf").status_code == 404
    assert analyst.get(f"{start}export/pandas.csv").status_code == 404
    assert analyst.get(f"{start}import/pandas.xlsx").status_code == 404
    wrong = analyst.get(f"{start}export/proposals.csv", {"nonsense": "1"})
    assert (wrong.status_code, wrong["Location"]) == (302, f"{start}?e=1")


def test_what_a_workbook_cannot_hold_is_told_on_the_list(analyst):
    make_proposal(summary_en="x" * 33_000)
    page = analyst.get("/admin/proposals/proposal/export/proposals.xlsx", follow=True)
    assert messages_of(page) == ["row 2, column “summary”: a workbook holds 32767 characters in a cell; take CSV"]


def test_a_sheet_of_delegates_goes_the_same_way(analyst, record):  # noqa: F811
    make_membership(delegate=Delegate.objects.get(name_zh="丁列明"), body=record.body, term=14)
    page = upload(analyst, DELEGATES.replace("浙江", ""), "delegates.csv", rows="delegates")
    assert page.context["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "refused": 0}
    assert "Ouyang Dan" in page.text
    do_import(analyst)
    assert Delegate.objects.get(name_zh="欧阳单").memberships.get().term == 14
    assert IMPORTS in analyst.get(address(Delegate)).text
    analyst.post(url(), {"undo": "1"})
    assert not Delegate.objects.filter(name_zh="欧阳单").exists()


@pytest.mark.parametrize("name", KINDS)
def test_there_is_a_sheet_to_fill_in_for_each_kind(analyst, name):
    content = b"".join(analyst.get(f"{IMPORTS}{name}.xlsx").streaming_content)
    assert read(content).header == list(map(str, (column.label for column in KINDS[name].columns.values())))


def test_a_mapping_is_for_rows_of_one_kind_and_is_replaced_only_when_asked(analyst, record):  # noqa: F811
    mapping = Mapping.objects.create(name="Office", kind="delegates", columns={"案由": "name_zh"})
    assert "This mapping was made for other rows." in upload(analyst, mapping=mapping.pk).text
    upload(analyst)
    page = analyst.post(url(), {"map": "1", "column-1": "session", "name": "Office"}, follow=True)
    assert "says something else" in messages_of(page)[0]
    assert Mapping.objects.get().kind == "delegates"
    analyst.post(url(), {"map": "1", "column-1": "session", "name": "Office", "replace": "on"})
    assert (Mapping.objects.get().kind, Mapping.objects.get().columns) == ("proposals", {"届次": "session"})


def test_suggested_topics_are_shown_and_taken_when_asked(analyst, record):  # noqa: F811
    upload(analyst, "会议,标题\n全国政协十四届二次会议,支持干细胞\n")
    page = analyst.get(url())
    assert "topics suggested" in page.text
    analyst.post(url(), {"import": "1", "suggested": "on", "seen": page.context["seen"]})
    assert Proposal.objects.get().topics.get().name_zh == "干细胞"


def test_all_that_would_be_done_is_a_file_and_the_file_is_kept(analyst, record, monkeypatch):  # noqa: F811
    upload(analyst)
    planned = b"".join(analyst.get(f"{url()}planned.csv").streaming_content).decode("utf-8-sig")
    assert "2,new,关于支持干细胞产业发展的提案,proposers,,Delegate 丁列明; Delegate 章毅" in planned
    do_import(analyst)
    monkeypatch.delattr("proposals.admin.importing.read")  # the page of what is done reads no file
    page = analyst.get(url())
    assert "columns kept aside: 处理意见" in " ".join(page.text.split())
    assert b"".join(analyst.get(f"{url()}file").streaming_content) == CHINESE.encode()
    assert analyst.get(f"{url()}planned.csv").status_code == 404


def test_a_mapping_is_forgotten(analyst):
    Mapping.objects.create(name="Office")
    assert 'value="Office"' in analyst.get(IMPORTS).text
    analyst.post(IMPORTS, {"forget": "Office"})
    assert not Mapping.objects.exists()


def test_a_number_of_nothing_but_zeros_is_one_too(analyst, record):  # noqa: F811
    for number in ("0", "00"):
        upload(analyst, f"Session,Title,Number\n14届全国政协2次会议,Plant quinces {number},{number}\n")
        do_import(analyst)
    assert Proposal.objects.get().title_en == "Plant quinces 00"
