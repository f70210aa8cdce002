"""Every parameter of every address, by the site map and the code, and what hostile clients put there."""

import base64
import random
import re
from urllib.parse import quote

from django.apps import apps
from django.contrib import admin
from django.urls import URLResolver, get_resolver

from people.models import Membership
from proposals.api.parameters import ListParameters, MembershipParameters, ReplyParameters
from proposals.filters import ProposalFilter, ReplyFilter
from proposals.models import PolicyDocument, Proposal, Recommendation, Reply, Source
from tests.public_ways import public_ways
from tests.site import ROOT
from tests.test_hostile_parameters import HOSTILE

MORE = {
    "beyond a float": "1e400",
    "minus nothing": "-0",
    "year 0": "0000-01-01",
    "year 99999": "99999-01-01",
    "29 February": "2023-02-29",
    "an hour 25": "2024-02-01T25:00",
    "a cursor": base64.urlsafe_b64encode(b'["2024-03-12",1]').decode(),
    "a cursor of nothing": base64.urlsafe_b64encode(b"\x00\xff" * 30).decode(),
    "deep brackets": quote("[" * 3_000),
    "deep JSON": quote('{"a":' * 2_000),
    "Zalgo": quote("Z̵͖̈a̷̰͝l̴̫̓g̶̨̛o̸͇͘" * 50),
    "a header": "x%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<html>",
    "an address elsewhere": quote("http://evil.example/proposals/1/"),
    "a pickle": quote("cos\nsystem\n(S'id'\ntR."),
    "booleans": "true,false,null,undefined",
    "many commas": "," * 5_000,
    "a range of dates": "2024-01-01..2023-01-01",
}
VALUES = [raw[:9_999] for raw, _ in HOSTILE.values()] + [*MORE.values()]
VALUES = [*dict.fromkeys(VALUES)]
"""As they stand in an address, percent-encoded or not, of at most some 10,000 characters."""

ASKED_FOR = re.compile(r"\bGET(?:\.get\(|\[|\.getlist\()\s*\"(\w+)\"|\bparameters\.get(?:list)?\(\"(\w+)\"")
OWN = {
    "compare/": ("p", "only", "q"),
    "compare.md": ("p", "only"),
    "compare.xlsx": ("p", "only"),
    "oembed": ("url", "format", "maxwidth", "maxheight", "lang"),
    "proposals/<int:pk>/<slug:slug>/embed/": ("r",),
    "api/v1/schema/": ("format", "lang"),
}
IN_ADMIN = ("q", "o", "p", "all", "e", "_popup", "_to_field", "_changelist_filters", "term", "app_label", "model_name")
IN_ADMIN += ("field_name", "next", "rows", "source", "key", "a", "b", "proposal", "text", "ids", "mapping", "file")
IN_LISTS = IN_ADMIN[:8]
PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def named_in_code():
    """The names that any view asks for by itself."""
    texts = [path.read_text() for app in ("alerts", "people", "proposals") for path in (ROOT / app).rglob("*.py")]
    return {name for text in texts for pair in ASKED_FOR.findall(text) for name in pair if name}


def parameters_of(route):
    """The parameters that an address reads."""
    if route in OWN:
        return OWN[route]
    if route.startswith("api/v1/"):
        if "replies/" in route:
            return (*ReplyParameters.base_filters,)
        if "memberships/" in route:
            return (*MembershipParameters.base_filters,)
        lists = ("api/v1/proposals/", "api/v1/recommendations/")
        return (*ListParameters.base_filters,) if route in lists else ("fields", "lang", "cursor", "page", "page_size")
    if route.startswith("replies/"):
        return (*ReplyFilter.base_filters, "page", "bom")
    if "<int" not in route and route.startswith(
        ("proposals/", "recommendations/", "outcomes/", "alerts/pro", "alerts/rec")
    ):
        return (*ProposalFilter.base_filters, "bom")
    return ("page",)


EVERY_NAME = (
    *dict.fromkeys([*ProposalFilter.base_filters, *ListParameters.base_filters, *ReplyParameters.base_filters]),
)
EVERY_NAME += tuple(
    {name for names in OWN.values() for name in names} | {"bom", "delegate", "body", "a[]", "page[]", "q%00"}
)


def admin_ways():
    """Every route below the admin, as the site map writes it."""
    waiting, found = [("", pattern) for pattern in get_resolver().url_patterns], set()
    while waiting:
        start, pattern = waiting.pop()
        route = start + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            waiting += [(route, below) for below in pattern.url_patterns if route.startswith("admin/")]
        elif route.startswith("admin/") and "logout" not in route and not route.startswith("admin/(?P"):
            found.add(route)
    return found


