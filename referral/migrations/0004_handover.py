"""Open work has an owner beside its writer, and managers sign the monthly list of their people's acts."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import vault.ids
from vault.sqlfiles import InstallSql

SIGNATURES_STAY = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON referral_conductsignature
    FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_app') THEN
        REVOKE ALL ON referral_conductsignature FROM referral_app;
        GRANT SELECT, INSERT ON referral_conductsignature TO referral_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("referral", "0003_residents"), ("vault", "0004_insert_only"), ("clinics", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="owner",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"),
        ),
        migrations.RunSQL("UPDATE referral_referral SET owner_id = post_id", migrations.RunSQL.noop),
        InstallSql("referral", "booking_facts.sql"),
        migrations.RemoveConstraint(model_name="return", name="accepted_return_has_owner_and_first_follow_up"),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("accepted", "followed_up", "closed")), _negated=True),
                    ("first_follow_up_on__isnull", False),
                    _connector="OR",
                ),
                name="accepted_return_has_a_first_follow_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("status", "closed"), _negated=True), ("owner__isnull", False), _connector="OR"),
                name="closed_return_has_an_owner",
            ),
        ),
        migrations.CreateModel(
            name="ConductSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("month", models.DateField()),
                ("digest", models.CharField(max_length=64)),
                ("people", models.PositiveIntegerField()),
                ("acts", models.PositiveIntegerField()),
                (
                    "institution",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution"),
                ),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "month", "digest"), name="conduct_list_signed_once_as_it_was"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="conduct_month_begins_on_its_first"),
                    models.CheckConstraint(condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="conduct_digest_is_whole"),
                ],
            },
        ),
        migrations.RunSQL(SIGNATURES_STAY, "DROP TRIGGER refuse_change ON referral_conductsignature"),
    ]
