"""What a resident is told when the hospital returned her referral: not to come, and that her own doctor explains (R054)."""

from typing import Final

from referral.booking.messages import APPOINTMENT, Appointment, told
from vault.outbox.templates import SmsTemplate, declare

RETURNED: Final = declare(
    SmsTemplate(
        key="review_returned",
        cls="notice",
        params={name: APPOINTMENT[name] for name in ("name", "when", "hospital", "phone")},
        text="${name}您好，${hospital}看过您的转诊资料，${when}的就诊已取消，不计爽约，请不要前往。您的签约医生会向您说明下一步，电话${phone}。",
    )
)


def told_of_return(appointment: Appointment) -> dict[str, str]:
    """The variables of RETURNED: when and where, no reason and no code."""
    words = told(appointment)
    return {name: words[name] for name in RETURNED.params}
