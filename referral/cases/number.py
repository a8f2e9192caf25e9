"""Referral numbers: sixteen digits people read aloud: district, day, serial of the day."""

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal
from vault.transactions import requires_transaction

NEXT = """
    INSERT INTO referral_referralserial (district_code, day, last) VALUES (%s, %s, 1)
    ON CONFLICT (district_code, day) DO UPDATE SET last = referral_referralserial.last + 1
    RETURNING last
"""


def next_number(district_code: str, day: date) -> str:
    """Step: the next number of a district on a day, never given twice; a caller that rolls back gives its number back.

    Writers of one district wait for each other from here to their commit: call it last. Refuses with `limit_reached`
    after 9999 on one day.
    """
    requires_transaction()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NEXT, [district_code, day])
            (serial,) = cursor.fetchone()
    except IntegrityError as error:
        raise Refusal("limit_reached", _("The district has used up its referral numbers for today.")) from error
    return f"{district_code}{day:%y%m%d}{serial:04d}"


def in_fours(number: str) -> str:
    """1101022611220217 as 1101 0226 1122 0217, the way people read it."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
