"""Registers the app, its regulated parameters, its message texts and its checks."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class ReferralConfig(AppConfig):
    name = "referral"

    def ready(self) -> None:
        from clinics import policy
        from clinics.imports.kinds import declare
        from clinics.posts import ends_with_a_post
        from referral import parameters, whose  # noqa: F401
        from referral.booking import booker, exam_messages, messages  # noqa: F401
        from referral.cases import messages as case_messages  # noqa: F401
        from referral.credit import notices as credit_notices  # noqa: F401
        from referral.daylists import parameters as day_list_parameters
        from referral.demo.checks import check_no_demonstration
        from referral.disruptions import messages as stop_messages  # noqa: F401
        from referral.disruptions import parameters as stop_parameters
        from referral.evaluation import parameters as evaluation_parameters
        from referral.handover import messages as handover_messages  # noqa: F401
        from referral.handover.give import release
        from referral.lost import words as lost_words
        from referral.patients.roster.importer import Residents
        from referral.returns import messages as return_messages  # noqa: F401
        from referral.review import messages as review_messages  # noqa: F401
        from referral.slips.checks import check_printing
        from referral.supervision import messages as conduct_messages  # noqa: F401
        from referral.supervision.value_effects import bookings_ahead
        from reserved_pools.policy_effects import counts_bookings

        policy.declare(*parameters.ALL, *day_list_parameters.ALL, *stop_parameters.ALL, *evaluation_parameters.ALL)
        ends_with_a_post(release)
        counts_bookings(bookings_ahead)
        declare(Residents())
        lost_words.declare()
        register(check_printing)
        register(check_no_demonstration, Tags.database)
