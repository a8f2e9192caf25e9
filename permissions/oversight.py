"""The security administrator's hand on the sessions of others: seen without a word of what is done in them, ended with a reason."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import Session, User
from permissions.reasons import clean_reason
from permissions.roles import Capability
from permissions.sessions import end_sessions_of
from vault import audit
from vault.refusal import Refusal


def live_sessions_of(by: Acting) -> "QuerySet[Session]":
    """Every live session of the acting person's district, the one used last first."""
    return Session.objects.live().filter(user__district=by.district_id).select_related("user").order_by("-seen_at", "-pk")


@transaction.atomic(durable=True)
def end_session_of_other(public_id: UUID, reason: str, *, by: Acting) -> Session:
    """One session is over, from its next request on. Refuses with `not_allowed`, `not_found` and `invalid_input` without a reason."""
    _require(by)
    why = clean_reason(reason)
    session = Session.objects.filter(user__district=by.district_id, public_id=public_id).select_related("user").first()
    if session is None:
        raise _nothing()
    if not Session.objects.live().filter(pk=session.pk).update(ended_at=Now(), ending=Session.Ending.BY_ADMIN):
        raise Refusal("stale_state", _("This session is over already."))
    audit.record("end_session", "session", session.public_id, by=by.actor, reason=why, details={"user": str(session.user.public_id)})
    return session


@transaction.atomic(durable=True)
def end_all_of(user_id: UUID, reason: str, *, by: Acting) -> int:
    """Every session of a person is over, and no browser is hers any more; says how many were. Refusals as above."""
    _require(by)
    why = clean_reason(reason)
    user = User.objects.filter(district=by.district_id, public_id=user_id).first()
    if user is None:
        raise _nothing()
    ended = end_sessions_of(user, Session.Ending.BY_ADMIN, by=by.actor)
    audit.record("end_all_sessions", "user", user.public_id, by=by.actor, reason=why, details={"sessions": ended})
    return ended


def _require(by: Acting) -> None:
    if not by.can(Capability.END_SESSIONS):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _nothing() -> Refusal:
    return Refusal("not_found", _("There is nothing here that you may see."))
