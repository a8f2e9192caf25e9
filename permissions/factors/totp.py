"""The authenticator (RFC 6238): set up with a QR code, checked three steps wide, each step once; its secret is encrypted at rest."""

import base64
import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

import segno
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.oath import hotp

from permissions import sessions
from permissions.acting import Acting
from permissions.factors import notices, recovery, rescue
from permissions.models import Authenticator, Proof, RecoveryCode, Rescue, Session, User
from permissions.sessions import Opened
from permissions.visit import Visit
from vault import audit
from vault.actor import Actor, ActorKind
from vault.crypto import decrypt, encrypt
from vault.refusal import Refusal
from vault.transactions import requires_transaction

STEP_SECONDS = 30
TOLERANCE = (-1, 0, 1)  # a phone's clock may be half a minute off
SECRET_BYTES = 20
SET_UP_WITHIN = timedelta(minutes=30)
DECOY = base64.b32encode(bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True)
class SettingUp:
    """A secret that waits for its first code: as a QR code, as letters to type, and as the address programs read."""

    secret: str
    address: str

    @property
    def letters(self) -> str:
        """The secret in fours."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))

    @property
    def picture(self) -> str:
        """The address as a QR code, inline SVG."""
        drawn = segno.make(self.address, error="m", micro=False)
        return str(drawn.svg_inline(border=2, omitsize=True, svgclass="qr-image", lineclass=None))


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An authenticator just taken into use: the session under its new key, and the recovery codes to be shown once."""

    opened: Opened
    codes: list[str]


@transaction.atomic(durable=True)
def begin(user: User) -> None:
    """A new secret for this person, which counts once she has entered a code of it; the one in use goes on until then."""
    Authenticator.objects.filter(user=user, confirmed=False).delete()
    secret = base64.b32encode(os.urandom(SECRET_BYTES)).decode()
    Authenticator.objects.create(user=user, name="authenticator", confirmed=False, secret=secret)


def setting_up(user: User) -> SettingUp | None:
    """The secret that waits for its first code, for half an hour after it was made."""
    made = Authenticator.objects.filter(user=user, confirmed=False, created_at__gt=Now() - SET_UP_WITHIN).first()
    return SettingUp(made.secret, address_of(made.secret, user)) if made else None


def in_use_since(user: User) -> datetime | None:
    """When this person set up the authenticator she uses."""
    return Authenticator.objects.filter(user=user, confirmed=True).values_list("created_at", flat=True).first()


def address_of(secret: str, user: User) -> str:
    """otpauth://… as authenticator programs read it; it names the platform and the person, never her number."""
    issuer = settings.SMS_SIGN_NAME
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)  # the rest is what every program takes for granted
    return f"otpauth://totp/{quote(issuer)}:{quote(user.name)}?{query}"


@transaction.atomic(durable=True)
def take_into_use(session: Session, code: str, visit: Visit) -> Enrolled | None:
    """The waiting secret counts from now on, with ten new recovery codes; None when the code is not one of it.

    The guess was counted before. The old authenticator and its codes count no more; the person is told by SMS.
    """
    user = sessions.locked_user(session.user_id)
    waiting = Authenticator.objects.filter(user=user, confirmed=False, created_at__gt=Now() - SET_UP_WITHIN).annotate(now=Now()).first()
    step = step_of(waiting.secret, code, waiting.now.timestamp()) if waiting else None
    if waiting is None or step is None:
        return None
    Authenticator.objects.filter(user=user, confirmed=True).delete()
    Authenticator.objects.filter(pk=waiting.pk).update(confirmed=True, last_step=step, last_used_at=Now())
    codes = recovery.renew(user, by=_actor(user))
    audit.record("set_up_authenticator", "user", user.public_id, by=_actor(user))
    notices.tell(user, notices.Change.SET_UP)
    return Enrolled(sessions.add_proof(session, Proof.TOTP, visit), codes)


def take_away(user: User, *, by: Actor) -> None:
    """Step: neither authenticator nor recovery codes from now on; the person is told by SMS."""
    requires_transaction()
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    audit.record("take_away_authenticator", "user", user.public_id, by=by)
    notices.tell(user, notices.Change.TAKEN_AWAY)


@transaction.atomic(durable=True)
def reset(person: UUID, *, ground: str, note: str, by: Acting) -> Rescue:
    """The district takes the second factor from a person who has lost it; her sessions end and she sets up another one.

    Refuses as `rescue.enter` does, and with `not_found` when she uses none.
    """
    entered = rescue.enter(person, Rescue.Act.RESET, ground=ground, note=note, by=by)
    if not Authenticator.objects.filter(user=entered.user, confirmed=True).exists():
        raise Refusal("not_found", _("This person uses no authenticator."))
    if entered.done_at:
        take_away(entered.user, by=by.actor)
        sessions.end_sessions_of(entered.user, Session.Ending.BY_ADMIN, by=by.actor)
    return entered


def matching(user_id: int, code: str) -> tuple[int, int]:
    """Key and time step of this person's authenticator when the code is a fresh one of it, else (0, 0).

    Without an authenticator a decoy is computed all the same, so that nobody learns from the time who has one.
    """
    device = Authenticator.objects.filter(user_id=user_id, confirmed=True).annotate(now=Now()).first()
    if device is None:
        step_of(decrypt(encrypt(DECOY, "totp"), "totp"), code, 0)
        return 0, 0
    step = step_of(device.secret, code, device.now.timestamp(), newer_than=device.last_step)
    return (device.pk, step) if step is not None else (0, 0)


def use_step(row: int, step: int) -> bool:
    """Step: whether this call used the time step up; a code that was seen over a shoulder is worth nothing afterwards."""
    requires_transaction()
    unused = Authenticator.objects.filter(pk=row, confirmed=True, last_step__lt=step)
    return bool(unused.update(last_step=step, last_used_at=Now()))


def step_of(secret: str, code: str, seconds: float, *, newer_than: int = -1) -> int | None:
    """The time step whose code this is, within half a minute of `seconds` since 1970; None for used and for wrong ones."""
    key, now = base64.b32decode(secret), int(seconds) // STEP_SECONDS
    fitting = [step for step in (now + offset for offset in TOLERANCE) if step >= 0 and hmac.compare_digest(code_at(key, step), code)]
    return next((step for step in fitting if step > newer_than), None)


def code_at(key: bytes, step: int) -> str:
    """The six digits of one time step."""
    return f"{hotp(key, step):06d}"


def _actor(user: User) -> Actor:
    return Actor(ActorKind.USER, user.public_id)
