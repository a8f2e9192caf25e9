"""How many codes may be sent and guessed: per number, address and platform, counted where no race and no restart forgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal, Sentence
from vault.transactions import requires_transaction

MINUTE, HOUR, DAY = 60, 3600, 86400
MONTH = 30 * DAY
TOO_MANY_CODES = _("Too many codes were asked for. Please wait %(seconds)s seconds, then ask again.")


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `allowed` codes for a subject in a window of `seconds` that starts with its first code."""

    scope: str
    subject: str
    seconds: int
    allowed: int


def budgets_of(phone_hash: str, address: str, *, known: bool) -> list[Budget]:
    """What one code spends, the most contended row last.

    A stranger spends from a smaller part of the number's budget, from the address and from the platform. A browser in which
    this person logged in before spends only from the number: two fifths of it are out of a stranger's reach, so that nobody
    can lock a doctor out by asking for codes in her name.
    """
    number = [
        Budget("cooldown", phone_hash, settings.OTP_COOLDOWN_SECONDS, 1),
        Budget("number", phone_hash, HOUR, settings.OTP_PER_HOUR),
        Budget("number", phone_hash, DAY, settings.OTP_PER_DAY),
    ]
    if known:
        return number
    return [
        Budget("address", address, HOUR, settings.OTP_PER_ADDRESS_HOUR),
        Budget("stranger", phone_hash, HOUR, strangers_part(settings.OTP_PER_HOUR)),
        Budget("stranger", phone_hash, DAY, strangers_part(settings.OTP_PER_DAY)),
        *number,
        Budget("platform", "", HOUR, settings.OTP_PLATFORM_HOUR),
    ]


def guess_budgets(phone_hash: str, address: str, *, known: bool, guessable: bool) -> list[Budget]:
    """What one try without an SMS spends, the most contended row last.

    Only an authenticator's six digits can be guessed, so only they are counted for each number; strangers and the person's
    own browsers spend from purses of their own, and neither purse touches that of the SMS: whoever tries in a doctor's name
    keeps her from none of her other ways in. Recovery codes (59 bits) and the district's code (33 bits, 15 minutes) are
    counted by address and for the platform only, so that nobody can use them up from outside. A browser of her own pays
    neither for the address nor for the platform.
    """
    if known:
        scope = "totp_own" if guessable else "paper_own"
        return [Budget(scope, phone_hash, HOUR, settings.FACTOR_PER_HOUR), Budget(scope, phone_hash, DAY, settings.FACTOR_PER_DAY)]
    number: list[Budget] = []
    if guessable:
        number = [
            Budget("totp_stranger", phone_hash, HOUR, strangers_part(settings.FACTOR_PER_HOUR)),
            Budget("totp_stranger", phone_hash, MONTH, settings.FACTOR_STRANGERS_MONTH),
        ]
    return [
        Budget("factor_address", address, HOUR, settings.OTP_PER_ADDRESS_HOUR),
        *number,
        Budget("factor_platform", "", HOUR, settings.OTP_PLATFORM_HOUR),
    ]


def step_budgets(person: str) -> list[Budget]:
    """What one guess at an authenticator spends in a session that an SMS or another proof has opened: out of strangers' reach."""
    return [Budget("totp_step", person, HOUR, settings.FACTOR_PER_HOUR), Budget("totp_step", person, DAY, settings.FACTOR_PER_DAY)]


def strangers_part(allowed: int) -> int:
    """Three fifths of a budget, at least one."""
    return max(1, allowed * 3 // 5)


def spend(budgets: Sequence[Budget], sentence: Sentence = TOO_MANY_CODES) -> None:
    """Step: spend one of each budget, or none of any. Refuses with `too_many_requests` and the seconds to wait.

    One UPSERT; rows are locked in the order given, so callers that keep one order cannot deadlock. The refusal rolls the
    caller's transaction back, and with it what was spent.
    """
    requires_transaction()
    columns = list(zip(*((b.scope, b.subject, b.seconds, b.allowed) for b in budgets), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(SPEND, [list(column) for column in columns])
        if len(cursor.fetchall()) == len(budgets):
            return
        cursor.execute(WAIT, [list(column) for column in columns])
        (seconds,) = cursor.fetchone()
    raise Refusal(
        "too_many_requests",
        sentence % {"seconds": seconds},
        retry_after=seconds,
    )


SPEND = """
INSERT INTO permissions_codebudget AS budget (scope, subject, seconds, used, allowed, started_at)
SELECT scope, subject, seconds, 1, allowed, clock_timestamp()
  FROM unnest(%s::text[], %s::text[], %s::integer[], %s::integer[]) AS asked (scope, subject, seconds, allowed)
ON CONFLICT (scope, subject, seconds) DO UPDATE
   SET allowed = excluded.allowed,
       used = CASE WHEN budget.started_at + make_interval(secs => budget.seconds) <= clock_timestamp() THEN 1 ELSE budget.used + 1 END,
       started_at = CASE WHEN budget.started_at + make_interval(secs => budget.seconds) <= clock_timestamp()
                         THEN clock_timestamp() ELSE budget.started_at END
 WHERE budget.used < excluded.allowed
    OR budget.started_at + make_interval(secs => budget.seconds) <= clock_timestamp()
RETURNING scope
"""

WAIT = """
SELECT greatest(1, ceil(max(extract(epoch FROM budget.started_at + make_interval(secs => budget.seconds) - clock_timestamp()))))::integer
  FROM permissions_codebudget AS budget
  JOIN unnest(%s::text[], %s::text[], %s::integer[], %s::integer[]) AS asked (scope, subject, seconds, allowed)
    ON (budget.scope, budget.subject, budget.seconds) = (asked.scope, asked.subject, asked.seconds)
 WHERE budget.used >= asked.allowed
"""
