"""What a doctor looks for among the reserved places, as the address of the page says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.models import SlotClass
from clinics.models.offer import BOOKABLE_KINDS, BOOKED_BY_NAME, HELD_IN_SESSIONS
from clinics.queries import subjects_and_hospitals_open_to
from permissions.acting import Acting
from permissions.models import District
from reserved_pools.queries import Wanted

Choice = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Filters:
    """Kind, subject, district, hospital, class, whether only the promised days matter, and whether days beyond the horizon do.

    Empty means any. A subject is always chosen, unless something is looked for that is booked by its name: that may stand in any
    department. `name` is no part of the address: it keeps a page to one examination.
    """

    department: str
    institution: str = ""
    slot_class: str = ""
    promise: bool = False
    district: str = ""
    kind: str = ""
    name: str = ""
    later: bool = False

    @property
    def query(self) -> str:
        """The same as part of an address."""
        promise, later = "1" if self.promise else "", "1" if self.later else ""
        said = {
            "kind": self.kind,
            "department": self.department,
            "district": self.district,
            "institution": self.institution,
            "slot_class": self.slot_class,
            "promise": promise,
            "later": later,
        }
        return urlencode({name: value for name, value in said.items() if value})

    def wanted(self, today: date, last: date, *, beyond: bool = False) -> Wanted:
        """The same as a question to the pools: from tomorrow to a day, perhaps one beyond the horizon (R106)."""
        institution = UUID(self.institution) if self.institution else None
        first = today + timedelta(days=1)
        return Wanted(
            first,
            last,
            institution=institution,
            department=self.department or None,
            slot_class=self.slot_class,
            district=self.district,
            kind=self.kind,
            name=self.name,
            beyond=beyond,
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of this person may be set to."""

    departments: list[Choice]
    districts: list[Choice]
    institutions: list[Choice]
    slot_classes: list[Choice]
    kinds: list[Choice]
    reached: frozenset[int]  # the districts of the hospitals, by key

    def subject(self, code: str) -> str:
        """The words of a subject code."""
        return str(dict(self.departments).get(code, ""))


def choices_of(acting: Acting, *, refers: bool, kind: str = "") -> Choices:
    """Every subject, district and hospital within reach, each once, worded for who refers or only looks; the timetable's classes.

    Of what is booked by its name only the subjects that offer this kind, and any of them; it has no class.
    """
    by_name = kind in BOOKED_BY_NAME
    subjects, hospitals = subjects_and_hospitals_open_to(acting, kind if by_name else "")
    every = _("all within reach, %(n)d") if refers else _("all hospitals, %(n)d")
    districts = {one.district.code: district_words(one.district) for one in hospitals}
    return Choices(
        departments=[("", _("all subjects")), *subjects.items()] if by_name else list(subjects.items()),
        districts=[("", _("all districts")), *sorted(districts.items())],
        institutions=[("", every % {"n": len(hospitals)}), *((str(one.public_id), one.display_short_name) for one in hospitals)],
        slot_classes=[] if by_name else [("", _("all classes")), *SlotClass.choices],
        kinds=[("", _("all kinds")), *BOOKABLE_KINDS],
        reached=frozenset(one.district_id for one in hospitals),
    )


def kind_from(data: QueryDict) -> str:
    """The kind of service an address asks for; '' when it names none that is booked."""
    kind = data.get("kind", "")
    return kind if kind in HELD_IN_SESSIONS else ""


def district_words(district: District) -> str:
    """The name in the reader's language, where there is one."""
    return district.name_en if district.name_en and get_language() == "en" else district.name


def filters_from(data: QueryDict, choices: Choices) -> Filters:
    """The filters of an address; whatever is not among the choices is as if it had not been said.

    `of` is the kind the form was shown for: its subject says nothing of another kind.
    """
    kind = kind_from(data)
    subjects = [code for code, _words in choices.departments]

    def chosen(name: str, options: Iterable[Any], default: str = "") -> str:
        value = data.get(name, default)
        return value if value in options else default

    first = subjects[0] if subjects else ""
    return Filters(
        department=chosen("department", subjects, first) if data.get("of", kind) == kind else first,
        institution=chosen("institution", dict(choices.institutions)),
        slot_class=chosen("slot_class", dict(choices.slot_classes)),
        promise=data.get("promise") == "1",
        later=data.get("later") == "1",
        district=chosen("district", dict(choices.districts)),
        kind=kind,
    )
