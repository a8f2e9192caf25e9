"""Re-exports the models of the referral rooms, nothing more."""

from referral.booking.call_models import AbsenceCall
from referral.booking.error_models import WrongEntry
from referral.booking.models import Booking, BookingMode, BookingStatus, CancelCause, CancelReason
from referral.booking.override_models import Overridable, OverrideStatus, RuleOverride
from referral.cases.criteria_models import MetCriterion
from referral.cases.models import FollowKind, Priority, Referral, ReferralSerial, ReferralStatus
from referral.cases.reports import VisitReport
from referral.cases.submission_models import PlaceRequest, PlaceRequestStatus
from referral.cases.versions import EndingKind, ReferralVersion, RequestEnding
from referral.credit.models import Appeal, AppealPaper, BanCovers, BanStatus, BookingBan, Breach, BreachKind, BreachStatus, Restriction
from referral.disruptions.models import CallFor, Choice, Disruption, DisruptionStatus
from referral.evaluation.models import Finding, FindingMeasure, FindingStatus, MeasureStatus
from referral.exchange.models import BookingReceipt, FeedKind, FeedRecord
from referral.inbox.models import Notice
from referral.patients.control_models import ControlledIdentity, ControlReason, ControlStatus, PriorityProof
from referral.patients.models import (
    CareTeam,
    ContractEnding,
    Encounter,
    FamilyDoctorContract,
    Guardian,
    Patient,
    PatientIdentifier,
    PriorityGroup,
    RegistrationEdit,
    Sex,
)
from referral.returns.models import Outcome, Return, ReturnDrug, ReturnStatus, Supply
from referral.review.models import Advice, AdviceReason, Decision, Question, ReviewDecision
from referral.slips.models import Failure, Slip, SlipKind
from referral.supervision.models import ConductSignature

__all__ = [
    "AbsenceCall",
    "Advice",
    "AdviceReason",
    "Appeal",
    "AppealPaper",
    "BanCovers",
    "BanStatus",
    "Booking",
    "BookingBan",
    "BookingMode",
    "BookingReceipt",
    "BookingStatus",
    "Breach",
    "BreachKind",
    "BreachStatus",
    "CallFor",
    "CancelCause",
    "CancelReason",
    "CareTeam",
    "Choice",
    "ConductSignature",
    "ContractEnding",
    "ControlReason",
    "ControlStatus",
    "ControlledIdentity",
    "Decision",
    "Disruption",
    "DisruptionStatus",
    "Encounter",
    "EndingKind",
    "Failure",
    "FamilyDoctorContract",
    "FeedKind",
    "FeedRecord",
    "Finding",
    "FindingMeasure",
    "FindingStatus",
    "FollowKind",
    "Guardian",
    "MeasureStatus",
    "MetCriterion",
    "Notice",
    "Outcome",
    "Overridable",
    "OverrideStatus",
    "Patient",
    "PatientIdentifier",
    "PlaceRequest",
    "PlaceRequestStatus",
    "Priority",
    "PriorityGroup",
    "PriorityProof",
    "Question",
    "Referral",
    "ReferralSerial",
    "ReferralStatus",
    "ReferralVersion",
    "RegistrationEdit",
    "RequestEnding",
    "Restriction",
    "Return",
    "ReturnDrug",
    "ReturnStatus",
    "ReviewDecision",
    "RuleOverride",
    "Sex",
    "Slip",
    "SlipKind",
    "Supply",
    "VisitReport",
    "WrongEntry",
]
