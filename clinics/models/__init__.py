"""Re-exports the models of the supply side: places, people's posts, times and rules."""

from clinics.models.access import AllianceUserPermission, DepartmentUserPermission, InstitutionUserPermission
from clinics.models.alliance import Alliance, AllianceMember
from clinics.models.calendar import CalendarDay, CalendarYear
from clinics.models.criteria import CriteriaSet, Criterion
from clinics.models.grant import TargetGrant
from clinics.models.imports import ImportChunk, ImportJob, StaffLicence
from clinics.models.institution import Department, DepartmentCategory, Institution, InstitutionKind
from clinics.models.offer import Practitioner, Service, ServiceItem, ServiceKind, SlotClass
from clinics.models.policy import PolicyRow
from clinics.models.policy_set import PolicySetChoice, PolicySetValue, PolicySimulation
from clinics.models.post import Post
from clinics.models.register import BookingRules, FactLabel, FactOf
from clinics.models.stop import ClinicStop, StopReason, StopStatus
from clinics.models.timetable import ChangeKind, ClinicSession, HalfDay, Publication, ScheduleChange, SessionTemplate, Slot
from clinics.models.watch import Attestation, BulkDecision, InstitutionSanction, RightDispute, SanctionedRight

__all__ = [
    "Alliance",
    "AllianceMember",
    "AllianceUserPermission",
    "Attestation",
    "BookingRules",
    "BulkDecision",
    "CalendarDay",
    "CalendarYear",
    "ChangeKind",
    "ClinicSession",
    "ClinicStop",
    "CriteriaSet",
    "Criterion",
    "Department",
    "DepartmentCategory",
    "DepartmentUserPermission",
    "FactLabel",
    "FactOf",
    "HalfDay",
    "ImportChunk",
    "ImportJob",
    "Institution",
    "InstitutionKind",
    "InstitutionSanction",
    "InstitutionUserPermission",
    "PolicyRow",
    "PolicySetChoice",
    "PolicySetValue",
    "PolicySimulation",
    "Post",
    "Practitioner",
    "Publication",
    "RightDispute",
    "SanctionedRight",
    "ScheduleChange",
    "Service",
    "ServiceItem",
    "ServiceKind",
    "SessionTemplate",
    "Slot",
    "SlotClass",
    "StaffLicence",
    "StopReason",
    "StopStatus",
    "TargetGrant",
]
