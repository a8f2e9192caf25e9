"""Disruptions: what becomes of the bookings of a stopped clinic, with the substitute that is held for each."""

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
        ("referral", "0013_inbox"),
        ("reserved_pools", "0007_holds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disruption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("open", "not settled"),
                            ("substituted", "moved to the substitute"),
                            ("other_time", "moved to another time"),
                            ("declined", "given up"),
                            ("negotiated", "agreed with the hospital"),
                        ],
                        default="open",
                    ),
                ),
                ("held_until", models.DateTimeField(blank=True, null=True)),
                ("searched_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "call_for",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "nothing to call about"),
                            ("no_substitute", "no substitute found"),
                            ("no_mobile", "no mobile number"),
                            ("no_answer", "no answer in time"),
                            ("wants_other", "wants something else"),
                            ("special", "special stop: the hospital tells the patient itself"),
                            ("no_right", "the referring doctor's right is not in force"),
                            ("here_already", "the patient has arrived already"),
                        ],
                        default="",
                    ),
                ),
                ("calls", models.PositiveSmallIntegerField(default=0)),
                (
                    "choice",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "no answer yet"),
                            ("accept", "takes the substitute"),
                            ("other_time", "takes another time"),
                            ("decline", "gives the visit up"),
                        ],
                        default="",
                    ),
                ),
                ("chosen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "chosen_by",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "nobody yet"),
                            ("resident", "the patient"),
                            ("referrer", "the referring doctor"),
                            ("hospital", "the hospital"),
                            ("system", "the platform"),
                        ],
                        default="",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="disruption",
            name="booking",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="disruption", to="referral.booking"),
        ),
        migrations.AddField(
            model_name="disruption",
            name="new_booking",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="made_for", to="referral.booking"
            ),
        ),
        migrations.AddField(
            model_name="disruption",
            name="pool_slot",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="disruptions", to="reserved_pools.poolslot"
            ),
        ),
        migrations.AddField(
            model_name="disruption",
            name="stop",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disruptions", to="clinics.clinicstop"),
        ),
        migrations.AddField(
            model_name="disruption",
            name="worked_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="disruption",
            index=models.Index(
                condition=models.Q(("held_until__isnull", False), ("status", "open")),
                fields=["held_until"],
                name="disruption_hold_to_lapse",
            ),
        ),
        migrations.AddIndex(
            model_name="disruption",
            index=models.Index(
                condition=models.Q(("searched_at__isnull", True), ("status", "open")), fields=["id"], name="disruption_to_search"
            ),
        ),
        migrations.AddIndex(
            model_name="disruption",
            index=models.Index(fields=["stop", "status"], name="disruption_of_stop"),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "substituted", "other_time", "declined", "negotiated"])),
                name="disruption_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("call_for__in", ["", "no_substitute", "no_mobile", "no_answer", "wants_other", "special", "no_right", "here_already"])
                ),
                name="disruption_call_is_for_something_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_until__isnull", True), ("pool_slot__isnull", True)),
                    models.Q(("held_until__isnull", False), ("pool_slot__isnull", False)),
                    _connector="OR",
                ),
                name="held_substitute_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "open"), ("pool_slot__isnull", True), _connector="OR"),
                name="settled_disruption_holds_no_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("chosen_by", ""), ("new_booking__isnull", True), ("status", "open")),
                    models.Q(models.Q(("status", "open"), _negated=True), models.Q(("chosen_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="settled_disruption_says_who_chose",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disruption",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{open:substituted,open:other_time,open:declined,open:negotiated}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="f9ff4b6253d43adc1a22ced574f6fc04a9f7a8f6",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_6e137",
                    table="referral_disruption",
                    when="BEFORE",
                ),
            ),
        ),
    ]
