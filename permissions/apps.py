"""Registers the app, its message, its start-up check and what a restored copy is told again."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class PermissionsConfig(AppConfig):
    name = "permissions"

    def ready(self) -> None:
        from permissions import again, messages, trail  # noqa: F401
        from permissions.checks import doors_have_policies
        from permissions.models import ReferralRight, Session, User

        again.declare()
        trail.belongs("user", User, "district")
        trail.belongs("session", Session, "user__district")
        trail.belongs("right", ReferralRight, "district")
        register(doors_have_policies, Tags.urls)
