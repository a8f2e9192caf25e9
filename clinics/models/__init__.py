"""Re-exports the models of the supply side: places, people's posts, times and rules."""

from clinics.models.access import AllianceUserPermission, DepartmentUserPermission, InstitutionUserPermission
from clinics.models.alliance import Alliance, AllianceMember
from clinics.models.calendar import CalendarDay
from clinics.models.grant import TargetGrant
from clinics.models.institution import Department, Institution
from clinics.models.policy import PolicyRow
from clinics.models.post import Post
from clinics.models.timetable import ClinicSession, HalfDay, Service, Slot, SlotClass

__all__ = [
    "Alliance",
    "AllianceMember",
    "AllianceUserPermission",
    "CalendarDay",
    "ClinicSession",
    "Department",
    "DepartmentUserPermission",
    "HalfDay",
    "Institution",
    "InstitutionUserPermission",
    "PolicyRow",
    "Post",
    "Service",
    "Slot",
    "SlotClass",
    "TargetGrant",
]
