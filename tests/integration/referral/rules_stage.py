"""What the stories of one resident share: the doctors, two hospitals with places on every day, and the tally of refusals."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from clinics import mirror
from clinics.models import Institution, PolicyRow, Post, Service, TargetGrant
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.patients.models import CareTeam
from reserved_pools.models import CoolingPlace, PoolKind, PoolSlot
from tests.cast import a_user
from tests.cast_loop import working
from tests.cast_referral import HEART, SHANGHAI, SUGAR, World, today, world
from tests.integration.referral import rules_oracle as oracle

AHEAD = tuple(range(17))
SUBJECTS = (HEART, SUGAR)
UNDO = "arrival_undo_minutes"
Place = tuple[int, int, str]


@dataclass
class Stage:
    """The people and places of every story; `seen` counts each refusal at each door."""

    world: World
    stranger: Post
    other_team: CareTeam  # of the same centre, without the story's doctor
    places: dict[Place, PoolSlot]
    direct: dict[Place, PoolSlot]  # kept for residents; the consulting room books them
    clerks: tuple[Acting, Acting]
    doctors: tuple[Acting, Acting]
    seen: Counter[Any] = field(default_factory=Counter)

    @property
    def hospitals(self) -> tuple[Institution, Institution]:
        return self.world.hospital, self.world.other_hospital

    def place(self, wish: oracle.Wish, door: str) -> PoolSlot:
        return (self.direct if door == "next" else self.places)[wish.ahead, wish.hospital, wish.subject]

    def referral(self, patient: Any, wish: oracle.Wish) -> Referral:
        """A referral of the story's doctor or of somebody else, from a visit here or elsewhere, on the day of the wish."""
        fields: dict[str, Any] = {"seen_at": seen_at(wish)}
        if "elsewhere" in wish.wrong:
            fields["institution"] = self.world.other_hospital
        if "stranger" in wish.wrong:
            fields["post"] = self.stranger
        return self.world.referral(patient, encounter=self.world.encounter(patient, **fields))

    @contextmanager
    def wrong(self, wish: oracle.Wish, place: PoolSlot, referral: int, booking: UUID | None = None) -> Iterator[None]:
        """What else is wrong for the time of one attempt."""
        now = timezone.now()
        taken = F("published") - F("held") - F("cooling") - F("returned")
        service = Service.objects.filter(pk=place.service_id)
        bent: dict[str, tuple[QuerySet[Any], dict[str, Any]]] = {
            "right": (ReferralRight.objects.filter(pk=self.world.zhou.right_id), {"valid_to": now}),
            "grant": (TargetGrant.objects.filter(right_id=self.world.zhou.right_id), {"ended_at": now}),
            "emergency": (Referral.objects.filter(pk=referral), {"emergency_sign": "stroke"}),
            "suspended": (Institution.objects.filter(pk=place.institution_id), {"is_suspended": True}),
            "late": (PolicyRow.objects.filter(parameter=UNDO), {"value": "0"}),
            "given on": (resting(booking), {"about": None}),
            "unasked": (service, {"kind": "bed"}),
            "lapsed": (service, {"kind": "day_surgery"}),
            "another service": (service, {"kind": "day_surgery"}),
            "accepted": (service, {"kind": "bed"}),
            "full": (PoolSlot.objects.filter(pk=place.pk), {"claimed": taken}),
        }
        chosen = [bent[name] for name in sorted(wish.wrong) if name in bent]
        before = [(rows, rows.values(*change).get()) for rows, change in chosen]
        for rows, change in chosen:
            rows.update(**change)
        answer = self.answer(oracle.how_asked(wish.wrong), place, referral)
        try:
            yield
        finally:
            if answer:
                answer.delete()
            for rows, values in before:
                rows.update(**values)

    def answer(self, how: str, place: PoolSlot, referral: int) -> PlaceRequest | None:
        """What the hospital answered: accepted for this service, until yesterday, or for another one; None when it was not asked."""
        if how not in ("accepted", "lapsed", "another service"):
            return None
        services = Service.objects.filter(institution=place.institution_id).exclude(pk=place.service_id)
        service = services.values_list("pk", flat=True).first() if how == "another service" else place.service_id
        return PlaceRequest.objects.create(
            referral_id=referral, service_id=service, status="accepted", asked_by=self.world.zhou, answered_by=self.world.zhou,
            answered_at=timezone.now(), valid_until=today() + timedelta(days=-1 if how == "lapsed" else 5),
        )  # fmt: skip


def resting(booking: UUID | None) -> QuerySet[CoolingPlace]:
    """The place that rests since this booking was cancelled, by its key."""
    kept = CoolingPlace.objects.filter(about=booking).values_list("pk", flat=True) if booking else ()
    return CoolingPlace.objects.filter(pk__in=list(kept))


def a_stage() -> Stage:
    """The stage, built once; the stories are rolled back."""
    made = world()
    stranger = Post.objects.create(
        user=a_user("韩立", district=made.district), institution=made.centre, kind=Role.FAMILY_DOCTOR, title="attending",
        valid_from=timezone.now() - timedelta(days=9),
    )  # fmt: skip
    rule_of(None, "no_show_threshold", str(oracle.LISTED_AFTER))
    rule_of(None, "no_show_window", "lifetime")
    rule_of(made.district, UNDO, "10")
    rule_of(made.district, "resident_may_move", "yes")
    hospitals = (made.hospital, made.other_hospital)
    clerks = [working("宋岩", hospital, Role.WINDOW_CLERK) for hospital in hospitals]
    doctors = [working("何主任", hospital, Role.RECEIVING_DOCTOR) for hospital in hospitals]
    with transaction.atomic():
        mirror.mirror([made.zhou.user_id])  # where guardian lets her refer, other places are offered and substitutes are looked for
    other_team = CareTeam.objects.create(institution=made.centre, name="德胜第二团队")
    other_team.doctors.add(made.shen.user)
    return Stage(
        made, stranger, other_team, places(made, PoolKind.COMMUNITY_REFERRAL), places(made, PoolKind.RESIDENT_DIRECT),
        clerks=(clerks[0], clerks[1]), doctors=(doctors[0], doctors[1]),
    )  # fmt: skip


def places(made: World, kind: PoolKind) -> dict[Place, PoolSlot]:
    """A place of each hospital and subject on every day; its pool stays open into the day itself, so that only the rule closes it."""
    return {
        (ahead, number, code): made.place(
            ahead, institution=hospital, code=code, places=90, kind=kind,
            closes_at=datetime.combine(today() + timedelta(days=ahead), time(1), SHANGHAI),
        )
        for ahead in AHEAD
        for number, hospital in enumerate((made.hospital, made.other_hospital))
        for code in SUBJECTS
    }  # fmt: skip


def rule_of(district: Any, parameter: str, value: str) -> None:
    """The district's value, or the city's where there is no district; a later one replaces it."""
    held = PolicyRow.objects.filter(parameter=parameter, district=district)
    if not held.update(value=value):
        PolicyRow.objects.create(
            parameter=parameter, district=district, value=value, valid_from=today() - timedelta(days=300), source="测试", status="in_force"
        )


def seen_at(wish: oracle.Wish) -> datetime:
    """The instant of the visit behind a referral: at this hour, or in the first or last minute of that day in Beijing."""
    day = today() - timedelta(days=wish.seen_days_ago)
    if wish.seen_at == "now" or not wish.seen_days_ago:
        return timezone.now() - timedelta(days=wish.seen_days_ago)
    return datetime.combine(day, time(0, 0) if wish.seen_at == "first minute" else time(23, 59), SHANGHAI)
