"""The messages of this app: the login code, and word of changes to a person's way of logging in."""

from vault.outbox import MessageClass, SmsTemplate, declare

LOGIN_CODE = declare(
    SmsTemplate(
        key="login_code",
        cls=MessageClass.OTP,
        params={"code": 6},
        text="验证码 ${code}，5 分钟内有效，用于登录双向转诊平台。请勿告诉他人；如非本人操作，请忽略。",
    )
)

FACTOR_CHANGED = declare(
    SmsTemplate(
        key="factor_changed",
        cls=MessageClass.NOTICE,
        params={"what": 16, "at": 12},
        text="您的双向转诊平台账号于${at}${what}。如非本人操作，请立即联系辖区管理员。",
        overtaken=False,
    )
)

PHONE_CHANGED = declare(
    SmsTemplate(
        key="phone_changed",
        cls=MessageClass.NOTICE,
        params={"tail": 4, "at": 12},
        text="您在双向转诊平台登记的手机号已于${at}由辖区更改，新号码尾号${tail}，原号码不能再登录。如非本人要求，请立即联系辖区管理员。",
        overtaken=False,
    )
)
