"""What a breach was recorded under and by which evidence; the calls to those who did not arrive, which are never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import vault.ids

TRIGGER = (
    "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON referral_absencecall FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();"
)
NO_TRIGGER = "DROP TRIGGER refuse_change ON referral_absencecall;"
OUTCOMES = [
    ("on_the_way", "is on the way"),
    ("will_not_come", "will not come"),
    ("rebook", "wants another day"),
    ("not_reached", "could not be reached"),
    ("wrong_number", "the number is wrong"),
]


class Migration(migrations.Migration):
    dependencies = [("referral", "0014_substitutes"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("breach", "evidence", models.TextField(blank=True, default="", max_length=500)),
        migrations.AddField("breach", "policy", models.JSONField(default=dict)),
        migrations.AlterField(
            "breach",
            "kind",
            models.TextField(
                choices=[("noshow", "did not come"), ("late", "came too late"), ("evasion", "booked twice under several identities")],
                default="noshow",
            ),
        ),
        migrations.CreateModel(
            name="AbsenceCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("outcome", models.TextField(choices=OUTCOMES)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "booking",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="absence_calls", to="referral.booking"),
                ),
                (
                    "called_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", [key for key, _word in OUTCOMES])), name="call_outcome_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "will_not_come"), _negated=True), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="call_off_names_its_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]
