"""Whatever is in the address: an answer at once, a message beside the field that is wrong, nothing typed is lost."""

import json
import re
import time
import unicodedata
from html.parser import HTMLParser
from itertools import cycle
from urllib.parse import quote

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proposals.catalogue import ORDERS, count
from proposals.catalogue.schema import FACETS
from proposals.filters import ProposalFilter
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_topic,
)

PARAMETERS = list(ProposalFilter.base_filters)
ONE_OF_EACH_KIND = ("q", "topic", "year", "delegate", "submitted_after", "sort", "page")
DATES = ("submitted_after", "submitted_before")
LISTS = ("/proposals/", "/recommendations/")
RIGHT = {
    "topic": "stem-cells",
    "region": "CN",
    "delegate_region": "CN",
    "level": "national",
    "body": "cppcc-national",
    "session": "cppcc-national-14-2",
    "year": "2024",
    "kind": "proposal",
    "status": "replied",
    "replied": "yes",
    "outcome": "planned",
    "lead_agency": "nmpa",
    "agency": "nmpa",
    "delegate": "ding-lieming",
    "first_proposer": "ding-lieming",
    "q": "reviewers",
    "submitted_after": "2024",
    "submitted_before": "2024",
    "sort": "oldest",
    "page": "1",
    "page_size": "50",
    "find_in": "topic",
    "find": "stem",
}

