"""The site's settings, with the alternatives beside it: what is measured runs in one server."""

from lianghui.environment import env
from lianghui.settings import *  # noqa: F403 - all of them

MIDDLEWARE.insert(0, "bench.plain.ColdMiddleware")  # noqa: F405 - from there
if env.bool("WITHOUT_KEPT_PAGES", default=False):
    MIDDLEWARE.remove("lianghui.pages.KeptPagesMiddleware")  # noqa: F405 - from there
ROOT_URLCONF = "bench.plain"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "bench" / "templates")  # type: ignore[attr-defined]  # noqa: F405 - from there
