"""The phone code: asked for, sent, guessed at most five times, used once; equal work for phones nobody knows."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.budgets import budgets_of, spend
from permissions.identity.phones import clean_mobile
from permissions.messages import LOGIN_CODE
from permissions.models import Challenge, KnownBrowser, PhoneDevice
from permissions.visit import Visit
from vault import audit, outbox
from vault.actor import ANONYMOUS
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, Sentence, Violation
from vault.transactions import requires_transaction

LOGIN = "login"
UNLOCK = "unlock"
CODE_PURPOSE = "otp"
CODES = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the asker gets: the handle to answer with, and how long the code counts, in seconds."""

    handle: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Guess:
    """One evaluated guess; `device` is None when it was wrong or the phone is nobody's."""

    challenge_id: int
    device: PhoneDevice | None
    left: int


@transaction.atomic(durable=True)
def ask(phone: str, visit: Visit, *, purpose: str = LOGIN) -> Asked:
    """A new code by SMS to the phone on file (R047); a phone nobody knows costs the same work and gets the same answer.

    Refuses with `invalid_input` when it is no mainland mobile, `too_many_requests` when a budget is spent. The code before
    it no longer counts, except that a stranger cannot void what was asked for from a browser she has used before.
    """
    number = clean_mobile(phone)
    device = _device_of(number, visit)
    known = bool(device and device.knows_browser)
    spend(budgets_of(keyed_hash(number, "phone"), visit.address, known=known))
    _void_older(number, known=known)
    handle, code = secrets.token_urlsafe(32), f"{secrets.randbelow(CODES):06d}"
    challenge = Challenge.objects.create(
        handle_hash=_hash_of(handle),
        phone_hash=keyed_hash(number, "phone"),
        code_hash=keyed_hash(f"{handle}:{code}", CODE_PURPOSE),
        device=device,
        purpose=purpose,
        from_known_browser=known,
        expires_at=Now() + timedelta(seconds=settings.OTP_SECONDS),
    )
    outbox.put(LOGIN_CODE.key, number, {"code": code}, about=challenge.public_id, version=1, deliver=device is not None)
    audit.record("ask_code", "challenge", challenge.public_id, by=ANONYMOUS, reason=purpose)
    return Asked(handle, settings.OTP_SECONDS)


def _device_of(number: str, visit: Visit) -> PhoneDevice | None:
    """The phone on file, with whether this browser was used by its owner before, in one query for known and unknown alike."""
    browsers = KnownBrowser.objects.filter(user=OuterRef("user"), key_hash=_hash_of(visit.browser_key), expires_at__gt=Now())
    devices = PhoneDevice.objects.filter(user__phone_hash__in=keyed_hashes(number, "phone"), user__is_active=True, confirmed=True)
    device: PhoneDevice | None = devices.annotate(knows_browser=Exists(browsers)).first()
    return device


def _void_older(number: str, *, known: bool) -> None:
    older = Challenge.objects.filter(phone_hash__in=keyed_hashes(number, "phone"), consumed_at=None, voided_at=None)
    (older if known else older.filter(from_known_browser=False)).update(voided_at=Now())


@transaction.atomic(durable=True)
def evaluate(handle: str, code: str, purpose: str = LOGIN) -> Guess:
    """Counts one guess and says whether it fits; refuses with `wrong_code` when the challenge takes no more guesses.

    The counter is one guarded UPDATE in a transaction of its own, so that no later failure gives a guess back. A handle that
    does not exist is hashed and compared all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_A_GUESS, [_hash_of(handle), purpose, settings.OTP_GUESSES])
        row = cursor.fetchone()
    challenge_id, public_id, code_hash, device_id, guesses = row or NO_CHALLENGE
    fits = _fits(code_hash, handle, code)
    if row is None:
        raise wrong(0)
    if fits and device_id:
        return Guess(challenge_id, PhoneDevice.objects.select_related("user").get(pk=device_id), 0)
    audit.record("wrong_code", "challenge", public_id, by=ANONYMOUS, details={"guesses": guesses})
    return Guess(challenge_id, None, settings.OTP_GUESSES - guesses)


NO_CHALLENGE: Any = (0, None, "", None, 0)
COUNT_A_GUESS = """
UPDATE permissions_challenge SET guesses = guesses + 1
 WHERE handle_hash = %s AND purpose = %s AND guesses < %s
   AND consumed_at IS NULL AND voided_at IS NULL AND expires_at > clock_timestamp()
RETURNING id, public_id, code_hash, device_id, guesses
"""


def _fits(code_hash: str, handle: str, code: str) -> bool:
    """Compares in constant time with the code's hash under each key that still reads."""
    hashes = keyed_hashes(f"{handle}:{code}", CODE_PURPOSE)
    return sum(hmac.compare_digest(code_hash, candidate) for candidate in hashes) > 0


def consume(guess: Guess) -> PhoneDevice:
    """Step: use the code up, once; of many right answers at the same moment one gets through. Refuses with `wrong_code`."""
    requires_transaction()
    if guess.device is None:
        raise wrong(guess.left)
    unused = Challenge.objects.filter(pk=guess.challenge_id, consumed_at=None, voided_at=None, expires_at__gt=Now())
    if not unused.update(consumed_at=Now()):
        raise wrong(0)
    return guess.device


def wrong(left: int) -> Refusal:
    """The refusal of a wrong code, with what can still be done."""
    sentence: Sentence = _("This code no longer counts. Ask for a new one.")
    if left > 0:
        sentence = _("The code does not fit. It can be tried %(left)s more times.") % {"left": left}
    return Refusal("wrong_code", sentence, (Violation("wrong_code", sentence, field="code"),))


def _hash_of(secret: str) -> bytes:
    """Handles and keys are random and long: a plain hash keeps them out of the database."""
    return hashlib.sha256(secret.encode()).digest()
