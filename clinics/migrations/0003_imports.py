"""Rosters brought in as files."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.crypto
import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0002_places"),
        ("permissions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("kind", models.TextField()),
                ("file_name", models.TextField()),
                ("file_size", models.PositiveIntegerField()),
                ("digest", models.TextField()),
                ("part", models.UUIDField()),
                ("language", models.TextField(default="zh-hans")),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("received", "waiting to be checked"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("refused", "cannot be read"),
                            ("applying", "being imported"),
                            ("applied", "imported"),
                            ("stopped", "stopped"),
                            ("discarded", "discarded"),
                        ],
                        default="received",
                    ),
                ),
                ("content", vault.crypto.EncryptedTextField(blank=True, default="", purpose="file")),
                ("columns", models.JSONField(default=list)),
                ("notices", models.JSONField(default=dict)),
                ("problem", models.TextField(blank=True, default="")),
                ("problem_details", models.JSONField(default=dict)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("total", models.PositiveIntegerField(default=0)),
                ("checked", models.PositiveIntegerField(default=0)),
                ("applied", models.PositiveIntegerField(default=0)),
                ("to_create", models.PositiveIntegerField(default=0)),
                ("to_update", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("faulty", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("leaves_out_faulty", models.BooleanField(default=False)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("is_wiped", models.BooleanField(default=False)),
                ("by_user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("district", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district")),
                (
                    "earlier",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="clinics.importjob"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("content", vault.crypto.EncryptedTextField(blank=True, default="", purpose="file")),
                ("results", vault.crypto.EncryptedTextField(blank=True, default="", purpose="file")),
                ("faulty", models.PositiveIntegerField(default=0)),
                ("is_checked", models.BooleanField(default=False)),
                ("is_applied", models.BooleanField(default=False)),
                ("job", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="clinics.importjob")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StaffLicence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("number", vault.crypto.EncryptedTextField(purpose="licence")),
                (
                    "post",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="roster_licence", to="clinics.post"),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["by_user", "-created_at"], name="import_of_person"),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(
                condition=models.Q(("status__in", ("received", "checking", "applying"))), fields=["lease_until"], name="import_to_work_on"
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["received", "checking", "checked", "refused", "applying", "applied", "stopped", "discarded"])
                ),
                name="import_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("refused", "stopped")), _negated=True),
                    models.Q(("problem", ""), _negated=True),
                    _connector="OR",
                ),
                name="import_refused_or_stopped_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importjob",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{received:checking,checking:checked,checking:refused,checked:applying,applying:applied,applying:stopped,received:discarded,checking:discarded,checked:discarded}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="ad0312c3d8e13d91f25cd4b36e6b839297b4fc20",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_97c70",
                    table="clinics_importjob",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="importchunk",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="import_chunk_once"),
        ),
        migrations.AddConstraint(
            model_name="importchunk",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_applied", False), ("is_checked", True), _connector="OR"),
                name="import_chunk_is_checked_before_applied",
            ),
        ),
    ]
