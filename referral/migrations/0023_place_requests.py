"""A bed or day surgery is asked for before it is booked; what became of that is kept beside the referral, and booking reads it."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import vault.ids
from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0012_criteria"),
        ("referral", "0022_facts_of_exceptions"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlaceRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("asked", "waits for the hospital"),
                            ("accepted", "accepted by the hospital"),
                            ("returned", "returned with advice"),
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                        ],
                        default="asked",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="referral",
            name="status_follows_its_table",
        ),
        migrations.RemoveConstraint(
            model_name="requestending",
            name="ending_kind_is_known",
        ),
        migrations.AlterField(
            model_name="advice",
            name="booking",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="advice", to="referral.booking"
            ),
        ),
        migrations.AlterField(
            model_name="advice",
            name="tell_patient_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="requestending",
            name="kind",
            field=models.TextField(
                choices=[
                    ("draft_expired", "nobody booked a place in time"),
                    ("standby_expired", "no place came free in time"),
                    ("request_expired", "the hospital did not answer in time"),
                    ("acceptance_expired", "no day was chosen in time after the hospital had accepted"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="reviewdecision",
            name="booking",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="referral.booking"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referral",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:booked,draft:on_standby,draft:submitted,draft:expired,draft:cancelled,on_standby:booked,on_standby:draft,on_standby:expired,submitted:accepted,submitted:draft,submitted:returned_with_advice,submitted:cancelled,submitted:expired,booked:accepted,booked:info_requested,booked:booked,booked:returned_with_advice,booked:draft,booked:attended,booked:not_attended,booked:cancelled,accepted:booked,accepted:attended,accepted:not_attended,accepted:draft,accepted:cancelled,accepted:expired,info_requested:booked,info_requested:cancelled,info_requested:draft,info_requested:attended,info_requested:not_attended,not_attended:draft,not_attended:closed,not_attended:booked,not_attended:accepted,not_attended:info_requested,attended:booked,attended:accepted,attended:info_requested,attended:reported,reported:returned,reported:closed,returned:closed,cancelled:booked}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="7061d6dfc1a2b2923c6b59fb5b83a6771d632a63",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_220ce",
                    table="referral_referral",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="advice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("booking__isnull", True), ("tell_patient_at__isnull", True)),
                    models.Q(("booking__isnull", False), ("tell_patient_at__isnull", False)),
                    _connector="OR",
                ),
                name="advice_about_a_booking_is_told_to_its_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestending",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["draft_expired", "standby_expired", "request_expired", "acceptance_expired"])),
                name="ending_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="placerequest",
            name="answered_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"
            ),
        ),
        migrations.AddField(
            model_name="placerequest",
            name="asked_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"),
        ),
        migrations.AddField(
            model_name="placerequest",
            name="referral",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="place_requests", to="referral.referral"),
        ),
        migrations.AddField(
            model_name="placerequest",
            name="service",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.service"),
        ),
        migrations.AddIndex(
            model_name="placerequest",
            index=models.Index(condition=models.Q(("status", "asked")), fields=["service", "id"], name="place_request_waiting"),
        ),
        migrations.AddIndex(
            model_name="placerequest",
            index=models.Index(fields=["referral", "id"], name="place_request_of_referral"),
        ),
        migrations.AddConstraint(
            model_name="placerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["asked", "accepted", "returned", "withdrawn", "lapsed"])),
                name="place_request_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="placerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                    _connector="OR",
                ),
                name="place_request_answer_says_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="placerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "accepted"), _negated=True),
                    models.Q(("answered_at__isnull", False), ("valid_until__isnull", False)),
                    _connector="OR",
                ),
                name="accepted_place_request_has_a_last_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="placerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("asked", "accepted"))),
                fields=("referral",),
                name="referral_asks_for_one_place_at_a_time",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="placerequest",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{asked:accepted,asked:returned,asked:withdrawn,asked:lapsed,accepted:withdrawn,accepted:lapsed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="df6ca8a5b50a0b90d35425eaefa5e0e353f91382",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_dd11e",
                    table="referral_placerequest",
                    when="BEFORE",
                ),
            ),
        ),
        InstallSql("referral", "booking_facts.sql"),
    ]
