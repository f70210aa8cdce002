"""The site map: the analysts' admin, and the public pages in English and, below `/zh/`, in Chinese."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language
from django.views.generic import TemplateView

from lianghui import health
from lianghui.contact import security_txt
from proposals.api.documentation import documentation
from proposals.views.embedding import oembed
from proposals.views.proposals import preview
from proposals.views.sitemaps import sitemap, sitemap_part

CHINESE = "zh-hans"
handler400 = "lianghui.sizes.refuse"
handler500 = "lianghui.unavailable.error_page"


class LanguagePrefix(LocalePrefixPattern):
    """Puts `zh/` before the Chinese pages, where Django would put `zh-hans/`."""

    @property
    def language_prefix(self) -> str:
        """The beginning of every address in the language that is active."""
        return "zh/" if get_language() == CHINESE else ""


about = [
    path("", TemplateView.as_view(template_name="about/about.html"), name="about"),
    path("method/", TemplateView.as_view(template_name="about/method.html"), name="method"),
    path("outcomes/", TemplateView.as_view(template_name="about/outcomes.html"), name="about_outcomes"),
    path("data/", TemplateView.as_view(template_name="about/data.html"), name="data"),
    path("api/", TemplateView.as_view(template_name="about/api.html"), name="about_api"),
    path("licence/", TemplateView.as_view(template_name="about/licence.html"), name="licence"),
    path("accessibility/", TemplateView.as_view(template_name="about/accessibility.html"), name="accessibility"),
    path("privacy/", TemplateView.as_view(template_name="about/privacy.html"), name="privacy"),
]
public: list[URLPattern | URLResolver] = [
    path("about/", include(about)),
    path("alerts/", include("alerts.urls")),
    path("api/docs/", documentation, name="api_docs"),
    path("", include("proposals.urls")),
]

urlpatterns = [
    path("admin/preview/<int:pk>/", admin.site.admin_view(preview), name="preview"),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain; charset=utf-8")),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("api/v1/", include("proposals.api.urls")),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<slug:kind>-<int:number>.xml", sitemap_part, name="sitemap_part"),
    path("oembed", oembed, name="oembed"),
    URLResolver(LanguagePrefix(prefix_default_language=False), public),
]
