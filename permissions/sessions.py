"""Logging in, staying in, and getting out: sessions in the database, their keys known only to whoever holds them."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions import otp
from permissions.acting import Acting
from permissions.factors.required import more_is_asked_of, proofs_suffice
from permissions.models import KnownBrowser, PhoneDevice, Proof, Session, User
from permissions.visit import Visit
from vault import audit
from vault.actor import Actor, ActorKind
from vault.refusal import Refusal
from vault.transactions import requires_transaction

KNOWN_BROWSER_DAYS = 90
PROOF_WITHIN = timedelta(minutes=10)
NOWHERE = Visit()


@dataclass(frozen=True, slots=True)
class Opened:
    """A login just made; `key` and `browser_key` exist here and with their holder only."""

    session: Session
    key: str
    browser_key: str = ""


def log_in(handle: str, code: str, visit: Visit, *, kind: str) -> Opened:
    """A new session for the person whose code this is. Refuses with `wrong_code`.

    The guess is counted and committed first; using the code up and opening the session are one transaction after it. Above
    the person's number of desks the session that was quiet longest ends.
    """
    guess = otp.evaluate(handle, code)
    return _open(guess, visit, kind)


@transaction.atomic(durable=True)
def _open(guess: otp.Guess, visit: Visit, kind: str) -> Opened:
    if guess.device is None:
        raise otp.wrong(guess.left)
    # The person first, then the code: whoever changes her phone takes the locks in the same order.
    user = locked_user(guess.device.user_id)
    return begin(user, Proof.SMS, otp.consume(guess).persistent_id, visit, kind)


def begin(user: User, proof: Proof, device: str, visit: Visit, kind: str) -> Opened:
    """Step: a session on its first proof; the caller holds `locked_user`.

    Where that proof is not enough the session waits ten minutes for another one: nobody acts in it, no other session
    makes room for it, and the browser stays a stranger's. Refuses with `wrong_code` when the account was closed meanwhile.
    """
    requires_transaction()
    if not user.is_active:
        raise otp.wrong(0)
    due = not proofs_suffice([proof], compulsory=False, more_is_asked=more_is_asked_of(user))
    if not due:
        _make_room(user)
    key = secrets.token_urlsafe(32)
    session = Session.objects.create(
        user=user,
        kind=kind,
        key_hash=hash_of(key),
        device=device,
        client=visit.client,
        address=visit.address or None,
        epoch=user.epoch,
        proofs=[proof.value],
        proof_due=due,
        expires_at=Now() + (PROOF_WITHIN if due else timedelta(hours=settings.SESSION_ABSOLUTE_HOURS)),
    )
    return Opened(session, key, "" if due else _settle(session, user, visit))


def add_proof(session: Session, proof: Proof, visit: Visit) -> Opened:
    """Step: one more proof of the same person; the session goes on under a new key, unlocked, and whole once it suffices.

    The caller holds `locked_user`. The absolute limit counts from the first proof. A device in a hall is an ordinary screen
    again. Refuses with `not_signed_in` when the session is over.
    """
    requires_transaction()
    held = Session.objects.live().filter(pk=session.pk).select_for_update(of=("self",)).select_related("user").first()
    if held is None:
        raise Refusal("not_signed_in", _("Please log in first."))
    proofs = sorted({*held.proofs, proof.value})
    due = held.proof_due and not proofs_suffice(proofs, compulsory=False, more_is_asked=True)
    is_new = held.proof_due and not due
    if is_new or held.kiosk_since:
        _make_room(held.user)
    if is_new:
        held.expires_at = held.created_at + timedelta(hours=settings.SESSION_ABSOLUTE_HOURS)
    key = secrets.token_urlsafe(32)
    Session.objects.filter(pk=held.pk).update(
        key_hash=hash_of(key), proofs=proofs, proof_due=due, guesses=0, seen_at=Now(), proved_at=Now(), expires_at=held.expires_at,
        kiosk_since=None,
    )  # fmt: skip
    held.proofs, held.proof_due, held.kiosk_since = proofs, due, None
    if is_new:
        return Opened(held, key, _settle(held, held.user, visit))
    _note_phone([proof.value], held.user)
    audit.record("unlock", "session", held.public_id, by=actor_of(held.user), details={"proof": proof.value})
    return Opened(held, key)


def locked_user(user_id: int) -> User:
    """Step: the person, locked, so that two logins or two proofs of hers come one after the other."""
    requires_transaction()
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def _settle(session: Session, user: User, visit: Visit) -> str:
    """A login is complete: the browser counts as hers, and the trail has it."""
    _note_phone(session.proofs, user)
    details = {"kind": session.kind, "proofs": list(session.proofs)}
    audit.record("log_in", "session", session.public_id, by=actor_of(user), details=details)
    return _remember_browser(user, visit) if session.kind == Session.Kind.BROWSER else ""


def _note_phone(proofs: Collection[str], user: User) -> None:
    """The phone counts as used when its SMS was among the proofs; whoever got in without it proved nothing about her number."""
    if Proof.SMS in proofs:
        PhoneDevice.objects.filter(user=user).update(last_used_at=Now())


def _make_room(user: User) -> None:
    """Ends what is one too many; the user row is locked, so that two logins at once cannot both fit. A device in a hall is no desk."""
    desks = Session.objects.live().filter(user=user, proof_due=False, kiosk_since=None)
    live = desks.exclude(kind=Session.Kind.KEY).order_by("-seen_at", "-pk")
    surplus = [session.pk for session in live[user.desks - 1 :]]
    Session.objects.filter(pk__in=surplus).update(ended_at=Now(), ending=Session.Ending.REPLACED)


def _remember_browser(user: User, visit: Visit) -> str:
    """The key under which this browser is known; one that somebody has used keeps its key, any other gets a new one."""
    shared = KnownBrowser.objects.filter(key_hash=hash_of(visit.browser_key))
    key = visit.browser_key if visit.browser_key and shared.exists() else secrets.token_urlsafe(32)
    later = Now() + timedelta(days=KNOWN_BROWSER_DAYS)
    KnownBrowser.objects.update_or_create(user=user, key_hash=hash_of(key), defaults={"expires_at": later})
    return key


def unlock(session: Session, handle: str, code: str, visit: Visit = NOWHERE) -> Opened:
    """The same session open again, under a new key. Refuses with `wrong_code`; another person's code is a wrong one."""
    guess = otp.evaluate(handle, code, otp.UNLOCK)
    return _unlock(guess, session, visit)


