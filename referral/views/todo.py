"""What a doctor has to do now, as rows in the order of their deadlines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permissions.acting import Acting
from permissions.identity.masking import mask_name
from referral.booking.models import CancelCause
from referral.cases.ending import Known, last_day_of
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.disruptions.models import Disruption
from referral.disruptions.queries import waiting_for_doctor
from referral.patients.models import Patient
from referral.returns.models import Return
from referral.views.asking import link_to_book
from referral.worklist.queries import REPORT_DAYS, asked_for, open_of, returns_waiting, waits_for_hospital

# A place that was taken away again, and by whom; what the doctor or the resident gave back herself is not news to her.
LOST: Mapping[str, Any] = {
    CancelCause.BY_HOSPITAL: gettext_lazy("cancelled by the hospital"),
    CancelCause.STOPPED: gettext_lazy("the clinic was stopped"),
    CancelCause.BY_SYSTEM: gettext_lazy("cancelled by the system"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One action of a row."""

    words: Any
    href: str


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: about whom, what, where, until when."""

    name: str
    sex: str
    birth_date: date
    group: str  # report, returned, choose, asked, missed, answer, read, stopped
    kind: str
    what: Any
    place: str
    deadline: date
    late: bool
    text: Any
    links: tuple[Link, ...]
    focus: str = ""  # the focus diseases of the case (R115)


def things_to_do(acting: Acting, today: date, promise_days: int) -> list[Todo]:
    """Everything that waits for the acting doctor, the nearest deadline first; three queries, and a few where a hospital was asked."""
    waiting = list(open_of(acting, today))
    asked, days = asked_for(waiting), Known()
    closed = [one for one in waiting if one.pk not in asked and waits_for_hospital(one)]  # between the two readings
    rows = [
        replace(asked_row(one, asked[one.pk], today, days) if one.pk in asked else of_referral(one, today, promise_days), focus=one.focus)
        for one in waiting
        if one not in closed
    ]
    rows += [of_return(sent_back, today) for sent_back in returns_waiting(acting)]
    rows += [of_disruption(disruption, today) for disruption in waiting_for_doctor(acting)]
    return sorted(rows, key=lambda row: row.deadline)


def of_referral(referral: Any, today: date, promise_days: int) -> Todo:
    """A draft without a place, a visit nobody came to, a question of the hospital, or a report that is late."""
    if referral.status == "draft":
        return to_choose(referral, today, promise_days)
    if referral.status == "info_requested":
        return to_answer(referral, today)
    if referral.status in ("returned_with_advice", "expired"):
        return to_read(referral, today)
    if referral.status == "not_attended":
        return missed(referral)
    return to_chase(referral, today)


def asked_row(referral: Any, held: PlaceRequest, today: date, days: Known) -> Todo:
    """A bed or day surgery: the hospital has to answer, or it has accepted and a day is to be chosen in time (R072)."""
    until, service = last_day_of(held, days), held.service
    place = f"{service.institution.display_short_name} {service.name}"
    if referral.status == "submitted":
        text = _("asked on %(day)s") % {"day": f"{timezone.localtime(held.created_at):%m-%d}"}
        return row_of(referral.patient, "asked", "info", _("waiting for the hospital"), place, until, today, text, (view_link(referral),))
    text = _("book until %(day)s") % {"day": f"{until:%m-%d}"}
    links = (Link(_("Choose a day"), link_to_book(held)), view_link(referral))
    return row_of(referral.patient, "asked", "ok", _("accepted, choose a day"), place, until, today, text, links)


def to_choose(referral: Any, today: date, promise_days: int) -> Todo:
    """A draft: it has to be booked so that the visit keeps the promise (R112); who took its last place away is said (R199)."""
    until = timezone.localdate(referral.created_at) + timedelta(days=promise_days)
    links = (Link(_("Choose a place"), reverse("book", args=[referral.public_id])), view_link(referral))
    lost = LOST.get(referral.last_cause or "")
    return row_of(
        referral.patient, "choose", "bad" if lost else "few", str(lost or _("no place yet")), place_of(referral) or referral.reason,
        until, today, _("seen on %(day)s") % {"day": f"{timezone.localtime(referral.encounter.seen_at):%m-%d}"}, links,
    )  # fmt: skip


def to_answer(referral: Any, today: date) -> Todo:
    """A question of the hospital: its clock runs until the answer is needed."""
    until = timezone.localtime(referral.answer_by or referral.starts_at)
    links = (Link(_("Answer"), reverse("referral_answer", args=[referral.public_id])), view_link(referral))
    text = _("before %(time)s") % {"time": f"{until:%H:%M}"}
    return row_of(referral.patient, "answer", "few", _("question of the hospital"), place_of(referral), until.date(), today, text, links)


def to_read(referral: Any, today: date) -> Todo:
    """What has ended without a visit: advice of the hospital to read and tell, or a request that came to no place."""
    advised = referral.status == "returned_with_advice"
    what = _("returned with advice") if advised else _("ended without a place")
    text = _("read it, then call the patient") if advised else _("look for another way")
    link = Link(_("Read"), reverse("referral", args=[referral.public_id]))
    return row_of(referral.patient, "read", "bad", what, referral.reason, today, today, text, (link,))


def missed(referral: Any) -> Todo:
    """The patient did not come: book again or close."""
    return row_of(
        referral.patient, "missed", "bad", _("did not attend"), place_of(referral), referral.visit_date, None,
        _("visit was on %(day)s") % {"day": f"{referral.visit_date:%m-%d}"}, (view_link(referral),),
    )  # fmt: skip


def to_chase(referral: Any, today: date) -> Todo:
    """The visit is over and no report came in time."""
    day = (today - referral.visit_date).days + 1
    text = _("visit on %(date)s, day %(number)d") % {"date": f"{referral.visit_date:%m-%d}", "number": day}
    due = referral.visit_date + timedelta(days=REPORT_DAYS)
    return row_of(referral.patient, "report", "bad", _("no report yet"), place_of(referral), due, today, text, (view_link(referral),))


def of_return(sent_back: Return, today: date) -> Todo:
    """Somebody of the unit has to take the patient over."""
    due = timezone.localtime(sent_back.due_at)
    link = Link(_("Take over"), reverse("return", args=[sent_back.public_id]))
    place = f"{sent_back.from_institution.display_short_name} {getattr(sent_back.post.department, 'name', '')}".strip()
    text = _("before %(time)s") % {"time": f"{due:%H:%M}"} if due.date() == today else ""
    return row_of(sent_back.patient, "returned", "info", _("returned, to take over"), place, due.date(), today, text, (link,))


def of_disruption(disruption: Disruption, today: date) -> Todo:
    """The clinic of a booked visit was stopped and nothing was chosen yet: she may choose for the patient (R126)."""
    booking = disruption.booking
    until = timezone.localtime(disruption.held_until) if disruption.held_until else None
    due = until.date() if until else booking.visit_date
    text = _("a substitute is held until %(at)s") % {"at": f"{until:%m-%d %H:%M}"} if until else str(disruption.get_call_for_display())
    link = Link(_("Choose for the patient"), reverse("disruption_of_booking", args=[booking.public_id]))
    place = f"{booking.institution.display_short_name} {booking.department.name}"
    return row_of(booking.patient, "stopped", "bad", _("clinic stopped"), place, due, today, text, (link, view_link(booking.referral)))


def row_of(
    patient: Patient, group: str, kind: str, what: str, place: str, deadline: date, today: date | None, text: str, links: tuple[Link, ...]
) -> Todo:
    """A row with the masked name; late when its deadline has passed."""
    late = today is None or deadline < today
    return Todo(mask_name(patient.name), patient.sex, patient.birth_date, group, kind, what, place, deadline, late, text, links)


def view_link(referral: Referral) -> Link:
    return Link(_("View"), reverse("referral", args=[referral.public_id]))


def place_of(referral: Any) -> str:
    """Where the last booking leads: hospital and department."""
    return f"{referral.place or ''} {referral.department or ''}".strip()


@dataclass(frozen=True, slots=True)
class Tile:
    """One number above the list, which is also a filter."""

    count: int
    label: Any
    text: Any
    href: str
    late: bool = False


def tiles(rows: Iterable[Todo], ahead: dict[str, int], today: date) -> list[Tile]:
    """Late reports, returns, drafts, missed visits, booked visits: how many, and which is the most pressing."""
    held = list(rows)
    listed = reverse("referrals")
    return [
        tile([row for row in held if row.group == "report"], _("reports overdue"), f"{listed}?state=report", today),
        tile([row for row in held if row.group == "returned"], _("returned, to take over"), reverse("returns"), today),
        tile([row for row in held if row.group == "choose"], _("without a place"), f"{listed}?state=draft", today),
        tile([row for row in held if row.group == "missed"], _("did not attend"), f"{listed}?state=missed", today),
        Tile(ahead["all"], _("booked"), _("%(n)d tomorrow") % {"n": ahead["tomorrow"]}, f"{listed}?state=booked"),
    ]


def tile(rows: list[Todo], label: str, href: str, today: date) -> Tile:
    """A tile whose second line is the nearest deadline of its rows."""
    if not rows:
        return Tile(0, label, _("none"), href)
    nearest = min(row.deadline for row in rows)
    text = _("since %(day)s") if nearest < today else _("nearest: today") if nearest == today else _("nearest: %(day)s")
    return Tile(len(rows), label, text % {"day": f"{nearest:%m-%d}"}, href, late=any(row.late for row in rows))
