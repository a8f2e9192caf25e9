"""Contracts that end early and registrations edited once a month."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import F, Q

ENDINGS = [
    ("moved", "moved to another centre"),
    ("resident", "ended by the resident"),
    ("left_district", "moved out of the district"),
    ("died", "the resident died"),
    ("centre", "ended by the centre"),
    ("mistake", "signed by mistake"),
]
# Counted edits are never changed; a server whose roles we could not create still migrates.
PRIVILEGES = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_app') THEN
        REVOKE ALL ON referral_registrationedit FROM referral_app;
        GRANT SELECT, INSERT ON referral_registrationedit TO referral_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("referral", "0002_booking_functions")]

    operations = [
        migrations.CreateModel(
            name="RegistrationEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="edits", to="referral.patient"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="registrationedit",
            constraint=models.UniqueConstraint(fields=("patient", "month", "number"), name="registration_edit_counted_once"),
        ),
        migrations.AddConstraint(
            model_name="registrationedit",
            constraint=models.CheckConstraint(
                condition=Q(month__day=1, number__gte=1), name="registration_edit_counts_from_one_in_a_month"
            ),
        ),
        migrations.RunSQL(PRIVILEGES, migrations.RunSQL.noop),
        migrations.AddField("familydoctorcontract", "agreed_to", models.DateField(blank=True, null=True)),
        migrations.AddField("familydoctorcontract", "ended_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("familydoctorcontract", "ending", models.TextField(blank=True, choices=ENDINGS, default="")),
        migrations.AddField("familydoctorcontract", "ending_note", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddIndex(
            model_name="familydoctorcontract",
            index=models.Index(fields=["health_record_number"], name="contract_by_health_record"),
        ),
        migrations.RemoveConstraint(model_name="familydoctorcontract", name="contract_ends_after_it_begins"),
        migrations.AddConstraint(
            model_name="familydoctorcontract",
            constraint=models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")) | Q(ended_at__isnull=False, valid_from=F("valid_to")),
                name="contract_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="familydoctorcontract",
            constraint=models.CheckConstraint(
                condition=Q(ended_at__isnull=True, agreed_to__isnull=True, ending="", ending_note="")
                | Q(ended_at__isnull=False, agreed_to__gte=F("valid_to"), ending__in=[code for code, _words in ENDINGS]),
                name="contract_ended_early_says_when_and_why",
            ),
        ),
    ]
