"""What was ticked of the district's criteria is kept with a case, and the focus diseases of its diagnosis stand with it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import vault.ids


class Migration(migrations.Migration):
    dependencies = [("clinics", "0012_criteria"), ("referral", "0016_newest_referrals")]

    operations = [
        migrations.CreateModel(
            name="MetCriterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("title", models.CharField(max_length=100)),
                ("number", models.PositiveSmallIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("disease", models.CharField(max_length=40)),
                ("codes", models.CharField(max_length=120)),
                ("text", models.CharField(max_length=300)),
                ("text_en", models.CharField(blank=True, default="", max_length=300)),
                ("criterion", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.criterion")),
                ("referral", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="met", to="referral.referral")),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddConstraint(
            model_name="metcriterion",
            constraint=models.UniqueConstraint(fields=("referral", "criterion"), name="criterion_met_once_in_a_case"),
        ),
        migrations.AddField(
            model_name="referral",
            name="focus",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                fields=["institution", "-created_at"], condition=models.Q(("focus", ""), _negated=True), name="referral_of_focus"
            ),
        ),
    ]
