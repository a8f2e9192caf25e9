"""What a colleague is told when work is handed to her: how much and by whom it was left, never about which patient."""

from typing import Final

from vault.outbox.templates import SmsTemplate, declare

SOMEBODY: Final = "离岗医生"  # when the work of several has waited

HANDED: Final = declare(
    SmsTemplate(
        key="handover_colleague",
        cls="notice",
        params={"name": 12, "institution": 35, "left": 12, "referrals": 6, "returns": 6, "contracts": 6},
        text="${name}，${institution}已将${left}未办结的工作移交给您：转诊${referrals}件、回转${returns}件、签约居民${contracts}人。请登录平台查看待办。",
        overtaken=False,
    )
)
