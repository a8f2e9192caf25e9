"""What a resident is told when her request ended without a place, if she had been told of a booking before (R199)."""

from typing import Final

from vault.outbox.templates import SmsTemplate, declare

ENDED: Final = declare(
    SmsTemplate(
        key="referral_ended",
        cls="notice",
        params={"name": 12, "phone": 20},
        text="${name}您好，您的转诊申请未能约到新的就诊时间，现已结束。请与您的签约医生联系，医生会为您另作安排，电话${phone}。",
    )
)
