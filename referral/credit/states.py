"""The lives of a breach, a ban and a hospital's restriction as data: every step, who takes it, and the article behind it."""

from typing import Final

from permissions.roles import Role
from vault.states import StateTable, Transition

DOCTOR: Final = (Role.FAMILY_DOCTOR.value, Role.REGIONAL_SPECIALIST.value)
HOSPITAL: Final = (Role.COORDINATOR.value, Role.WINDOW_CLERK.value)
DISTRICT: Final = (Role.DISTRICT_ADMIN.value,)
SYSTEM: Final = ("system",)
RESIDENT: Final = ("resident",)

BREACH_STATES: Final = StateTable(
    kind="breach",
    transitions=(
        Transition("", "recorded", (*HOSPITAL, *SYSTEM), "breach.recorded", "R134"),
        Transition("recorded", "notified", SYSTEM, "breach.notified", "R028"),
        Transition("recorded", "struck", (*HOSPITAL, *SYSTEM), "breach.undone", "R134"),
        Transition("notified", "struck", (*HOSPITAL, *SYSTEM), "breach.undone", "R134"),
        Transition("recorded", "appealed", (*DOCTOR, *RESIDENT), "breach.appealed", "R059"),
        Transition("notified", "appealed", (*DOCTOR, *RESIDENT), "breach.appealed", "R059"),
        Transition("appealed", "upheld", DISTRICT, "breach.upheld", "R059"),
        Transition("appealed", "struck", DISTRICT, "breach.struck", "R059"),
    ),
    final=frozenset({"upheld", "struck"}),
)
BAN_STATES: Final = StateTable(
    kind="booking_ban",
    transitions=(
        Transition("", "in_force", SYSTEM, "ban.listed", "R059"),
        Transition("in_force", "lifted", (*DISTRICT, *SYSTEM), "ban.lifted", "R059"),
    ),
    final=frozenset({"lifted"}),
)
RESTRICTION_STATES: Final = StateTable(
    kind="restriction",
    transitions=(
        Transition("", "in_force", (Role.COORDINATOR.value,), "restriction.set", "R027"),
        Transition("in_force", "lifted", (Role.COORDINATOR.value, *DISTRICT), "restriction.lifted", "R027"),
    ),
    final=frozenset({"lifted"}),
)
