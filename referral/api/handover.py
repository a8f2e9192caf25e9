"""Handing over by program: what is open under a post, its end or transfer with successors, and what waits for an owner."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Post
from clinics.models.post import Title
from permissions.doors import IF_MATCH, Api, Needs, StrictChoiceField, StrictSerializer, StrictUUIDField, if_match
from permissions.identity.masking import mask_name
from permissions.roles import POST_KINDS, Capability, Role
from referral.api.versions import versioned
from referral.handover.items import Item, Kind, kind_of, number_of, work_of
from referral.handover.leave import LEAVING, Handed, Move, Plan, leave, transfer
from referral.handover.name import MOST_AT_ONCE, name_doctor, name_owner
from referral.handover.people import colleagues_of, department_named, institution_named, post_of
from referral.handover.waiting import contracts_waiting, items_waiting

MANAGES = Needs(Capability.MANAGE_POSTS)
MOST_ITEMS = 1000


class OpenItem(serializers.Serializer[Any]):
    """One piece of open work: the name masked, no medical word."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    number = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()


class Colleague(serializers.Serializer[Any]):
    """Somebody who can take work over: her post."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    institution = serializers.UUIDField()


class OpenWork(serializers.Serializer[Any]):
    """What is open under a post, and whom it could go to."""

    post = serializers.UUIDField()
    items = OpenItem(many=True)
    contracts = serializers.IntegerField()
    colleagues = Colleague(many=True)


class ItemChoice(StrictSerializer):
    """One piece of work and who gets it; without a successor it waits for the institution's manager."""

    id = StrictUUIDField()
    successor = StrictUUIDField(required=False, default=None)


class Successors(StrictSerializer):
    """Who gets the open work; what nobody is named for waits for the institution's manager."""

    successor = StrictUUIDField(required=False, default=None)
    contracts = StrictUUIDField(required=False, default=None)
    items = ItemChoice(many=True, required=False, max_length=MOST_ITEMS)  # type: ignore[call-arg]


class PostEndInput(Successors):
    """Why the person leaves, and who gets her work."""

    reason = StrictChoiceField(choices=[reason.value for reason in LEAVING], required=False, default=LEAVING[0].value)


class PostTransferInput(Successors):
    """Where the person goes, and who gets her work."""

    institution = StrictUUIDField()
    kind = StrictChoiceField(choices=[role.value for role in Role if role in POST_KINDS], required=False)
    department = StrictUUIDField(required=False, default=None)
    title = StrictChoiceField(choices=Title.choices, required=False, allow_blank=True)


class HandedPart(serializers.Serializer[Any]):
    """What one colleague got; `to` is null for the manager's list."""

    to = serializers.UUIDField(allow_null=True)
    referrals = serializers.IntegerField()
    returns = serializers.IntegerField()
    contracts = serializers.IntegerField()


class PostEnded(serializers.Serializer[Any]):
    """The post that has ended, the one that took its place when there is one, and who got what."""

    post = serializers.UUIDField()
    new_post = serializers.UUIDField(allow_null=True)
    handed = HandedPart(many=True)


class PostWork(Api):
    """What is open under a live post of one's institution."""

    policies = {"GET": MANAGES}

    @extend_schema(responses=OpenWork, operation_id="posts_handover_read")
    def get(self, request: Request, post: UUID) -> Response:
        held = post_of(self.acting, post)
        work = work_of(held, timezone.localdate())
        body = {
            "post": held.public_id,
            "items": [described(item) for item in work.items],
            "contracts": work.contracts,
            "colleagues": [colleague(one) for one in colleagues_of(held)],
        }
        return versioned(body, f'W/"{work.mark}"')


class PostEnd(Api):
    """The person leaves: right, grants and sessions end, and her open work goes to the successors, all in one."""

    policies = {"POST": MANAGES}

    @extend_schema(request=PostEndInput, responses=PostEnded, parameters=[IF_MATCH], operation_id="posts_end")
    def post(self, request: Request, post: UUID) -> Response:
        seen, held = if_match(request), post_of(self.acting, post)
        given = self.read(PostEndInput)
        handed = leave(held, plan_in(given), reason=given["reason"], by=self.acting, today=timezone.localdate(), seen=seen)
        return Response(ended(held, None, handed))


