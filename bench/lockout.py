"""The budgets of login codes with a real site's values, and a stranger who spends them to keep one doctor out.

The clock is moved by moving the counted windows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

REAL = {"OTP_COOLDOWN_SECONDS": 60, "OTP_PER_HOUR": 5, "OTP_PER_DAY": 10, "OTP_PER_ADDRESS_HOUR": 60, "OTP_PLATFORM_HOUR": 6000}
REAL |= {"FACTOR_PER_HOUR": 10, "FACTOR_PER_DAY": 40, "FACTOR_STRANGERS_MONTH": 20}
PLATFORM = 20
HERS = "her browser"
# Three of the five codes of an hour may be asked for by strangers; two are kept for a browser she has used before.
BUDGETS = {"to_one_number_by_strangers": 3, "to_one_number_by_herself_then": 2, "from_one_address": 60, f"of_a_platform_of_{PLATFORM}": 20}
LOCKED_OUT = {
    "codes_the_stranger_caused": 3, "his_guesses_at_her_authenticator": 6, "his_sessions": 0,
    "she_logs_in_by_sms_from_her_browser": True, "by_authenticator_from_her_browser": True, "by_recovery_code_from_anywhere": True,
}  # fmt: skip


def budgets() -> dict[str, int]:
    """How many codes leave for one number, from one address and for the whole platform."""
    from tests.cast import a_phone

    with real_values():
        forget()
        doctor = at_her_browser("林杰")
        number = passed(lambda turn: ask(doctor.phone, f"10.1.{turn}.1"), 8)
        hers = passed(lambda _turn: ask(doctor.phone, "10.1.9.9", HERS), 4)
        address = passed(lambda _turn: ask(a_phone(), "10.2.0.1"), 70, between=0)
    with real_values(OTP_PLATFORM_HOUR=PLATFORM):
        forget()
        platform = passed(lambda turn: ask(a_phone(), f"10.3.{turn}.1"), PLATFORM + 10, between=0)
    return dict(zip(BUDGETS, (number, hers, address, platform), strict=True))


def locked_out() -> dict[str, Any]:
    """A stranger spends all he can in a doctor's name, codes and guesses; every way in that is hers stays open."""
    from permissions.models import Session
    from tests.cast_factors import a_paper, an_authenticator, unused_now, wrong_now

    with real_values():
        forget()
        doctor = at_her_browser("何敏")
        secret, paper = an_authenticator(doctor), a_paper(doctor)
        codes = passed(lambda turn: ask(doctor.phone, f"10.4.{turn}.1"), 10)
        guesses = passed(lambda turn: otherwise(doctor, wrong_now(secret), f"10.6.{turn}.1"), 12)
        stolen = Session.objects.filter(user=doctor).count()
        by_sms = by_code_of_hers(doctor, ask(doctor.phone, "10.5.0.1", HERS))
        by_authenticator = otherwise(doctor, unused_now(doctor, secret), "10.5.0.1", HERS)
        by_paper = otherwise(doctor, paper[0], "10.7.0.1")
    return dict(zip(LOCKED_OUT, (codes, guesses, stolen, by_sms, by_authenticator, by_paper), strict=True))


def at_her_browser(name: str) -> Any:
    """A person who has logged in from one browser before."""
    from datetime import timedelta

    from django.db.models.functions import Now

    from permissions.models import KnownBrowser
    from permissions.sessions import hash_of
    from tests.cast import a_user

    person = a_user(name)
    KnownBrowser.objects.create(user=person, key_hash=hash_of(HERS), expires_at=Now() + timedelta(days=30))
    return person


def ask(phone: str, address: str, browser: str = "") -> str:
    """The handle of a code that leaves for this phone."""
    from permissions import otp
    from permissions.visit import Visit

    return otp.ask(phone, Visit(address, browser)).handle


def by_code_of_hers(person: Any, handle: str) -> bool:
    """Whether the code out of her SMS opens a session that is hers, or asks her for the second proof she chose."""
    import json

    from permissions.models import Challenge, Session
    from permissions.sessions import log_in
    from permissions.visit import Visit
    from vault.models import Message

    challenge = Challenge.objects.filter(device__user=person, from_known_browser=True).latest("pk")
    code = json.loads(Message.objects.get(about=challenge.public_id).params)["code"]
    opened = log_in(handle, code, Visit("10.5.0.1", HERS), kind=Session.Kind.BROWSER)
    return bool(opened.session.user_id == person.pk)


def otherwise(person: Any, typed: str, address: str, browser: str = "") -> bool:
    """A try with an authenticator or a paper code; whether it opened a session."""
    from permissions.factors.proving import log_in_otherwise
    from permissions.models import Session
    from permissions.visit import Visit
    from vault.refusal import Refusal

    try:
        log_in_otherwise(person.phone, typed, Visit(address, browser), kind=Session.Kind.TOKEN)
    except Refusal as refusal:
        if refusal.code != "wrong_code":
            raise
        return False
    return True


def passed(attempt: Callable[[int], Any], times: int, *, between: int = 60) -> int:
    """How many of so many tries a budget let through; `between` lets this many seconds pass between two."""
    from vault.refusal import Refusal

    got = 0
    for turn in range(times):
        try:
            attempt(turn)
            got += 1
        except Refusal as refusal:
            if refusal.code != "too_many_requests":
                raise
        if between:
            move_windows(between)
    return got


def move_windows(seconds: int) -> None:
    """As if so many seconds had passed: every counted window began earlier."""
    from datetime import timedelta

    from django.db.models import F

    from permissions.models import CodeBudget

    CodeBudget.objects.update(started_at=F("started_at") - timedelta(seconds=seconds))


def forget() -> None:
    """Every count begins anew, so that no part disturbs the next."""
    from permissions.models import CodeBudget

    CodeBudget.objects.all().delete()


@contextmanager
def real_values(**changed: int) -> Iterator[None]:
    """The settings of a real site."""
    from django.test.utils import override_settings

    with override_settings(**(REAL | changed)):
        yield
