"""Replies: what agencies answered, and their list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from proposals.exports.workbook import not_of
from proposals.filters import REPLIES_ON_A_PAGE, ReplyFilter
from proposals.models import Reply
from proposals.sentence import heading_of_replies
from proposals.shapes import of_replies, of_reply
from proposals.views.paging import page_of
from proposals.views.shaped import shaped


def reply_list(request: HttpRequest) -> HttpResponse:
    """List the replies to published proposals, the newest first, by agency, outcome, year and words."""
    asked = ReplyFilter(request.GET, Reply.objects.with_what_is_public())
    page = page_of(request, asked.qs, REPLIES_ON_A_PAGE)
    total = page.paginator.count
    context = {"form": asked.form, "page": page, "total": total, "asked": asked}
    right = asked.form.is_valid() or not asked.form.is_bound
    title, end = heading_of_replies(asked.given), asked.address(1)
    shapes = of_replies(title, end, without=not_of(total)) if right else []
    return shaped(request, "proposals/reply_list.html", context, shapes, asked.address(page.number) if right else "")


def reply_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a reply, which published proposals it answers, and what it says of single recommendations."""
    reply = get_object_or_404(
        Reply.objects.with_what_is_public().with_public_times().select_related("source", "scheme"), pk=pk
    )
    return shaped(request, "proposals/reply_detail.html", {"reply": reply}, of_reply(reply))
