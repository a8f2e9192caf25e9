"""One person of every role in every relation to a thing: whose it is, a colleague, people farther away, and herself without the right."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinics import mirror, rights
from clinics.models import Alliance, AllianceMember, Institution, Post
from clinics.posts import dismiss
from permissions import accounts, administrators
from permissions.acting import Acting
from permissions.models import ReferralRight, RoleAssignment
from permissions.roles import DISTRICT_ROLES, REFERRING_KINDS, Role
from tests.cast import a_district, a_role, a_user, acting_as
from tests.cast_loop import working
from tests.cast_referral import institution, referring_post
from tests.integration.bad_input.stage import Stage

LOST = ("revoked", "suspended", "expired")

EYES = "10"


class People:
    """The people of one role, each logged in on the stage; `at` is centre, hospital or district, where the things are."""

    def __init__(self, stage: Stage, role: Role) -> None:
        self.stage, self.role = stage, role
        self._known: dict[tuple[str, str], Acting] = {}

    def standing(self, relation: str, at: str) -> Acting | None:
        """Who stands in this relation; None where there is nobody, as a district's office has no colleague of the alliance."""
        near = "own" if relation in LOST else relation
        if self.role in DISTRICT_ROLES and near in ("same_institution", "same_alliance"):
            return None
        if (near, at) not in self._known:
            who = self._of_district(near) if self.role in DISTRICT_ROLES else self._of_institution(near, at)
            with transaction.atomic():
                mirror.mirror([who.user.pk])
            self.stage.open_session(who)
            self._known[near, at] = who
        return self._known[near, at]

    def _of_district(self, near: str) -> Acting:
        own = self._own_officer()
        if near == "own" and own is not None:
            return own
        user = a_user(
            "同事", district=self.places["other_district"]["district"].district if near == "other_district" else self.stage.world.district
        )
        a_role(user, self.role)
        return acting_as(user)

    def _own_officer(self) -> Acting | None:
        offices = self.stage.offices
        return {
            Role.DISTRICT_ADMIN: self.stage.world.district_admin, Role.SYSTEM_ADMIN: offices.keeper, Role.SECURITY_ADMIN: offices.guard,
            Role.AUDIT_ADMIN: offices.reader,
        }.get(self.role)  # fmt: skip

    def _of_institution(self, near: str, at: str) -> Acting:
        loop = self.stage.loop
        theirs = {
            (loop.doctor.role, "centre"): loop.doctor, (Role.MANAGER, "centre"): loop.manager, (Role.WINDOW_CLERK, "hospital"): loop.clerk,
            (Role.RECEIVING_DOCTOR, "hospital"): loop.cardiologist, (Role.COORDINATOR, "hospital"): self.stage.watched.coordinator,
        }  # fmt: skip
        if near == "own" and (self.role, at) in theirs:
            return theirs[self.role, at]
        place = self._place(near, at)
        if self.role in REFERRING_KINDS:
            post = referring_post("某医生", place, self._admin(place), self._alliance(place), self.role)
            Post.objects.filter(pk=post.pk).update(department=self._department(near, place))
            return acting_as(post.user, Post.objects.complete().get(pk=post.pk))
        return working("某同事", place, self.role, self._department(near, place) if self.role is Role.RECEIVING_DOCTOR else None)

    def _department(self, near: str, place: Institution) -> Any:
        """Receiving doctors of one hospital sit in different departments; to that of the colleague nobody is sent."""
        if place.kind != "hospital":
            return None
        world = self.stage.world
        return world.department(place, EYES) if near == "same_institution" else world.department(place)

    def _place(self, near: str, at: str) -> Institution:
        if near in ("own", "same_institution"):
            return self.stage.world.centre if at == "centre" else self.stage.world.hospital
        return self.places[near]["hospital" if at == "hospital" or self.stage.world.centre.kind == "hospital" else at]

    def _admin(self, place: Institution) -> Any:
        return self.stage.world.admin if place.district_id == self.stage.world.district.pk else self.stage.strangers["district_admin"].user

    def _alliance(self, place: Institution) -> Alliance:
        held = AllianceMember.objects.filter(institution=place).select_related("alliance").first()
        if held is not None:
            return held.alliance
        alone = Alliance.objects.create(kind="specialty", name=f"{place.short_name}医联体", lead=place)
        AllianceMember.objects.create(alliance=alone, institution=place)
        return alone

    @cached_property
    def places(self) -> dict[str, dict[str, Institution]]:
        """A centre and a hospital in the alliance, in the district only, and in another district."""
        world, far = self.stage.world, a_district("110105", "朝阳区")
        held: dict[str, dict[str, Institution]] = {}
        for near, district in (("same_alliance", world.district), ("same_district", world.district), ("other_district", far)):
            centre = institution(district, f"{near}社区卫生服务中心{self.role}", near, kind="centre", level="9")
            hospital = institution(district, f"{near}医院{self.role}", near, level="3")
            held[near] = {"centre": centre, "hospital": hospital, "district": centre}
        for shared in Alliance.objects.filter(memberships__institution=world.centre):
            for one in ("centre", "hospital"):
                AllianceMember.objects.create(alliance=shared, institution=held["same_alliance"][one])
        return held

    @contextmanager
    def lost(self, relation: str, who: Acting) -> Iterator[None]:
        """While the block runs, what she acts with was revoked, is suspended, or ran out a minute ago."""
        {"revoked": self._revoke, "suspended": self._suspend, "expired": self._expire}[relation](who)
        yield

    def _revoke(self, who: Acting) -> None:
        admin = self.stage.world.district_admin
        if self.role in REFERRING_KINDS:
            rights.revoke(who.post.right, by=admin, reason="misconduct", note="通报")  # type: ignore[union-attr]
        elif who.post is not None:
            dismiss(who.post, by=admin, reason="left")
        elif self.role is Role.DISTRICT_ADMIN:
            past = timezone.now() - timedelta(seconds=1)  # the last two are never ended by each other
            RoleAssignment.objects.filter(public_id=who.choice).update(valid_from=past - timedelta(days=1), valid_to=past)
        else:
            assert who.choice is not None
            administrators.end(who.choice, "离任", by=admin)

    def _suspend(self, who: Acting) -> None:
        if self.role in REFERRING_KINDS:
            rights.suspend(who.post.right, by=self.stage.world.district_admin, reason="leave", note="请假")  # type: ignore[union-attr]
        else:
            with transaction.atomic():
                accounts.deactivate(who.user, by=self.stage.world.district_admin.actor, reason="停用")

    def _expire(self, who: Acting) -> None:
        past = timezone.now() - timedelta(minutes=1)
        if self.role in REFERRING_KINDS:
            ReferralRight.objects.filter(pk=who.post.right_id).update(valid_to=past)  # type: ignore[union-attr]
        elif who.post is not None:
            Post.objects.filter(pk=who.post.pk).update(valid_to=past)
        else:
            RoleAssignment.objects.filter(public_id=who.choice).update(valid_from=past - timedelta(days=1), valid_to=past)
