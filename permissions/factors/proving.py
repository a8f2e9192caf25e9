"""Proving oneself without an SMS: at the login, in a session that waits for a proof, and at a locked screen."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions import sessions
from permissions.budgets import guess_budgets, spend, step_budgets
from permissions.codes import clean_code
from permissions.factors import answers, notices, recovery, totp
from permissions.factors.answers import Answer, Found
from permissions.factors.required import is_enrolled
from permissions.identity.phones import clean_mobile
from permissions.models import KnownBrowser, Proof, Session, User
from permissions.sessions import Opened, hash_of
from permissions.visit import Visit
from vault import audit
from vault.crypto import keyed_hash
from vault.ids import uuid7
from vault.refusal import Refusal
from vault.transactions import requires_transaction

TOLD = {Proof.RECOVERY: notices.Change.RECOVERY_USED, Proof.UNLOCK: notices.Change.UNLOCKED}


def log_in_otherwise(phone: str, typed: str, visit: Visit, *, kind: str) -> Opened:
    """A session by authenticator, recovery code or the district's one-time code, when no SMS can be had.

    A phone nobody knows costs the same work and gets the same answer. Refuses with `invalid_input` before a guess is spent,
    `too_many_requests`, `wrong_code`.
    """
    number, answer = clean_mobile(phone), answers.read_answer(typed)
    person = _pay(number, answer, visit)
    found = _evaluate(person, answer)
    if found is None:
        raise answers.wrong(0)
    return _open(found, visit, kind)


@transaction.atomic(durable=True)
def _pay(number: str, answer: Answer, visit: Visit) -> User | None:
    """Spends one guess, which no later failure gives back, and says whose number it is."""
    browsers = KnownBrowser.objects.filter(user=OuterRef("pk"), key_hash=hash_of(visit.browser_key), expires_at__gt=Now())
    person = User.objects.with_phone(number).annotate(knows_browser=Exists(browsers)).first()  # type: ignore[attr-defined]
    known = bool(person and person.knows_browser)
    budgets = guess_budgets(keyed_hash(number, "phone"), visit.address, known=known, guessable=answer.proof == Proof.TOTP)
    spend(
        budgets,
        _("Too many tries with an authenticator. Take a recovery code or the one-time code of your district, or try again later."),
    )
    user: User | None = person
    return user


@transaction.atomic(durable=True)
def _evaluate(person: User | None, answer: Answer) -> Found | None:
    found = answers.look_up(person.pk if person else None, answer)
    if found is None:
        answers.note_wrong(answer, person.public_id if person else uuid7())
    return found


@transaction.atomic(durable=True)
def _open(found: Found, visit: Visit, kind: str) -> Opened:
    user = sessions.locked_user(found.user_id)
    _use_up(found, user)
    return sessions.begin(user, found.proof, found.device, visit, kind)


def prove(session: Session, typed: str, visit: Visit) -> Opened:
    """The same session with one more proof, open under a new key: what was missing at the login, or the end of a lock.

    Five wrong ones in a row, and this session takes an SMS only. Refuses with `too_many_requests` then, and `wrong_code`.
    """
    found = _guess(session, answers.read_answer(typed))
    return _prove(session, found, visit)


@transaction.atomic(durable=True)
def _prove(session: Session, found: Found, visit: Visit) -> Opened:
    user = sessions.locked_user(session.user_id)
    _use_up(found, user)
    return sessions.add_proof(session, found.proof, visit)


def set_up(session: Session, code: str, visit: Visit) -> totp.Enrolled:
    """The authenticator being set up is taken into use with its first code. Refuses with `wrong_code`."""
    answer = Answer(Proof.TOTP, clean_code(code))
    left = _count(session, guessable=True)
    enrolled = totp.take_into_use(session, answer.text, visit)
    if enrolled is None:
        _note(session, answer)
        raise answers.wrong(left)
    return enrolled


@transaction.atomic(durable=True)
def _note(session: Session, answer: Answer) -> None:
    answers.note_wrong(answer, session.user.public_id, by=sessions.actor_of(session.user))


def begin_again(session: Session, typed: str) -> None:
    """Another authenticator is set up: of whoever uses one already, with a code of it or of her paper."""
    if is_enrolled(session.user):
        found = _guess(session, answers.read_answer(typed))
        _accept(session, found)
    totp.begin(session.user)


def give_up(session: Session, typed: str) -> None:
    """No authenticator any more, with one last code of it or of the paper."""
    found = _guess(session, answers.read_answer(typed))
    _give_up(session, found)


@transaction.atomic(durable=True)
def _give_up(session: Session, found: Found) -> None:
    user = sessions.locked_user(session.user_id)
    _use_up(found, user)
    totp.take_away(user, by=sessions.actor_of(user))


def new_codes(session: Session, typed: str) -> list[str]:
    """Ten new recovery codes, with a code of the authenticator or of the old paper; shown once."""
    found = _guess(session, answers.read_answer(typed))
    return _new_codes(session, found)


@transaction.atomic(durable=True)
def _new_codes(session: Session, found: Found) -> list[str]:
    user = sessions.locked_user(session.user_id)
    _use_up(found, user)
    notices.tell(user, notices.Change.CODES)
    return recovery.renew(user, by=sessions.actor_of(user))


@transaction.atomic(durable=True)
def _accept(session: Session, found: Found) -> None:
    _use_up(found, sessions.locked_user(session.user_id))
    Session.objects.filter(pk=session.pk).update(guesses=0, proved_at=Now())


def _guess(session: Session, answer: Answer) -> Found:
    """One guess of this session: counted and committed, then compared. Refuses with `wrong_code` and what is left."""
    left = _count(session, guessable=answer.proof == Proof.TOTP)
    found = _evaluate(session.user, answer)
    if found is None:
        raise answers.wrong(left)
    return found


@transaction.atomic(durable=True)
def _count(session: Session, *, guessable: bool) -> int:
    """Spends one of the session's five guesses by a guarded UPDATE; says how many are left."""
    if guessable:
        spend(step_budgets(str(session.user.public_id)), _("Too many tries. Take an SMS or a recovery code, or try again later."))
    live = Session.objects.live().filter(pk=session.pk, guesses__lt=settings.OTP_GUESSES)
    if not live.update(guesses=F("guesses") + 1):
        raise Refusal("too_many_requests", _("Five tries were wrong. Log in again, or unlock with a code by SMS."))
    return settings.OTP_GUESSES - Session.objects.values_list("guesses", flat=True).get(pk=session.pk)


def _use_up(found: Found, user: User) -> None:
    """Step: the code is used, and its person told when it was one that lies on paper or was read out."""
    requires_transaction()
    answers.use_up(found)
    audit.record("give_proof", "user", user.public_id, by=sessions.actor_of(user), details={"proof": found.proof.value})
    if found.proof in TOLD:
        notices.tell(user, TOLD[found.proof])
