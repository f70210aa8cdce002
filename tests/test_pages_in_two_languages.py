"""The same pages in English and in Chinese: one switch between them, and no text that passes for the other language."""

import ast
import gettext
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import html5lib
import pytest
from django.http import QueryDict
from django.utils.translation.template import templatize

from people.models import Delegate, Position
from proposals.models import Proposal, Topic
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_figure,
    make_membership,
    make_proposal,
    make_region,
    make_sector,
    make_session,
    make_source,
    make_topic,
)
from tests.site import ROOT

MESSAGES = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext_lazy"}
STRING = r"u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
LATIN, HAN = re.compile(r"[A-Za-z]{3,}"), re.compile(r"[\u3400-\u9fff]+")
SAME_IN_BOTH = {"Lianghui", "English", "中文", "MeSH", "ISO", "MIT", "CSV", "WCAG", "Wikidata", "Markdown", "XLSX"}
SAME_IN_BOTH |= {"提案", "建议", "议案"}
SAME_IN_BOTH |= {"API", "Atom", "BibTeX", "BOM", "CSL", "JSON", "Lines", "Popolo", "RIS", "SHA", "SQLite", "UTF"}
SAME_IN_BOTH |= {"Cookie", "EndNote", "Excel", "LaTeX", "LibreOffice", "Numbers", "Python", "Zotero"}
APPS = ("people", "proposals", "alerts", "accounts", "lianghui")
IN_BOTH = {"_error.html", "_typed.html", "400.html", "403.html", "403_csrf.html", "429.html", "500.html", "503.html"}
TYPED = {"chips", "nothing", "typed", "address"}
"""Parts of a page where what a visitor typed stands, in whatever language, or an address, which is in none."""


@dataclass(frozen=True)
class Message:
    """A message of the .po file."""

    text: str
    context: str
    plural: str
    chinese: tuple[str, ...]
    fuzzy: bool


def messages() -> Iterator[Message]:
    """Read the .po file; entries that are no longer used begin with `#~` and are left out."""
    for block in (MESSAGES / "django.po").read_text().split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if found := re.fullmatch(r'(?:(msgid|msgid_plural|msgstr(?:\[\d\])?|msgctxt) )?(".*")', line):
                name = found[1] or name
                parts[name] = parts.get(name, "") + ast.literal_eval(found[2])
        if parts.get("msgid"):
            chinese = tuple(text for name, text in sorted(parts.items()) if name.startswith("msgstr"))
            fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines())
            yield Message(parts["msgid"], parts.get("msgctxt", ""), parts.get("msgid_plural", ""), chinese, fuzzy)


def in_templates() -> set[tuple[str, str]]:
    """Every text for translation in the templates, as Django itself reads them: text and plural."""
    found = set()
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]:
        for call in re.finditer(rf"(p?gettext|_)\(({STRING}(?:, *{STRING})?)", templatize(path.read_text())):
            texts = ast.literal_eval(f"[{call[2]}]")
            texts = texts[1:] if call[1] == "pgettext" else texts
            found.add((texts[0], texts[1] if len(texts) > 1 else ""))
    return found


def in_code() -> set[tuple[str, str]]:
    """Every text for translation in our Python: text and plural."""
    found = set()
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
                texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                texts = texts[1:] if node.func.id.startswith("pgettext") else texts
                assert texts, f"{path}:{node.lineno} has nothing that can be collected"
                found.add((texts[0], texts[1] if "ngettext" in node.func.id else ""))
    return found


def test_every_text_for_translation_is_among_the_messages_and_no_other():
    known = {(message.text, message.plural) for message in messages()}
    used = in_templates() | in_code()
    assert len(in_templates()) > 50
    assert len(in_code()) > 50
    assert used - known == set()
    assert {text for text, _ in known} - {text for text, _ in used} == set()


