"""Words of the weekly timetable: weekdays, services and doctors as a choice shows them, and the history of a half-day."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import HalfDay, Practitioner, Service, SlotClass
from clinics.models.offer import EXPERT_CLASSES
from clinics.register.history import BEGINS, Words
from clinics.timetables.half_day_fields import UNLIMITED

WEEKDAYS = [
    ("1", pgettext_lazy("weekday", "Mon")),
    ("2", pgettext_lazy("weekday", "Tue")),
    ("3", pgettext_lazy("weekday", "Wed")),
    ("4", pgettext_lazy("weekday", "Thu")),
    ("5", pgettext_lazy("weekday", "Fri")),
    ("6", pgettext_lazy("weekday", "Sat")),
    ("7", pgettext_lazy("weekday", "Sun")),
]
# The class of a session where there is no room for more.
SHORT_CLASSES: dict[str, Any] = {
    SlotClass.GENERAL: pgettext_lazy("class, short", "General"),
    SlotClass.SPECIALTY: pgettext_lazy("class, short", "Specialty"),
    SlotClass.DISEASE: pgettext_lazy("class, short", "Disease"),
    SlotClass.EXPERT_ASSOCIATE: pgettext_lazy("class, short", "Associate chief"),
    SlotClass.EXPERT_CHIEF: pgettext_lazy("class, short", "Chief"),
}
LABELS = {
    "weekday": _("Weekday"),
    "half_day": _("Half-day"),
    "starts": _("Begins at"),
    "ends": _("Ends at"),
    "capacity": _("Places"),
    "is_uncapped": _("Ordinary release without a limit"),
    "valid_from": _("Valid from"),
}


def weekday_words(number: int) -> str:
    """周一."""
    return str(dict(WEEKDAYS)[str(number)])


def service_words(service: Service) -> str:
    """心血管内科 普通门诊, with the class where the name does not say it."""
    says_class = service.slot_class in EXPERT_CLASSES or service.slot_class == SlotClass.GENERAL
    words = [service.department.name, service.name] + ([] if says_class else [f"({SlotClass(service.slot_class).label})"])
    return " ".join(words)


def doctor_words(doctor: Practitioner) -> str:
    """陈立新 主任医师 心血管内科; her own hospital's coordinator reads names."""
    return f"{doctor.name} {doctor.get_title_display()} {doctor.department.name}"


def _value(field: str, value: str) -> str:
    if field == "weekday" and value in dict(WEEKDAYS):
        return weekday_words(int(value))
    if field == "half_day" and value in HalfDay.values:
        return str(HalfDay(value).label)
    if field == "is_uncapped":
        return str(_("yes") if value in ("True", UNLIMITED) else _("no"))
    return value


TEMPLATE_WORDS = Words(
    fields=LABELS,
    value=_value,
    acts={
        BEGINS: lambda _old, _new: (_("Entered into the timetable"), ""),
        "practitioner": lambda _old, new: (_("Another doctor") if new else _("No doctor in particular"), ""),
        "valid_to": lambda _old, new: (_("Runs for the last time"), new),
    },
)
