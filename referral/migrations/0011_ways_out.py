"""Why a booking was cancelled, visits booked in the consulting room, and the steps that take a wrong act back."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [
        ("permissions", "0006_evidence"),
        ("reserved_pools", "0007_holds"),
        ("referral", "0010_persons"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="booking",
            name="status_follows_its_table",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="referral",
            name="status_follows_its_table",
        ),
        migrations.AddField(
            model_name="booking",
            name="cancel_note",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="booking",
            name="cancel_reason",
            field=models.TextField(
                blank=True,
                choices=[
                    ("", "No reason given"),
                    ("patient", "The patient asks for it"),
                    ("recovered", "The patient has recovered"),
                    ("elsewhere", "The patient went elsewhere"),
                    ("condition", "The condition has changed"),
                    ("another", "Another time or hospital"),
                    ("wrong_item", "The wrong clinic or item was booked"),
                    ("mistake", "Booked by mistake"),
                    ("died", "The patient has died"),
                    ("doctor_away", "The doctor cannot come"),
                    ("equipment", "Rooms or equipment are out of use"),
                    ("not_here", "This is not treated here"),
                    ("twice", "Booked twice"),
                    ("other", "Another reason, in words"),
                ],
                db_default="",
                default="",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="follow_kind",
            field=models.TextField(
                blank=True,
                choices=[
                    ("", "Not from a visit at the hospital"),
                    ("next", "Next visit"),
                    ("senior", "Visit to a senior doctor"),
                    ("other_department", "Visit to another department"),
                    ("consultation", "Consultation"),
                ],
                db_default="",
                default="",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="follows",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followed_by", to="referral.referral"
            ),
        ),
        migrations.AlterField(
            model_name="booking",
            name="right",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.referralright"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="booking",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{held:booked,held:cancelled,booked:arrived,booked:cancelled,cancelled:booked,booked:moved,booked:noshow,arrived:fulfilled,fulfilled:arrived,arrived:booked,noshow:arrived,noshow:booked,booked:entered_in_error,arrived:entered_in_error,noshow:entered_in_error}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="340c532323c278267570a69ce046d803b5f9b16a",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_8abbd",
                    table="referral_booking",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referral",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:booked,draft:on_standby,draft:submitted,draft:expired,draft:cancelled,on_standby:booked,on_standby:draft,on_standby:expired,submitted:accepted,booked:accepted,booked:info_requested,booked:booked,booked:returned_with_advice,booked:draft,booked:attended,booked:not_attended,booked:cancelled,accepted:booked,accepted:attended,accepted:not_attended,accepted:draft,accepted:cancelled,info_requested:booked,info_requested:cancelled,info_requested:draft,info_requested:attended,info_requested:not_attended,not_attended:draft,not_attended:closed,not_attended:booked,not_attended:accepted,not_attended:info_requested,attended:booked,attended:accepted,attended:info_requested,attended:reported,reported:returned,reported:closed,returned:closed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="51281f88cc6354fecbfa38e33ba3ea6a639122a9",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_220ce",
                    table="referral_referral",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "cancel_reason__in",
                        [
                            "",
                            "patient",
                            "recovered",
                            "elsewhere",
                            "condition",
                            "another",
                            "wrong_item",
                            "mistake",
                            "died",
                            "doctor_away",
                            "equipment",
                            "not_here",
                            "twice",
                            "other",
                        ],
                    )
                ),
                name="cancel_reason_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "cancelled"), models.Q(("cancel_note", ""), ("cancel_reason", "")), _connector="OR"),
                name="cancel_reason_is_of_a_cancelled_booking",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancel_reason", "other"), _negated=True), models.Q(("cancel_note", ""), _negated=True), _connector="OR"
                ),
                name="other_cancel_reason_has_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("right__isnull", False), ("mode", "in_consultation"), _connector="OR"),
                name="only_the_consulting_room_books_without_a_right",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("follow_kind__in", ["", "next", "senior", "other_department", "consultation"])),
                name="follow_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("follow_kind", ""), ("follows__isnull", True)),
                    models.Q(("follows__isnull", False), models.Q(("follow_kind", ""), _negated=True)),
                    _connector="OR",
                ),
                name="follow_kind_names_what_follows",
            ),
        ),
        InstallSql("reserved_pools", "pool_claim_direct.sql", "pool_take_back.sql"),
    ]
