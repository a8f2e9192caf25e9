"""The requests and forms of the inbox and of the messages to residents, each right in every field."""

from tests.integration.bad_input.forms import Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_telling(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, doctor, admin = stage.told, stage.loop.doctor, stage.world.district_admin
    until = {"group": "bookings", "until": str(held.notice.public_id)}
    return [
        Endpoint("inbox_read", "POST", f"/inbox/{held.notice.public_id}/read", doctor),
        Endpoint("inbox_read_all", "POST", "/inbox/read-all", doctor, until),
        Endpoint("messages_resend", "POST", f"/messages/{held.message.public_id}/resend", admin),
    ]


def forms_of_telling(stage: Stage) -> list[Form]:
    """Every form."""
    held, doctor = stage.told, stage.loop.doctor
    return [
        _form("notices_read_all", doctor, {"group": "bookings", "until": str(held.notice.public_id)}, {"until": "uuid"}),
    ]
