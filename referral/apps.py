"""Registers the app, its regulated parameters, its message texts and its checks."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class ReferralConfig(AppConfig):
    name = "referral"

    def ready(self) -> None:
        from clinics import policy
        from referral import parameters
        from referral.booking import messages  # noqa: F401
        from referral.demo.checks import check_no_demonstration
        from referral.returns import messages as return_messages  # noqa: F401
        from referral.slips import parameters as slip_parameters
        from referral.slips.checks import check_printing

        policy.declare(*parameters.ALL, *slip_parameters.ALL)
        register(check_printing)
        register(check_no_demonstration, Tags.database)
