"""Who a session key belongs to, the state of the session, live district-wide roles and accepted duties: one query."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import JSONObject, Now

from permissions.acting import Acting
from permissions.duties import Accepted
from permissions.models import District, DutiesAcceptance, RoleAssignment, Session
from permissions.roles import IN_PERSON, Role
from permissions.sessions import hash_of
from vault.compiled import Compiled

ANY_KEY = b"stands for the key of any session"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A live session and what was read with it, judged by the database clock."""

    session: Session
    locked: bool
    unnoted: bool  # its freshness is older than a minute
    changed: bool  # what the person may do changed since this session last looked
    roles: tuple[Acting, ...]
    duties: Accepted = frozenset()

    @property
    def acting(self) -> Acting:
        """The district-wide role chosen in this session, else (for a person) the first one, else the person without any role."""
        chosen = next((part for part in self.roles if part.choice == self.session.acting_choice), None)
        other = None if self.session.kind == Session.Kind.KEY else next(iter(self.roles), None)
        return chosen or other or Acting(self.session.user, session=self.session, scopes=_scopes(self.session))


def recognise(key: str) -> Recognised | None:
    """The live session of this key and its person, or None; one query, so that a revocation counts for the next request."""
    if not key or len(key) > 200:
        return None
    session: Any = _question(settings.SESSION_IDLE_MINUTES, settings.DORMANT_DAYS).first(key_hash=hash_of(key))
    if session is None:
        return None
    roles = tuple(_part(session, role) for role in session.live_roles)
    duties = frozenset((one["role"], one["version"]) for one in session.accepted)
    return Recognised(session, session.locked, session.unnoted, session.epoch != session.user.epoch, roles, duties)


@cache
def _question(idle_minutes: int, dormant_days: int) -> Compiled[Session]:
    """One query for all of it; written once for each pair of settings."""
    sessions = (
        Session.objects.live()
        .filter(_good_for_its_person(dormant_days), key_hash=ANY_KEY, user__is_active=True)
        .select_related("user__district")
        .annotate(
            locked=_is_idle(idle_minutes),
            unnoted=_older_than(timedelta(minutes=1)),
            live_roles=ArraySubquery(_LIVE_ROLES),
            accepted=ArraySubquery(_ACCEPTED),
        )
        .order_by("pk")
    )
    return Compiled(sessions, key_hash=ANY_KEY)


def _older_than(age: timedelta) -> Case:
    return Case(When(Q(seen_at__lte=Now() - age), then=Value(True)), default=Value(False), output_field=BooleanField())


def _is_idle(minutes: int) -> Case:
    """Nobody sits before a program, and a device in a hall waits for people: neither is idle."""
    idle = ~Q(kind=Session.Kind.KEY) & Q(kiosk_since=None) & Q(seen_at__lte=Now() - timedelta(minutes=minutes))
    return Case(When(idle, then=Value(True)), default=Value(False), output_field=BooleanField())


_LIVE_ROLES = (
    RoleAssignment.objects.live()
    .filter(user=OuterRef("user"))
    .order_by("pk")
    .values(
        json=JSONObject(
            id="public_id", role="role", district="district", code="district__code", name="district__name", name_en="district__name_en"
        )
    )
)

_ACCEPTED = DutiesAcceptance.objects.filter(user=OuterRef("user")).values(json=JSONObject(role="role", version="version"))


def _part(session: Session, role: dict[str, Any]) -> Acting:
    district = District(pk=role["district"], code=role["code"], name=role["name"], name_en=role["name_en"])
    return Acting(
        session.user, Role(role["role"]), session=session, district=district, choice=UUID(role["id"]), scopes=_scopes(session)
    )  # fmt: skip


def _scopes(session: Session) -> frozenset[str] | None:
    return None if session.scopes is None else frozenset(session.scopes) - IN_PERSON


def _good_for_its_person(dormant_days: int) -> Q:
    """A program stops with its person: when she neither logged in nor made a key for long, her keys sleep until she does (T29)."""
    since = Now() - timedelta(days=dormant_days)
    logins = Session.objects.filter(user=OuterRef("user"), created_at__gt=since, proof_due=False)
    return ~Q(kind=Session.Kind.KEY) | Q(Exists(logins))
