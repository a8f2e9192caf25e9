"""Which version of each list holds on a day, and which of its lines speak of what a doctor wrote. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinics.criteria.codes import codes_in, covers, meet
from clinics.criteria.focus import BY_KEY, FOCUS, named_in, positive
from clinics.models import CriteriaSet, Criterion


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one disease, and whether what the doctor wrote speaks of it."""

    disease: str
    codes: str
    lines: tuple[Criterion, ...]
    matches: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The disease's name, and the other names of those of the four that its codes belong to."""
        others = [name for one in FOCUS if meet(one.codes, self.codes.split()) for name in one.names]
        return tuple(dict.fromkeys((self.disease, *others)))


def holding(sets: Iterable[CriteriaSet], day: date) -> list[CriteriaSet]:
    """Of each list the version that holds on a day; when the latest one has ended, no earlier one comes back."""
    latest: dict[Any, CriteriaSet] = {}
    for one in sets:
        if one.status == "in_force" and one.valid_from <= day:
            known = latest.get(one.series)
            if known is None or one.valid_from > known.valid_from:
                latest[one.series] = one
    return [one for one in latest.values() if one.valid_to is None or day < one.valid_to]


def grouped(lines: Iterable[Criterion], written: str) -> list[Group]:
    """The lines by disease in the order of their list, those that fit what was written first (R042, R043)."""
    found: dict[tuple[str, str], list[Criterion]] = {}
    for line in lines:
        found.setdefault((line.disease, line.codes), []).append(line)
    groups = [Group(disease, codes, tuple(held), speaks_of(written, disease, codes)) for (disease, codes), held in found.items()]
    return sorted(groups, key=lambda group: not group.matches)


def speaks_of(written: str, disease: str, codes: str) -> bool:
    """Whether a diagnosis names this disease: by its name, by an ICD-10 code, or by another name of one of the four (R115)."""
    ranges = codes.split()
    if disease.lower() in positive(written).lower() or any(covers(ranges, code) for code in codes_in(written)):
        return True
    return any(meet(BY_KEY[key].codes, ranges) for key in named_in(written))
