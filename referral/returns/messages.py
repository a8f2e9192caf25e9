"""What a resident is told when the hospital sends her back: who looks after her now, never why."""

from typing import Final

from referral.patients.guardians_reach import reached
from referral.returns.models import Return
from vault.outbox.templates import SmsTemplate, declare

RETURNED: Final = declare(
    SmsTemplate(
        key="return_patient",
        cls="notice",
        params={"name": 12, "hospital": 35, "centre": 35, "phone": 20},
        text="${name}您好，${hospital}已将您转回${centre}继续随访，中心医生会与您联系。有事请拨打${phone}。",
    )
)


def told_of_return(sent_back: Return) -> dict[str, str]:
    """The variables of RETURNED; no diagnosis, and the name as others may read it."""
    centre = sent_back.to_institution
    return {
        "name": reached(sent_back.patient).name,
        "hospital": sent_back.from_institution.short_name,
        "centre": centre.short_name,
        "phone": centre.phone or "114",
    }
