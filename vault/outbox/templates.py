"""The registry of message texts: each app declares its own, in Chinese, as the provider has reviewed them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from string import Template
from uuid import UUID

# What a variable may never carry: a forged signature, a link, a control character.
FORBIDDEN = re.compile(r"[【】\x00-\x1f\x7f]|(?:https?://|www\.)\S*", re.IGNORECASE)
LONGEST_TEXT = 500  # characters, the provider's bound for one message
LONGEST_CODE = 6  # characters: providers take one variable of 4-6 letters and digits in a code message
CODE_LIFE = timedelta(minutes=5)


class MessageClass(StrEnum):
    OTP = "otp"
    NOTICE = "notice"


# Reads the object of a message again just before it is sent: new parameters, or None to drop the message.
BeforeSend = Callable[[UUID, dict[str, str]], dict[str, str] | None]


@dataclass(frozen=True)
class SmsTemplate:
    """One reviewed text. `params` gives each variable's greatest length in characters.

    `overtaken` messages are dropped when a newer version about the same object is waiting for the same number
    (everything but *booked*). `expires_after` counts from writing; a code is worth nothing after five minutes. `variant_of`
    names the text this one says in other words, so that whoever asks for one finds both.
    """

    key: str
    cls: str
    params: Mapping[str, int]
    text: str
    overtaken: bool = True
    before_send: BeforeSend | None = None
    expires_after: timedelta | None = field(default=None)
    variant_of: str = ""

    def __post_init__(self) -> None:
        if self.cls == MessageClass.OTP and self.expires_after is None:
            object.__setattr__(self, "expires_after", CODE_LIFE)
        named = {match["braced"] or match["named"] for match in Template.pattern.finditer(self.text)}
        if named != set(self.params):
            raise ValueError(f"{self.key}: the text names {sorted(named)}, the parameters are {sorted(self.params)}")
        if len(self.text) + sum(self.params.values()) > LONGEST_TEXT:
            raise ValueError(f"{self.key}: may grow beyond {LONGEST_TEXT} characters")
        if self.cls == MessageClass.OTP and (len(self.params) != 1 or max(self.params.values()) > LONGEST_CODE):
            raise ValueError(f"{self.key}: a code message has one variable of at most {LONGEST_CODE} characters")

    def fill(self, params: Mapping[str, str]) -> dict[str, str]:
        """Promise exactly the declared variables, cleaned and no longer than declared; a missing one is our error."""
        if set(params) != set(self.params):
            raise ValueError(f"{self.key} needs {sorted(self.params)}, was given {sorted(params)}")
        return {name: _shorten(FORBIDDEN.sub("", str(params[name])), limit) for name, limit in self.params.items()}

    def render(self, params: Mapping[str, str]) -> str:
        """The words the person reads, without the sender's signature."""
        return Template(self.text).substitute(params)


_templates: dict[str, SmsTemplate] = {}


def declare(template: SmsTemplate) -> SmsTemplate:
    """Add a text to the registry; called once per text when the apps start."""
    if _templates.setdefault(template.key, template) != template:
        raise ValueError(f"two texts are called {template.key!r}")
    return template


def find(key: str) -> SmsTemplate:
    """The text declared under this key."""
    return _templates[key]


def declared() -> list[SmsTemplate]:
    """Every text, by key."""
    return [_templates[key] for key in sorted(_templates)]


def variants(key: str) -> list[str]:
    """The keys under which this is said: the text itself, and those that say the same in other words."""
    return [each.key for each in declared() if key in (each.key, each.variant_of)]


def _shorten(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 1] + "…"
