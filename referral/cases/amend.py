"""Amends a booked referral before the visit: what stood before is kept, the slip gets its next version, person and visit stay (R104)."""

import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.clock import database_now
from clinics.models import Post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Capability
from referral.cases.criteria import focus_of, met_of
from referral.cases.models import Priority, Referral
from referral.cases.queries import referrals_of
from referral.cases.versions import LONGEST_WHY, WORDING, ReferralVersion
from referral.cases.write import SHANGHAI, Record, checked
from referral.inbox.tell import tell
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import amend as amended
from vault.transactions import requires_transaction

AMENDABLE: Final = ("booked", "accepted", "info_requested")
NOTHING_HERE: Final = _("There is nothing here that you may see.")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of the record in two wordings."""

    name: str
    before: str
    after: str

    @property
    def shown_before(self) -> str:
        """What stood, in words."""
        return self._words(self.before)

    @property
    def shown_after(self) -> str:
        """What stands, in words."""
        return self._words(self.after)

    def _words(self, value: str) -> str:
        return str(Priority(value).label) if self.name == "priority" else value


def amend(referral_id: UUID, written: Record, *, why: str, expected_version: int, truth_accepted: bool, by: Acting) -> Referral:
    """Use case: promise the referral in its new wording, with what stood before kept, and a slip of the next version (R102, R104).

    For the doctor who wrote it or whose work it is, until the patient has arrived or the time of the visit has come. Encounter,
    patient and booking stay; the QR of the old slip says which version took its place. Locks the acting right, the referral, its
    booking. Refuses with `not_allowed`, `right_not_in_force`, `not_found`, `invalid_input` (every fault at once, also when nothing
    was changed), `stale_state`, and `past_cutoff` once the visit has begun.
    """
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    fields, reason = _checked(written, why, truth_accepted)
    with transaction.atomic(durable=True):
        hold_right(by)
        referral = _locked(referral_id, by)
        _check_open(referral, expected_version)
        booking = _live_booking(referral)
        _check_changed(referral, fields)
        kept = _keep(referral, booking, reason, by)
        focus = _focus(referral, fields)
        Referral.objects.filter(pk=referral.pk).update(**fields, focus=focus)  # locked; the step below raises the version
        amended(referral, "referral.amended", by=by.actor, reason=reason, truth_accepted_at=Now())
        referral.refresh_from_db(fields=WORDING)
        amended(booking, "booking.slip_renewed", by=by.actor, slip_token=new_slip_token())
        _tell(referral, booking)
        details = {"version": kept.number + 1, "fields": [one.name for one in differences(kept, referral)]}
        audit.record("referral.amend", "referral", referral.public_id, by=by.actor, reason=reason, details=details)
    return referral


def may_amend(referral: Referral, by: Acting) -> bool:
    """Whether this person may amend it as it stands; the time of the visit is judged when she does."""
    return by.can(Capability.WRITE_REFERRAL) and _is_hers(referral, by) and referral.status in AMENDABLE


def versions_of(referral: Referral) -> "QuerySet[ReferralVersion]":
    """What the referral said before, the oldest first."""
    return referral.versions.select_related("replaced_by__user").order_by("number")


def version_number(referral: Referral) -> int:
    """The number of the wording in force; the first one is 1."""
    return 1 + referral.versions.count()


def differences(before: Any, after: Any) -> list[Difference]:
    """Where two wordings differ, in the order of the form."""
    pairs = [(name, str(getattr(before, name)), str(getattr(after, name))) for name in WORDING]
    return [Difference(name, old, new) for name, old, new in pairs if old != new]


def new_slip_token() -> str:
    """The opaque token of the next version's QR: 128 random bits, of the same shape as the first."""
    return "r1." + secrets.token_urlsafe(16)


def _checked(written: Record, why: str, truth_accepted: bool) -> tuple[dict[str, Any], str]:
    """The fields and the reason trimmed; refuses with every fault of both at once."""
    faults = Faults()
    fields = faults.of(checked, written, truth_accepted)
    reason = faults.of(_why, why)
    faults.tell()
    assert fields is not None
    assert reason is not None
    return {name: fields[name] for name in WORDING}, reason


