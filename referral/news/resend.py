"""The district has a message sent again that did not arrive: budgeted, recorded, and once however often it is asked."""

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from referral.booking.expected import NOTHING_HERE, database_now
from referral.booking.models import Booking
from referral.news.addressee import TO_BOOKERS, number_now
from referral.news.messages import in_state, made_since, seen_by
from referral.news.sms_words import OF_VISITS_AHEAD, SAY_IT_IS_OFF, State
from vault import audit
from vault.models import Message
from vault.outbox import put
from vault.refusal import Refusal, Violation

LATEST: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)
MOST: Final = 3  # to one number in a day
SEND_BOOKING: Final = _("Have the doctor or the hospital's window send the booking again: that goes to the number of today.")
CALL: Final = _("Have the patient called at the number of today.")


def resend(message_id: UUID, *, by: Acting) -> Message:
    """Use case: a failed message goes out once more, to the same number with the same words, as a message of its own.

    Asked again, the same one answers and nothing more is sent. Refuses with `not_allowed`, `not_found`, `not_failed`,
    `message_outdated` when something newer was said, the visit is over or the number is hers no longer, and `too_many_requests`
    beyond three a day to a number. A number corrected at this very moment may be too late, as for every message on its way: tolerated.
    """
    failed = _failed(message_id, by)
    earlier = _sent_again(failed)
    if earlier is not None:
        return earlier
    _check_still_true(failed)
    _check_still_hers(failed)
    with transaction.atomic(durable=True):
        held = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=failed.pk)
        return _sent_again(held) or _put_again(held, by)


def _put_again(held: Message, by: Acting) -> Message:
    """Step: a row of its own, so that the failed one stays as it was; its version names the one it repeats."""
    _check_budget(held)
    params: dict[str, str] = json.loads(held.params)
    again = put(held.template, held.phone, params, about=held.about, version=-held.pk, supersedes=False, language=held.language)
    audit.record("message.resend", "message", held.public_id, by=by.actor, details={"text": held.template, "again": str(again)})
    return Message.objects.get(public_id=again)


def _check_budget(held: Message) -> None:
    """Three a day to a number. Two different messages to it at one moment may make a fourth: tolerated, the sender's own bound holds."""
    since = made_since(database_now() - A_DAY)
    again = Message.objects.filter(public_id__gte=since, phone_hash=held.phone_hash, version__lt=0)
    if again.count() >= MOST:
        sentence = _("This number was sent three messages again today. Call the patient instead.")
        raise Refusal("too_many_requests", sentence, retry_after=int(A_DAY.total_seconds()))


def _failed(message_id: UUID, by: Acting) -> Message:
    found = seen_by(by).filter(public_id=message_id)
    message = found.first()
    if message is None:
        raise Refusal("not_found", NOTHING_HERE)
    if not in_state(found, State.FAILED).exists():
        raise Refusal("not_failed", _("This message has not failed. Look at its state again."))
    return message


def _sent_again(failed: Message) -> Message | None:
    return Message.objects.filter(about=failed.about, template=failed.template, version=-failed.pk).first()


def _check_still_true(failed: Message) -> None:
    """Nothing newer was said about it, its visit lies ahead and takes place or not as it says, and it is not a week old."""
    now = database_now()
    newer = Message.objects.filter(about=failed.about, phone_hash=failed.phone_hash, version__gt=_said_at(failed), supersedes=True)
    related = Booking.objects.select_related("pool_slot__slot__session")
    booking = related.filter(public_id=failed.about).first() if failed.template in OF_VISITS_AHEAD else None
    over = booking is not None and not (_lies_ahead(booking, now) and booking.takes_place is not (failed.template in SAY_IT_IS_OFF))
    if over or failed.created_at < now - LATEST or newer.exists():
        raise Refusal("message_outdated", _("What this message says is no longer so. Nothing was sent."))


def _lies_ahead(booking: Booking, now: datetime) -> bool:
    return booking.status == "booked" and booking.starts_at > now


def _check_still_hers(failed: Message) -> None:
    """A name, a hospital and a code go to no number that was corrected since."""
    if failed.phone != number_now(failed):
        message = _("The phone number was changed since. Nothing was sent to the old one.")
        remedy = SEND_BOOKING if failed.template in OF_VISITS_AHEAD.difference(TO_BOOKERS) else CALL
        raise Refusal("message_outdated", message, (Violation("message_outdated", message, remedy=remedy),))


def _said_at(message: Message) -> int:
    """The version of its object that a message speaks of; one that repeats another speaks of the same."""
    while message.version < 0:
        message = Message.objects.get(pk=-message.version)
    return message.version
