"""Registers the app and its regulated parameters."""

from django.apps import AppConfig


class ReservedPoolsConfig(AppConfig):
    name = "reserved_pools"

    def ready(self) -> None:
        from clinics import policy
        from reserved_pools import parameters

        policy.declare(*parameters.ALL)
