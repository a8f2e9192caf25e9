"""The life of a return as data: who sends, accepts, declines, assigns, follows up and closes it (R129, R130)."""

from typing import Final

from permissions.roles import Role
from vault.states import StateTable, Transition

HOSPITAL: Final = (Role.RECEIVING_DOCTOR.value,)
CENTRE: Final = (Role.FAMILY_DOCTOR.value, Role.REGIONAL_SPECIALIST.value)
MANAGER: Final = (Role.MANAGER.value,)
SYSTEM: Final = ("system",)

RETURN_STATES: Final = StateTable(
    kind="return",
    transitions=(
        Transition("", "sent", HOSPITAL, "return.sent", "R129"),
        Transition("sent", "accepted", CENTRE, "return.accepted", "R130"),
        Transition("sent", "declined", CENTRE, "return.declined", "R130"),
        Transition("sent", "overdue", SYSTEM, "return.overdue", "R130"),
        Transition("declined", "sent", MANAGER, "return.assigned", "R130"),
        Transition("overdue", "sent", MANAGER, "return.assigned", "R130"),
        Transition("accepted", "followed_up", CENTRE, "return.followed_up", "R130"),
        Transition("followed_up", "closed", CENTRE, "return.closed", "R130"),
    ),
    final=frozenset({"closed"}),
)
