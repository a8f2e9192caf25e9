"""Tables of residents: who they are, how they are reached, who cares for them, and when they were seen."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.identity.documents import DocumentType
from vault.crypto import EncryptedTextField
from vault.models import Public


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", _("Unknown sex")
    MALE = "1", _("Male")
    FEMALE = "2", _("Female")
    UNSTATED = "9", _("Sex not stated")


class PriorityGroup(models.TextChoices):
    """Who is served first (R188)."""

    NONE = "", _("No priority group")
    ELDERLY = "elderly", _("Elderly")
    DISABLED = "disabled", _("Disabled")
    PREGNANT = "pregnant", _("Pregnant")
    CHILD = "child", _("Child")
    VETERAN = "veteran", _("Veteran")


class ContractEnding(models.TextChoices):
    """Why a contract ended before its last agreed day."""

    MOVED = "moved", _("moved to another centre")
    RESIDENT = "resident", _("ended by the resident")
    LEFT = "left_district", _("moved out of the district")
    DIED = "died", _("the resident died")
    CENTRE = "centre", _("ended by the centre")
    MISTAKE = "mistake", _("signed by mistake")


class Patient(Public):
    """A resident. The name is clear text for search; phone and address are encrypted."""

    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    name_pinyin = models.TextField(default="", blank=True)
    grams = ArrayField(models.TextField(), default=list, blank=True)
    sex = models.CharField(max_length=1, choices=Sex)
    birth_date = models.DateField()
    phone = EncryptedTextField(purpose="phone", hash_field="phone_hash", default="", blank=True)
    phone_hash = models.TextField(default="", blank=True, db_index=True)
    phone_tail = models.CharField(max_length=4, default="", blank=True)
    landline = EncryptedTextField(purpose="phone", default="", blank=True)
    landline_tail = models.CharField(max_length=4, default="", blank=True)
    address = EncryptedTextField(purpose="address", default="", blank=True)
    registered_at = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    priority_group = models.TextField(choices=PriorityGroup, default=PriorityGroup.NONE, blank=True)

    class Meta:
        indexes = [GinIndex(fields=["grams"], name="patient_grams")]
        constraints = [
            models.CheckConstraint(condition=~Q(phone_tail="") | ~Q(landline_tail=""), name="patient_has_a_mobile_or_a_landline"),
            models.CheckConstraint(
                condition=Q(phone_hash="", phone_tail="") | (~Q(phone_hash="") & ~Q(phone_tail="")),
                name="patient_mobile_has_hash_and_tail",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PatientIdentifier(models.Model):
    """One identity document of a resident (R103, R024); never edited (R012). `lookup` is what copies of one document share."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="identifiers")
    type = models.TextField(choices=DocumentType.choices)
    number = EncryptedTextField(purpose="identity")
    lookup = EncryptedTextField(purpose="identity", hash_field="number_hash")
    number_hash = models.TextField()
    tail = models.CharField(max_length=4)
    is_primary = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number_hash"], name="identifier_belongs_to_one_patient"),
            models.UniqueConstraint(fields=["patient"], condition=Q(is_primary=True), name="patient_has_one_primary_identifier"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.tail}"


class Guardian(models.Model):
    """Who answers for a child without a document of its own (R025); twins may share one."""

    patient = models.OneToOneField(Patient, models.PROTECT, related_name="guardian")
    name = models.CharField(max_length=100)
    document_type = models.TextField(choices=DocumentType.choices)
    number = EncryptedTextField(purpose="identity")
    lookup = EncryptedTextField(purpose="identity", hash_field="number_hash")
    number_hash = models.TextField(db_index=True)
    tail = models.CharField(max_length=4)
    phone = EncryptedTextField(purpose="phone", default="", blank=True)
    relation = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"guardian {self.tail}"


class CareTeam(Public):
    """Doctors of one institution who look after the same contracted residents."""

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="care_teams")
    name = models.CharField(max_length=70)
    doctors = models.ManyToManyField("permissions.User", related_name="care_teams")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "name"], name="care_team_name_once_in_an_institution"),
        ]

    def __str__(self) -> str:
        return self.name


class FamilyDoctorContract(Public):
    """A resident's contract with a care team, and the health record kept under it (R118). `valid_to` is the first day without it.

    A contract that ends early has its `valid_to` moved forward, so that everybody who asks for a day is answered rightly;
    `agreed_to` keeps what was agreed, `ending` and `ended_at` say why and when. One that ends before it began covers no day.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="contracts")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    care_team = models.ForeignKey(CareTeam, models.PROTECT, related_name="contracts")
    doctor = models.ForeignKey("permissions.User", models.PROTECT, related_name="+")
    health_record_number = models.CharField(max_length=17)
    valid_from = models.DateField()
    valid_to = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.TextField(choices=ContractEnding, default="", blank=True)
    ending_note = models.CharField(max_length=200, default="", blank=True)
    agreed_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "valid_from", "valid_to"], name="contract_of_patient_on_a_day"),
            models.Index(fields=["health_record_number"], name="contract_by_health_record"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(health_record_number__regex=r"^[0-9]{17}$"), name="health_record_number_has_17_digits"),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")) | Q(valid_from=F("valid_to"), ended_at__isnull=False),
                name="contract_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, agreed_to__isnull=True, ending="", ending_note="")
                | Q(ended_at__isnull=False, agreed_to__gte=F("valid_to"), ending__in=ContractEnding.values),
                name="contract_ended_early_says_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class RegistrationEdit(models.Model):
    """One edit of a registration, counted by month (R012); what was edited stands in the history of the resident."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="edits")
    month = models.DateField()
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "month", "number"], name="registration_edit_counted_once"),
            models.CheckConstraint(condition=Q(month__day=1, number__gte=1), name="registration_edit_counts_from_one_in_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.number}"


class Encounter(Public):
    """A doctor saw this resident; without it nothing is booked (R050)."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="encounters")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()
    note = models.TextField(max_length=1000, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-seen_at"], name="encounter_latest_of_patient")]

    def __str__(self) -> str:
        return str(self.public_id)
