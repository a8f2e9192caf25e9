"""Logging in, staying in, and getting out: sessions in the database, their keys known only to whoever holds them."""

import hashlib
import secrets
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
from permissions.models import KnownBrowser, Session, User
from permissions.visit import Visit
from vault import audit
from vault.actor import Actor, ActorKind
from vault.refusal import Refusal
from vault.transactions import requires_transaction

KNOWN_BROWSER_DAYS = 90


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
    device = otp.consume(guess)
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=device.user_id)
    _make_room(user)
    key = secrets.token_urlsafe(32)
    session = Session.objects.create(
        user=user,
        kind=kind,
        key_hash=hash_of(key),
        device=device.persistent_id,
        client=visit.client,
        address=visit.address or None,
        epoch=user.epoch,
        expires_at=Now() + timedelta(hours=settings.SESSION_ABSOLUTE_HOURS),
    )
    browser_key = _remember_browser(user, visit) if kind == Session.Kind.BROWSER else ""
    audit.record("log_in", "session", session.public_id, by=_actor(user), details={"kind": kind})
    return Opened(session, key, browser_key)


def _make_room(user: User) -> None:
    """Ends what is one too many; the user row is locked, so that two logins at once cannot both fit."""
    live = Session.objects.live().filter(user=user).order_by("-seen_at", "-pk")
    surplus = [session.pk for session in live[user.desks - 1 :]]
    Session.objects.filter(pk__in=surplus).update(ended_at=Now(), ending=Session.Ending.REPLACED)


def _remember_browser(user: User, visit: Visit) -> str:
    """The key under which this browser is known; one that somebody has used keeps its key, any other gets a new one."""
    shared = KnownBrowser.objects.filter(key_hash=hash_of(visit.browser_key))
    key = visit.browser_key if visit.browser_key and shared.exists() else secrets.token_urlsafe(32)
    later = Now() + timedelta(days=KNOWN_BROWSER_DAYS)
    KnownBrowser.objects.update_or_create(user=user, key_hash=hash_of(key), defaults={"expires_at": later})
    return key


def unlock(session: Session, handle: str, code: str) -> str:
    """The same session open again, under a new key. Refuses with `wrong_code`; another person's code is a wrong one."""
    guess = otp.evaluate(handle, code, otp.UNLOCK)
    return _unlock(guess, session)


@transaction.atomic(durable=True)
def _unlock(guess: otp.Guess, session: Session) -> str:
    if guess.device and guess.device.user_id != session.user_id:
        raise otp.wrong(0)
    otp.consume(guess)
    key = secrets.token_urlsafe(32)
    live = Session.objects.live().filter(pk=session.pk)
    if not live.update(key_hash=hash_of(key), seen_at=Now()):
        raise Refusal("not_signed_in", _("Please log in first."))
    audit.record("unlock", "session", session.public_id, by=_actor(session.user))
    return key


@transaction.atomic(durable=True)
def log_out(session: Session) -> None:
    """This session is over; doing it twice is once."""
    _end(Session.objects.filter(pk=session.pk), Session.Ending.LOGOUT, by=_actor(session.user))


@transaction.atomic(durable=True)
def end_session(public_id: UUID, *, by: Acting) -> None:
    """One session of one's own is over. Refuses with `not_found` when it is not one's own or over already."""
    if not _end(Session.objects.filter(user=by.user, public_id=public_id), Session.Ending.BY_PERSON, by=by.actor):
        raise Refusal("not_found", _("There is nothing here that you may see."))


@transaction.atomic(durable=True)
def end_other_sessions(*, by: Acting) -> int:
    """Every session of one's own but this one is over; says how many were."""
    others = Session.objects.filter(user=by.user)
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


def _actor(user: User) -> Actor:
    return Actor(ActorKind.USER, user.public_id)