# Each value stands as in an address, percent-encoded or not. `True`: as words to look for it makes no sense either.
HOSTILE = {
    "unknown slug": ("no-such-thing", False),
    "known slug in capitals": ("STEM-CELLS", False),
    "known slug with a blank": ("%20stem-cells", False),
    "two slugs in one": ("stem-cells,other", False),
    "zero": ("0", False),
    "zeros": ("0000", False),
    "minus one": ("-1", False),
    "minus a date": ("-2024-03-12", False),
    "a thousand million": ("1000000000", False),
    "a float": ("1e9", False),
    "a fraction": ("1.5", False),
    "infinity": ("Infinity", False),
    "not a number": ("NaN", False),
    "hexadecimal": ("0x10", False),
    "with an underscore": ("1_0", False),
    "beyond 64 bits": ("9223372036854775808", False),
    "5,000 digits": ("9" * 5_000, True),
    "month 13": ("2024-13", False),
    "30 February": ("2024-02-30", False),
    "year 9999": ("9999-12-31", False),
    "year 1899": ("1899", False),
    "a date with a time": ("2024-03-12T00:00:00Z", False),
    "a date the other way round": ("12-03-2024", False),
    "full-width digits": (quote("２０２４"), False),
    "full-width letters": (quote("ｓｔｅｍ"), False),
    "arabic digits": (quote("٢٠٢٤"), False),
    "superscript": (quote("²"), False),
    "a number in a circle": (quote("⑴㈠½"), False),
    "a ligature of eighteen letters": (quote("ﷺ"), False),
    "NUL": ("%00", True),
    "NUL within": ("stem%00cells", True),
    "control characters": ("%01%02%1b[31mstem%7f", False),
    "100 kB": ("x" * 100_000, True),
    "100 kB of Chinese": (quote("干细胞") * 12_000, True),
    "100 kB of quotation marks": ("%22" * 100_000, True),
    "100 kB of NUL": ("%00" * 100_000, True),
    "1,500 words": ("+".join(f"word{number}" for number in range(1_500)), True),
    "31 words": ("+".join(f"w{number}" for number in range(31)), True),
    "500 letters": ("y" * 500, False),
    "501 letters": ("y" * 501, True),
    "an odd quotation mark": ("%22stem+cells", False),
    "odd quotation marks of all kinds": (quote('"stem “cells ”of ‘the „first «line» 「and 」on 『more'), False),
    "quotation marks alone": (quote('""\'“”„«»「」『』'), True),
    "an apostrophe": ("%27", True),
    "sorted by password": ("password", False),
    "sorted backwards": ("-submitted", False),
    "SQL": (quote("1' OR '1'='1'; DROP TABLE proposals_proposal; --"), False),
    "SQL union": (quote("x') UNION SELECT password FROM auth_user--"), False),
    "SQL wildcards": (quote("%_%"), True),
    "a field of the engine": (quote("type:1 OR title:[a TO z]"), False),
    "minus": ("-", True),
    "minus signs": ("-" * 2_000, True),
    "a minus before a quotation mark": (quote('-"'), True),
    "minus signs before words": ("+".join(["-a"] * 100), False),
    "a name of a field": ("title:", False),
    "names of fields": ("title:title:x", False),
    "a name before a quotation mark": (quote('topic:"'), False),
    "10,000 colons": (":" * 10_000, True),
    "a number that is none": (quote("十四届全国政协二次会议第" + "九" * 60 + "号"), False),
    "operators of the engine": (quote("+stem -cells ~2 ^3 (a AND b) NOT *"), False),
    "everything, for the engine": ("*", True),
    "a range of the engine": (quote("{* TO *}"), False),
    "a regular expression": (quote("/.*/"), True),
    "a regular expression that explodes": (quote("(a+)+$" + "a" * 60 + "!"), False),
    "a regular expression of one character": (quote("干.*|.*"), False),
    "brackets": (quote("[(]{"), True),
    "backslashes": (quote("\\x00\\u0000\\"), False),
    "right to left": (quote("\u202eخلايا جذعية"), False),
    "right to left mark alone": (quote("\u202e"), True),
    "emoji": (quote("🧬👩‍🔬🏳️‍🌈"), True),
    "combining marks": (quote("e" + "\u0301" * 300), False),
    "combining marks alone": (quote("\u0301" * 300), True),
    "zero width": (quote("\u200b\u200d\ufeff"), True),
    "a lone surrogate": ("%ED%A0%80", True),
    "a broken sequence": ("stem%E5%B9", False),
    "overlong UTF-8": ("%C0%AF..%C0%AE", True),
    "not UTF-8": ("caf%E9", False),
    "a noncharacter": ("%EF%BF%BFx", False),
    "a percent sign": ("%", True),
    "half a percent code": ("%f", False),
    "no percent code": ("%zz", False),
    "raw bytes": ("干细胞".encode().decode("latin-1"), False),
    "new lines": ("stem%0D%0Acells%0D%0ASet-Cookie:%20a=b", False),
    "a way up": ("../../../../etc/passwd%00.html", True),
    "a way up, encoded": ("..%252f..%252fetc%252fpasswd", False),
    "a template": (quote("{{ request }}{% debug %}${7*7}"), False),
    "a format": (quote("%s%n%(value)s{0}"), False),
    "a script": (quote("<script>alert(1)</script>"), False),
    "a script in an attribute": (quote('" autofocus onfocus=alert(1) x="'), False),
    "a script in a picture": (quote("'><img src=x onerror=alert(1)>"), False),
    "a script as address": (quote("javascript:alert(1)"), False),
    "an entity": (quote("&lt;b&gt;&#0;"), False),
    "JSON": (quote('{"$ne": null}'), False),
    "a list in brackets": (quote("[]"), True),
    "white space": ("%20%09%0A%E3%80%80", False),
}

NOWHERE = f"""
/proposals/0/ /proposals/-1/ /proposals/2147483648/ /proposals/9223372036854775808/ /proposals/{"9" * 30}/
/proposals/{"9" * 5_000}/ /proposals/{"9" * 5_000}/x/ /proposals/１/ /proposals/1.0/ /proposals/%00/ /proposals/1/../x/
/recommendations/0/ /recommendations/99999999999999999999/ /recommendations/{"9" * 5_000}/ /recommendations/x/
/delegates/nobody/ /delegates/DING-LIEMING/ /delegates/ding-lieming/more/ /delegates/{"x" * 10_000}/ /delegates/%00/
/delegates/%ED%A0%80/ /delegates/%E4%B8%81/ /delegates/%zz/ /delegates/..%2f..%2fetc%2fpasswd/ /delegates/{{{{7*7}}}}/
/delegates/'%20OR%201=1--/ /delegates/<script>alert(1)</script>/ /agencies/nobody/ /sessions/never/ /topics/none/
/topics/_/ /regions/CN-XX/ /regions/-/ /zh/zh/proposals/ /%2e%2e/ /\\/ /{"a/" * 2_000}
""".split()


