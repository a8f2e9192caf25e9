"""The inbox on pages: what changed for the reader, newest first, opened one by one or all at once."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from permissions.doors import SIGNED_IN, Page
from permissions.views.chosen import chosen
from referral.inbox import opened, queries
from referral.inbox.kinds import Group
from referral.news.reading import line_of, lines_of

PER_PAGE = 30


class Notices(Page):
    """Her notices in the part she acts in; the filters stand in the address."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        group = request.GET.get("group", "")
        group = group if group in Group.values else ""
        unread = request.GET.get("show") == "unread"
        page = Paginator(queries.inbox_of(self.acting, group=group, unread=unread), PER_PAGE).get_page(request.GET.get("page"))
        lines = lines_of(self.acting, page.object_list)
        context = {
            "page": page,
            "lines": lines,
            "newest": lines[0].id if lines and page.number == 1 else "",
            "groups": [("", _("all")), *Group.choices],
            "group": group,
            "shows": [("", _("all")), ("unread", _("unread only"))],
            "show": "unread" if unread else "",
            "unread": queries.unread_count(self.acting),
            "elsewhere": queries.unread_in_other_parts(self.acting),
        }
        return self.render(request, "referral/notices.html", context)


class NoticeOpen(Page):
    """One notice is read, and what it is about opens; when she may see it no more, the inbox says so."""

    policies = {"POST": SIGNED_IN}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        line = line_of(self.acting, opened.read(public_id, by=self.acting))
        if line.href:
            return redirect(line.href)
        messages.success(request, _("Marked as read. There is no page of yours to open for it."))
        return redirect("notices")


class NoticesReadAll(Page):
    """Everything she saw on the page counts as read; what came meanwhile does not."""

    policies = {"POST": SIGNED_IN}

    def post(self, request: HttpRequest) -> HttpResponse:
        group = request.POST.get("group", "")
        newest = request.POST.get("until")  # empty on later pages: everything is meant
        until = None if newest == "" else chosen(newest or "?")
        count = opened.read_all(group=group if group in Group.values else "", until=until, by=self.acting)
        messages.success(request, ngettext("%(n)d notice was marked as read.", "%(n)d notices were marked as read.", count) % {"n": count})
        return redirect(reverse("notices") + (f"?group={group}" if group in Group.values else ""))
