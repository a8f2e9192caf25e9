"""Registers the app and its regulated parameters."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    name = "clinics"

    def ready(self) -> None:
        from clinics import notices, parameters, policy  # noqa: F401
        from clinics.imports.institutions import InstitutionsImporter
        from clinics.imports.kinds import declare
        from clinics.imports.staff import StaffImporter
        from clinics.watch import messages  # noqa: F401

        policy.declare(*parameters.ALL)
        declare(InstitutionsImporter())
        declare(StaffImporter())
