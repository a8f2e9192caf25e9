"""Referral rights by program: seen, entered, granted, suspended, reinstated and revoked."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics import rights
from clinics.grants import Target
from clinics.models import Post, TargetGrant
from clinics.right_queries import (
    STANDINGS,
    found,
    post_seen_by,
    posts_seen_by,
    right_seen_by,
    rights_seen_by,
    standing,
    targets_named,
    with_targets,
)
from clinics.watch.queries import ENDS_WITHIN, RESTING, WORDS, Narrowing, narrowed
from clinics.watch.timeline import timeline_for
from permissions.doors import (
    IF_MATCH,
    SIGNED_IN,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.models import ReferralRight
from permissions.right_states import REVOKE_REASONS, SUSPEND_REASONS, RightReason, RightStatus, right_is_in_force
from permissions.rights import NOTE_LENGTH
from permissions.roles import REFERRING_KINDS, Capability

DECIDING = Needs(Capability.GRANT_RIGHTS)
LONGEST_SEARCH = 50
KINDS = ("alliance", "institution", "department")
OPEN_HERE = frozenset({"nominate_again", "verify", "send_back", "grant", "suspend", "reinstate", "revoke"})


def reasons(allowed: Iterable[RightReason]) -> list[tuple[str, Any]]:
    """The choices of a coded reason, in the order of the code list."""
    return [(reason.value, reason.label) for reason in RightReason if reason in frozenset(allowed)]


class RightTarget(StrictSerializer):
    """Where a right may be used: one alliance, institution or department."""

    kind = StrictChoiceField(choices=KINDS)
    id = StrictUUIDField()


class RightGrantInput(StrictSerializer):
    """Where, and until which day (included)."""

    targets = RightTarget(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    valid_to = StrictDateField()


class RightEntryInput(RightGrantInput):
    """The post that gets the right."""

    post = StrictUUIDField()


class RightEntry(serializers.Serializer[Any]):
    """One right; `in_force` is judged now, `actions` are the steps open to the acting person."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=RightStatus.choices)
    version = serializers.IntegerField()
    in_force = serializers.BooleanField()
    user = serializers.CharField()
    post = serializers.UUIDField(allow_null=True)
    institution = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_to = serializers.DateTimeField(allow_null=True)
    reason = serializers.ChoiceField(choices=RightReason.choices, allow_blank=True)
    targets = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    actions = serializers.ListField(child=serializers.CharField())


class RightList(serializers.Serializer[Any]):
    """One page of them; `next` is the address of the following page."""

    results = RightEntry(many=True)
    next = serializers.URLField(allow_null=True)


class RightStep(serializers.Serializer[Any]):
    """One line of a right's timeline."""

    at = serializers.DateTimeField()
    title = serializers.CharField()
    who = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)


class RightWithTimeline(RightEntry):
    """One right and what happened to it, the latest first; the timeline is for those who watch over rights."""

    timeline = RightStep(many=True)


class RightQuery(PageQuery):
    """The filters of the page of rights; all but `status` ask for live posts."""

    status = StrictChoiceField(choices=RightStatus.choices, required=False)
    standing = StrictChoiceField(choices=[(name, words) for name, (words, _condition) in STANDINGS.items()], required=False, default="")
    q = StrictCharField(required=False, default="", allow_blank=True, max_length=LONGEST_SEARCH, lines=False)
    institution = StrictUUIDField(required=False, default=None)
    kind = StrictChoiceField(choices=sorted(REFERRING_KINDS), required=False, default="")
    ends = StrictChoiceField(choices=[str(days) for days in ENDS_WITHIN], required=False, default="")
    word = StrictChoiceField(choices=list(WORDS.items()), required=False, default="")
    rest = StrictChoiceField(choices=[(name, words) for name, (words, _reason) in RESTING.items()], required=False, default="")


class RightDoor(Api):
    """What every door to a right answers with: the right as it now is, its version as ETag."""

    def described(self, right: ReferralRight) -> dict[str, Any]:
        return described(right, (self.acting.role.value,) if self.acting.role else ())

    def answer(self, right: ReferralRight, code: int = status.HTTP_200_OK) -> Response:
        fresh = right_seen_by(self.acting, right.public_id)
        return Response(self.described(fresh), status=code, headers={"ETag": etag(fresh)})


