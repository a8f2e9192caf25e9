"""What the sender asks of every gateway, and what a gateway may answer."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: the provider gets template and params, a person reads text."""

    message: str
    attempt: int
    phone: str
    template: str
    params: dict[str, str]
    text: str
    about: str


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    LIMITED = "limited"  # the number has had enough for a while: try later, the gateway is well
    REFUSED = "refused"  # this message will never be taken
    FAILED = "failed"  # it certainly did not leave; the gateway is not well
    UNKNOWN = "unknown"  # it may have left


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said about one attempt; `retry_after` in seconds, 0 = as usual."""

    verdict: Verdict
    code: str = ""
    provider_id: str = ""
    retry_after: int = 0


class Trace(StrEnum):
    ABSENT = "absent"
    UNSAID = "unsaid"  # the gateway cannot tell, or did not answer
    PRESENT = "present"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Found:
    """What the gateway knows about a message it may have taken."""

    trace: Trace
    code: str = ""


class Gateway(Protocol):
    """One way out. `send` never raises for what the network or the provider does: it answers."""

    @property
    def name(self) -> str: ...

    def send(self, outgoing: Outgoing) -> Answer: ...

    def query(self, message: str, phone: str, on: date, provider_id: str = "") -> Found: ...
