"""Registers the app and its regulated parameters."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    name = "clinics"

    def ready(self) -> None:
        from clinics import parameters, policy

        policy.declare(*parameters.ALL)