def filters_in_admin():
    """What each list of the admin can be narrowed down by, as it stands in its address: names, by its route."""
    found = {}
    for model, model_admin in admin.site._registry.items():
        names = set()
        for each in model_admin.list_filter:
            field = each[0] if isinstance(each, tuple) else each
            if isinstance(field, str):
                names |= {field, f"{field}__exact", f"{field}__id__exact", f"{field}__in", f"{field}__isnull"}
            elif hasattr(each, "parameter_name"):
                names.add(each.parameter_name)
        if model_admin.date_hierarchy:
            names |= {f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day", "gte")}
        found[f"admin/{model._meta.app_label}/{model._meta.model_name}/"] = sorted(names)
    return found


def _first(model):
    return model.objects.order_by("pk")[0]


PLACES = {
    "proposals": lambda: Proposal.objects.published().order_by("pk")[0].pk,
    "proposal": lambda: Proposal.objects.published().order_by("pk")[0].pk,
    "recommendations": lambda: _first(Recommendation).pk,
    "replies": lambda: _first(Reply).pk,
    "policies": lambda: _first(PolicyDocument).pk,
    "memberships": lambda: _first(Membership).pk,
    "sources": lambda: _first(Source).pk,
    "delegates": lambda: "ding-lieming",
    "delegate": lambda: "ding-lieming",
    "agencies": lambda: "nmpa",
    "agency": lambda: "nmpa",
    "topics": lambda: "stem-cells",
    "regions": lambda: "guangdong",
    "bodies": lambda: "cppcc-national",
    "sessions": lambda: "cppcc-national-14-2",
    "preview": lambda: Proposal.objects.published().order_by("pk")[0].pk,
}
CODES = {"regions": "CN-GD"}
RIGHT = {"shape": "csv", "form": "bib", "kind": "topics", "number": "0", "token": "x", "name": "lianghui.zip"}


def right(route):
    """The route with parts that there are, as an address."""
    head, _, rest = route.removeprefix("api/v1/").removeprefix("alerts/").removeprefix("admin/").partition("/")
    model = apps.all_models.get(head, {}).get(rest.partition("/")[0]) if route.startswith("admin/") else None
    row = model.objects.order_by("pk").first() if model else None

    def part(found):
        kind, name = found.groups()
        if name == "code" and head in CODES:
            return CODES[head]
        if "<int:pk>/<slug:slug>" in route and name == "slug":
            return Proposal.objects.get(pk=PLACES[head]()).slug
        if name in ("pk", "code", "slug", "name") and head in PLACES:
            return str(PLACES[head]())
        if row and name in ("object_id", "key", "id"):
            return str(row.pk)
        return "1" if kind == "int" and name != "number" else RIGHT.get(name, "1")

    return "/" + PART.sub(part, route)


def wrong(route, raw):
    """The route with a hostile value in each of its parts, one after the other: addresses."""
    raw = raw.replace("?", "%3F").replace("#", "%23")
    for found in PART.finditer(route):
        before, after = right(route[: found.start()] or "x")[1:], PART.sub("1", route[found.end() :])
        yield f"/{before if found.start() else ''}{raw}{after}"


def made_up(seed, number):
    """`number` values that nobody thought of: pieces of the hostile ones, characters of all kinds, bytes."""
    chance = random.Random(seed)
    signs = "".join(map(chr, [*range(0x21), *range(0x7F, 0xA1), 0x2028, 0x202E, 0xFEFF, 0xFFFE, 0x10FFFF, 0x1F9EC]))
    signs += "0123456789-+.,:;/\\'\"<>[]{}()*%_&=?#|~^$@!aZ干細胞２０𝟘é"

    def piece():
        kind = chance.randrange(5)
        if kind == 0:
            raw = chance.choice(VALUES)
            begun = chance.randrange(len(raw) or 1)
            return raw[begun : begun + chance.randrange(1, 60)]
        if kind == 1:
            return quote("".join(chance.choices(signs, k=chance.randrange(1, 30))), errors="replace")
        if kind == 2:
            return quote(bytes(chance.randrange(256) for _ in range(chance.randrange(1, 20))))
        if kind == 3:
            return str(chance.choice([1, -1]) * chance.getrandbits(chance.choice([8, 31, 63, 64, 200])))
        return f"{chance.randrange(100_000)}-{chance.randrange(20):02}-{chance.randrange(40):02}"

    return ["".join(piece() for _ in range(chance.randrange(1, 5))) for _ in range(number)]


def every_way():
    """The public routes, in one order."""
    return sorted(public_ways())
