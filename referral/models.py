"""Re-exports the models of the referral rooms, nothing more."""

from referral.booking.models import Booking, BookingStatus, CancelCause
from referral.cases.models import Priority, Referral, ReferralSerial, ReferralStatus
from referral.cases.reports import VisitReport
from referral.exchange.models import BookingReceipt, FeedKind, FeedRecord
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
from referral.slips.models import Failure, Slip, SlipKind
from referral.supervision.models import ConductSignature

__all__ = [
    "Booking",
    "BookingReceipt",
    "BookingStatus",
    "CancelCause",
    "CareTeam",
    "ConductSignature",
    "ContractEnding",
    "Encounter",
    "Failure",
    "FamilyDoctorContract",
    "FeedKind",
    "FeedRecord",
    "Guardian",
    "Outcome",
    "Patient",
    "PatientIdentifier",
    "Priority",
    "PriorityGroup",
    "Referral",
    "ReferralSerial",
    "ReferralStatus",
    "RegistrationEdit",
    "Return",
    "ReturnDrug",
    "ReturnStatus",
    "Sex",
    "Slip",
    "SlipKind",
    "Supply",
    "VisitReport",
]
