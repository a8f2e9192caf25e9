"""What both sides of a return find in their inboxes: who is to take the patient over, and what became of it (R129, R130)."""

from permissions.acting import Acting
from referral.inbox.tell import Recipient, managers_of, tell
from referral.returns.models import Return
from vault.actor import Actor


def tell_centre(sent_back: Return, *, by: Acting) -> None:
    """Step: the doctor who referred the patient, where she works at this centre, and its managers hear that the patient comes."""
    referrer = sent_back.referral.owner
    knows_her = referrer is not None and referrer.institution.root_id == sent_back.to_institution.root_id
    _tell(sent_back, "return_sent", [referrer if knows_her else None, *managers_of([sent_back.to_institution])], by.actor)


def tell_sender(sent_back: Return, *, by: Acting) -> None:
    """Step: the hospital's doctor hears that the patient is in the centre's hands."""
    _tell(sent_back, "return_accepted", [sent_back.post], by.actor)


def tell_of_declining(sent_back: Return, *, by: Acting) -> None:
    """Step: the managers hear that somebody else has to be named, the hospital's doctor that nobody has taken over yet."""
    _tell(sent_back, "return_declined", [sent_back.post, *managers_of([sent_back.to_institution])], by.actor)


def tell_owner(sent_back: Return, *, by: Acting) -> None:
    """Step: the doctor named by the manager hears of it."""
    _tell(sent_back, "return_assigned", [sent_back.owner], by.actor)


def tell_of_delay(sent_back: Return) -> None:
    """Step: whoever was named and the managers hear that the time is over."""
    _tell(sent_back, "return_overdue", [sent_back.owner, *managers_of([sent_back.to_institution])], None)


def _tell(sent_back: Return, kind: str, recipients: list[Recipient], by: Actor | None) -> None:
    tell(recipients, kind, about=sent_back.public_id, version=sent_back.version, by=by)
