"""Departments of one institution, entered and corrected one at a time with their standard subject codes (R093)."""

import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import Department, Institution
from clinics.posts import require_manager
from permissions.acting import Acting
from vault import audit
from vault.changes import note_changes
from vault.faults import Faults
from vault.refusal import invalid

STANDARD_CODE = re.compile(r"\A[0-9]{2}(\.[0-9]{2}){0,2}\Z")
LONGEST_NAME, LONGEST_CODE = 50, 30


@transaction.atomic(durable=True)
def add_department(institution: Institution, *, standard_code: str, name: str, local_code: str = "", by: Acting) -> Department:
    """Use case: a department with its standard subject code (R093), entered by the district or the hospital's manager."""
    require_manager(by, institution)
    fields = _department(institution, standard_code, name, local_code)
    made = Department.objects.create(institution=institution, **fields)
    note_changes("institution", institution.public_id, {"department": ("", _said(made))}, by=by.actor)
    audit.record("register", "department", made.public_id, by=by.actor, details={"name": made.name})
    return made


@transaction.atomic(durable=True)
def correct_department(department: Department, *, standard_code: str, name: str, local_code: str = "", by: Acting) -> Department:
    """Use case: another code or name of a department; what hangs on it stays."""
    require_manager(by, department.institution)
    before = _said(department)
    fields = _department(department.institution, standard_code, name, local_code, department)
    Department.objects.filter(pk=department.pk).update(**fields)
    after = Department.objects.select_related("institution").get(pk=department.pk)
    noted = note_changes("institution", department.institution.public_id, {"department": (before, _said(after))}, by=by.actor)
    if noted:
        audit.record("correct", "department", department.public_id, by=by.actor, details={"name": after.name})
    return after


def _department(institution: Institution, code: str, name: str, local_code: str, own: Department | None = None) -> dict[str, str]:
    faults = Faults()
    fields = {"standard_code": code.strip(), "name": name.strip(), "local_code": local_code.strip()}
    if not STANDARD_CODE.match(fields["standard_code"]):
        faults.add(invalid("standard_code", _("This is no code of the list of subjects."), remedy=_("Like 03 or 03.04.")))
    if not fields["name"]:
        faults.add(invalid("name", _("Please enter this.")))
    for field, limit in (("name", LONGEST_NAME), ("local_code", LONGEST_CODE)):
        if len(fields[field]) > limit:
            count = len(fields[field])
            faults.add(invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": count}))
    if Department.objects.filter(institution=institution, name=fields["name"]).exclude(pk=own.pk if own else None).exists():
        faults.add(invalid("name", _("This institution has a department of this name already.")))
    faults.tell()
    return fields


def _said(department: Department) -> str:
    return " ".join(part for part in (department.standard_code, department.name, department.local_code) if part)
