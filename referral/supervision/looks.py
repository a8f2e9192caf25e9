"""Who looked at what: one's own looks, and who looked at a resident's records, from the access log by public ids alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import Post
from permissions.acting import Acting
from permissions.identity.names import mask_name
from permissions.models import User
from permissions.roles import Capability, Role
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.credit.models import AppealPaper, Breach
from referral.patients.models import Patient
from referral.patients.queries import patients_of
from referral.patients.residents import residents_of
from referral.returns.models import Return
from vault.actor import ActorKind
from vault.models import AccessEntry
from vault.refusal import Refusal, Sentence

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_DAYS = 92
PURPOSES: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "patient page": pgettext_lazy("look", "read the resident's page"),
        "resident page": pgettext_lazy("look", "read the booking or the registration"),
        "resident": pgettext_lazy("look", "read the registration by program"),
        "referral page": pgettext_lazy("look", "read the referral"),
        "review list": pgettext_lazy("look", "read the list of referrals to review"),
        "review list file": pgettext_lazy("look", "took the list of referrals to review as a file"),
        "review page": pgettext_lazy("look", "reviewed the referral for the hospital"),
        "return page": pgettext_lazy("look", "read the return"),
        "visit page": pgettext_lazy("look", "read the visit"),
        "referral form": pgettext_lazy("look", "wrote or edited the referral"),
        "booking page": pgettext_lazy("look", "read or made the booking"),
        "release page": pgettext_lazy("look", "released the booking for the hospital"),
        "next visit page": pgettext_lazy("look", "booked the next visit"),
        "return form": pgettext_lazy("look", "wrote the return"),
        "registration form": pgettext_lazy("look", "opened the registration to correct it"),
        "contract form": pgettext_lazy("look", "opened the contract to sign or end it"),
        "exception": pgettext_lazy("look", "read or asked for an exception"),
        "controlled document": pgettext_lazy("look", "read a controlled document"),
        "priority form": pgettext_lazy("look", "opened the proof of a priority"),
        "guardian form": pgettext_lazy("look", "opened the guardian"),
        "print slip": pgettext_lazy("look", "printed a slip"),
        "document shown for a move": pgettext_lazy("look", "took the contract over by document"),
        "looks": pgettext_lazy("look", "answered who looked"),
        "api": pgettext_lazy("look", "read it by program"),
        "feed": pgettext_lazy("look", "passed it to the hospital's own system"),
        "nomination page": pgettext_lazy("look", "read a nomination"),
        "download": pgettext_lazy("look", "took a paper of a nomination or an appeal"),
        "day list": pgettext_lazy("look", "read the list of the day"),
        "day list print": pgettext_lazy("look", "printed the list of the day"),
        "day list file": pgettext_lazy("look", "took the list of the day as a file"),
        "affected list": pgettext_lazy("look", "read whom a stop affects"),
        "affected list file": pgettext_lazy("look", "took the list of whom a stop affects as a file"),
        "stopped visit": pgettext_lazy("look", "read a visit of a stopped clinic"),
        "stopped visits": pgettext_lazy("look", "read the list of stopped visits"),
        "stopped visits file": pgettext_lazy("look", "took the list of stopped visits as a file"),
        "phone for a call": pgettext_lazy("look", "looked up the phone to call about a stopped clinic"),
        "affected list print": pgettext_lazy("look", "printed whom a stop affects"),
        "arrivals print": pgettext_lazy("look", "printed who arrives today"),
        "absence call": pgettext_lazy("look", "called because the patient did not arrive"),
        "missed visit": pgettext_lazy("look", "read a missed visit"),
        "no-show list": pgettext_lazy("look", "read the no-show list"),
        "no-show list file": pgettext_lazy("look", "took the no-show list as a file"),
        "restriction": pgettext_lazy("look", "read a restriction"),
        "restrictions": pgettext_lazy("look", "read the restrictions"),
        "uncollected numbers": pgettext_lazy("look", "read who did not collect numbers"),
        "monthly list": pgettext_lazy("look", "read the monthly list"),
        "monthly list print": pgettext_lazy("look", "printed the monthly list"),
    }
)
# What may be looked at of a resident, and how it leads to her.
HERS: Final[tuple[tuple[type[Model], str], ...]] = (
    (Referral, "patient"), (Booking, "patient"), (Return, "patient"), (Breach, "patient"), (AppealPaper, "appeal__breach__patient"),
)  # fmt: skip
MONTH = re.compile(r" (\d{4}-\d{2})\b")


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when, at whose records, who, where and in which part, and what for; empty where nothing is known."""

    at: datetime
    purpose: Sentence
    patient: str = ""
    person: str = ""
    place: str = ""
    part: Sentence = ""