def _why(why: str) -> str:
    told = why.strip()
    if not told:
        raise invalid("why", _("Say why, in a few words; the hospital reads it."))
    if len(told) > LONGEST_WHY:
        raise invalid("why", _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_WHY, "count": len(told)})
    return told


def hold_right(by: Acting) -> None:
    """Step: the acting right, locked before everything else and in force by the database's clock (R045)."""
    requires_transaction()
    post: Any = by.post
    held = ReferralRight.objects.locked().filter(pk=post.right_id).first()
    if held is None or not ReferralRight.objects.in_force().filter(pk=held.pk).exists():
        raise Refusal("right_not_in_force", _("Your right to refer is not in force."))


def _locked(referral_id: UUID, by: Acting) -> Referral:
    requires_transaction()
    visible = referrals_of(by).filter(public_id=referral_id).values("pk").order_by()
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("patient", "owner")
    referral = rows.filter(pk__in=visible).first()
    if referral is None:
        raise Refusal("not_found", NOTHING_HERE)
    if not _is_hers(referral, by):
        raise Refusal("not_allowed", _("Only the doctor who wrote this referral, or whose work it is now, amends it."))
    return referral


def _is_hers(referral: Referral, by: Acting) -> bool:
    return by.post is not None and by.post.pk in (referral.post_id, referral.owner_id)


def _check_open(referral: Referral, expected_version: int) -> None:
    if referral.status in AMENDABLE and referral.version == expected_version:
        return
    raise Refusal(
        "stale_state", _("This has changed since you opened it. Look at it again, then decide."),
        current={"status": referral.status, "version": referral.version},
    )  # fmt: skip


def _live_booking(referral: Referral) -> Any:
    """Step: the booking ahead, locked after its referral: an arrival that came first has ended the time for amending."""
    rows = referral.bookings.select_for_update(of=("self",), no_key=True).filter(status__in=("booked", "arrived"))
    booking = rows.annotate(now=Now()).order_by("-pk").first()
    if booking is None or booking.status == "arrived" or booking.now >= booking.starts_at:
        raise Refusal(
            "past_cutoff", _("The visit has begun; what you wrote stands as it is. Please call the hospital's department."),
            current={"status": referral.status, "version": referral.version},
        )  # fmt: skip
    return booking


def _check_changed(referral: Referral, fields: dict[str, Any]) -> None:
    if all(str(getattr(referral, name)) == fields[name] for name in WORDING):
        raise invalid("reason", _("Nothing was changed. Change what is to be amended, or go back."))


def _focus(referral: Referral, fields: dict[str, Any]) -> str:
    """The focus diseases of the new wording; what was ticked stays ticked (R115)."""
    ticked = [one.criterion for one in met_of(referral)]
    return focus_of(fields["impression"], ticked, referral.institution, database_now().astimezone(SHANGHAI).date())


def _keep(referral: Referral, booking: Any, why: str, by: Acting) -> ReferralVersion:
    stood = {name: getattr(referral, name) for name in WORDING}
    return ReferralVersion.objects.create(
        referral=referral, booking=booking, number=version_number(referral), slip_token=booking.slip_token, why=why,
        replaced_by=by.post, **stood,
    )  # fmt: skip


def _tell(referral: Referral, booking: Any) -> None:
    """Who has decided about it at the hospital where it is booked reads of the new wording, before it was booked (R072) or after; for
    everybody else there it stands on the review list. A hospital it was moved away from receives nobody and reads nothing more.
    """
    here = booking.institution_id
    decided = Q(pk__in=referral.decisions.filter(booking__institution=here).values("post"))
    accepted = Q(pk__in=referral.place_requests.filter(status="accepted", service__institution=here).values("answered_by"))
    deciders = Post.objects.filter(decided | accepted)
    tell(deciders, "referral_amended", about=referral.public_id, version=referral.version)
