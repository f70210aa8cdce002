"""What every answer says of how it may be used: pages, errors, redirections, files, downloads, feeds, the API.

An address has one policy, whatever is answered there: a browser that is told "not modified" (304) puts these headers
in the place of those that it has kept with the page.

| addresses | may be framed by | may be loaded into (`Cross-Origin-Resource-Policy`) | scripts, forms |
|---|---|---|---|
| pages, styles, scripts | nobody | this site | this site's own |
| `/admin/` | nobody | this site | this site's own, which may ask the site too |
| what is given away: pictures of proposals, exports, feeds, the API, oEmbed, sitemaps | nobody | any site | as pages |
| a proposal's card, `…/embed/` | any site | any site | none |

What may be loaded anywhere is public, the same for everybody, and known to the site's own visitors alike.
"""

import re
from typing import Any

from csp.constants import NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
"""What a public page needs."""
IN_ADMIN = {"connect-src": [SELF]}  # fields that search, and who else has the record open
IN_FRAMES = {"script-src": None, "img-src": None, "form-action": [NONE], "frame-ancestors": ["*"]}

GIVEN_AWAY = re.compile(
    r"""
    (?!/admin/|/static/)
    (   /api/v1/.* | /oembed
    |   .*/(feed|embed)/
    |   .*/[^/]+\.[^/]+     # files: card.png, export.csv, cite.bib, compare.xlsx, sitemap.xml, favicon.ico
    )
    """,
    re.VERBOSE,
)
FRAMED = re.compile(r"(/zh)?/proposals/.*/embed/")

POWERS = """
    accelerometer autoplay camera clipboard-read compute-pressure cross-origin-isolated display-capture encrypted-media
    fullscreen gamepad geolocation gyroscope hid identity-credentials-get idle-detection local-fonts magnetometer
    microphone midi otp-credentials payment picture-in-picture publickey-credentials-create publickey-credentials-get
    screen-wake-lock serial storage-access sync-xhr usb window-management xr-spatial-tracking
"""
"""What a browser can do for a page and none of ours asks for; it complains of names that it does not know."""
PERMISSIONS = ", ".join(("clipboard-write=(self)", *(f"{power}=()" for power in POWERS.split())))
"""The buttons that copy a citation write to the clipboard."""


class HeadersMiddleware(CSPMiddleware):
    """Stands around all that answers, files and redirections to HTTPS too.

    `SecurityMiddleware` and `XFrameOptionsMiddleware`, beside it, add what Django has settings for.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Choose the content security policy by the address."""
        parts = super().get_policy_parts(request, response, report_only)
        if FRAMED.fullmatch(request.path_info):
            parts.replace = IN_FRAMES
        elif request.path_info.startswith("/admin/"):
            parts.update = IN_ADMIN
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers that do not say already what they must."""
        answer: Any = super().process_response(request, response)
        others = GIVEN_AWAY.fullmatch(request.path_info)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if others else "same-origin")
        answer.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if FRAMED.fullmatch(request.path_info):
            answer.xframe_options_exempt = True
            answer["Cross-Origin-Embedder-Policy"] = "require-corp"  # or pages that demand it could not frame the card
        return response


def of_a_page() -> dict[str, str]:
    """Give the headers of a page that no request reaches, as where gunicorn itself refuses what it cannot read."""
    request, response = HttpRequest(), HttpResponse()
    request.path_info = "/"
    request.META["HTTP_X_FORWARDED_PROTO"] = "https"
    for middleware in (SecurityMiddleware, HeadersMiddleware, XFrameOptionsMiddleware):
        middleware(lambda _: response).process_response(request, response)
    return dict(response.items())
