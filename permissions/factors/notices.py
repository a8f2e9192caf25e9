"""Tells a person by SMS that her way of logging in was changed, so that whoever did it in her name is noticed."""

from enum import Enum

from django.utils import timezone

from permissions.messages import FACTOR_CHANGED, PHONE_CHANGED
from permissions.models import User
from vault import outbox
from vault.ids import uuid7
from vault.transactions import requires_transaction


class Change(Enum):
    """What happened, in the words of the message."""

    SET_UP = "启用了身份验证器"
    TAKEN_AWAY = "停用了身份验证器"
    CODES = "更换了恢复码"
    RECOVERY_USED = "使用了一个恢复码"
    UNLOCKED = "使用了辖区一次性登录码"


def tell(user: User, change: Change) -> None:
    """Step: one message to the phone on file."""
    requires_transaction()
    words = {"what": change.value, "at": _now()}
    outbox.put(FACTOR_CHANGED.key, user.phone, words, about=uuid7(), version=1, supersedes=False)


def tell_both(old: str, new: str) -> None:
    """Step: the number that was on file and the one that is learn of the change; either may belong to the wrong person."""
    requires_transaction()
    about = uuid7()
    for number in (old, new):
        words = {"tail": new[-4:], "at": _now()}
        outbox.put(PHONE_CHANGED.key, number, words, about=about, version=1, supersedes=False)


def _now() -> str:
    return f"{timezone.localtime():%m月%d日%H:%M}"
