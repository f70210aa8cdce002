"""The site map: the analysts' admin, and the public pages in English and, below `/zh/`, in Chinese."""

from django.contrib import admin
from django.urls import URLResolver, include, path
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language
from django.views.generic import TemplateView

CHINESE = "zh-hans"


class LanguagePrefix(LocalePrefixPattern):
    """Puts `zh/` before the Chinese pages, where Django would put `zh-hans/`."""

    @property
    def language_prefix(self) -> str:
        """The beginning of every address in the language that is active."""
        return "zh/" if get_language() == CHINESE else ""


urlpatterns = [
    path("admin/", admin.site.urls),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain; charset=utf-8")),
    URLResolver(LanguagePrefix(prefix_default_language=False), [path("", include("proposals.urls"))]),
]
