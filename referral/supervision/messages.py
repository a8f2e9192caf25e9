"""What a manager is told when a month of her institution waits for her signature."""

from typing import Final

from vault.outbox.templates import SmsTemplate, declare

CONDUCT_DUE: Final = declare(
    SmsTemplate(
        key="conduct_due",
        cls="notice",
        params={"name": 12, "institution": 35, "month": 10, "day": 12},
        text="${name}，${institution}${month}的人员行为月度清单尚未签署，应于${day}前签署。请登录平台核对后签署。",
    )
)