def days_between(first: date, last: date) -> Q:
    """A condition on access entries: from the morning of one day to the night of another, in Beijing time."""
    begin = datetime.combine(first, time.min, SHANGHAI)
    return Q(at__gte=begin, at__lt=datetime.combine(last + timedelta(days=1), time.min, SHANGHAI))


def words_of(purpose: str) -> Sentence:
    """What a look was for, in words; a month in it is said behind them."""
    month = MONTH.search(purpose)
    if month is None:
        return PURPOSES.get(purpose, purpose)
    return f"{PURPOSES.get(MONTH.sub('', purpose), purpose)} {month[1]}"


def my_looks(by: Acting, first: date, last: date) -> "QuerySet[AccessEntry]":
    """What this person looked at in these days, the latest first."""
    return AccessEntry.objects.filter(days_between(first, last), actor_id=by.user.public_id).order_by("-at", "-id")


def told_of_mine(entries: Iterable[AccessEntry]) -> list[Look]:
    """One's own looks in words: whose records they were, names masked, six queries for any number of them."""
    rows = list(entries)
    names = _patients_behind({row.object_id for row in rows})
    return [Look(row.at, words_of(row.purpose), names.get(row.object_id, "")) for row in rows]


def resident_for(by: Acting, public_id: UUID) -> Patient:
    """The resident whose records somebody asks about; refuses with `not_found` anybody who is not in this person's care or centre."""
    rows = residents_of(by) if by.can(Capability.MANAGE_RESIDENTS) else patients_of(by)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def looks_at(patient: Patient) -> "QuerySet[AccessEntry]":
    """Every look at what is a resident's: record, referrals, bookings, returns, missed visits and their files; the latest first."""
    ids = [patient.public_id]
    for model, owner in HERS:
        ids += model._base_manager.filter(**{owner: patient}).values_list("public_id", flat=True)
    return AccessEntry.objects.filter(object_id__in=ids).order_by("-at", "-id")


def told_of_others(entries: Iterable[AccessEntry]) -> list[Look]:
    """Looks in words: the person with her institution and part; a look without a post shows the person alone."""
    rows = list(entries)
    posts = _by_id(Post.objects.select_related("user", "institution").filter(public_id__in={row.post_id for row in rows if row.post_id}))
    people = _by_id(User.objects.filter(public_id__in={row.actor_id for row in rows if row.actor_id}))
    return [_told(row, posts.get(row.post_id), people.get(row.actor_id)) for row in rows]


def _told(row: AccessEntry, post: Any, person: Any) -> Look:
    place = post.institution.display_short_name if post else ""
    part = Role(post.kind).label if post else ""
    if person is None:
        part = _("the resident herself") if row.actor_kind == ActorKind.PATIENT else ""
    name = person.display_name if person else ""
    return Look(row.at, words_of(row.purpose), "", name, place, part)


def _patients_behind(ids: set[UUID]) -> dict[UUID, str]:
    """The masked name of the resident behind each of these ids, whatever of hers it names."""
    found = {public_id: mask_name(name) for public_id, name in Patient.objects.filter(public_id__in=ids).values_list("public_id", "name")}
    for model, owner in HERS:
        rows = model._base_manager.filter(public_id__in=ids).values_list("public_id", f"{owner}__name")
        found |= {public_id: mask_name(name) for public_id, name in rows}
    return found


def _by_id(rows: "Sequence[Any] | QuerySet[Any]") -> dict[UUID | None, Any]:
    return {row.public_id: row for row in rows}
