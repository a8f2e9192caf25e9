"""A district's choices of documents of the regulation, value by value, and the runs that try one out."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0010_life_of_policy_rows"),
        ("permissions", "0006_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicySetChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("document", models.TextField()),
                ("is_draft", models.BooleanField(default=False)),
                ("knows_draft", models.BooleanField(default=False)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("decision", models.CharField(max_length=200)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("draft", "waiting for a second person"),
                            ("in_force", "in force"),
                            ("rejected", "rejected"),
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
            name="PolicySetValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("parameter", models.TextField()),
                ("value", models.TextField()),
                ("rule", models.TextField()),
                ("source", models.TextField()),
                ("quote", models.TextField()),
                (
                    "choice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="values", to="clinics.policysetchoice"),
                ),
                (
                    "row",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="chosen", to="clinics.policyrow"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PolicySimulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("document", models.TextField()),
                ("parameters", models.JSONField(default=list)),
                ("is_alone", models.BooleanField(default=False)),
                ("from_day", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("last", models.BigIntegerField(default=0)),
                ("until", models.BigIntegerField(default=0)),
                ("found", models.JSONField(default=dict)),
                ("touched_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("district", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="policysetchoice",
            index=models.Index(fields=["district", "-valid_from"], name="policy_set_of_district"),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "in_force", "rejected", "withdrawn", "cancelled"])),
                name="policy_set_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_draft", False), ("knows_draft", True), _connector="OR"), name="policy_set_draft_is_chosen_knowingly"
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True), models.Q(("approved_by", models.F("entered_by")), _negated=True), _connector="OR"
                ),
                name="policy_set_is_approved_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_by__isnull", False), ("status", "in_force")),
                    models.Q(("status", "in_force"), _negated=True),
                    _connector="OR",
                ),
                name="policy_set_in_force_names_who_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"),
                name="policy_set_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_asked_by__isnull", True), ("ends_on__isnull", True)),
                    models.Q(("end_asked_by__isnull", False), ("ends_on__isnull", False)),
                    _connector="OR",
                ),
                name="policy_set_end_names_who_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_by__isnull", True),
                    ("end_asked_by__isnull", True),
                    models.Q(("end_asked_by", models.F("ended_by")), _negated=True),
                    _connector="OR",
                ),
                name="policy_set_is_ended_by_another_person",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policysetchoice",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:in_force,draft:rejected,draft:withdrawn,in_force:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="1262b49082a66b6a8773f1e252eb8fc6616461ce",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_b2604",
                    table="clinics_policysetchoice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="policysetvalue",
            constraint=models.UniqueConstraint(fields=("choice", "parameter"), name="policy_set_says_a_parameter_once"),
        ),
        migrations.AddIndex(
            model_name="policysimulation",
            index=models.Index(fields=["district", "-created_at"], name="policy_simulation_of_district"),
        ),
        migrations.AddConstraint(
            model_name="policysimulation",
            constraint=models.CheckConstraint(
                condition=models.Q(("done__lte", models.F("total"))), name="policy_simulation_does_not_exceed_its_total"
            ),
        ),
    ]
