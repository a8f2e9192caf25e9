"""Policy rows get a life: entered, approved or rejected by another person, ended on a day; rows already there get their ids."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.ids

STATUSES = [
    ("draft", "draft"),
    ("in_force", "in force"),
    ("rejected", "rejected"),
    ("withdrawn", "withdrawn"),
    ("cancelled", "cancelled before it began"),
]
NAMED = "UPDATE clinics_policyrow SET public_id = gen_random_uuid() WHERE public_id IS NULL"


class Migration(migrations.Migration):
    dependencies = [("clinics", "0009_publications"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="policyrow",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddField(
            model_name="policyrow",
            name="end_asked_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="policyrow",
            name="ended_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(model_name="policyrow", name="ends_on", field=models.DateField(blank=True, null=True)),
        migrations.AddField(model_name="policyrow", name="public_id", field=models.UUIDField(editable=False, null=True)),
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="policyrow",
            name="public_id",
            field=models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="policyrow",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AlterField(model_name="policyrow", name="status", field=models.TextField(choices=STATUSES, default="draft")),
        pgtrigger.migrations.AddTrigger(
            model_name="policyrow",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:in_force,draft:rejected,draft:withdrawn,in_force:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="788573502b0c3b364d8f182ae7e559e6297019f7",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_3a385",
                    table="clinics_policyrow",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrow",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=[value for value, _label in STATUSES]), name="policy_row_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_asked_by__isnull", True), ("ends_on__isnull", True)),
                    models.Q(("end_asked_by__isnull", False), ("ends_on__isnull", False)),
                    _connector="OR",
                ),
                name="policy_row_end_names_who_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_by__isnull", True),
                    ("end_asked_by__isnull", True),
                    models.Q(("end_asked_by", models.F("ended_by")), _negated=True),
                    _connector="OR",
                ),
                name="policy_row_is_ended_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force")),
                fields=("parameter", "district", "institution", "department", "valid_from"),
                name="policy_row_once_per_scope_and_day",
                nulls_distinct=False,
            ),
        ),
    ]
