"""Which proofs are enough for whom, and holding a person back until she has given them."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from permissions.acting import Acting
from permissions.factors.dormancy import awake_phones
from permissions.models import Authenticator, Proof, Session, User
from permissions.roles import DISTRICT_ROLES, Role

# Whoever administers people, places or the platform proves herself twice (GB/T 22239-2019, 8.1.4.1 d); doctors may.
COMPULSORY = frozenset({Role.MANAGER, Role.COORDINATOR, *DISTRICT_ROLES})
IDLE, PROOF = "idle", "proof"


def proofs_suffice(given: Collection[str], *, compulsory: bool, more_is_asked: bool) -> bool:
    """Whether these kinds of proof open a session.

    Compulsory: two kinds, of which one is the authenticator or a recovery code. Asked for more (an authenticator is in use,
    or the phone was not proved for long): anything but the SMS alone. Else one kind.
    """
    kinds = set(given)
    if compulsory:
        return len(kinds) >= 2 and not kinds.isdisjoint({Proof.TOTP, Proof.RECOVERY})
    if more_is_asked:
        return bool(kinds - {Proof.SMS})
    return bool(kinds)


def more_is_asked_of(user: User) -> bool:
    """Whether an SMS alone does not log this person in: she uses an authenticator, or has not proved her phone for long."""
    enrolled = Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)
    people = User.objects.filter(pk=user.pk).annotate(enrolled=Exists(enrolled), awake=Exists(awake_phones(OuterRef("pk"))))
    person = people.values("enrolled", "awake").get()
    return bool(person["enrolled"] or not person["awake"])


def is_enrolled(user: User) -> bool:
    """Whether this person uses an authenticator."""
    return Authenticator.objects.filter(user=user, confirmed=True).exists()


def is_compulsory(role: Role | None) -> bool:
    """Whether this role is played with two proofs only."""
    return bool(settings.SECOND_FACTOR) and role in COMPULSORY


def hold_back(request: HttpRequest) -> None:
    """Takes the acting person off a request whose role needs more proofs than its session has: then nobody acts in it."""
    acting: Acting | None = getattr(request, "acting", None)
    if acting is None or acting.session is None or not is_compulsory(acting.role):
        return
    if proofs_suffice(acting.session.proofs, compulsory=True, more_is_asked=True):
        return
    request.held_choices = getattr(request, "acting_choices", ())  # type: ignore[attr-defined]
    request.user = AnonymousUser()
    request.acting, request.acting_choices = None, ()  # type: ignore[attr-defined]
    request.locked_session, request.locked_why = acting.session, PROOF  # type: ignore[attr-defined]


def other_parts(request: HttpRequest) -> list[Any]:
    """The parts this person could play instead of the one that is held back; none where the login itself is not complete."""
    return [part for part in getattr(request, "held_choices", ()) if not part.current]


def held_for_proof(request: HttpRequest) -> Session | None:
    """The session of a request in which nobody acts because a proof is missing; None when it is open, idle, nobody's or a program's."""
    session: Session | None = getattr(request, "locked_session", None) if getattr(request, "locked_why", "") == PROOF else None
    return None if session is None or session.kind == Session.Kind.KEY else session
