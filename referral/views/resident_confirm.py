"""The resident says on her page that she will come, where her hospital asks; nothing else changes (C25)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from permissions.doors import PUBLIC, Page
from referral.booking.confirm import confirm_coming
from referral.views.resident import is_stopped, recognised, shown
from vault.refusal import Refusal


class ResidentConfirm(Page):
    """POST: one button of whoever was recognised in this browser."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        if booking is None:
            return redirect("resident")
        if is_stopped(booking):
            return redirect("resident_stopped")
        try:
            confirm_coming(booking)
        except Refusal as refusal:
            booking.refresh_from_db()
            return self.render(request, "referral/resident.html", shown(booking) | {"refusal": refusal}, status=409)
        return redirect("resident")
