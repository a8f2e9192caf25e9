"""Logging in when no SMS can be had: with the authenticator, a recovery code, or the district's one-time code."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from permissions.doors import PUBLIC, Page
from permissions.factors import proving
from permissions.models import Session
from permissions.views.cookies import give_key, mark_known, safe_next
from permissions.views.prove import refuse_with
from permissions.visit import visit_of
from vault.refusal import Refusal


class LoginOther(Page):
    """Phone and code in one form; the answer is the same for phones nobody knows."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}
    template = "permissions/login_other.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        address = safe_next(request, request.GET.get("next", ""))
        if getattr(request, "acting", None):
            return redirect(address)
        return self.render(request, self.template, {"next": address})

    def post(self, request: HttpRequest) -> HttpResponse:
        phone, address = request.POST.get("phone", "")[:40], safe_next(request, request.POST.get("next", ""))
        typed = request.POST.get("code", "")[:40]
        try:
            opened = proving.log_in_otherwise(phone, typed, visit_of(request), kind=Session.Kind.BROWSER)
        except Refusal as refusal:
            return refuse_with(self.again(request, self.template, refusal, {"next": address, "phone": phone}), refusal)
        rotate_token(request)
        response = give_key(redirect(address), opened.key)
        return mark_known(response, opened.browser_key) if opened.browser_key else response
