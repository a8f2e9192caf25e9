"""The one message of this app: the login code."""

from vault.outbox import MessageClass, SmsTemplate, declare

LOGIN_CODE = declare(
    SmsTemplate(
        key="login_code",
        cls=MessageClass.OTP,
        params={"code": 6},
        text="验证码 ${code}，5 分钟内有效，用于登录双向转诊平台。请勿告诉他人；如非本人操作，请忽略。",
    )
)