@transaction.atomic(durable=True)
def _unlock(guess: otp.Guess, session: Session, visit: Visit) -> Opened:
    if guess.device and guess.device.user_id != session.user_id:
        raise otp.wrong(0)
    locked_user(session.user_id)
    otp.consume(guess)
    return add_proof(session, Proof.SMS, visit)


@transaction.atomic(durable=True)
def log_out(session: Session) -> None:
    """This session is over; doing it twice is once."""
    _end(Session.objects.filter(pk=session.pk), Session.Ending.LOGOUT, by=actor_of(session.user))


@transaction.atomic(durable=True)
def end_session(public_id: UUID, *, by: Acting) -> None:
    """One session of one's own is over. Refuses with `not_found` when it is not one's own or over already."""
    if not _end(Session.objects.filter(user=by.user, public_id=public_id), Session.Ending.BY_PERSON, by=by.actor):
        raise Refusal("not_found", _("There is nothing here that you may see."))


@transaction.atomic(durable=True)
def end_other_sessions(*, by: Acting) -> int:
    """Every login of one's own but this one is over, keys of programs excepted; says how many were."""
    others = Session.objects.filter(user=by.user).exclude(kind=Session.Kind.KEY)
    if by.session is not None:
        others = others.exclude(pk=by.session.pk)
    return _end(others, Session.Ending.BY_PERSON, by=by.actor)


def end_sessions_of(user: User, ending: Session.Ending, *, by: Actor) -> int:
    """Step: every session of a person is over, from the commit on; browsers she used are strangers again."""
    requires_transaction()
    KnownBrowser.objects.filter(user=user).delete()
    return _end(Session.objects.filter(user=user), ending, by=by)


def _end(sessions: models.QuerySet[Session], ending: Session.Ending, *, by: Actor) -> int:
    live = list(sessions.filter(ended_at=None).select_for_update(of=("self",)).order_by("pk"))
    Session.objects.filter(pk__in=[session.pk for session in live]).update(ended_at=Now(), ending=ending)
    for session in live:
        audit.record("end_session", "session", session.public_id, by=by, reason=ending)
    return len(live)


def act_as(session: Session, choice: UUID) -> None:
    """Act in this part from the next request on, which checks it again; the caller has seen that it is one of hers."""
    Session.objects.filter(pk=session.pk).update(acting_choice=choice)


def touch(session: Session) -> None:
    """Writes that the session is in use, at most once a minute; two requests that race write it once or twice, no matter."""
    Session.objects.filter(pk=session.pk, seen_at__lte=Now() - timedelta(minutes=1)).update(seen_at=Now())


def catch_up(session: Session) -> None:
    """Notes that this session knows of the person's changed rights; a change in between keeps the difference alive."""
    Session.objects.filter(pk=session.pk, epoch__lt=session.user.epoch).update(epoch=session.user.epoch)


def bump_epoch(user_id: int) -> None:
    """Step: every open session of a person learns with its next request that what she may do has changed."""
    requires_transaction()
    User.objects.filter(pk=user_id).update(epoch=F("epoch") + 1)


def hash_of(key: str) -> bytes:
    """What the database knows of a key; keys are long and random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).digest()


def actor_of(user: User) -> Actor:
    """The person as the trail names her outside any post."""
    return Actor(ActorKind.USER, user.public_id)
