"""Where the SMS provider reports what became of a message."""

import hmac
import json

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from permissions.doors import PUBLIC, Page
from vault.outbox import receipts
from vault.refusal import Refusal, invalid


@method_decorator(csrf_exempt, name="dispatch")
class AliyunReceipts(Page):
    """Takes the provider's status reports; the address carries a secret that only the provider knows."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> JsonResponse:
        secret = settings.ALIYUN_RECEIPT_SECRET
        if not secret or not hmac.compare_digest(request.GET.get("key", "").encode(), secret.encode()):
            raise Refusal("not_found", _("There is nothing here that you may see."))
        receipts.accept(reports_in(request.body))
        return JsonResponse({"code": 0, "msg": "ok"})


def reports_in(body: bytes) -> list[dict[str, object]]:
    """The list of reports in a request body, or a refusal."""
    try:
        reports = json.loads(body)
    except ValueError as error:
        raise invalid("body", _("The reports must be a JSON list.")) from error
    if not isinstance(reports, list) or not all(isinstance(report, dict) for report in reports):
        raise invalid("body", _("The reports must be a JSON list."))
    return reports
