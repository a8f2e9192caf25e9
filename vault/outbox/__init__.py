"""Every message that leaves the machine: written with the deed, sent afterwards, never inside a transaction."""

from vault.outbox.put import Envelope, put, seal
from vault.outbox.templates import MessageClass, SmsTemplate, declare
from vault.outbox.waking import wake

__all__ = ["Envelope", "MessageClass", "SmsTemplate", "declare", "put", "seal", "wake"]
