"""What the interface calls each set of choices, where the name of the field alone would not tell two sets apart."""

from typing import Final

ENUM_NAMES: Final = {
    "ReferralStatus": "referral.cases.models.ReferralStatus",
    "BookingStatus": "referral.booking.models.BookingStatus",
    "ReturnStatus": "referral.returns.models.ReturnStatus",
    "RightStatus": "permissions.right_states.RightStatus",
    "RightReason": "permissions.right_states.RightReason",
    "SendBackReason": "permissions.right_states.SendBackReason",
    "SanctionReason": "clinics.watch.states.SanctionReason",
    "DisputeReason": "clinics.watch.states.DisputeReason",
    "ImportStatus": "clinics.imports.states.ImportStatus",
    "InstitutionKind": "clinics.models.institution.InstitutionKind",
    "AllianceKind": "clinics.models.alliance.AllianceKind",
    "SessionKind": "permissions.models.Session.Kind",
    "Role": "permissions.roles.Role",
    "Capability": "permissions.roles.Capability",
    "DistrictRole": "permissions.roles.DISTRICT_ROLE_CHOICES",
    "PostKind": "permissions.roles.POST_KIND_CHOICES",
    "SuspendReason": "permissions.right_states.SUSPEND_CHOICES",
    "FindingGrade": "clinics.api.nominations.GRADE_WORDS",
    "AttendanceStatus": "referral.exchange.attendance.Attendance",
    "StopStatus": "clinics.models.stop.StopStatus",
    "StopReason": "clinics.models.stop.StopReason",
    "ServiceKind": "clinics.models.offer.ServiceKind",
    "DepartmentCategory": "clinics.models.institution.DepartmentCategory",
    "InstitutionCategory": "clinics.models.institution.Category",
    "PolicyStatus": "clinics.models.policy.PolicyStatus",
    "Verdict": "reserved_pools.balance.balance.VERDICT_CHOICES",
}
