"""The platform operator's home: whether every part works, and what waits to be sent; numbers only, nobody's data."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import pgettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.health import readiness
from permissions.doors import Api, Needs, Page
from permissions.roles import Capability
from vault.models import Breaker, Delivery, Message, MessageState
from vault.outbox import MessageClass

OPERATING = Needs(Capability.OPERATE)
A_DAY = timedelta(days=1)
PARTS: dict[str, Any] = {
    "database": pgettext_lazy("platform", "Database"),
    "roles": pgettext_lazy("platform", "Database role"),
    "worker": pgettext_lazy("platform", "Worker"),
    "outbox": pgettext_lazy("platform", "Outbox"),
    "seals": pgettext_lazy("platform", "Seals of the audit trail"),
    "journal": pgettext_lazy("platform", "Journal outside the database"),
    "printing": pgettext_lazy("platform", "Printing"),
}
STATES: dict[str, Any] = {
    MessageState.WAITING: pgettext_lazy("platform", "waiting"),
    MessageState.CLAIMED: pgettext_lazy("platform", "being sent"),
    MessageState.SENT: pgettext_lazy("platform", "sent"),
    MessageState.FAILED: pgettext_lazy("platform", "failed"),
    MessageState.EXPIRED: pgettext_lazy("platform", "too late to send"),
    MessageState.HELD: pgettext_lazy("platform", "held after a restore"),
}
CLASSES: dict[str, Any] = {
    MessageClass.OTP: pgettext_lazy("platform", "login codes"),
    MessageClass.NOTICE: pgettext_lazy("platform", "notices"),
}


class Platform(Page):
    """The state of every part, now."""

    policies = {"GET": OPERATING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, "config/platform.html", state_of_platform())


class PlatformState(Api):
    """The same for programs; `/readyz` says less to more people."""

    policies = {"GET": OPERATING}

    class Output(serializers.Serializer[Any]):
        ready = serializers.BooleanField()
        parts = serializers.DictField()
        messages = serializers.ListField(child=serializers.DictField())
        deliveries = serializers.DictField()
        stopped_gateways = serializers.ListField(child=serializers.CharField())

    @extend_schema(responses=Output, operation_id="platform_get")
    def get(self, request: Request) -> Response:
        state = state_of_platform()
        messages = [{"class": line["cls"], "state": line["state"], "count": line["n"]} for line in state["messages_sent"]]
        return Response(
            {
                "ready": state["ready"],
                "parts": {part["name"]: part["facts"] for part in state["parts"]},
                "messages": messages,
                "deliveries": {line["gateway"]: {"all": line["n"], "refused": line["bad"]} for line in state["deliveries"]},
                "stopped_gateways": state["stopped"],
            }
        )


def state_of_platform() -> dict[str, Any]:
    """Measured now, in a fixed number of queries; messages and deliveries are those of the last day and whatever waits."""
    parts = readiness()
    since = timezone.now() - A_DAY
    recent = Message.objects.filter(Q(state__in=(MessageState.WAITING, MessageState.CLAIMED, MessageState.HELD)) | Q(settled_at__gte=since))
    counted = recent.filter(state__in=STATES).values("cls", "state").annotate(n=Count("pk")).order_by("cls", "state")
    bad = Count("pk", filter=~Q(outcome__in=("accepted", "sending")))
    deliveries = Delivery.objects.filter(started_at__gte=since).values("gateway").annotate(n=Count("pk"), bad=bad).order_by("gateway")
    return {
        "ready": all(part["ok"] for part in parts.values()),
        "parts": [{"name": name, "label": PARTS.get(name, name), "ok": facts["ok"], "facts": facts} for name, facts in parts.items()],
        "messages_sent": [line | {"label": CLASSES.get(line["cls"], line["cls"]), "word": STATES[line["state"]]} for line in counted],
        "deliveries": list(deliveries),
        "stopped": list(Breaker.objects.filter(open_until__gt=timezone.now()).values_list("gateway", flat=True)),
        "measured_at": timezone.now(),
    }
