"""Reads the SMS of a test out of the outbox, as its receiver would."""

import json

from vault.crypto import keyed_hash
from vault.models import Message


def last_code(phone: str) -> str:
    """The last code written for this number, or '' when there is none."""
    message = Message.objects.filter(template="login_code", phone_hash=keyed_hash(phone, "phone")).order_by("-pk").first()
    return str(params_of(message)["code"]) if message else ""


def params_of(message: Message) -> dict[str, str]:
    """The variables of a message."""
    return dict(json.loads(message.params))
