"""Who came and was not seen, who came too late and was noted, and entries that two persons call wrong."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("referral", "0020_appeal_papers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WrongEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("reason", models.CharField(max_length=200)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="booking",
            name="status_follows_its_table",
        ),
        migrations.RemoveConstraint(
            model_name="absencecall",
            name="call_outcome_is_known",
        ),
        migrations.AlterField(
            model_name="absencecall",
            name="outcome",
            field=models.TextField(
                choices=[
                    ("on_the_way", "is on the way"),
                    ("will_not_come", "will not come"),
                    ("rebook", "wants another day"),
                    ("not_reached", "could not be reached"),
                    ("wrong_number", "the number is wrong"),
                    ("came_late", "came too late and was not received"),
                ]
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="booking",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{held:booked,held:cancelled,booked:arrived,booked:cancelled,cancelled:booked,booked:moved,booked:noshow,arrived:noshow,arrived:fulfilled,fulfilled:arrived,arrived:booked,noshow:arrived,noshow:booked,booked:entered_in_error,arrived:entered_in_error,noshow:entered_in_error,fulfilled:entered_in_error}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="e898de249b10e8dea11cf7b45ed6072a2e0c37ce",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_8abbd",
                    table="referral_booking",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="absencecall",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["on_the_way", "will_not_come", "rebook", "not_reached", "wrong_number", "came_late"])),
                name="call_outcome_is_known",
            ),
        ),
        migrations.AddField(
            model_name="wrongentry",
            name="asked_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="wrongentry",
            name="booking",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="wrong_entries", to="referral.booking"),
        ),
        migrations.AddField(
            model_name="wrongentry",
            name="decided_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed", None)), fields=("booking",), name="booking_has_one_open_wrong_entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed", None), ("decided_at", None), ("decided_by", None)),
                    models.Q(("confirmed__isnull", False), ("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="wrong_entry_decision_has_a_person_and_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", None), models.Q(("decided_by", models.F("asked_by")), _negated=True), _connector="OR"),
                name="wrong_entry_is_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongentry",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="wrong_entry_names_its_reason"),
        ),
    ]
