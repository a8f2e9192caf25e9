"""Base subjects against a hospital's own departments (R091): what stands under each code, and what lacks its mapping first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinics.models import Department
from clinics.register.subjects import SUBJECTS, Subject


@dataclass(frozen=True, slots=True)
class Mapped:
    """One base subject with the departments registered under its code; `subject` is None for a code that is not listed."""

    code: str
    subject: Subject | None
    departments: tuple[Department, ...]

    @property
    def is_whole(self) -> bool:
        """A listed subject whose departments all have the hospital's own code."""
        return self.subject is not None and all(one.local_code for one in self.departments)


def mapping(departments: Iterable[Department]) -> list[Mapped]:
    """The subjects a hospital has departments under, by code; those that lack something come first. Pure."""
    grouped: dict[str, list[Department]] = {}
    for one in departments:
        grouped.setdefault(one.standard_code, []).append(one)
    found = [Mapped(code, SUBJECTS.get(code), tuple(ones)) for code, ones in grouped.items()]
    return sorted(found, key=lambda row: (row.is_whole, row.code))


def not_offered(rows: Sequence[Mapped]) -> list[Subject]:
    """The listed subjects without a department here, by code; a first-level subject counts as offered through one below it."""
    held = {row.code for row in rows}
    above = {code[:cut] for code in held for cut in (2, 5) if len(code) > cut}
    return [one for one in SUBJECTS.values() if one.code not in held | above]
