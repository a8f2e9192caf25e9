"""Roles that a second person confirms, how the first two came to be, and duties that everybody accepts."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import vault.ids

# Roles given before there was a second person's word keep counting; nobody is said to have confirmed them.
KEEP_COUNTING = "UPDATE permissions_roleassignment SET confirmed_at = valid_from WHERE confirmed_at IS NULL"
INSERT_ONLY = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON permissions_dutiesacceptance
    FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_app') THEN
        REVOKE ALL ON permissions_dutiesacceptance FROM referral_app;
        GRANT SELECT, INSERT ON permissions_dutiesacceptance TO referral_app;
    END IF;
END $$;
"""
CHANGEABLE = "DROP TRIGGER refuse_change ON permissions_dutiesacceptance;"
PERSON = settings.AUTH_USER_MODEL
ROLES = [
    ("family_doctor", "Family doctor"),
    ("regional_specialist", "Regional-centre specialist"),
    ("receiving_doctor", "Receiving doctor"),
    ("manager", "Manager"),
    ("coordinator", "Referral coordinator"),
    ("window_clerk", "Window clerk"),
    ("district_admin", "District administrator"),
    ("system_admin", "System administrator"),
    ("security_admin", "Security administrator"),
    ("audit_admin", "Audit administrator"),
    ("platform_operator", "Platform operator"),
]


def key() -> tuple[str, models.BigAutoField]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def by_whom() -> models.ForeignKey:
    return models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=PERSON)


def only_one(to: str) -> models.OneToOneField:
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


ROLE = [
    migrations.AddField("roleassignment", "entered_by", by_whom()),
    migrations.AddField("roleassignment", "confirmed_by", by_whom()),
    migrations.AddField("roleassignment", "confirmed_at", models.DateTimeField(blank=True, null=True)),
    migrations.RunSQL(KEEP_COUNTING, migrations.RunSQL.noop),
    migrations.AddConstraint(
        "roleassignment",
        models.CheckConstraint(
            condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & Q(confirmed_at__isnull=False)),
            name="role_assignment_is_not_confirmed_by_its_holder",
        ),
    ),
    migrations.AddConstraint(
        "roleassignment",
        models.CheckConstraint(
            condition=Q(entered_by=None) | Q(confirmed_at=None) | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("entered_by"))),
            name="role_assignment_is_confirmed_by_a_second_person",
        ),
    ),
    migrations.AddConstraint(
        "roleassignment",
        models.UniqueConstraint(
            fields=["user"],
            condition=Q(role__in=["audit_admin", "security_admin", "system_admin"], valid_to=None),
            name="role_assignment_keeps_three_offices_apart",
        ),
    ),
]
FOUNDING = migrations.CreateModel(
    name="Founding",
    fields=[
        key(),
        ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
        ("only", models.BooleanField(default=True, editable=False, unique=True)),
        ("district", only_one("permissions.district")),
        ("first", only_one("permissions.roleassignment")),
        ("second", only_one("permissions.roleassignment")),
        ("first_said_yes_at", models.DateTimeField(blank=True, null=True)),
        ("second_said_yes_at", models.DateTimeField(blank=True, null=True)),
    ],
    options={
        "constraints": [
            models.CheckConstraint(condition=Q(only=True), name="founding_happens_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="founding_needs_two_roles"),
        ],
    },
)
DUTIES = migrations.CreateModel(
    name="DutiesAcceptance",
    fields=[
        key(),
        ("role", models.TextField(choices=ROLES)),
        ("version", models.SmallIntegerField()),
        ("accepted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
        ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acceptances", to=PERSON)),
    ],
    options={
        "constraints": [
            models.UniqueConstraint(fields=["user", "role", "version"], name="duties_accepted_once_per_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="duties_versions_count_from_one"),
            models.CheckConstraint(condition=Q(role__in=[value for value, _label in ROLES]), name="duties_belong_to_a_known_role"),
        ],
    },
)


class Migration(migrations.Migration):
    dependencies = [("permissions", "0002_right_lock"), ("vault", "0004_insert_only")]

    operations = [*ROLE, FOUNDING, DUTIES, migrations.RunSQL(INSERT_ONLY, CHANGEABLE)]
