"""The life of a disruption as data: a stopped session meets a live booking, and what becomes of it (R126, R127)."""

from typing import Final

from permissions.roles import Role
from vault.states import StateTable, Transition

DOCTOR: Final = (Role.FAMILY_DOCTOR.value, Role.REGIONAL_SPECIALIST.value)
RESIDENT: Final = ("resident",)
HOSPITAL: Final = (Role.COORDINATOR.value,)
SYSTEM: Final = ("system",)

DISRUPTION_STATES: Final = StateTable(
    kind="disruption",
    transitions=(
        Transition("", "open", (*HOSPITAL, *SYSTEM), "disruption.opened", "R126"),
        Transition("open", "substituted", (*RESIDENT, *DOCTOR, *HOSPITAL), "disruption.accepted", "R126"),
        Transition("open", "other_time", (*RESIDENT, *DOCTOR, *SYSTEM), "disruption.other_time", "R126"),
        Transition("open", "declined", (*RESIDENT, *DOCTOR, *HOSPITAL, *SYSTEM), "disruption.declined", "R126"),
        Transition("open", "negotiated", (*HOSPITAL, *SYSTEM), "disruption.negotiated", "R127"),
        Transition("open", "not_reached", (*HOSPITAL, *SYSTEM), "disruption.not_reached", "R127"),
    ),
    final=frozenset({"substituted", "other_time", "declined", "negotiated", "not_reached"}),
)
