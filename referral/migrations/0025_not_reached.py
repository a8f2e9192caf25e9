"""Whom nobody reached about a stopped clinic is not settled; what a resident takes back, or gives up in a blocked band, is no change of hers."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0012_criteria"),
        ("referral", "0024_returned_requests_are_told"),
        ("reserved_pools", "0007_holds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="disruption",
            name="status_follows_its_table",
        ),
        migrations.RemoveConstraint(
            model_name="disruption",
            name="disruption_status_is_known",
        ),
        migrations.AlterField(
            model_name="disruption",
            name="status",
            field=models.TextField(
                choices=[
                    ("open", "not settled"),
                    ("substituted", "moved to the substitute"),
                    ("other_time", "moved to another time"),
                    ("declined", "given up"),
                    ("negotiated", "agreed with the hospital"),
                    ("not_reached", "not reached, nothing agreed"),
                ],
                default="open",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disruption",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{open:substituted,open:other_time,open:declined,open:negotiated,open:not_reached}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="7a0257a85656001b3b8c4584c63a88b39188faef",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_6e137",
                    table="referral_disruption",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "substituted", "other_time", "declined", "negotiated", "not_reached"])),
                name="disruption_status_is_known",
            ),
        ),
        InstallSql("referral", "booking_facts.sql"),
    ]
