"""Every public way there is, and how the leak test tries it."""

from django.urls import URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

OWN = "delegate={0}-delegate-slug&first_proposer={0}-delegate-slug&agency={0}-agency-slug&body={0}-body-slug"
LISTS = [
    "",
    "?q=cells&sort=oldest",
    "?q=xqzvproposaltitleen",
    "?q=龘",
    *("?q=xqzvproposaltitlem", "?q=delegate:xqzvdelegatenamex", "?q=-cells", "?q=title:xqzvproposaltitleen"),
    *("?q=CPPCC+9-1+xqzv", "?q=CPPCC+14-2+777", "?q=bank+xqzvrecommendationtexten", "?q=stem+bankk"),
    "?topic=other-topic",
    "?region=elsewhere&delegate_region=elsewhere&submitted_after=1990",
    "?year=1999&level=county",
    "?kind=bill&status=replied",
    *(f"?{OWN}&session={{0}}-session-slug".format(whose) for whose in ("known", "xqzv")),
]
DOWNLOADS = ("lianghui.zip", "lianghui.sqlite3", "popolo.json", "metadata.json", "manifest.json")
"""Not written here, so not there; tests/test_downloads.py looks into them."""
SHAPES = ("csv", "csv?bom=1", "xlsx", "jsonl", "bib", "ris", "csl.json", "csv-metadata.json")
EXPORTED = [*SHAPES, *(f"{shape}{asked}" for shape in ("csv", "csv-metadata.json", "bib") for asked in LISTS if asked)]
# Every public way as the site map writes it, and how to try it: `known` is published, `draft` is not.
WAYS = {
    "robots.txt": [""],
    ".well-known/security.txt": [""],
    "healthz": [""],
    "readyz": [""],
    "": [""],
    **{f"about/{page}": [""] for page in ("", "method/", "outcomes/", "data/", "licence/", "accessibility/")},
    "about/privacy/": [""],
    "card.png": [""],
    "proposals/": LISTS,
    "proposals/matrix/": LISTS,
    "proposals/export.<shape:shape>": EXPORTED,
    "recommendations/export.<shape:shape>": EXPORTED,
    "replies/export.<shape:shape>": [
        *SHAPES,
        *(f"csv?{asked}" for asked in ("page=1", "agency=known-agency-slug&q=xqzv", "outcome=declined")),
        "csv?agency=xqzv-agency-slug",
    ],
    "proposals/<int:pk>/": ["{known}/", "{draft}/"],
    "proposals/<int:pk>/<slug:slug>/": ["{known}/known-proposal-slug/", "{draft}/xqzv-proposal-slug/"],
    "proposals/<int:pk>/<slug:slug>/changes/": [
        "{known}/known-proposal-slug/changes/",
        "{draft}/xqzv-proposal-slug/changes/",
    ],
    "proposals/<int:pk>/<slug:slug>/card.png": [
        "{known}/known-proposal-slug/card.png",
        "{draft}/xqzv-proposal-slug/card.png",
    ],
    "proposals/<int:pk>/cite.<str:form>": [
        f"{{{which}}}/cite.{form}" for which in ("known", "draft") for form in ("bib", "ris", "csl.json")
    ],
    "recommendations/<int:pk>/cite/": ["{known_recommendation}/cite/", "{draft_recommendation}/cite/"],
    "recommendations/<int:pk>/cite.<str:form>": ["{known_recommendation}/cite.bib", "{draft_recommendation}/cite.bib"],
    "replies/<int:pk>/cite.<str:form>": ["{known_reply}/cite.ris", "{draft_reply}/cite.ris"],
    "recommendations/": LISTS,
    "proposals/feed/": LISTS,
    "recommendations/feed/": LISTS,
    "replies/feed/": [
        "",
        "?page=1",
        "?agency=known-agency-slug&q=xqzv",
        "?outcome=declined",
        "?agency=xqzv-agency-slug",
    ],
    "proposals/<int:pk>/<slug:slug>/embed/": [
        "{known}/known-proposal-slug/embed/",
        "{known}/known-proposal-slug/embed/?r=1",
        "{draft}/xqzv-proposal-slug/embed/",
    ],
    "opensearch.xml": [""],
    "sitemap.xml": [""],
    "sitemap-<slug:kind>-<int:number>.xml": [
        f"{kind}-0.xml"
        for kind in (
            "pages",
            "proposals",
            "replies",
            "policies",
            "delegates",
            "topics",
            "regions",
            "agencies",
            "sessions",
        )
    ],
    "oembed": [
        "?url=http://testserver/proposals/{known}/",
        "?url=http://testserver/proposals/{draft}/&format=xml",
        "?url=http://testserver/recommendations/{draft_recommendation}/",
    ],
    "recommendations/<int:pk>/": ["{known_recommendation}/", "{draft_recommendation}/"],
    "data/": [""],
    "data/<str:name>": [*DOWNLOADS],
    "delegates/": ["", "?page=1"],
    "delegates/<slug:slug>/": ["known-delegate-slug/", "xqzv-delegate-slug/"],
    "topics/": [""],
    "topics/<slug:slug>/": ["topic/", "other-topic/"],
    "regions/": [""],
    "regions/<slug:slug>/": ["china/", "elsewhere/"],
    "agencies/": ["", "?page=1"],
    "agencies/<slug:slug>/": ["known-agency-slug/", "xqzv-agency-slug/"],
    "sessions/": ["", "?page=1"],
    "compare/": ["", "?p={known}", "?p={known}&p={draft}", "?p={known}&q=xqzvproposaltitleen&only=differences"],
    "compare.md": ["?p={known}&p={draft}"],
    "compare.xlsx": ["?p={known}&p={draft}", "?p={draft}&p={known}&only=differences"],
    "replies/": ["", "?page=1", "?agency=known-agency-slug&q=xqzv", "?outcome=declined", "?agency=xqzv-agency-slug"],
    "outcomes/": LISTS,
    "policies/": ["", "?page=1"],
    "policies/<int:pk>/": ["{known_policy}/", "{draft_policy}/"],
    "replies/<int:pk>/": ["{known_reply}/", "{draft_reply}/"],
    "sessions/<slug:slug>/": ["known-session-slug/", "xqzv-session-slug/"],
    "about/api/": [""],
    "api/docs/": [""],
    "api/v1/": [""],
    "api/v1/schema/": ["", "?format=yaml"],
    "api/v1/proposals/": [*LISTS, "?facets=all"],
    "api/v1/proposals/<int:pk>/": ["{known}/", "{draft}/"],
    "api/v1/recommendations/": [*LISTS, "?facets=all"],
    "api/v1/recommendations/<int:pk>/": ["{known_recommendation}/", "{draft_recommendation}/"],
    "api/v1/replies/": ["", "?agency=known-agency-slug&q=xqzv", "?outcome=declined", "?agency=xqzv-agency-slug"],
    "api/v1/replies/<int:pk>/": ["{known_reply}/", "{draft_reply}/"],
    "api/v1/memberships/": ["", "?delegate=xqzv-delegate-slug", "?body=xqzv-body-slug"],
    "api/v1/memberships/<int:pk>/": ["{known_membership}/", "{draft_membership}/"],
    "api/v1/regions/": [""],
    "api/v1/regions/<slug:code>/": ["CN/", "elsewhere/"],
    "api/v1/sources/": [""],
    "api/v1/sources/<int:pk>/": ["{known_source}/", "{draft_source}/"],
    "api/v1/topics/": [""],
    "api/v1/topics/<slug:slug>/": ["topic/", "other-topic/"],
    **{f"api/v1/{name}/": [""] for name in ("delegates", "agencies", "bodies", "sessions")},
    **{
        f"api/v1/{name}/<slug:slug>/": [f"known-{one}-slug/", f"xqzv-{one}-slug/"]
        for name, one in (
            ("delegates", "delegate"),
            ("agencies", "agency"),
            ("bodies", "body"),
            ("sessions", "session"),
        )
    },
    "alerts/proposals/": LISTS,
    "alerts/recommendations/": LISTS,
    "alerts/proposal/<int:name>/": ["{known}/", "{draft}/"],
    "alerts/delegate/<slug:name>/": ["known-delegate-slug/", "xqzv-delegate-slug/"],
    "alerts/agency/<slug:name>/": ["known-agency-slug/", "xqzv-agency-slug/"],
    "alerts/asked/": [""],
    **{f"alerts/{page}/<str:token>/": [f"{{{page}}}/"] for page in ("confirm", "yours", "stop")},
}


OUTSIDE = ("/zh/healthz", "/zh/readyz", "/zh/robots.txt", "/zh/.well-known/", "/zh/sitemap", "/zh/oembed")
"""What is there once for both languages, without a prefix."""
NEVER_THERE = tuple(f"{prefix}/data/{name}" for prefix in ("", "/zh") for name in DOWNLOADS)
NEVER_THERE += ("/.well-known/security.txt",)  # nobody is named to whom one could write


def public_ways():
    """Every route of the site map but for the admin, without the prefix of the language."""
    waiting, found = [("", pattern) for pattern in get_resolver().url_patterns], set()
    while waiting:
        start, pattern = waiting.pop()
        route = start + ("" if isinstance(pattern.pattern, LocalePrefixPattern) else str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            waiting += [(route, below) for below in pattern.url_patterns if route != "admin/"]
        elif not route.startswith("admin/"):
            found.add(route)
    return found
