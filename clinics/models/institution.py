"""The places of care: hospitals, community health centres with their stations, and their departments."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vault.crypto import EncryptedTextField
from vault.models import Public


class InstitutionKind(models.TextChoices):
    HOSPITAL = "hospital", _("hospital")
    CENTRE = "centre", _("community health centre")
    STATION = "station", _("community health station")


class Category(models.TextChoices):
    GENERAL = "general", _("general hospital")
    CHINESE = "chinese_medicine", _("hospital of Chinese medicine")
    SPECIALIST = "specialist", _("specialist hospital")
    COMMUNITY = "community", _("community care")


class Level(models.TextChoices):
    TERTIARY = "3", _("tertiary")
    SECONDARY = "2", _("secondary")
    PRIMARY = "1", _("primary")
    UNRATED = "9", _("not rated")


class PickupBy(models.TextChoices):
    WINDOW = "window", _("at a window")
    SELF_SERVICE = "self_service", _("at a self-service machine")
    BOTH = "both", _("at a window or a self-service machine")


class InstitutionQuerySet(models.QuerySet["Institution"]):
    """Questions about institutions that read as adjectives."""

    def working(self) -> "InstitutionQuerySet":
        return self.filter(is_suspended=False)

    def active_on(self, day: date) -> "InstitutionQuerySet":
        """Institutions that take part on a day (R009); without dates they always do."""
        begun = Q(active_from=None) | Q(active_from__lte=day)
        return self.filter(begun, Q(active_to=None) | Q(active_to__gt=day))

    def hospitals(self) -> "InstitutionQuerySet":
        return self.filter(kind=InstitutionKind.HOSPITAL)

    def locked(self) -> "InstitutionQuerySet":
        """Locked before posts and rights, in key order: giving a right and suspending its institution exclude each other."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class Institution(Public):
    """One place of care; a station belongs to a centre, which answers for its referrals (R117)."""

    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="institutions")
    kind = models.TextField(choices=InstitutionKind.choices)
    name = models.TextField(unique=True)
    short_name = models.TextField()
    name_en = models.TextField(blank=True, default="")
    level = models.TextField(choices=Level.choices, default=Level.UNRATED)
    grade = models.TextField(blank=True, default="")
    category = models.TextField(choices=Category.choices, default=Category.GENERAL)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="stations")
    phone = models.TextField(blank=True, default="")
    address = models.TextField(blank=True, default="")
    pickup_by = models.TextField(choices=PickupBy.choices, blank=True, default="")
    pickup_place = models.TextField(blank=True, default="")
    arrival_text = models.TextField(blank=True, default="")
    website = models.TextField(blank=True, default="")
    introduction = models.TextField(blank=True, default="")
    directions = models.TextField(blank=True, default="")
    help_desk = models.TextField(blank=True, default="")
    referral_window = models.TextField(blank=True, default="")
    responsible_department = models.TextField(blank=True, default="")
    shows_doctor_names = models.BooleanField(default=False)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    is_suspended = models.BooleanField(default=False)
    source = models.TextField(blank=True, default="")
    # Who answers for the institution; the contact list of the district is made of these three.
    responsible_name = models.TextField(blank=True, default="")
    responsible_title = models.TextField(blank=True, default="")
    responsible_phone = EncryptedTextField(purpose="contact", blank=True, default="")
    version = models.IntegerField(default=1, db_default=1, editable=False)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = (
            ("refer_to_institution", "refer to this institution"),
            ("manage_institution", "manage this institution"),
            ("manage_pools", "manage the reserved pools of this institution"),
            ("receive_patients", "receive patients at this institution"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="station", parent__isnull=False) | (~Q(kind="station") & Q(parent__isnull=True)),
                name="institution_only_a_station_has_a_parent",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="institution_level_is_known"),
            models.CheckConstraint(condition=Q(pickup_by__in=["", *PickupBy.values]), name="institution_pickup_is_known"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="institution_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(active_from__isnull=True) | Q(active_to__isnull=True) | Q(active_to__gt=F("active_from")),
                name="institution_is_active_before_it_ends",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The name in the reader's language, where there is one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def display_short_name(self) -> str:
        """The short name; in English there is only the whole one."""
        return self.name_en if self.name_en and get_language() == "en" else self.short_name

    @property
    def root_id(self) -> int:
        """The centre that answers for this institution: its parent, or itself."""
        return self.parent_id or self.pk


class DepartmentCategory(models.TextChoices):
    CLINICAL = "clinical", _("clinical department")
    DIAGNOSTIC = "diagnostic", _("diagnostic department")
    OTHER = "other", _("other department")


class Department(Public):
    """A department: the standard subject code beside the hospital's own name and code (R093)."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="departments")
    standard_code = models.TextField()
    name = models.TextField()
    local_code = models.TextField(blank=True, default="")
    category = models.TextField(choices=DepartmentCategory.choices, default=DepartmentCategory.CLINICAL)
    introduction = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ()
        permissions = (("refer_to_department", "refer to this department"),)
        constraints = (
            models.UniqueConstraint(fields=("institution", "name"), name="department_name_once_per_institution"),
            models.CheckConstraint(condition=Q(standard_code__regex=r"^[0-9]{2}(\.[0-9]{2}){0,2}$"), name="department_code_is_standard"),
        )
        indexes = (models.Index(fields=("standard_code",), name="department_by_code"),)

    def __str__(self) -> str:
        return self.name
