"""Notices as sentences: made when they are read, under the reader's rights, in her language."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from permissions.acting import Acting
from permissions.right_states import RightReason, SendBackReason
from referral.booking.models import CancelCause
from referral.booking.noshow import NoShowCause
from referral.disruptions.models import Choice, DisruptionStatus
from referral.inbox import kinds
from referral.inbox.models import Notice
from referral.news import shown_cases, shown_clinics
from referral.news.shown_cases import Found, Shown

LOADERS: Final[Mapping[str, Callable[[Acting, Collection[UUID]], Found]]] = {
    kinds.BOOKING: shown_cases.bookings,
    kinds.REFERRAL: shown_cases.referrals,
    kinds.PLACE_REQUEST: shown_cases.place_requests,
    kinds.ADVICE: shown_cases.advised,
    kinds.REVIEWED: shown_cases.reviewed,
    kinds.RETURN: shown_cases.returns,
    kinds.DISRUPTION: shown_cases.disruptions,
    kinds.BREACH: shown_cases.breaches,
    kinds.OVERRIDE: shown_cases.overrides,
    kinds.CONTROL: shown_cases.controls,
    kinds.RESTRICTION: shown_cases.restrictions,
    kinds.RIGHT: shown_clinics.rights,
    kinds.STOP: shown_clinics.stops,
    kinds.POLICY: shown_clinics.values,
    kinds.DOCUMENT: shown_clinics.documents,
    kinds.CRITERIA: shown_clinics.criteria,
    kinds.IMPORT: shown_clinics.lists,
}
LABELS: Final[Mapping[str, Mapping[str, Any]]] = {
    "cause": dict(CancelCause.choices),
    "why": dict(NoShowCause.choices),
    "reason": dict((*RightReason.choices, *SendBackReason.choices)),
    "choice": dict((*DisruptionStatus.choices, *Choice.choices)),
}
UNSAID: Final = {
    "patient": pgettext_lazy("notices", "the patient"),
    "hospital": pgettext_lazy("notices", "the hospital"),
    "centre": pgettext_lazy("notices", "the centre"),
    "institution": pgettext_lazy("notices", "the institution"),
    "doctor": pgettext_lazy("notices", "the doctor"),
    "service": pgettext_lazy("notices", "the clinic"),
    "department": "", "number": "", "when": "—", "until": "—", "days": "—", "value": "—", "list": "—",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as its reader sees it; without an address there is nothing to open."""

    id: UUID
    kind: str
    group: str
    group_word: Any
    text: str
    href: str
    at: datetime
    is_read: bool
    is_urgent: bool


def lines_of(acting: Acting, notices: Iterable[Notice]) -> list[Line]:
    """These notices as sentences, in their order; a few queries for each kind of object, however many there are."""
    rows = list(notices)
    found = {about: load(acting, _ids(rows, about)) for about, load in LOADERS.items() if _ids(rows, about)}
    return [_line(row, found.get(kinds.find(row.kind).about, {}).get(row.about)) for row in rows]


def line_of(acting: Acting, notice: Notice) -> Line:
    """One of them."""
    return lines_of(acting, [notice])[0]


def _ids(rows: Iterable[Notice], about: str) -> set[UUID]:
    return {row.about for row in rows if kinds.find(row.kind).about == about}


def _line(notice: Notice, shown: Shown | None) -> Line:
    kind = kinds.find(notice.kind)
    return Line(
        notice.public_id, kind.key, kind.group.value, kind.group.label, _sentence(kind, notice, shown), shown.href if shown else "",
        notice.created_at, notice.read_at is not None, kind.is_urgent,
    )  # fmt: skip


def _sentence(kind: kinds.Kind, notice: Notice, shown: Shown | None) -> str:
    if shown is None:
        return _("%(group)s: you may no longer see what this was about.") % {"group": kind.group.label}
    words = {name: shown.words.get(name) or otherwise for name, otherwise in UNSAID.items()}
    codes = {name: LABELS.get(name, {}).get(code, code) or _("no reason given") for name, code in notice.params.items()}
    return str(kind.text) % (words | codes)
