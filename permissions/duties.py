"""The duties of every role, by version, and who accepted them: without the current ones nobody gets further than reading them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import DutiesAcceptance, User
from permissions.roles import Role
from vault import audit
from vault.actor import Actor, ActorKind
from vault.refusal import Refusal, Sentence
from vault.transactions import requires_transaction


@dataclass(frozen=True, slots=True)
class Duty:
    """One sentence a person gives her word for, and the articles it comes from."""

    text: Sentence
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duties:
    """What one role promises; a changed sentence is a new version, which everybody in the role accepts anew."""

    version: int
    duties: tuple[Duty, ...]


def _duty(text: Sentence, *rules: str) -> Duty:
    return Duty(text, rules)


EVERYBODY = (
    _duty(_("I log in with my own phone on file. I lend nobody my phone, my code or a screen on which I am logged in."), "R047"),
    _duty(
        _("I look at a person's data only as far as my task asks for it. I know that what I look at and do is recorded."),
        "R034", "R098",
    ),
    _duty(
        _("I sell no place, pass none on and take no advantage for one, for myself or for others."),
        "R051", "R133",
    ),
    _duty(_("When my post changes or ends I say so at once, so that what I may do here ends with it."), "R048"),
    _duty(
        _("I know that whoever breaks this loses the use of the platform, or her institution does, and answers for it by law."),
        "R052", "R133",
    ),
)  # fmt: skip
REFERRING = (
    _duty(_("I refer and book only for a patient whom I have seen myself, for what I found on that visit."), "R050"),
    _duty(_("I use the right to refer for my own patients only. I book for no colleague and let none book in my name."), "R045", "R051"),
)
OFFICE = _duty(_("I use this office for what it is there for. I hold neither of the two other offices beside it."), "R098")
OWN: Mapping[Role, tuple[Duty, ...]] = MappingProxyType(
    {
        Role.FAMILY_DOCTOR: REFERRING,
        Role.REGIONAL_SPECIALIST: REFERRING,
        Role.RECEIVING_DOCTOR: (
            _duty(_("I record a visit only when the patient was here, and write the report myself."), "R050", "R098"),
        ),
        Role.MANAGER: (
            _duty(_("I answer for the people of my institution: I look at what they do here every month and report misuse."), "R034"),
            _duty(_("I nominate only contracted family doctors and regional-centre specialists in clinical posts."), "R045", "R049"),
            _duty(_("I end the post of whoever leaves or changes on the same day."), "R048", "R049"),
        ),
        Role.COORDINATOR: (
            _duty(_("I open and change reserved places fairly and in time. I keep none back for anybody."), "R051", "R098"),
        ),
        Role.WINDOW_CLERK: (
            _duty(_("I receive the person who was booked, by her document. Nobody comes in another person's place."), "R051", "R098"),
        ),
        Role.DISTRICT_ADMIN: (
            _duty(_("I grant a right only after checking the person's qualification and post, and to nobody else."), "R045", "R046"),
            _duty(_("I suspend or revoke as soon as misuse is known, of a person or of an institution, and write down why."), "R052"),
            _duty(_("I confirm a colleague's decision only after looking at it myself."), "R034", "R098"),
        ),
        Role.SYSTEM_ADMIN: (OFFICE, _duty(_("I open and close the login of a person only on request, and write down why."), "R034")),
        Role.SECURITY_ADMIN: (OFFICE, _duty(_("I end a session only where its person or the platform is in danger."), "R034")),
        Role.AUDIT_ADMIN: (OFFICE, _duty(_("I read the trail to find misuse, pass it on to nobody else, and report what I find."), "R034")),
        Role.PLATFORM_OPERATOR: (
            _duty(_("I keep the platform running. I look at no patient's data, on the screen or in the database."), "R098"),
        ),
    }
)  # fmt: skip
CURRENT: Mapping[Role, Duties] = MappingProxyType({role: Duties(1, (*EVERYBODY, *own)) for role, own in OWN.items()})

# What a session knows of its person: (role, version) of everything she accepted.
Accepted = frozenset[tuple[str, int]]


def has_accepted(role: Role | None, accepted: Accepted) -> bool:
    """Whether the current duties of a role are among those; without a role there are none."""
    return role is None or (role.value, CURRENT[role].version) in accepted


@transaction.atomic(durable=True)
def accept(version: int, *, by: Acting) -> None:
    """The acting person gives her word for the duties of the role she acts in; doing it twice is once.

    Refuses with `not_allowed` without a role, `stale_state` when the text has another version by now.
    """
    if by.role is None:
        raise Refusal("not_allowed", _("You have no role here yet, so there are no duties to accept."))
    if version != CURRENT[by.role].version:
        raise Refusal("stale_state", _("The duties have changed meanwhile. Please read them again."))
    note_acceptance(by.user, by.role)


def note_acceptance(user: User, role: Role) -> None:
    """Step: one row with the version and the database's time, and its trace in the trail."""
    requires_transaction()
    version = CURRENT[role].version
    _row, is_new = DutiesAcceptance.objects.get_or_create(user=user, role=role, version=version)
    if is_new:
        details = {"role": role.value, "version": version}
        audit.record("accept_duties", "user", user.public_id, by=Actor(ActorKind.USER, user.public_id), details=details)


def acceptances_of(user: User) -> "QuerySet[DutiesAcceptance]":
    """What a person accepted, the newest first; shown on her page."""
    return DutiesAcceptance.objects.filter(user=user).order_by("-accepted_at", "-pk")
