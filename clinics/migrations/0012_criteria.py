"""Lists of referral criteria in versions, their lines, and the trigger that lets lines change in a draft only."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0011_policy_sets"),
        ("permissions", "0006_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CriteriaSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("series", models.UUIDField(default=vault.ids.uuid7, editable=False)),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("title", models.CharField(max_length=100)),
                ("source", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("draft", "being written"),
                            ("waiting", "waiting for a second person"),
                            ("in_force", "in force"),
                            ("withdrawn", "withdrawn"),
                            ("cancelled", "undone before its day"),
                        ],
                        default="draft",
                    ),
                ),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("district", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district")),
                (
                    "end_asked_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("place", models.PositiveSmallIntegerField()),
                ("disease", models.CharField(max_length=40)),
                ("codes", models.CharField(max_length=120)),
                (
                    "direction",
                    models.TextField(
                        choices=[("up", "refer to a hospital"), ("keep", "stays in community care"), ("down", "back to community care")]
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("text_en", models.CharField(blank=True, default="", max_length=300)),
                (
                    "criteria",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="clinics.criteriaset"),
                ),
            ],
            options={
                "ordering": ("place", "pk"),
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="criteriaset",
            index=models.Index(fields=["district", "-valid_from"], name="criteria_of_district"),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "waiting", "in_force", "withdrawn", "cancelled"])),
                name="criteria_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("source", ""), _negated=True)),
                name="criteria_name_their_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True), models.Q(("approved_by", models.F("entered_by")), _negated=True), _connector="OR"
                ),
                name="criteria_are_approved_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_by__isnull", False), ("status", "in_force")),
                    models.Q(("status", "in_force"), _negated=True),
                    _connector="OR",
                ),
                name="criteria_in_force_name_who_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"),
                name="criteria_end_after_they_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_asked_by__isnull", True), ("ends_on__isnull", True)),
                    models.Q(("end_asked_by__isnull", False), ("ends_on__isnull", False)),
                    _connector="OR",
                ),
                name="criteria_end_names_who_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_by__isnull", True),
                    ("end_asked_by__isnull", True),
                    models.Q(("end_asked_by", models.F("ended_by")), _negated=True),
                    _connector="OR",
                ),
                name="criteria_are_ended_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.UniqueConstraint(fields=("series", "number"), name="criteria_version_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("draft", "waiting"))), fields=("series",), name="criteria_one_version_written_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force")), fields=("series", "valid_from"), name="criteria_one_version_begins_on_a_day"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="criteriaset",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:waiting,draft:withdrawn,waiting:draft,waiting:in_force,in_force:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="d993f7eb01d035c2f909e28ce476a65d6b107e4f",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_10456",
                    table="clinics_criteriaset",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction__in", ["up", "keep", "down"])), name="criterion_direction_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), _negated=True), models.Q(("disease", ""), _negated=True), models.Q(("codes", ""), _negated=True)
                ),
                name="criterion_says_whom_and_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(
                fields=("criteria", "disease", "direction", "text"), name="criterion_stands_once_in_its_list"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="criterion",
            trigger=pgtrigger.compiler.Trigger(
                name="lines_change_in_a_draft_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF EXISTS (SELECT 1 FROM clinics_criteriaset held\n                                WHERE held.id IN (OLD.criteria_id, NEW.criteria_id) AND held.status <> 'draft') THEN\n                        RAISE EXCEPTION 'criteria change in a draft only' USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ",
                    hash="e45e7bce64c7d3887b93bc042209a314db0fe30e",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_lines_change_in_a_draft_only_7f6aa",
                    table="clinics_criterion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
