"""The ways a short message leaves the machine: one file a gateway."""

from django.conf import settings

from vault.outbox.sms.aliyun import AliyunGateway
from vault.outbox.sms.file import FileGateway
from vault.outbox.sms.protocol import Gateway


def gateway() -> Gateway:
    """The gateway that SMS_GATEWAY names."""
    if settings.SMS_GATEWAY == "aliyun":
        return AliyunGateway.from_settings()
    return FileGateway()
