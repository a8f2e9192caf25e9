"""The first page of the first two administrators: each confirms that the other is who she says."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions.doors import SIGNED_IN, Page
from permissions.founding import confirm_other, waiting_for
from permissions.identity.phones import mask_phone


class FirstConfirmation(Page):
    """Whom I confirm, and who has spoken; for the two founders only, until both have."""

    policies = {"GET": SIGNED_IN, "POST": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = waiting_for(self.acting.user)
        if waiting is None:
            raise Http404
        return self.render(request, "permissions/founding.html", {"waiting": waiting, "phone": mask_phone(waiting.other.phone)})

    def post(self, request: HttpRequest) -> HttpResponse:
        if confirm_other(by=self.acting):
            messages.success(request, _("Both of you are district administrators from now on."))
            return redirect("home")
        messages.success(request, _("Your word is noted. As soon as the other person has confirmed you, you can begin."))
        return redirect("founding")
