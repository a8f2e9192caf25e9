"""Registers the app and its regulated parameters."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    name = "clinics"

    def ready(self) -> None:
        from clinics import again, notices, parameters, policy  # noqa: F401
        from clinics.imports.calendar import CalendarImporter
        from clinics.imports.departments import DepartmentsImporter
        from clinics.imports.institutions import InstitutionsImporter
        from clinics.imports.kinds import declare
        from clinics.imports.practitioners import PractitionersImporter
        from clinics.imports.service_list import ServicesImporter
        from clinics.imports.staff import StaffImporter
        from clinics.models import Institution, Post
        from clinics.watch import messages  # noqa: F401
        from permissions.trail import belongs

        belongs("institution", Institution, "district")
        belongs("post", Post, "institution__district")
        policy.declare(*parameters.ALL)
        again.declare()
        declare(InstitutionsImporter())
        declare(DepartmentsImporter())
        declare(CalendarImporter())
        declare(StaffImporter())
        declare(PractitionersImporter())
        declare(ServicesImporter())
