"""The files beside an appeal; a visit booked in the consulting room takes its referral back with it when its cancellation is undone."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.crypto
import vault.ids

PERSON = {"blank": True, "null": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}


class Migration(migrations.Migration):
    dependencies = [("referral", "0019_conflicts"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="AppealPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.TextField(choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")])),
                ("size", models.IntegerField()),
                ("digest", models.CharField(max_length=100)),
                ("content", vault.crypto.EncryptedTextField(purpose="file")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("added_by", models.ForeignKey(**PERSON)),
                ("appeal", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="referral.appeal")),
                ("withdrawn_by", models.ForeignKey(**PERSON)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ("pdf", "jpeg", "png"))), name="appealpaper_kind_is_known"),
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1), ("size__lte", 5242880)), name="appealpaper_size_is_bounded"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)), fields=("appeal", "digest"), name="paper_once_per_appeal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="appeal_paper_is_taken_away_by_a_person",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="referral",
            name="status_follows_its_table",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referral",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:booked,draft:on_standby,draft:submitted,draft:expired,draft:cancelled,on_standby:booked,on_standby:draft,on_standby:expired,submitted:accepted,booked:accepted,booked:info_requested,booked:booked,booked:returned_with_advice,booked:draft,booked:attended,booked:not_attended,booked:cancelled,accepted:booked,accepted:attended,accepted:not_attended,accepted:draft,accepted:cancelled,info_requested:booked,info_requested:cancelled,info_requested:draft,info_requested:attended,info_requested:not_attended,not_attended:draft,not_attended:closed,not_attended:booked,not_attended:accepted,not_attended:info_requested,attended:booked,attended:accepted,attended:info_requested,attended:reported,reported:returned,reported:closed,returned:closed,cancelled:booked}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="687dd61d34b8f7d3a09516af1c74b34c001f9ec1",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_220ce",
                    table="referral_referral",
                    when="BEFORE",
                ),
            ),
        ),
    ]
