"""A person with an account, and the roles that span a district."""

from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language

from permissions.models.district import District
from permissions.roles import DISTRICT_ROLE_CHOICES, DISTRICT_ROLES, OFFICES_APART
from vault.crypto import EncryptedTextField, keyed_hashes
from vault.models import Public

PHONE = "phone"


class UserQuerySet(models.QuerySet["User"]):
    """Users, found by the phone they log in with."""

    def with_phone(self, phone: str) -> Self:
        """The active account of a clean mobile number, under any key that still reads."""
        return self.filter(phone_hash__in=keyed_hashes(phone, PHONE), is_active=True)


class User(Public, AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A doctor, clerk or administrator. No password: the phone on file and a code are the login."""

    password = None  # type: ignore[assignment]
    last_login = None
    is_superuser = None  # nobody passes every check

    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True, default="")
    phone = EncryptedTextField(purpose=PHONE, hash_field="phone_hash")
    phone_hash = models.CharField(max_length=100, unique=True)
    phone_tail = models.CharField(max_length=4)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="users")
    language = models.CharField(max_length=10, blank=True, default="")
    is_active = models.BooleanField(default=True)
    # At how many places she may be logged in at once: doctors two, everybody else one (DESIGN.md 6).
    desks = models.SmallIntegerField(default=1)
    # Rises with every change of what this person may do; sessions compare it on each request.
    epoch = models.IntegerField(default=1)

    objects: ClassVar[models.Manager["User"]] = UserQuerySet.as_manager()

    USERNAME_FIELD = "public_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(phone_tail__regex=r"^[0-9]{4}$"), name="user_phone_tail_has_four_digits"),
            models.CheckConstraint(condition=Q(epoch__gte=1), name="user_epoch_counts_from_one"),
            models.CheckConstraint(condition=Q(desks__in=(1, 2)), name="user_sits_at_one_or_two_desks"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The name in the reader's language, where there is one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def live(self) -> Self:
        """Assignments in force by the database clock; one that nobody confirmed never is."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=Now()), valid_from__lte=Now(), confirmed_at__isnull=False)

    def waiting(self) -> Self:
        """Entered, and neither confirmed nor taken back."""
        return self.filter(confirmed_at=None, valid_to=None)

    def locked(self) -> Self:
        """Locked in key order while somebody counts who is left."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class RoleAssignment(Public):
    """A role that spans a district (or the platform), from and to a moment; it counts once a second person confirmed it.

    One that the system entered before roles were confirmed has neither an enterer nor a confirmer, only the moment.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles")
    role = models.TextField(choices=DISTRICT_ROLE_CHOICES)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True, blank=True)
    entered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "district"], condition=Q(valid_to=None), name="role_assignment_one_open_per_person"
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(role.value for role in DISTRICT_ROLES)), name="role_assignment_spans_a_district"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="role_assignment_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & Q(confirmed_at__isnull=False)),
                name="role_assignment_is_not_confirmed_by_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(entered_by=None) | Q(confirmed_at=None) | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("entered_by"))),
                name="role_assignment_is_confirmed_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=sorted(role.value for role in OFFICES_APART), valid_to=None),
                name="role_assignment_keeps_three_offices_apart",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.district_id}"
