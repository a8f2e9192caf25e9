"""Re-exports the models of the supply side: places, people's posts, times and rules."""

from clinics.models.access import AllianceUserPermission, DepartmentUserPermission, InstitutionUserPermission
from clinics.models.alliance import Alliance, AllianceMember
from clinics.models.calendar import CalendarDay
from clinics.models.grant import TargetGrant
from clinics.models.imports import ImportChunk, ImportJob, StaffLicence
from clinics.models.institution import Department, Institution, InstitutionKind
from clinics.models.policy import PolicyRow
from clinics.models.post import Post
from clinics.models.timetable import ClinicSession, HalfDay, Service, Slot, SlotClass
from clinics.models.watch import Attestation, BulkDecision, InstitutionSanction, RightDispute, SanctionedRight

__all__ = [
    "Alliance",
    "AllianceMember",
    "AllianceUserPermission",
    "Attestation",
    "BulkDecision",
    "CalendarDay",
    "ClinicSession",
    "Department",
    "DepartmentUserPermission",
    "HalfDay",
    "ImportChunk",
    "ImportJob",
    "Institution",
    "InstitutionKind",
    "InstitutionSanction",
    "InstitutionUserPermission",
    "PolicyRow",
    "Post",
    "RightDispute",
    "SanctionedRight",
    "Service",
    "Slot",
    "SlotClass",
    "StaffLicence",
    "TargetGrant",
]