def test_every_message_is_translated_and_none_is_in_doubt():
    found = list(messages())
    assert len({(message.context, message.text) for message in found}) == len(found)
    assert [message.text for message in found if message.fuzzy or not all(message.chinese)] == []
    assert [message.text for message in found if len(message.chinese) != 1] == []  # Chinese has one form for any number


def test_a_translation_keeps_the_places_of_what_is_filled_in():
    wrong = {
        message.text: text
        for message in messages()
        for text in message.chinese
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(message.plural or message.text))
        or text.count("%") != len(PLACEHOLDER.findall(text))
    }
    assert wrong == {}


def test_the_compiled_messages_are_those_of_the_source():
    compiled = (MESSAGES / "django.mo").read_bytes()
    [number] = struct.unpack_from("<I", compiled, 8)
    assert number == len(list(messages())) + 1  # and the header
    with (MESSAGES / "django.mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    for message in messages():
        if message.context:
            plain = chinese.pgettext(message.context, message.text)
        elif message.plural:
            plain = chinese.ngettext(message.text, message.plural, 2)
        else:
            plain = chinese.gettext(message.text)
        assert (plain,) == message.chinese


def test_no_template_has_english_outside_the_messages():
    """A page that nobody can translate begins with a text that nobody collects."""
    written = {}
    for path in (ROOT / "templates").rglob("*.html"):
        if path.name in IN_BOTH or "admin" in path.parts:  # both languages, or one
            continue
        plain = re.sub(
            r"{%\s*blocktranslate.*?endblocktranslate\s*%}|<code.*?</code>|{[%#].*?[%#]}|{{.*?}}",
            "",
            path.read_text(),
            flags=re.S,
        )
        words = {*LATIN.findall(re.sub(r"<[^>]*>", "", plain))} - SAME_IN_BOTH
        words |= {*re.findall(r'(?:placeholder|aria-label|title|alt)="[^"]*[A-Za-z]{3}[^"]*"', plain)}
        if words:
            written[str(path.relative_to(ROOT))] = words
    assert written == {}


@pytest.fixture
@recorded()
def record(db):
    """Texts in both languages and in one only; every English one ends in `English`, every Chinese one in 中."""
    china = make_region(slug="china", iso_code="CN", name="Land English", name_zh="国中", kind="country")
    zone = make_region(slug="zone", name="Zone English", name_zh="", kind="zone", parent=china)
    topic = make_topic(slug="topic", name="Topic English", name_zh="题中", synonyms=["Synonym English"])
    make_topic(slug="below", name="Below English", name_zh="", parent=topic)
    body = make_body(name="Committee English", name_zh="委员会中", short_name_zh="委中", region=china)
    bare = make_body(name="Congress English", region=zone, system="npc", level="provincial")
    session = make_session(slug="session", body=body, opened="2024-03-04")
    sector = make_sector(name="Sector English", name_zh="界中")
    both = make_delegate(slug="both", name="Both English", name_zh="双中", variants=["Variant English"])
    latin = make_delegate(slug="latin", name="Latin English", employer="Employer English")
    han = Delegate.objects.create(slug="han", name_en="", name_zh="汉中")
    Position.objects.create(delegate=both, employer_zh="雇主中", post_en="Post English", inferred=True)
    for delegate in (both, latin, han):
        make_membership(delegate=delegate, body=body, sector=sector, region=china)
    make_membership(delegate=latin, body=bare, region=zone, delegation_en="Delegation English")
    agency = make_agency(slug="agency", name="Agency English", name_zh="署中", short_name_en="Short English")
    office = make_agency(slug="office", name="Office English", region=zone, parent=agency)
    sources = [make_source(title="Source English", note_en="Note English"), make_source(title="来源中", language="zh")]
    english = make_proposal(
        title="Title English",
        summary_en="Summary English",
        note_zh="注中",
        session=session,
        topics=[topic],
        regions=[china, zone],
        delegates=[both, latin, han],
        organisations=["Organisation English"],
        recommendations=[
            {"text": "Demand English", "group_en": "Group English", "to": [agency, office], "topics": [topic]},
            {"text_en": "", "text_zh": "要求中", "group_zh": "组中", "inferred": [office], "implied": True},
        ],
        sources=sources,
        published=True,
    )
    make_figure(proposal=english, what="Figure English", unit_en="unit English", unit_zh="位中", note_zh="数注中")
    make_proposal(
        title_en="",
        title_zh="题目中",
        summary_zh="概要中",
        session=make_session(slug="bare", body=bare),
        topics=Topic.objects.all(),
        delegates=[latin],
        published=True,
    )


KINDS = [
    "",
    "proposals/?q=Title&topic=topic&region=CN&region=zone&delegate=both",
    "proposals/?session=bare&delegate=latin&sort=oldest",
    "recommendations/?agency=office&agency=agency",
    "delegates/?page=1",
    "delegates/both/",
    "delegates/latin/",
    "delegates/han/",
    "topics/",
    "topics/topic/",
    "topics/below/",
    "regions/",
    "regions/china/",
    "regions/zone/",
    "agencies/",
    "agencies/agency/",
    "agencies/office/",
    "sessions/",
    "sessions/session/",
    "sessions/bare/",
    *("about/", "about/method/", "about/outcomes/", "about/data/", "about/licence/", "about/accessibility/"),
    "about/privacy/",
    "compare/?p={one}&p={other}",
    "compare/?p={one}&q=Title",
    "proposals/{english}",
    "proposals/{chinese}",
]


def pages(client, prefix):
    """Every kind of page in one language: address and answer."""
    [english, chinese] = Proposal.objects.order_by("pk")
    for address in KINDS:
        keys = {"one": english.pk, "other": chinese.pk}
        place = address.format(**keys, english=f"{english.pk}/{english.slug}/", chinese=f"{chinese.pk}/{chinese.slug}/")
        response = client.get(f"{prefix}/{place}")
        assert response.status_code == 200, place
        yield f"{prefix}/{place}", response


def texts(element, language="", *, without=frozenset()):
    """Yield each text of the page with the language that it is said to be in; leave out elements of some classes."""
    if without & {*element.get("class", "").split()}:
        return
    language = element.get("lang", language)
    if element.text:
        yield element.text.strip(), language
    for child in element:
        yield from texts(child, language, without=without)
        if child.tail:
            yield child.tail.strip(), language


def test_what_is_chosen_is_marked_where_its_name_is_in_the_other_language(client, db):
    make_proposal(topics=[make_topic(name="Immunity", name_zh="", slug="immunity")], published=True)

    def chips(prefix):
        return (
            client.get(f"{prefix}/proposals/?topic=immunity").text.partition('class="chips"')[2].partition("</ul>")[0]
        )

    assert '<span lang="en-GB">Immunity</span>' in chips("/zh")
    assert "lang=" not in chips("")


def test_other_names_are_marked_each_by_itself(client, db):
    agency = make_agency(name="Health Commission", slug="health", other_names="卫健委; Ministry of Health;")
    make_proposal(recommendations=[{"text": "Do it", "to": [agency]}], published=True)
    assert (
        '<span lang="zh-Hans">卫健委</span>; <span lang="en-GB">Ministry of Health</span></dd>'
        in client.get("/agencies/health/").text
    )


@pytest.mark.parametrize(
    ("prefix", "language", "other"), [("", "en", HAN), ("/zh", "zh", LATIN)], ids=["in English", "in Chinese"]
)
def test_a_text_in_the_other_language_is_marked_as_such(client, record, prefix, language, other):
    unmarked = {}
    marked = 0
    for address, response in pages(client, prefix):
        body = html5lib.parse(response.content, namespaceHTMLElements=False).find("body")
        for text, said in texts(body, language, without=TYPED):
            if other.search(text) and not {*other.findall(text)} <= SAME_IN_BOTH:
                if said.startswith(language):
                    unmarked.setdefault(text, address)
                marked += not said.startswith(language)
    assert unmarked == {}
    assert marked > 50


@pytest.mark.parametrize(("prefix", "language"), [("", "en-GB"), ("/zh", "zh-Hans")])
def test_every_page_says_its_language(client, record, prefix, language):
    assert {re.search('<html lang="([^"]*)">', page.text)[1] for _, page in pages(client, prefix)} == {language}
    missing = client.get(f"{prefix}/no/such/page/")
    assert f'<html lang="{language}">' in missing.text


def switch(html, language):
    """Where the switch at the head of a page leads, and where its head says that the other page is."""
    head, _, _ = html.partition("<main")
    [link] = re.findall(rf'<a href="([^"]*)" lang="{language}" hreflang="{language}">', head)
    [alternate] = re.findall(rf'<link rel="alternate" hreflang="{language}" href="([^"]*)">', head)
    return unescape(link), unescape(alternate)


def test_the_switch_leads_to_the_same_page_with_the_same_parameters_and_back(client, record):
    for address, english in pages(client, ""):
        link, alternate = switch(english.text, "zh-Hans")
        assert link == f"/zh{address}"
        assert alternate == f"http://testserver/zh{address}"
        chinese = client.get(link)
        assert chinese.status_code == 200
        assert switch(chinese.text, "en")[0] == address
        if "?q=" in address:
            assert search_box(chinese.text) == search_box(english.text) != ""


def search_box(html):
    return unescape(re.search(r'id="q" name="q" value="([^"]*)"', html)[1])


@pytest.mark.parametrize(
    "query",
    [
        "q=%E5%B9%B2&q=b&topic=none&topic=topic",
        "q=a%26b%3Dc%23d&x=1",
        "q=%22%3E%3Cb%3E",
        "q=50%25+%2B+1",
        "q=%zz%ED%A0%80",
        "page=x&unknown=1",
        "q=干细胞".encode().decode("latin-1"),  # as sent by what does not encode
    ],
)
def test_the_switch_keeps_parameters_as_they_were_given(client, record, query):
    english = client.get("/proposals/", QUERY_STRING=query)
    link, _ = switch(english.text, "zh-Hans")
    path, _, kept = link.partition("?")
    assert path == "/zh/proposals/"
    assert QueryDict(kept) == QueryDict(query.encode("latin-1"))
    chinese = client.get(path, QUERY_STRING=kept)
    assert chinese.status_code == english.status_code == 200
    assert search_box(chinese.text) == search_box(english.text)


def test_the_facets_on_chinese_pages_have_chinese_names(client, record):
    body = html5lib.parse(client.get("/zh/proposals/").text, namespaceHTMLElements=False).find("body")
    [facets] = [part for part in body.iter("div") if part.get("class") == "filter"]
    headings = ["".join(heading.itertext()) for heading in facets.iter("h3")]
    assert len(headings) == 13
    assert [name for name in headings if not HAN.search(name) or LATIN.search(name)] == []
    values = {text for text, _ in texts(facets)}
    assert {"国中", "题中", "双中", "署中", "委中十四届二次会议", "委员会中", "全国", "提案", "据报道已提交"} <= values
    both = {"Land English", "Topic English", "Both English", "Agency English", "Committee English", "National"}
    assert both & values == set()


def test_messages_about_wrong_values_are_in_the_language_of_the_page(client, record):
    query = "q=%3F&topic=x&region=x&submitted_after=x&sort=x&page=x"
    for prefix, right in (("", LATIN), ("/zh", HAN)):
        html = client.get(f"{prefix}/proposals/?{query}").text
        said = re.findall(r"<p>([^<]*)</p>", html.partition('role="alert">')[2].partition("</div>")[0])
        assert len(said) == 6
        assert [message for message in said if not right.search(message)] == []
        assert prefix == "" or [message for message in said if LATIN.search(message)] == []
