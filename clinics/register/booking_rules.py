"""A hospital's written rules of booking (R075): which are in force on a day, and a newer text with its own day; none is ever changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import BookingRules, Institution
from clinics.models.institution import InstitutionKind
from clinics.register.place_queries import NOTHING_HERE, require_keeper
from permissions.acting import Acting
from permissions.printable import unprintable_in
from vault import audit
from vault.changes import note_changes
from vault.faults import Faults
from vault.refusal import Refusal, invalid

LONGEST_RULES = 6_000
FURTHEST = timedelta(days=366)
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Dated:
    """One text with the day before the next one begins, and how it stands on the day that was asked for."""

    rules: BookingRules
    ends_before: date | None
    standing: str  # "now", "later" or "earlier"

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in force, None while no other text follows."""
        return self.ends_before - timedelta(days=1) if self.ends_before else None


def enter_rules(institution: Institution, *, text: str, valid_from: date | None, today: date, by: Acting) -> BookingRules:
    """Use case: rules of booking in force from a day on (R075); what held before stays readable.

    Entered by the hospital's manager or coordinator, or its district; the first text may tell of rules that have long held. Raises
    Refusal("invalid_input") with every fault at once: no text, a day that has passed or lies over a year ahead, a day that has its
    rules already, rules for another kind of place.
    """
    require_keeper(by, institution)
    faults = Faults()
    cleaned = faults.of(_text, text) or ""
    is_first = not BookingRules.objects.filter(institution=institution).exists()
    begins = faults.of(_day, valid_from, EARLIEST if is_first else today, today)
    if institution.kind != InstitutionKind.HOSPITAL:
        faults.add(invalid("text", _("Only a hospital has rules of booking."), remedy=_("Enter them on the hospital's page.")))
    if begins and BookingRules.objects.filter(institution=institution, valid_from=begins).exists():
        faults.add(_day_taken())
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            made = BookingRules.objects.create(institution=institution, valid_from=begins, text=cleaned, entered_by=by.user)
            day = made.valid_from.isoformat()
            note_changes("institution", institution.public_id, {"booking_rules": ("", day)}, by=by.actor)
            audit.record("enter_rules", "booking_rules", made.public_id, by=by.actor, details={"valid_from": day})
    except IntegrityError as error:  # somebody else entered rules for the same day at this moment
        raise _day_taken() from error
    return made


def _text(text: str) -> str:
    cleaned = text.replace("\r\n", "\n").strip()
    if not cleaned:
        raise invalid("text", _("Please enter this."))
    if unprintable_in(cleaned):
        raise invalid("text", _("This holds a character that cannot be stored or shown."))
    if len(cleaned) > LONGEST_RULES:
        limits = {"limit": LONGEST_RULES, "count": len(cleaned)}
        raise invalid("text", _("At most %(limit)d characters; now %(count)d.") % limits, remedy=_("Shorten it."))
    return cleaned


def _day(day: date | None, earliest: date, today: date) -> date:
    if day is None:
        raise invalid("valid_from", _("Enter a day, like 2026-11-26."))
    if day < earliest:
        raise invalid("valid_from", _("Rules cannot begin on a day that has passed."), remedy=_("Enter today or a later day."))
    if day > today + FURTHEST:
        raise invalid("valid_from", _("More than a year ahead."), remedy=_("Enter an earlier day."))
    return day


def _day_taken() -> Refusal:
    return invalid(
        "valid_from",
        _("Rules for this day are entered already, and none is ever changed."),
        remedy=_("Correct a mistake with a newer text from the next day on."),
    )


def rules_of(institution: Institution) -> QuerySet[BookingRules]:
    """Every text of a hospital, the latest day first."""
    return BookingRules.objects.filter(institution=institution).select_related("entered_by", "institution").order_by("-valid_from")


def rules_on(institution: Institution, day: date) -> BookingRules | None:
    """The rules in force on a day, or None before the first."""
    return rules_of(institution).filter(valid_from__lte=day).first()


def dated(rules: Sequence[BookingRules], today: date) -> list[Dated]:
    """The texts in the order given (latest day first), each with its end and how it stands today."""
    ends = [None, *(one.valid_from for one in rules)]
    return [Dated(one, after, _standing(one.valid_from, after, today)) for one, after in zip(rules, ends, strict=False)]


def one_of(institution: Institution, public_id: object, today: date) -> Dated:
    """One text of this hospital. Refuses with `not_found`."""
    found = rules_of(institution).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    later = BookingRules.objects.filter(institution=institution, valid_from__gt=found.valid_from).order_by("valid_from").first()
    after = later.valid_from if later else None
    return Dated(found, after, _standing(found.valid_from, after, today))


def _standing(begins: date, after: date | None, today: date) -> str:
    if begins > today:
        return "later"
    return "now" if after is None or today < after else "earlier"
