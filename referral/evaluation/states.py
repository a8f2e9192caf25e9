"""The lives of a month's finding and of each measure in it as data: every step, who takes it, and the article behind it."""

from typing import Final

from permissions.roles import Role
from vault.states import StateTable, Transition

DISTRICT: Final = (Role.DISTRICT_ADMIN.value,)

FINDING_STATES: Final = StateTable(
    kind="finding",
    transitions=(
        Transition("", "written", DISTRICT, "finding.written", "R178"),
        Transition("written", "signed", DISTRICT, "finding.signed", "R163"),
        Transition("written", "rejected", DISTRICT, "finding.rejected", "R178"),
        Transition("written", "withdrawn", DISTRICT, "finding.withdrawn", "R178"),
        Transition("signed", "superseded", DISTRICT, "finding.superseded", "R178"),
    ),
    final=frozenset({"rejected", "withdrawn", "superseded"}),
)
MEASURE_STATES: Final = StateTable(
    kind="finding_measure",
    transitions=(
        Transition("", "open", DISTRICT, "finding_measure.set", "R178"),
        Transition("open", "done", DISTRICT, "finding_measure.done", "R178"),
        Transition("done", "open", DISTRICT, "finding_measure.reopened", "R178"),
    ),
)
