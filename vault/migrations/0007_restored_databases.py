"""Copies put in place, the acts they lost, and messages that are held behind them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import vault.crypto
import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0006_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Restoration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("backup", models.TextField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("journal_mac", models.TextField(blank=True)),
                ("journal_at", models.DateTimeField(null=True)),
                ("seal", models.BigIntegerField(default=0)),
                ("reason", models.CharField(max_length=200)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.TextField(
                choices=[
                    ("waiting", "Waiting"),
                    ("claimed", "Claimed"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("overtaken", "Overtaken"),
                    ("dropped", "Dropped"),
                    ("expired", "Expired"),
                    ("withheld", "Withheld"),
                    ("held", "Held"),
                ],
                default="waiting",
            ),
        ),
        migrations.CreateModel(
            name="LostAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("at", models.DateTimeField()),
                ("verb", models.TextField()),
                ("kind", models.TextField()),
                ("object_id", models.UUIDField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("post_id", models.UUIDField(null=True)),
                ("said", vault.crypto.EncryptedTextField(purpose="lost_act")),
                (
                    "outcome",
                    models.TextField(
                        choices=[("open", "Open"), ("repeated", "Repeated"), ("nothing_left", "Nothing Left"), ("done", "Done")],
                        default="open",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.UUIDField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "restoration",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lost", to="vault.restoration"),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(condition=models.Q(("outcome", "open")), fields=["object_id"], name="lost_act_open_by_object")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "open"), ("settled_at__isnull", True)),
                            models.Q(models.Q(("outcome", "open"), _negated=True), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_lost_act_says_when",
                    )
                ],
            },
        ),
    ]
