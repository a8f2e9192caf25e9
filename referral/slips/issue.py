"""Issues a copy of a paper: counted, attributed, audited, its content frozen; the worker makes the PDF of it."""

import base64
import hashlib
import json
import logging
from datetime import datetime, timedelta
from uuid import UUID

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.right_states import RightStatus
from referral.slips.content import Content, printing
from referral.slips.models import Failure, Slip, SlipKind
from referral.slips.render import PressBroken, Unprintable, render_pdf
from vault.audit import record
from vault.refusal import Refusal

log = logging.getLogger(__name__)

SAME_PRINT = timedelta(minutes=10)  # who loads a slip again, or saves it from the viewer, has not printed a second copy
KEPT = timedelta(days=1)
ATTEMPTS = 3
ABOUT = {SlipKind.UP: "booking", SlipKind.RETURN: "return"}  # what the trail calls the object of a copy


@transaction.atomic(durable=True)
def issue(kind: SlipKind, about: UUID, content: Content, *, by: Acting, now: datetime) -> Slip:
    """Promises one copy with the next number, audited; the same person gets the same copy for ten minutes while nothing changed.

    The PDF is made after the commit by the worker. Two prints at the same instant get two numbers.
    """
    content_hash = hash_of(content)
    same = Slip.objects.filter(
        kind=kind, about=about, printed_by=by.user, content_hash=content_hash, created_at__gt=now - SAME_PRINT, is_wiped=False
    )
    if (again := same.exclude(failure=Failure.PRESS).last()) is not None:
        return again
    slip = numbered(kind, about, content, content_hash, by=by, now=now)
    record("slip.printed", ABOUT[kind], about, by=by.actor, details={"copy": slip.copy_no, "content": content_hash})
    transaction.on_commit(lambda: ask_for_pdf(slip.public_id), robust=True)
    return slip


def numbered(kind: SlipKind, about: UUID, content: Content, content_hash: str, *, by: Acting, now: datetime) -> Slip:
    """Step: the row of a copy. A number taken by somebody else at the same instant is tried again with the next."""
    place = by.post.institution.short_name if by.post else ""
    for _attempt in range(ATTEMPTS):
        copy_no = 1 + Slip.objects.filter(kind=kind, about=about, failure="").count()
        frozen = content | {"printing": printing(by.user.name, place, copy_no, now)}
        try:
            with transaction.atomic():
                return Slip.objects.create(
                    kind=kind,
                    about=about,
                    copy_no=copy_no,
                    content=canonical(frozen),
                    content_hash=content_hash,
                    printed_by=by.user,
                    post=by.post,
                )
        except IntegrityError:
            continue
    raise Refusal("busy", _("Somebody else was changing this at the same moment. Please try again."), retry_after=1)


def ask_for_pdf(slip: UUID) -> None:
    """Asks the worker; when the queue does not answer, the sweeper finds the copy a little later."""
    current_app.send_task("referral.tasks.print_slip", [str(slip)], retry=False, ignore_result=True, expires=600)


def make_pdf(public_id: UUID) -> None:
    """Promises that an issued copy has its PDF or says why not; run by the worker, as often as one likes."""
    asked = Slip.objects.select_related("post__right").filter(public_id=public_id, is_printed=False, is_wiped=False, failure="")
    slip = asked.first()
    if slip is None:
        return
    if _asker_has_lost_right(slip):
        settle(slip, failure=Failure.REVOKED)
        return
    content = json.loads(slip.content)
    try:
        pdf = render_pdf(content["template"], content)
    except Unprintable as failure:
        settle(slip, failure=Failure.CHARACTERS, unprintable=failure.characters)
    except PressBroken:
        log.exception("copy %s of %s %s could not be printed", slip.copy_no, slip.kind, slip.about)
        settle(slip, failure=Failure.PRESS)
    else:
        settle(slip, pdf=base64.b64encode(pdf).decode(), is_printed=True)


def _asker_has_lost_right(slip: Slip) -> bool:
    """R052: who lost the right to refer gets no paper any more, not even one asked for before."""
    return slip.post is not None and slip.post.right is not None and slip.post.right.status == RightStatus.REVOKED


def settle(slip: Slip, **fields: object) -> None:
    """Whoever is first decides; a second worker on the same copy changes nothing."""
    Slip.objects.filter(pk=slip.pk, is_printed=False, failure="").update(**fields)


def waiting(now: datetime) -> list[UUID]:
    """Copies whose request to the worker got lost: older than a few seconds, younger than an hour."""
    lost = Slip.objects.filter(is_printed=False, is_wiped=False, failure="")
    return list(
        lost.filter(created_at__lt=now - timedelta(seconds=5), created_at__gt=now - timedelta(hours=1)).values_list("public_id", flat=True)
    )


def wipe(now: datetime) -> int:
    """Takes content and PDF away from copies older than a day; number, hash, person and time stay."""
    old = Slip.objects.filter(is_wiped=False, created_at__lt=now - KEPT)
    return old.update(content="", pdf="", is_wiped=True)


def pdf_of(slip: Slip) -> bytes:
    """The printed file of a copy, or b'' while there is none."""
    return base64.b64decode(slip.pdf)


def hash_of(content: Content) -> str:
    """SHA-256 of what a paper says, whoever prints it and however often."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: Content) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
