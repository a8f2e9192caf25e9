"""Signs what is sent so that the receiver knows it is ours and new: the headers of Standard Webhooks, HMAC-SHA256."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from vault.outbox.webhooks.models import WebhookEndpoint

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret nobody has: the prefix and the base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; the key is what the secret's base64 decodes to."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(endpoint: WebhookEndpoint, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """The three headers; while a rotated secret is still good both sign, separated by a space."""
    timestamp = int(now.timestamp())
    secrets_now = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > now:
        secrets_now.append(endpoint.previous_secret)
    signed = " ".join(signature(secret, message_id, timestamp, body) for secret in secrets_now)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signed}
