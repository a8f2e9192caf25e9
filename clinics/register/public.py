"""What the public may read of the timetables: subjects, classes, titles, how many doctors sit when, and never who (R080, R081, R193).

How many places are left is not told: reserved places are booked by family doctors, so that nobody who reads this could use the number
but those who watch for scarce ones. How many a session has in all is told.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import get_language

from clinics.models import ClinicSession, Institution
from clinics.models.timetable import SessionStatus
from clinics.register.subjects import SUBJECTS

DAYS: Final = 7
HOSPITALS: Final = 20  # of one page
ROWS: Final = 500  # half-days of one page of the interface
NAMES: Final = ("service__department__name", "service__department__standard_code")
CLASSES: Final = ("service__slot_class", "service__title", "service__disease")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for from today on; empty means any."""

    today: date
    hospital: UUID | None = None
    subject: str = ""
    day: date | None = None

    @property
    def days(self) -> list[date]:
        """The day asked for, or the next seven from today on."""
        return [self.day] if self.day else [self.today + timedelta(days=number) for number in range(DAYS)]

    def sessions(self) -> "QuerySet[ClinicSession]":
        """The sessions that take place on these days, of hospitals that take part."""
        found = ClinicSession.objects.filter(date__range=(self.days[0], self.days[-1]), status=SessionStatus.PLANNED)
        wanted: dict[str, Any] = {"service__institution__public_id": self.hospital} if self.hospital else {}
        if self.subject:
            wanted["service__department__standard_code"] = self.subject
        return found.filter(**wanted, service__institution__is_suspended=False)


@dataclass(slots=True)
class Line:
    """One class and title of a department: on how many half-days doctors sit, and how many places there are in all."""

    department: str
    subject: str
    slot_class: str
    title: str
    disease: str
    places: int = 0
    mornings: dict[date, int] = field(default_factory=dict)
    afternoons: dict[date, int] = field(default_factory=dict)
    begins: dict[str, datetime] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)

    @property
    def doctors(self) -> int:
        """Half-days of one doctor each, over all days."""
        return sum(self.mornings.values()) + sum(self.afternoons.values())


@dataclass(frozen=True, slots=True)
class Summary:
    """One hospital and what it offers in these days, by subject."""

    hospital: Institution
    subjects: Sequence[dict[str, Any]]


def hospitals_offering(asked: Asked, *, page: int = 1) -> list[Summary]:
    """One page of hospitals by name, with sessions and places of each subject, and one more when another page follows; two queries."""
    held = asked.sessions().filter(service__institution=OuterRef("pk"))
    found = Institution.objects.hospitals().working().active_on(asked.days[0]).filter(Exists(held)).order_by("name", "pk")
    hospitals = list(found[(page - 1) * HOSPITALS : page * HOSPITALS + 1])
    rows = asked.sessions().filter(service__institution__in=hospitals).order_by("service__department__standard_code")
    counted = rows.values("service__institution", "service__department__standard_code")
    by_hospital: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in counted.annotate(sessions=Count("pk"), places=Sum("capacity")):
        code = row["service__department__standard_code"]
        told = {"code": code, "name": subject_words(code), "sessions": row["sessions"], "places": row["places"]}
        by_hospital[row["service__institution"]].append(told)
    return [Summary(one, by_hospital[one.pk]) for one in hospitals]


def hospital_named(public_id: UUID, today: date) -> Institution | None:
    """One hospital that takes part, or None."""
    return Institution.objects.hospitals().working().active_on(today).filter(public_id=public_id).first()


def half_days_of(asked: Asked, *, page: int = 1) -> Sequence[dict[str, Any]]:
    """How many doctors of a class and title sit in each half-day, when, with how many places; one more row when a page follows."""
    rows = asked.sessions().filter(service__institution__in=Institution.objects.hospitals().working().active_on(asked.days[0]))
    counted = rows.values("service__institution__public_id", *NAMES, *CLASSES, "date", "half_day").annotate(
        doctors=Count("pk"), places=Sum("capacity"), begins=Min("starts_at"), ends=Max("ends_at")
    )
    ordered = counted.order_by(
        "service__department__standard_code", *NAMES, *CLASSES, "date", "half_day", "service__institution__public_id"
    )
    return list(ordered[(page - 1) * ROWS : page * ROWS + 1])


def lines_of(asked: Asked) -> list[Line]:
    """The same of one hospital, a line for each class and title of a department; one query."""
    rows = asked.sessions().values(*NAMES, *CLASSES, "date", "half_day")
    counted = rows.annotate(doctors=Count("pk"), places=Sum("capacity"), begins=Min("starts_at"), ends=Max("ends_at"))
    found: dict[tuple[str, ...], Line] = {}
    for row in counted.order_by("service__department__standard_code", *NAMES, *CLASSES, "date"):
        name, code, *classes = (row[column] for column in (*NAMES, *CLASSES))
        line = found.setdefault((code, name, *classes), Line(name, code, *classes))
        halves = line.mornings if row["half_day"] == "am" else line.afternoons
        halves[row["date"]] = row["doctors"]
        line.places += row["places"]
        line.begins[row["half_day"]] = min(row["begins"], line.begins.get(row["half_day"], row["begins"]), key=_of_day)
        line.ends[row["half_day"]] = max(row["ends"], line.ends.get(row["half_day"], row["ends"]), key=_of_day)
    return list(found.values())


def choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The hospitals and the subjects a reader may choose from, as value and words; two queries."""
    hospitals = Institution.objects.hospitals().working().filter(Q(departments__services__isnull=False)).distinct().order_by("name")
    codes = hospitals.order_by("departments__standard_code").values_list("departments__standard_code", flat=True).distinct()
    places = [(str(one.public_id), one.display_name) for one in hospitals]
    return places, [(code, subject_words(code)) for code in codes]


def subject_words(code: str) -> str:
    """A subject in the reader's language; one that is not on the list by its code."""
    subject = SUBJECTS.get(code)
    if subject is None:
        return code
    return subject.name_en if get_language() == "en" else subject.name


def _of_day(moment: datetime) -> tuple[int, int]:
    return moment.hour, moment.minute
