"""Where the hospital's system is told, by program: the endpoint and its secret, what became of each message, sending again."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import (
    IF_MATCH,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from referral.api.feed_door import EXCHANGE, FeedDoor
from referral.api.versions import versioned
from referral.exchange import webhooks
from referral.exchange.happenings import EVENTS
from vault.outbox.webhooks.models import LONGEST_URL, WebhookDelivery, WebhookEndpoint, WebhookState


class EndpointBody(serializers.Serializer[Any]):
    """The endpoint; `secret` is there only in the answer that made it."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(EVENTS)))
    version = serializers.IntegerField()
    failures = serializers.IntegerField(help_text="in a row; from five on it pauses for a minute after each")
    paused_until = serializers.DateTimeField(allow_null=True)
    secret = serializers.CharField(required=False)


class EndpointInput(StrictSerializer):
    """Where to tell what."""

    url = StrictCharField(max_length=LONGEST_URL, lines=False)
    events = serializers.ListField(child=StrictChoiceField(choices=list(EVENTS)), allow_empty=False, max_length=len(EVENTS))


class FeedWebhooks(FeedDoor):
    """The hospital's endpoint: at most one."""

    policies = {"GET": EXCHANGE, "POST": EXCHANGE, "PUT": EXCHANGE, "DELETE": EXCHANGE}

    class Output(serializers.Serializer[Any]):
        results = EndpointBody(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(responses=Output, operation_id="feed_webhooks")
    def get(self, request: Request) -> Response:
        found = webhooks.endpoint_of(self.hospital)
        return Response({"results": [shown(found)] if found else [], "next": None})

    @extend_schema(request=EndpointInput, responses={201: EndpointBody}, operation_id="feed_webhook_open")
    def post(self, request: Request) -> Response:
        given = self.read(EndpointInput)
        made = webhooks.open_endpoint(self.hospital, given["url"], given["events"], by=self.acting)
        return versioned(shown(made, secret=True), etag(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=EndpointInput, responses=EndpointBody, parameters=[IF_MATCH], operation_id="feed_webhook_change")
    def put(self, request: Request) -> Response:
        version, given = if_match(request), self.read(EndpointInput)
        changed = webhooks.change_endpoint(self.hospital, given["url"], given["events"], by=self.acting, expected_version=version)
        return versioned(shown(changed), etag(changed))

    @extend_schema(request=None, responses={204: None}, operation_id="feed_webhook_end")
    def delete(self, request: Request) -> Response:
        webhooks.end_endpoint(self.hospital, by=self.acting)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FeedWebhookSecret(FeedDoor):
    """A new secret; the one of before signs beside it for a day."""

    policies = {"POST": EXCHANGE}

    @extend_schema(request=None, responses=EndpointBody, operation_id="feed_webhook_rotate")
    def post(self, request: Request) -> Response:
        rotated = webhooks.rotate_secret(self.hospital, by=self.acting)
        return versioned(shown(rotated, secret=True), etag(rotated))


class DeliveryBody(serializers.Serializer[WebhookDelivery]):
    """One message and how far it is."""

    id = serializers.UUIDField(source="public_id")
    type = serializers.CharField()
    about = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=WebhookState.choices)
    attempts = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class FeedWebhookTest(FeedDoor):
    """One message that says hello."""

    policies = {"POST": EXCHANGE}

    @extend_schema(request=None, responses={202: DeliveryBody}, operation_id="feed_webhook_test")
    def post(self, request: Request) -> Response:
        made = webhooks.send_test(self.hospital, by=self.acting)
        return Response(DeliveryBody(made).data, status=status.HTTP_202_ACCEPTED)


class FeedDeliveries(FeedDoor):
    """What your system was told or is to be told, the newest first."""

    policies = {"GET": EXCHANGE}

    class Query(PageQuery):
        state = StrictChoiceField(choices=WebhookState.choices, required=False, default="")

    class Output(serializers.Serializer[Any]):
        results = DeliveryBody(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="feed_webhook_deliveries")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = webhooks.deliveries_of(self.hospital, given["state"])
        return page_of(request, found, given["page"], lambda one: DeliveryBody(one).data)


class FeedResend(FeedDoor):
    """Send these again, or every dead one."""

    policies = {"POST": EXCHANGE}

    class Input(StrictSerializer):
        deliveries = serializers.ListField(child=StrictUUIDField(), required=False, allow_empty=False, max_length=500)

    class Output(serializers.Serializer[Any]):
        sent_again = serializers.IntegerField()

    @extend_schema(request=Input, responses=Output, operation_id="feed_webhook_resend")
    def post(self, request: Request) -> Response:
        chosen: list[UUID] | None = self.read(self.Input).get("deliveries")
        return Response({"sent_again": webhooks.resend(self.hospital, chosen, by=self.acting)})


class FeedDrop(FeedDoor):
    """Let dead messages go, with a reason."""

    policies = {"POST": EXCHANGE}

    class Input(FeedResend.Input):
        reason = StrictCharField(max_length=webhooks.LONGEST_REASON, lines=False)

    class Output(serializers.Serializer[Any]):
        dropped = serializers.IntegerField()

    @extend_schema(request=Input, responses=Output, operation_id="feed_webhook_drop")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        return Response({"dropped": webhooks.drop(self.hospital, given.get("deliveries"), given["reason"], by=self.acting)})


def shown(endpoint: WebhookEndpoint, *, secret: bool = False) -> dict[str, Any]:
    """An endpoint as plain values."""
    body = {
        "id": endpoint.public_id,
        "url": endpoint.url,
        "events": endpoint.events,
        "version": endpoint.version,
        "failures": endpoint.failures,
        "paused_until": endpoint.open_until,
    }
    return body | {"secret": endpoint.secret} if secret else body
