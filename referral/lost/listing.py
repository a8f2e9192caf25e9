"""The list of what a restored copy lost, for the people who mend it: bookings first, with what to do about each."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, Any, Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from permissions.models import User
from permissions.trail_words import KINDS, VERBS
from referral.booking.models import LIVE, Booking
from reserved_pools.models import PoolSlot
from vault import audit
from vault.actor import Actor
from vault.models import LostAct, LostOutcome
from vault.transactions import requires_transaction


class ToDo(StrEnum):
    """What somebody does about a lost act."""

    ENTER_AGAIN = "enter_again"
    FIND_A_PLACE = "find_a_place"
    CALL = "call"
    NOTHING = "nothing"
    REPEAT = "repeat"


TO_DO: Final[Mapping[ToDo, Any]] = {
    ToDo.ENTER_AGAIN: pgettext_lazy("lost", "Book again; the place is free"),
    ToDo.FIND_A_PLACE: pgettext_lazy("lost", "Book again at another time; the place is taken or gone"),
    ToDo.CALL: pgettext_lazy("lost", "Call the patient; the time is over"),
    ToDo.NOTHING: pgettext_lazy("lost", "Nothing; it had been cancelled or moved"),
    ToDo.REPEAT: pgettext_lazy("lost", "Look at it and do it again where it is missing"),
}
COLUMNS: Final = (
    pgettext_lazy("lost", "Id"),
    pgettext_lazy("lost", "Done at"),
    pgettext_lazy("lost", "Act"),
    pgettext_lazy("lost", "Object"),
    pgettext_lazy("lost", "By"),
    pgettext_lazy("lost", "Referral number"),
    pgettext_lazy("lost", "Patient"),
    pgettext_lazy("lost", "Hospital"),
    pgettext_lazy("lost", "Department"),
    pgettext_lazy("lost", "Time of the visit"),
    pgettext_lazy("lost", "Booked by"),
    pgettext_lazy("lost", "What to do"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One object with the open acts about it, oldest first, and the words the journal kept of the last one that had any."""

    object_id: UUID
    kind: str
    acts: tuple[LostAct, ...]
    to_do: ToDo
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_lost_booking(self) -> bool:
        """A booking that was acknowledged, was live when it was lost, and is not there."""
        return self.to_do in (ToDo.ENTER_AGAIN, ToDo.FIND_A_PLACE, ToDo.CALL)


def lines(now: datetime) -> list[Line]:
    """Everything open, bookings that must be entered again first, then bookings that changed, then the rest by time."""
    together: dict[tuple[str, UUID], list[LostAct]] = {}
    for act in LostAct.objects.filter(outcome=LostOutcome.OPEN).order_by("pk"):
        together.setdefault((act.kind, act.object_id), []).append(act)
    bookings = [public_id for kind, public_id in together if kind == "booking"]
    here = set(Booking.objects.filter(public_id__in=bookings).values_list("public_id", flat=True))
    found = [_line(kind, public_id, acts, public_id in here) for (kind, public_id), acts in together.items()]
    places = _places(line.told["place"] for line in found if line.to_do == ToDo.ENTER_AGAIN)
    judged = [_judged(line, places, now) for line in found]
    return sorted(judged, key=lambda line: (not line.is_lost_booking, line.kind != "booking", line.acts[0].at))


def write(target: IO[str], found: Iterable[Line]) -> None:
    """The list as CSV in the active language, in a form spreadsheets open."""
    target.write("\ufeff")
    table = csv.writer(target)
    table.writerow([str(column) for column in COLUMNS])
    found = list(found)
    people = {act.actor_id for line in found for act in line.acts}
    names = {user.public_id: user.name for user in User.objects.filter(public_id__in=people)}
    for line in found:
        table.writerows(_cells(line, names))


def settle(ids: Iterable[UUID], note: str, *, by: Actor) -> int:
    """Step: somebody looked at these acts; notices about their objects may go again once none of an object's is open."""
    requires_transaction()
    open_ones = LostAct.objects.filter(public_id__in=list(ids), outcome=LostOutcome.OPEN).select_for_update(of=("self",))
    found = list(open_ones.order_by("pk"))
    settled = LostAct.objects.filter(pk__in=[one.pk for one in found])
    settled.update(outcome=LostOutcome.DONE, settled_at=Now(), settled_by=by.public_id, note=note)
    for one in found:
        audit.record("settle_lost", "lost_act", one.public_id, by=by, reason=note)
    return len(found)


def _line(kind: str, public_id: UUID, acts: list[LostAct], is_here: bool) -> Line:
    told: dict[str, str] = {}
    for act in acts:
        told = json.loads(act.said)["told"] or told
    to_do = ToDo.REPEAT
    if kind == "booking" and not is_here and told:
        to_do = ToDo.ENTER_AGAIN if told["status"] in LIVE else ToDo.NOTHING
    return Line(public_id, kind, tuple(acts), to_do, told if kind == "booking" else {})


def _places(ids: Iterable[str]) -> dict[str, int]:
    """How many places are left in each of these bands that is still open."""
    slots = PoolSlot.objects.bookable().filter(public_id__in=list(ids))
    return {str(slot.public_id): slot.remaining for slot in slots}  # type: ignore[attr-defined]


def _judged(line: Line, places: Mapping[str, int], now: datetime) -> Line:
    if line.to_do != ToDo.ENTER_AGAIN or places.get(line.told["place"], 0) > 0:
        return line
    is_over = datetime.fromisoformat(line.told["starts_at"]) <= now
    return Line(line.object_id, line.kind, line.acts, ToDo.CALL if is_over else ToDo.FIND_A_PLACE, line.told)


def _cells(line: Line, names: Mapping[UUID, str]) -> Iterator[list[str]]:
    for act in line.acts:
        told = line.told
        visit = _shown(datetime.fromisoformat(told["starts_at"])) if told else ""
        yield [
            str(act.public_id), _shown(act.at), str(VERBS.get(act.verb, act.verb)), str(KINDS.get(act.kind, act.kind)),
            names.get(act.actor_id, "") if act.actor_id else "", told.get("number", ""), told.get("patient", ""),
            told.get("hospital", ""), told.get("department", ""), visit, told.get("booked_by", ""), str(TO_DO[line.to_do]),
        ]  # fmt: skip


def _shown(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")
