"""Suspensions of institutions, attestations, disputes and bulk decisions; the word once given is inserted and read, never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.ids

INSERT_ONLY = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_app') THEN
        REVOKE ALL ON clinics_attestation, clinics_sanctionedright FROM referral_app;
        GRANT SELECT, INSERT ON clinics_attestation, clinics_sanctionedright TO referral_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0003_imports"),
        ("permissions", "0002_right_lock"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InstitutionSanction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("suspended", "Institution suspended"),
                            ("revoked", "Institution excluded"),
                            ("lifted", "Suspension lifted"),
                        ]
                    ),
                ),
                (
                    "reason_code",
                    models.TextField(
                        choices=[
                            ("unseen", "Referrals of patients who were not seen"),
                            ("resale", "Places sold on"),
                            ("misconduct", "Misconduct"),
                            ("licence", "Licence of the institution no longer valid"),
                            ("own_request", "At the institution's own request"),
                            ("closed", "Closed or under repair"),
                        ]
                    ),
                ),
                ("note", models.CharField(max_length=200)),
                (
                    "imposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "institution",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sanctions", to="clinics.institution"),
                ),
                (
                    "return_asked_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RightDispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("open", "Waiting for the district"),
                            ("upheld", "Upheld"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                    ),
                ),
                (
                    "reason_code",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known as a referring doctor of ours"),
                            ("details", "Name, title or institution is not right"),
                            ("left", "No longer works there"),
                            ("conduct", "Referrals that break the rules"),
                            ("other", "Another reason"),
                        ]
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "remedy",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("grant_ended", "The doctor may no longer refer to this hospital"),
                            ("suspended", "The doctor's right is suspended"),
                        ],
                        default="",
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=200)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="clinics.institution"),
                ),
                (
                    "opened_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "right",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="permissions.referralright"),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SanctionedRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("right", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.referralright")),
                (
                    "sanction",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rights", to="clinics.institutionsanction"),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("quarter", models.CharField(max_length=6)),
                ("holds", models.BooleanField()),
                (
                    "attested_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post")),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attestations", to="permissions.referralright"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["right", "quarter", "id"], name="attestation_of_right")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quarter__regex", "^[0-9]{4}Q[1-4]$")), name="attestation_is_of_a_quarter")
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("key", models.CharField(max_length=200)),
                ("act", models.TextField(choices=[("suspend", "Suspend"), ("revoke", "Revoke"), ("extend", "Extend")])),
                ("reason_code", models.TextField(blank=True, default="")),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("results", models.JSONField(default=list)),
                (
                    "decided_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("decided_by", "key"), name="bulk_decision_once_per_key"),
                    models.CheckConstraint(
                        condition=models.Q(("act__in", ["suspend", "revoke", "extend"])), name="bulk_decision_act_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", "extend"), ("last_day__isnull", False)),
                            models.Q(models.Q(("act", "extend"), _negated=True), ("last_day__isnull", True)),
                            _connector="OR",
                        ),
                        name="bulk_decision_extends_to_a_day",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="institutionsanction",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["suspended", "revoked", "lifted"])), name="sanction_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="institutionsanction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason_code__in", ["unseen", "resale", "misconduct", "licence", "own_request", "closed"])),
                name="sanction_reason_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="institutionsanction",
            constraint=models.CheckConstraint(condition=models.Q(("note", ""), _negated=True), name="sanction_names_its_evidence"),
        ),
        migrations.AddConstraint(
            model_name="institutionsanction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("suspended", "revoked"))), fields=("institution",), name="sanction_in_force_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="institutionsanction",
            constraint=models.CheckConstraint(
                condition=models.Q(("return_asked_by__isnull", True), ("status__in", ("suspended", "revoked")), _connector="OR"),
                name="sanction_is_asked_back_only_in_force",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="institutionsanction",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{suspended:revoked,suspended:lifted,revoked:lifted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="8ad22668a63f77783107b94525457ee2c43bb9a7",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_a0cd6",
                    table="clinics_institutionsanction",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="rightdispute",
            index=models.Index(fields=["institution", "status"], name="dispute_of_institution"),
        ),
        migrations.AddConstraint(
            model_name="rightdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "upheld", "rejected", "withdrawn"])), name="dispute_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="rightdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason_code__in", ["unknown", "details", "left", "conduct", "other"])), name="dispute_reason_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="rightdispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("right", "institution"), name="dispute_open_once_per_hospital"
            ),
        ),
        migrations.AddConstraint(
            model_name="rightdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "upheld"), models.Q(("remedy", ""), _negated=True)),
                    models.Q(models.Q(("status", "upheld"), _negated=True), ("remedy", "")),
                    _connector="OR",
                ),
                name="dispute_upheld_has_a_remedy",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("upheld", "rejected")), _negated=True),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                        models.Q(("answered_by", models.F("opened_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dispute_answered_has_an_answer_by_another",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rightdispute",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{open:upheld,open:rejected,open:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="111d239194e5de00fdf85bc7ca051e0cbb45bfd2",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_850c0",
                    table="clinics_rightdispute",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionedright",
            constraint=models.UniqueConstraint(fields=("sanction", "right"), name="sanctioned_right_once"),
        ),
        migrations.RunSQL(INSERT_ONLY, migrations.RunSQL.noop),
    ]
