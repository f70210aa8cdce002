"""The app that stands in `INSTALLED_APPS` in the place of `django.contrib.admin`; loaded before there are models."""

from django.contrib.admin.apps import AdminConfig


class LianghuiAdminConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "accounts.admin_site.SignedInSite"
