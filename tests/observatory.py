"""The rules by which Mozilla's HTTP Observatory scores an answer, told anew.

Source: github.com/mdn/mdn-http-observatory, `src/grader/charts.js` (points) and `src/analyzer/tests/` (what earns
them), as of algorithm 4; explained at developer.mozilla.org/en-US/observatory/docs/tests_and_scoring.
A site begins with 100 points; faults take some away; what is better than needed adds some, where 90 are left.
What depends on lists kept elsewhere (preloaded hosts) and on certificates is left out: neither is an answer's.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import html5lib

BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}
SIX_MONTHS = 15_552_000
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
KNOWN_REFERRERS = PRIVATE | {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
ENOUGH_FOR_EXTRAS = 90


@dataclass
class Answer:
    """What a scanner sees of an address: the headers in lower case, the cookies as they were set, the page."""

    url: str
    headers: dict[str, list[str]]
    cookies: list[str]
    text: str = ""

    def one(self, name: str) -> str:
        """The first value of a header, "" where there is none."""
        return next(iter(self.headers.get(name, [])), "").strip().lower()


def directives(policies: list[str]) -> dict[str, set[str]]:
    """Read a content security policy; `ValueError` where it cannot be read, or there are two."""
    [policy] = policies
    if "," in policy:
        raise ValueError("two policies")
    found: dict[str, set[str]] = {}
    for name, *sources in filter(None, (part.split() for part in policy.lower().split(";"))):
        if name in found:
            raise ValueError(f"{name} twice")
        found[name] = {*sources} or {"'none'"}
    return found


def content_security_policy(answer: Answer) -> int:
    try:
        csp = directives(answer.headers.get("content-security-policy", []))
    except ValueError:
        return -25
    default = csp.get("default-src", {"*"})
    scripts, styles, objects = (csp.get(f"{kind}-src", default) for kind in ("script", "style", "object"))
    seen = {"img-src": csp.get("img-src", default), "media-src": csp.get("media-src", default)}
    active = set().union(scripts, *(sources for name, sources in csp.items() if name not in (*seen, "script-src")))
    if scripts & (BROAD | INLINE) or objects & BROAD:
        return -20
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return -20
    if "'unsafe-eval'" in scripts | styles:
        return -10
    if any(source.startswith(("http:", "ftp:")) for sources in seen.values() for source in sources):
        return -10
    if styles & (BROAD | INLINE):
        return 0
    return 10 if default == {"'none'"} else 5


def cookies(answer: Answer) -> int:
    worst, protected = 5 if answer.cookies else 0, strict_transport_security(answer) == 0
    for cookie in answer.cookies:
        name, *parts = (part.strip().lower() for part in cookie.split(";"))
        name = name.partition("=")[0]
        attributes = dict(part.partition("=")[::2] for part in parts)
        session, same_site = "sess" in name or "login" in name, attributes.get("samesite")
        secure = "secure" in attributes
        faults = {
            0: same_site is None,
            -5: not secure and protected,
            -10: not secure and protected and session,
            -20: (not secure and not protected)
            or ("csrf" in name and not same_site)
            or (same_site is not None and same_site not in ("lax", "strict", "none"))
            or (same_site == "none" and not secure),
            -30: session and "httponly" not in attributes,
            -40: session and not secure and not protected,
        }
        worst = min([worst, *(points for points, found in faults.items() if found)])
    return worst


def cross_origin_resource_sharing(answer: Answer) -> int:
    """Everybody may be let in, but not with what a reader's browser knows of them."""
    allowed = answer.one("access-control-allow-origin")
    return -50 if allowed not in ("", "*") and answer.one("access-control-allow-credentials") == "true" else 0


def referrer_policy(answer: Answer) -> int:
    values = [value.strip().lower() for each in answer.headers.get("referrer-policy", []) for value in each.split(",")]
    known = [value for value in values if value in KNOWN_REFERRERS]
    if not values:
        return 0
    return 5 if known and known[-1] in PRIVATE else -5


def strict_transport_security(answer: Answer) -> int:
    value = answer.one("strict-transport-security")
    age = re.search(r"(?:^|;)\s*max-age=(\d+)", value)
    if age is None or "," in value:
        return -20
    return 0 if int(age[1]) >= SIX_MONTHS else -10


def subresource_integrity(answer: Answer) -> int:
    """Scripts come from here, or are named by their content."""
    if answer.one("content-type").partition(";")[0] not in ("", "text/html", "application/xhtml+xml"):
        return 0
    found, here = 0, urlsplit(answer.url).hostname
    for script in html5lib.parse(answer.text, namespaceHTMLElements=False).iter("script"):
        place = urlsplit(script.get("src", ""))
        if not place.netloc or (place.scheme and place.hostname == here):
            continue
        if place.scheme == "https":
            found = min(found, 0 if script.get("integrity") else -5)
        else:
            found = min(found, -20 if script.get("integrity") else -50)
    return found


def x_content_type_options(answer: Answer) -> int:
    return 0 if answer.one("x-content-type-options") == "nosniff" else -5


def x_frame_options(answer: Answer) -> int:
    if content_security_policy(answer) >= 0 and "frame-ancestors" in directives(
        answer.headers["content-security-policy"]
    ):
        return 5
    return 0 if answer.one("x-frame-options") in ("deny", "sameorigin") else -20


def cross_origin_resource_policy(answer: Answer) -> int:
    points = {"": 0, "cross-origin": 0, "same-site": 10, "same-origin": 10}
    return points.get(answer.one("cross-origin-resource-policy"), -5)


RULES = (
    content_security_policy,
    cookies,
    cross_origin_resource_sharing,
    referrer_policy,
    strict_transport_security,
    subresource_integrity,
    x_content_type_options,
    x_frame_options,
    cross_origin_resource_policy,
)
"""The tenth, that HTTP leads to HTTPS on the same host, is about two answers: see `redirected`."""


def points(answer: Answer) -> dict[str, int]:
    return {rule.__name__: rule(answer) for rule in RULES}


def score(answer: Answer) -> int:
    given = points(answer).values()
    without_extras = 100 + sum(each for each in given if each < 0)
    return without_extras + sum(each for each in given if each > 0) * (without_extras >= ENOUGH_FOR_EXTRAS)


def redirected(asked: str, location: str) -> bool:
    """Tell whether what is asked over HTTP leads to HTTPS on the same host, at once."""
    here, there = urlsplit(asked), urlsplit(location)
    return (here.scheme, there.scheme) == ("http", "https") and here.hostname == there.hostname
