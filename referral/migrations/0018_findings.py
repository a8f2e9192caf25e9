"""The district's findings about a month, in editions that never change, and what is to be done, by whom and until when."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("clinics", "0010_life_of_policy_rows"),
        ("permissions", "0006_evidence"),
        ("referral", "0017_criteria"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("month", models.DateField()),
                ("edition", models.PositiveSmallIntegerField()),
                ("summary", models.TextField(max_length=2000)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("written", "waits for a second signature"),
                            ("signed", "signed"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                            ("superseded", "corrected by a later version"),
                        ],
                        default="written",
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FindingMeasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("found", models.CharField(max_length=300)),
                ("action", models.CharField(max_length=300)),
                ("owner", models.CharField(max_length=100)),
                ("due_on", models.DateField()),
                ("status", models.TextField(choices=[("open", "open"), ("done", "done")], default="open")),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="district",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district"),
        ),
        migrations.AddField(
            model_name="finding",
            name="signed_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="written_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="findingmeasure",
            name="finding",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="referral.finding"),
        ),
        migrations.AddField(
            model_name="findingmeasure",
            name="institution",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution"
            ),
        ),
        migrations.AddField(
            model_name="findingmeasure",
            name="noted_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["written", "signed", "rejected", "withdrawn", "superseded"])),
                name="finding_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="finding_month_begins_on_its_first"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(condition=models.Q(("summary", ""), _negated=True), name="finding_says_something"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", True), ("signed_by__isnull", True)),
                    models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                    _connector="OR",
                ),
                name="finding_signature_has_a_person_and_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("signed", "superseded")), _negated=True), ("signed_by__isnull", False), _connector="OR"
                ),
                name="signed_finding_is_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by__isnull", True), models.Q(("signed_by", models.F("written_by")), _negated=True), _connector="OR"
                ),
                name="finding_is_signed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(fields=("district", "month", "edition"), name="finding_editions_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "written")), fields=("district", "month"), name="one_finding_of_a_month_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "signed")), fields=("district", "month"), name="one_finding_of_a_month_is_signed"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{written:signed,written:rejected,written:withdrawn,signed:superseded}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="3b9fa9fc1b2e4d5aac2c22df1d4415baef29e436",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_8ea4f",
                    table="referral_finding",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="finding",
            trigger=pgtrigger.compiler.Trigger(
                name="words_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."month" IS DISTINCT FROM (NEW."month") OR OLD."edition" IS DISTINCT FROM (NEW."edition") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."written_by_id" IS DISTINCT FROM (NEW."written_by_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="95ce795df340e89fe53c11e7f3cbb4761e02855f",
                    operation="UPDATE",
                    pgid="pgtrigger_words_stay_e26ea",
                    table="referral_finding",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="findingmeasure",
            constraint=models.CheckConstraint(condition=models.Q(("status__in", ["open", "done"])), name="measure_status_is_known"),
        ),
        migrations.AddConstraint(
            model_name="findingmeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("found", ""), _negated=True), models.Q(("action", ""), _negated=True), models.Q(("owner", ""), _negated=True)
                ),
                name="measure_says_what_and_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="findingmeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "open"), ("noted_by__isnull", False), _connector="OR"), name="measure_done_says_who_noted_it"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="findingmeasure",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{open:done,done:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="8e11cabc0e64f2a865918c55b2fb7127a1d4c262",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_9e8b2",
                    table="referral_findingmeasure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="findingmeasure",
            trigger=pgtrigger.compiler.Trigger(
                name="words_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."finding_id" IS DISTINCT FROM (NEW."finding_id") OR OLD."institution_id" IS DISTINCT FROM (NEW."institution_id") OR OLD."found" IS DISTINCT FROM (NEW."found") OR OLD."action" IS DISTINCT FROM (NEW."action") OR OLD."owner" IS DISTINCT FROM (NEW."owner") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a708771bba49c384291fa7de8d04a24a48252ca9",
                    operation="UPDATE",
                    pgid="pgtrigger_words_stay_48eb5",
                    table="referral_findingmeasure",
                    when="BEFORE",
                ),
            ),
        ),
    ]