class Answer(HTMLParser):
    """A page of results taken apart: what stands in the boxes, beside the fields, and in the message above."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.boxes: dict[str, str] = {}
        self.beside: dict[str, str] = {}
        self.above: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "input" and found.get("id") and found.get("name"):
            self.boxes[found["name"]] = found.get("value", "")
        if tag == "div" and (self._within or "errors" in (found.get("class") or "").split()):
            self._within.append(found.get("id", "").removesuffix("-errors"))

    def handle_endtag(self, tag):
        if tag == "div" and self._within:
            self._within.pop()

    def handle_data(self, data):
        if self._within and self._within[0]:
            self.beside[self._within[0]] = self.beside.get(self._within[0], "") + data
        elif self._within and data.strip():
            self.above.append(data)


@pytest.fixture
@recorded()
def record(db):
    """One published proposal, with one value in each facet."""
    china = make_region(slug="china", iso_code="CN", name="China", kind="country")
    delegate = make_delegate(slug="ding-lieming", name="Ding Lieming")
    session = make_session(slug="cppcc-national-14-2", body=make_body(slug="cppcc-national", region=china))
    make_membership(delegate=delegate, body=session.body, term=session.term, region=china)
    topic = make_topic(slug="stem-cells", name="Stem cells")
    agency = make_agency(slug="nmpa")
    proposal = make_proposal(
        title="Stem cell bank 干细胞库",
        session=session,
        regions=[china],
        delegates=[delegate],
        recommendations=[{"text": "Hire more reviewers", "to": [agency], "topics": [topic]}],
        published=True,
    )
    make_reply(to=[proposal], agency=agency, outcome="planned", outcomes={proposal.recommendations.get(): "planned"})


def ask(client, address, query):
    """Ask with a query string as it stands, where the client would mend it."""
    return client.get(address, QUERY_STRING=query)


def typed(raw):
    """Give what a browser would have sent as `raw`."""
    return QueryDict(f"x={raw}".encode("latin-1"))["x"]


def kept(value):
    """What a page can hold of it: a space stands for each character that HTML forbids."""
    forbidden = {each for each in value if unicodedata.category(each) in ("Cc", "Cs") or each in "\ufdd0\ufffe\uffff"}
    return "".join(" " if each in forbidden else each for each in value)


def is_right(name, raw):
    """Whether a hostile value happens to be a good one for this parameter."""
    value = typed(raw)
    if name in FACETS:
        return not value or bool(name == "year" and re.fullmatch("[1-9][0-9]{3}", value))
    if name == "sort":
        return value in ORDERS
    if name == "page":
        return not value or page_number(value) >= 1
    if name in ("page_size", "find_in"):
        return not value or value in ("20", "50", "100", *FACETS)
    if not value.strip():
        return True
    return name not in DATES and not next(wrong for other, wrong in HOSTILE.values() if other == raw)


def page_number(value):
    try:
        return int(re.sub(r"\.0*\s*$", "", value))
    except ValueError:
        return 0


def without_data(html):
    """A page without its own script, and without the block of data, which is none and which nothing can end early."""
    html = html.replace('<script src="/static/lianghui.js" defer></script>', "", 1)
    head, begin, rest = html.partition('<script type="application/ld+json">')
    block, end, body = rest.partition("</script>")
    assert not begin or (end and "<" not in block and json.loads(block))
    return head + body


NO_FIELD = {"sort", "page", "page_size", "find_in", "find"}
"""Parameters whose values are links, and the two of which one says which box the other belongs to."""


def faults(response, names, raw):
    """Say what is wrong with a page of results for one value in each of the parameters `names`."""
    if response.status_code != 200:
        return [f"status {response.status_code}"]
    html, value = without_data(response.text), typed(raw)
    answer = Answer(html)
    found = []
    for name in names:
        right, label = is_right(name, raw), str(ProposalFilter.base_filters[name].label)
        said = any(line.startswith(f"{label}: ") for line in answer.above)
        if said is right:
            found.append(f"{name} is {'refused' if right else 'not refused'} above the results")
        if name not in NO_FIELD and (name in answer.beside) is right:
            found.append(f"{name} is {'refused' if right else 'not refused'} beside its field")
        if name in answer.boxes and name not in NO_FIELD and answer.boxes[name] != kept(value):
            found.append(f"the box of {name} does not keep what was typed: {answer.boxes[name][:60]!r}")
    if control := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", html):
        found.append(f"a control character: {html[max(0, control.start() - 40) : control.end()]!r}")
    if (any(sign in value for sign in '<>"') and value in html) or "<script" in html or "<img" in html:
        found.append("not escaped")
    return found


@pytest.mark.parametrize("address", LISTS)
def test_a_hostile_value_in_every_parameter_gets_a_message_beside_each_and_a_page(client, record, address):
    names = [name for name in PARAMETERS if name != "page"]
    found = {}
    for about, (raw, _) in HOSTILE.items():
        response = ask(client, address, "&".join(f"{name}={raw}" for name in names))
        found[about] = faults(response, names, raw)
    assert {about: wrong for about, wrong in found.items() if wrong} == {}


def test_a_hostile_page_gets_a_message_or_is_not_there(client, record):
    found = {}
    for about, (raw, _) in HOSTILE.items():
        response = ask(client, "/proposals/", f"page={raw}")
        beyond = page_number(typed(raw)) > 1 and response.status_code == 404
        found[about] = [] if beyond else faults(response, ["page"], raw)
    assert {about: wrong for about, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_a_hundred_thousand_characters_are_answered_within_a_second(client, record, name):
    long = [raw for raw, _ in HOSTILE.values() if len(raw) >= 50_000]
    assert len(long) == 4
    ask(client, "/proposals/", "")  # what is loaded and built once counts with no value
    for raw in long:
        start = time.process_time()  # the work of this process, however busy the machine is
        response = ask(client, "/proposals/", f"{name}={raw}")
        assert time.process_time() - start < 1
        assert faults(response, [name], raw) == []


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_a_hostile_value_spoils_its_own_parameter_and_no_other(record, name):
    right = "".join(f"&{other}={RIGHT[other]}" for other in ("q", "topic", "year", "submitted_after") if other != name)
    for raw, _ in HOSTILE.values():
        asked = ProposalFilter(QueryDict(f"{name}={raw}{right}".encode("latin-1")), recommendations=True)
        found = count(asked.query)
        assert [*asked.form.errors] == ([] if is_right(name, raw) else [name])
        if not is_right(name, raw):
            assert found == 1  # what is right still counts, what is wrong is left out


def test_there_are_enough_hostile_values_and_a_right_one_for_each_parameter(record):
    assert len({raw for raw, _ in HOSTILE.values()}) == len(HOSTILE) >= 60
    assert {*RIGHT} == {*PARAMETERS}
    asked = ProposalFilter(QueryDict("&".join(f"{name}={value}" for name, value in RIGHT.items())))
    assert count(asked.query) == 1
    assert not asked.form.errors


@pytest.mark.parametrize("address", LISTS)
def test_messages_stand_on_the_chinese_pages_too(client, record, address):
    names = [name for name in PARAMETERS if name not in ("q", "find")]
    response = ask(
        client, f"/zh{address}", "&".join([*(f"{name}=%3Cb%3E" for name in names), "find=%3F", "q=%3F", "q=%3C"])
    )
    answer = Answer(response.text)
    assert response.status_code == 200
    assert {*answer.beside} == {*PARAMETERS} - NO_FIELD
    assert len(answer.above) == len(PARAMETERS)
    assert answer.boxes["q"] == "<"
    assert "<b>" not in response.text


@pytest.mark.parametrize("times", [2, 200, 201, 1_500])
@pytest.mark.parametrize("different", [False, True])
def test_repeated_parameters_are_answered(client, record, times, different):
    values = [f"stem-{number if different else 1}" for number in range(times)]
    for names in (PARAMETERS[::2], PARAMETERS[1::2]):  # all together would be more than 20,000
        response = ask(client, "/proposals/", "&".join(f"{name}={value}" for value in values for name in names))
        answer = Answer(response.text)
        assert response.status_code == 200
        assert {*answer.beside} == {*FACETS, *DATES} & {*names}
        too_many = {name for name, said in answer.beside.items() if "at most 200 values" in said}
        assert too_many == ({*FACETS} & {*names} if different and times > 200 else set())
        assert {answer.boxes[name] for name in ("q", *DATES) if name in names} == {values[-1]}


@pytest.mark.parametrize("address", LISTS)
def test_thousands_of_parameters_are_answered(client, record, address):
    names = cycle(PARAMETERS)
    for query in (
        "&".join(f"unknown{number}=1" for number in range(3_000)),
        "&".join(f"{next(names)}=x{number}" for number in range(3_000)),
        "&" * 3_000,
        "=" * 3_000,
        "&q" * 3_000,
    ):
        assert ask(client, address, query).status_code == 200
    assert ask(client, address, "&".join(["a=1"] * 20_001)).status_code == 400


def test_an_unknown_parameter_changes_nothing(client, record):
    plain = client.get("/proposals/").text
    assert "Stem cell bank" in plain
    assert client.get("/proposals/?state=draft").text.replace("?state=draft", "") == plain


@pytest.mark.parametrize(("first", "last"), [("2025", "2024"), ("2200-12-31", "1900"), ("2024-03-12", "2024-03-11")])
def test_a_span_that_ends_before_it_begins_has_a_message_beside_its_end(client, record, first, last):
    response = ask(client, "/proposals/", f"submitted_after={first}&submitted_before={last}")
    boxes = Answer(response.text).boxes
    assert response.status_code == 200
    assert response.context["form"].errors == {"submitted_before": ["This is before the beginning of the span."]}
    assert (boxes["submitted_after"], boxes["submitted_before"]) == (first, last)


pieces = st.one_of(
    st.sampled_from([raw for raw, _ in HOSTILE.values() if len(raw) < 600]),
    st.text(max_size=40).map(lambda text: quote(text, errors="replace")),
    st.binary(max_size=40).map(quote),
    st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")),
    st.sampled_from(["stem-cells", "CN", "2024", "ding-lieming", "nmpa", "national", "newest", "1", "reviewers"]),
)
names = st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=8).map(lambda text: quote(text, errors="replace")))
queries = st.lists(st.tuples(names, st.sampled_from(["=", "", "==", "%3D"]), pieces).map("".join), max_size=12)


@settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(LISTS), queries, st.sampled_from(["&", "&&", ";"]))
def test_any_query_string_is_answered(client, record, address, parts, sign):
    query = sign.join(parts)
    pages = [page_number(value) for value in QueryDict(query.encode("latin-1")).getlist("page")]
    response = ask(client, address, query)
    assert response.status_code == (404 if pages and pages[-1] > 1 else 200)


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_an_address_that_leads_nowhere_is_answered_404(client, record, prefix):
    answers = {path: client.get(f"{prefix}{path}") for path in NOWHERE}
    assert {path[:60]: answer.status_code for path, answer in answers.items() if answer.status_code != 404} == {}
    assert [path for path, answer in answers.items() if "<script" in without_data(answer.text)] == []


@pytest.mark.parametrize("path", ["//evil.example/", "/zh//evil.example/", "//evil.example/a", "///evil.example/"])
def test_no_page_links_to_a_host_that_the_address_made_up(client, record, path):
    response = client.get("/", PATH_INFO=path)
    assert response.status_code == 404
    assert re.findall(r'(?:href|src|action)="(?!/[^/]|#|http://testserver/|\?)[^"]*"', response.text) == []


@pytest.mark.parametrize("address", ["/delegates/", "/agencies/", "/sessions/"])
def test_a_page_of_names_that_is_not_there_is_answered_404(client, record, address):
    assert {ask(client, address, query).status_code for query in ("", "page=1")} == {200}
    wrong = [raw for raw, _ in HOSTILE.values() if typed(raw).strip()]
    answers = {raw[:60]: ask(client, address, f"page={raw}").status_code for raw in [*wrong, "2", "last"]}
    assert {raw: status for raw, status in answers.items() if status != 404} == {}
