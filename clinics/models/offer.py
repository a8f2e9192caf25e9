"""What a hospital offers and who stands behind it: services with their items, and the hospital's doctors."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinics.models.post import Title
from vault.crypto import EncryptedTextField
from vault.models import Public


class ServiceKind(models.TextChoices):
    CLINIC = "clinic", _("outpatient clinic")
    EXAM = "exam", _("examination")
    LAB = "lab", _("laboratory test")
    ULTRASOUND = "ultrasound", _("ultrasound")
    ECG = "ecg", _("electrocardiogram")
    CHECK_UP = "check_up", _("check-up")
    DAY_SURGERY = "day_surgery", _("day surgery")
    BED = "bed", _("inpatient bed")


class SlotClass(models.TextChoices):
    GENERAL = "general", _("general clinic")
    SPECIALTY = "specialty", _("specialty clinic")
    DISEASE = "disease", _("single-disease clinic")
    EXPERT_ASSOCIATE = "expert_associate", _("associate chief expert clinic")
    EXPERT_CHIEF = "expert_chief", _("chief expert clinic")


EXPERT_CLASSES = frozenset({SlotClass.EXPERT_ASSOCIATE, SlotClass.EXPERT_CHIEF})
# Booked by their name, with a preparation and forms of their own (R072, R202).
EXAMINATIONS = frozenset({ServiceKind.EXAM, ServiceKind.LAB, ServiceKind.ULTRASOUND, ServiceKind.ECG, ServiceKind.CHECK_UP})
# The hospital is asked before one of its days is booked: whether it takes this patient (R072, R094, R095).
ASKED_FIRST = frozenset({ServiceKind.BED, ServiceKind.DAY_SURGERY})
# Looked for and booked by their name, in whatever department they stand; a clinic by its class and title (R100).
BOOKED_BY_NAME = EXAMINATIONS | ASKED_FIRST
# Booked into the bands of a session.
HELD_IN_SESSIONS = BOOKED_BY_NAME | {ServiceKind.CLINIC}
BOOKABLE_KINDS = tuple((kind.value, kind.label) for kind in ServiceKind if kind in HELD_IN_SESSIONS)


class Practitioner(Public):
    """A doctor of a hospital as registered (R092, FHIR Practitioner); the name is shown only where the hospital allows it (R081).

    She has no account here: a person who logs in has a Post.
    """

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="practitioners")
    department = models.ForeignKey("clinics.Department", models.PROTECT, related_name="practitioners")
    name = models.TextField()
    grams = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    staff_number = models.TextField()
    title = models.TextField(choices=Title.choices)
    licence = EncryptedTextField(purpose="licence", hash_field="licence_hash", blank=True, default="")
    licence_hash = models.TextField(blank=True, default="", editable=False)
    phone = EncryptedTextField(purpose="contact", blank=True, default="")
    skills = models.TextField(blank=True, default="")
    introduction = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    left_on = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1, db_default=1, editable=False)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("institution", "staff_number"), name="practitioner_staff_number_once"),
            models.CheckConstraint(condition=Q(title__in=Title.values), name="practitioner_title_is_known"),
        )
        indexes = (
            models.Index(fields=("department", "title"), name="practitioner_by_department"),
            GinIndex(fields=["grams"], name="practitioner_grams"),
        )

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    """Questions about services that read as adjectives."""

    def active_on(self, day: date) -> "ServiceQuerySet":
        """Services offered on a day (R073); without dates they always are, and `active_to` itself no longer is."""
        begun = Q(active_from=None) | Q(active_from__lte=day)
        return self.filter(begun, Q(active_to=None) | Q(active_to__gt=day))


class Service(Public):
    """What a department offers under one class and title; first visits are booked by specialty and title (R100).

    `code` is the hospital's own. Fees are in yuan. A bed or an operating place counts by the day (`places_per_day`); day surgery
    names who may have it and which team does it (R094), a package its items, indications and preparation (R093).
    """

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="services")
    department = models.ForeignKey("clinics.Department", models.PROTECT, related_name="services")
    kind = models.TextField(choices=ServiceKind.choices, default=ServiceKind.CLINIC)
    slot_class = models.TextField(choices=SlotClass.choices, default=SlotClass.GENERAL)
    title = models.TextField(blank=True, default="")
    name = models.TextField()
    code = models.TextField(blank=True, default="")
    fee = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    disease = models.TextField(blank=True, default="")
    introduction = models.TextField(blank=True, default="")
    indications = models.TextField(blank=True, default="")
    preparation = models.TextField(blank=True, default="")
    eligibility = models.TextField(blank=True, default="")
    notes = models.TextField(blank=True, default="")
    places_per_day = models.PositiveIntegerField(null=True, blank=True)
    team: models.ManyToManyField = models.ManyToManyField(Practitioner, related_name="services", blank=True)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1, db_default=1, editable=False)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("department", "kind", "slot_class", "name"), name="service_once_per_department"),
            models.UniqueConstraint(fields=("institution", "kind", "code"), condition=~Q(code=""), name="service_code_once"),
            models.CheckConstraint(condition=Q(fee__isnull=True) | Q(fee__gte=0), name="service_fee_is_not_negative"),
            models.CheckConstraint(
                condition=Q(active_from__isnull=True) | Q(active_to__isnull=True) | Q(active_to__gt=F("active_from")),
                name="service_is_active_before_it_ends",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_expert(self) -> bool:
        """Associate chief and above count as expert places (R040)."""
        return self.slot_class in EXPERT_CLASSES

    @property
    def is_examination(self) -> bool:
        """Examinations, tests and check-ups run on working days (R202) and are booked by their name (R072)."""
        return self.kind in EXAMINATIONS

    @property
    def is_asked_first(self) -> bool:
        """A bed or day surgery: the hospital accepts the patient before a day is booked (R072, R094, R095)."""
        return self.kind in ASKED_FIRST

    @property
    def is_booked_by_name(self) -> bool:
        """Everything but a clinic is booked by its name (R072)."""
        return self.kind in BOOKED_BY_NAME

    def is_active_on(self, day: date) -> bool:
        """Whether the service is offered on a day (R073)."""
        return (self.active_from is None or self.active_from <= day) and (self.active_to is None or day < self.active_to)


class ServiceItem(models.Model):
    """One item of a package: an examination or a test with its own code and fee in yuan (R093)."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    code = models.TextField(blank=True, default="")
    name = models.TextField()
    fee = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("service", "position"), name="service_item_position_once"),
            models.CheckConstraint(condition=Q(fee__isnull=True) | Q(fee__gte=0), name="service_item_fee_is_not_negative"),
        )

    def __str__(self) -> str:
        return self.name
