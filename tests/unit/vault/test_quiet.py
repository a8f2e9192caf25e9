"""Notices wait for the morning in China, whatever clock the server keeps."""

from datetime import UTC, datetime

import pytest

from vault.outbox.quiet import classes_allowed_at, notices_since


@pytest.mark.parametrize(
    ("utc", "classes"),
    [
        ((2026, 11, 22, 12, 59, 59), ["otp", "notice"]),
        ((2026, 11, 22, 13, 0, 0), ["otp"]),
        ((2026, 11, 22, 16, 0, 0), ["otp"]),
        ((2026, 11, 22, 23, 59, 59), ["otp"]),
        ((2026, 11, 23, 0, 0, 0), ["otp", "notice"]),
        ((2026, 11, 23, 4, 0, 0), ["otp", "notice"]),
    ],
)
def test_from_nine_in_the_evening_to_eight_only_codes_leave(settings, utc, classes):
    settings.SMS_QUIET_HOURS = True

    assert classes_allowed_at(datetime(*utc, tzinfo=UTC)) == classes


def test_the_setting_lets_everything_leave_at_night(settings):
    settings.SMS_QUIET_HOURS = False

    assert classes_allowed_at(datetime(2026, 11, 22, 16, tzinfo=UTC)) == ["otp", "notice"]


@pytest.mark.parametrize(
    ("utc", "morning"),
    [((2026, 11, 22, 23, 59), (2026, 11, 22, 0)), ((2026, 11, 23, 0, 0), (2026, 11, 23, 0)), ((2026, 11, 23, 12, 0), (2026, 11, 23, 0))],
)
def test_notices_were_last_let_out_at_eight_in_china(settings, utc, morning):
    settings.SMS_QUIET_HOURS = True
    assert notices_since(datetime(*utc, tzinfo=UTC)) == datetime(*morning, tzinfo=UTC)

    settings.SMS_QUIET_HOURS = False
    assert notices_since(datetime(*utc, tzinfo=UTC)) is None