class Rights(RightDoor):
    """The rights the acting person may see; the district enters new ones."""

    policies = {"GET": SIGNED_IN, "POST": DECIDING}

    @extend_schema(parameters=[RightQuery], responses=RightList, operation_id="rights_list")
    def get(self, request: Request) -> Response:
        given = self.asked(RightQuery)
        listed = with_targets(rights_seen_by(self.acting)).order_by("pk")
        listed = listed.filter(status=given["status"]) if "status" in given else listed
        return page_of(request, self.filtered(listed, given), given["page"], self.described)

    def filtered(self, listed: QuerySet[ReferralRight], given: dict[str, Any]) -> QuerySet[ReferralRight]:
        """Those of the live posts that pass the filters; without any all of them, those of posts that ended too."""
        fine = Narrowing(given["kind"], given["ends"], given["word"], given["rest"])
        if not (fine.given or given["standing"] or given["q"].strip() or given["institution"]):
            return listed
        posts = narrowed(found(standing(posts_seen_by(self.acting), given["standing"]), given["q"]), fine, timezone.localdate())
        if given["institution"]:
            posts = posts.filter(institution__public_id=given["institution"])
        return listed.filter(post__in=posts.order_by().values("pk"))

    @extend_schema(request=RightEntryInput, responses={201: RightEntry}, operation_id="rights_enter")
    def post(self, request: Request) -> Response:
        given = self.read(RightEntryInput)
        post = post_seen_by(self.acting, given["post"])
        right = rights.enter(post, targets=_targets(given), last_day=given["valid_to"], by=self.acting)
        return self.answer(right, status.HTTP_201_CREATED)


class RightDetail(RightDoor):
    """One right with its targets."""

    policies = {"GET": SIGNED_IN}

    @extend_schema(responses=RightWithTimeline, operation_id="rights_get")
    def get(self, request: Request, right: UUID) -> Response:
        held = right_seen_by(self.acting, right)
        steps = timeline_for(self.acting, held) if self.acting.can(Capability.SEE_RIGHTS) else []
        told = [{"at": one.at, "title": str(one.title), "who": one.who, "text": str(one.text)} for one in steps]
        return Response(self.described(held) | {"timeline": told}, headers={"ETag": etag(held)})


class RightGrant(RightDoor):
    """A verified right is granted."""

    policies = {"POST": DECIDING}

    @extend_schema(request=RightGrantInput, responses=RightEntry, parameters=[IF_MATCH], operation_id="rights_grant")
    def post(self, request: Request, right: UUID) -> Response:
        version, given = if_match(request), self.read(RightGrantInput)
        held = right_seen_by(self.acting, right)
        rights.grant(held, targets=_targets(given), last_day=given["valid_to"], by=self.acting, expected_version=version)
        return self.answer(held)


class RightSuspend(RightDoor):
    """A granted right stops counting with the next click of its holder."""

    policies = {"POST": DECIDING}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=reasons(SUSPEND_REASONS))
        note = StrictCharField(max_length=NOTE_LENGTH, lines=False, required=False, allow_blank=True, default="")

    @extend_schema(request=Input, responses=RightEntry, parameters=[IF_MATCH], operation_id="rights_suspend")
    def post(self, request: Request, right: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = right_seen_by(self.acting, right)
        rights.suspend(held, by=self.acting, expected_version=version, **given)
        return self.answer(held)


class RightReinstate(RightDoor):
    """A suspended right counts again; after misconduct the first of two requests leaves it suspended."""

    policies = {"POST": DECIDING}

    @extend_schema(request=None, responses=RightEntry, parameters=[IF_MATCH], operation_id="rights_reinstate")
    def post(self, request: Request, right: UUID) -> Response:
        version = if_match(request)
        held = right_seen_by(self.acting, right)
        rights.reinstate(held, by=self.acting, expected_version=version)
        return self.answer(held)


class RightRevoke(RightDoor):
    """A right is taken away for good."""

    policies = {"POST": DECIDING}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=reasons(REVOKE_REASONS))
        note = StrictCharField(max_length=NOTE_LENGTH, lines=False, required=False, allow_blank=True, default="")

    @extend_schema(request=Input, responses=RightEntry, parameters=[IF_MATCH], operation_id="rights_revoke")
    def post(self, request: Request, right: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = right_seen_by(self.acting, right)
        rights.revoke(held, by=self.acting, expected_version=version, **given)
        return self.answer(held)


def described(right: ReferralRight, roles: tuple[str, ...]) -> dict[str, Any]:
    """One right as a program reads it."""
    post: Post | None = getattr(right, "post", None)
    return {
        "id": right.public_id,
        "status": right.status,
        "version": right.version,
        "in_force": right_is_in_force(right.status, right.valid_from, right.valid_to, timezone.now()),
        "user": right.user.name,
        "post": post.public_id if post else None,
        "institution": post.institution.name if post else "",
        "valid_from": right.valid_from,
        "valid_to": right.valid_to,
        "reason": right.reason_code,
        "targets": [_target(grant) for grant in right.targets],  # type: ignore[attr-defined]
        "actions": [step.event for step in right.STATES.open_to(right.status, roles) if step.event in OPEN_HERE],
    }


def _target(grant: TargetGrant) -> dict[str, Any]:
    target: Any = grant.target
    return {"kind": target._meta.model_name, "id": str(target.public_id), "name": target.name}


def _targets(given: dict[str, Any]) -> list[Target]:
    return targets_named([(target["kind"], target["id"]) for target in given["targets"]])
