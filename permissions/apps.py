"""Registers the app, its message and its start-up check."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class PermissionsConfig(AppConfig):
    name = "permissions"

    def ready(self) -> None:
        from permissions import messages  # noqa: F401
        from permissions.checks import doors_have_policies

        register(doors_have_policies, Tags.urls)
