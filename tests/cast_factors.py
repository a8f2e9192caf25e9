"""People with a second factor: their authenticators, the codes those show now, and logging in by page."""

import base64
import re
import secrets
import time
from typing import Any

from django.db.models.functions import Now
from django.test import Client

from permissions.factors import recovery, totp
from permissions.models import Authenticator, CodeBudget, RecoveryCode, User
from tests.letters import last_code
from vault.crypto import keyed_hash

PAPER = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")


def an_authenticator(user: User) -> str:
    """An authenticator in use; gives its secret."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    Authenticator.objects.create(user=user, name="authenticator", secret=secret, last_used_at=Now())
    return secret


def a_paper(user: User, codes: int = 2) -> list[str]:
    """So many recovery codes, as they stand on paper."""
    made = [recovery._fresh() for _ in range(codes)]
    for code in made:
        RecoveryCode.objects.create(user=user, code_hash=keyed_hash(f"{user.pk}:{code}", "recovery"))
    return [recovery.in_fours(code) for code in made]


def shown_now(secret: str) -> str:
    """What the authenticator shows now."""
    return totp.code_at(base64.b32decode(secret), int(time.time()) // 30)


def unused_now(user: User, secret: str) -> str:
    """What it shows now, as if no code of this half minute had been used: the data move, never the clock."""
    Authenticator.objects.filter(user=user).update(last_step=-1)
    return shown_now(secret)


def wrong_now(secret: str) -> str:
    """Six digits that it shows neither now nor half a minute before or after."""
    near = {totp.code_at(base64.b32decode(secret), int(time.time()) // 30 + offset) for offset in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)


def by_sms(client: Client, user: User) -> Any:
    """Logs in with the phone and the code out of its SMS, by the pages."""
    CodeBudget.objects.all().delete()
    client.post("/login/", {"phone": user.phone})
    return client.post("/login/code/", {"code": last_code(user.phone)})


def text(answer: Any) -> str:
    return str(answer.content.decode())