class PostTransfer(Api):
    """The person goes to another post, which has no right until the district grants one."""

    policies = {"POST": MANAGES}

    @extend_schema(request=PostTransferInput, responses=PostEnded, parameters=[IF_MATCH], operation_id="posts_transfer")
    def post(self, request: Request, post: UUID) -> Response:
        seen, held = if_match(request), post_of(self.acting, post)
        given = self.read(PostTransferInput)
        institution = institution_named(self.acting, given["institution"])
        department = department_named(institution, given["department"]) if given["department"] else None
        move = Move(institution, Role(given.get("kind", held.kind)), department, given.get("title", held.title))
        new, handed = transfer(held, plan_in(given), move, by=self.acting, today=timezone.localdate(), seen=seen)
        return Response(ended(held, new, handed))


class LeftDoctor(serializers.Serializer[Any]):
    """A doctor who is gone and still named in contracts."""

    doctor = serializers.UUIDField()
    name = serializers.CharField()
    institution = serializers.UUIDField()
    contracts = serializers.IntegerField()


class WaitingWork(serializers.Serializer[Any]):
    """Everything that waits for an owner."""

    items = OpenItem(many=True)
    contracts = LeftDoctor(many=True)


class OwnerNamed(serializers.Serializer[Any]):
    """How much has a new owner."""

    count = serializers.IntegerField()


class Waiting(Api):
    """Work of one's institution that nobody answers for any more; a colleague is named for it."""

    policies = {"GET": MANAGES, "POST": MANAGES}

    class Input(StrictSerializer):
        to = StrictUUIDField()
        referrals = serializers.ListField(child=StrictUUIDField(), required=False, max_length=MOST_AT_ONCE)
        returns = serializers.ListField(child=StrictUUIDField(), required=False, max_length=MOST_AT_ONCE)

    @extend_schema(responses=WaitingWork, operation_id="handover_read")
    def get(self, request: Request) -> Response:
        left = contracts_waiting(self.acting, timezone.localdate())
        doctors = [
            {"doctor": one.doctor.public_id, "name": one.doctor.name, "institution": one.institution.public_id, "contracts": one.contracts}
            for one in left
        ]
        return Response({"items": [described(item) for item in items_waiting(self.acting)], "contracts": doctors})

    @extend_schema(request=Input, responses=OwnerNamed, operation_id="handover_name")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        chosen = {Kind.REFERRAL: given.get("referrals", []), Kind.RETURN: given.get("returns", [])}
        return Response({"count": name_owner(chosen, given["to"], by=self.acting)})


class WaitingContracts(Api):
    """The residents of a doctor who is gone look to another family doctor of their centre."""

    policies = {"POST": MANAGES}

    class Input(StrictSerializer):
        doctor = StrictUUIDField()
        to = StrictUUIDField()

    @extend_schema(request=Input, responses=OwnerNamed, operation_id="handover_contracts")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        return Response({"count": name_doctor(given["doctor"], given["to"], by=self.acting, today=timezone.localdate())})


def plan_in(given: dict[str, Any]) -> Plan:
    """The successors of a validated body."""
    chosen = {one["id"]: one["successor"] for one in given.get("items", [])}
    return Plan(given["successor"], chosen, given["contracts"])


def described(item: Item) -> dict[str, Any]:
    """One piece of open work as plain values."""
    return {
        "id": item.public_id,
        "kind": kind_of(item).value,
        "number": number_of(item),
        "status": item.status,
        "version": item.version,
        "name": mask_name(item.patient.name),
    }


def colleague(post: Post) -> dict[str, Any]:
    """Somebody who can take work over."""
    return {"id": post.public_id, "name": post.user.name, "kind": post.kind, "institution": post.institution.public_id}


def ended(post: Post, new: Post | None, handed: Iterable[Handed]) -> dict[str, Any]:
    """What became of a post and its work."""
    parts = [{"to": part.to.public_id if part.to else None, **part.counts} for part in handed]
    return {"post": post.public_id, "new_post": new.public_id if new else None, "handed": parts}
