"""People's inboxes: who is told what about which object, and when she read it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0010_life_of_policy_rows"),
        ("referral", "0012_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("kind", models.CharField(max_length=40)),
                ("about", models.UUIDField()),
                ("version", models.IntegerField(default=1)),
                ("params", models.JSONField(blank=True, default=dict)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "post",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notice_of_person_newest_first"),
                    models.Index(condition=models.Q(("read_at", None)), fields=["user", "post"], name="notice_unread_of_person"),
                    models.Index(fields=["about"], name="notice_about_object"),
                    models.Index(condition=models.Q(("read_at__isnull", False)), fields=["read_at"], name="notice_read_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "post", "kind", "about", "version"),
                        name="notice_once_per_recipient_and_version",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
