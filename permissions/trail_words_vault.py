"""The trail's words for acts about messages, hospitals' systems and restored databases."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import pgettext_lazy

from vault.refusal import Sentence

OF_MESSAGES_AND_RESTORES: Mapping[str, Sentence] = MappingProxyType(
    {
        "webhook.open": pgettext_lazy("audit", "named an address to be told at"),
        "webhook.change": pgettext_lazy("audit", "changed an address to be told at"),
        "webhook.rotate": pgettext_lazy("audit", "renewed the secret of an address"),
        "webhook.end": pgettext_lazy("audit", "ended an address to be told at"),
        "webhook.test": pgettext_lazy("audit", "sent a test message"),
        "webhook.resend": pgettext_lazy("audit", "sent messages again"),
        "message.resend": pgettext_lazy("audit", "sent a failed message again"),
        "restore": pgettext_lazy("audit", "put a backup in place"),
        "settle_lost": pgettext_lazy("audit", "looked after something a restore had lost"),
        "message.release": pgettext_lazy("audit", "let a held message go out"),
        "message.let_go": pgettext_lazy("audit", "dropped a held message"),
        "webhook.drop": pgettext_lazy("audit", "let undelivered messages go"),
    }
)
