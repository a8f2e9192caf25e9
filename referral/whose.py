"""Which objects of this app are a district's, for the reading of the trail."""

from permissions.trail import belongs
from referral.booking.models import Booking
from referral.booking.override_models import RuleOverride
from referral.cases.models import Referral
from referral.credit.models import BookingBan, Breach
from referral.disruptions.models import Disruption
from referral.patients.models import Patient
from referral.returns.models import Return

belongs("patient", Patient, "district")
belongs("referral", Referral, "institution__district")
belongs("booking", Booking, "referral__institution__district")
belongs("rule_override", RuleOverride, "referral__institution__district")
belongs("disruption", Disruption, "booking__referral__institution__district")
belongs("return", Return, "to_institution__district")
belongs("breach", Breach, "district")
belongs("booking_ban", BookingBan, "district")
