"""How the sending of alerts went, in numbers, for those who look after the site; of addresses there is no page."""

from django.contrib import admin
from django.http import HttpRequest

from alerts.models import Run
from people.record_admin import SteadyLists


@admin.register(Run)
class RunAdmin(SteadyLists):
    """The runs, to be read only."""

    list_display = ("started", "ended", "mails", "things", "failed", "suspended", "doubtful", "remark")
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: runs come about by themselves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """Refuse: what was done is not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """Refuse: nor is it forgotten."""
        return False
