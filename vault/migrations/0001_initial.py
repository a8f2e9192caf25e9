"""The tables of the vault that are not partitioned."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import vault.crypto
import vault.events
import vault.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Breaker",
            fields=[
                ("gateway", models.TextField(primary_key=True, serialize=False)),
                ("failures", models.IntegerField(default=0)),
                ("open_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("seal", "Seal"), ("restart", "Restart")])),
                ("series", models.IntegerField()),
                ("floor", models.BigIntegerField()),
                ("top", models.BigIntegerField()),
                ("horizon", vault.events.Xid8Field()),
                ("rows", models.BigIntegerField()),
                ("previous", models.BinaryField()),
                ("mac", models.BinaryField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "seal"), ("reason", "")),
                            models.Q(("kind", "restart"), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_restart_gives_its_reason",
                    ),
                    models.CheckConstraint(condition=models.Q(("rows__gte", 0), ("seq__gte", 1)), name="a_seal_counts_upwards"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_hash", models.TextField()),
                ("cls", models.TextField(db_column="class")),
                ("spent", django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), default=list, size=None)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("phone_hash", "cls"), name="budget_of_number_and_class")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("object_id", models.UUIDField()),
                ("event", models.TextField()),
                ("source", models.TextField(blank=True)),
                ("target", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("post_id", models.UUIDField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("tx", vault.events.Xid8Field()),
            ],
            options={
                "indexes": [models.Index(fields=["object_id", "id"], name="event_of_object")],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor_id", models.UUIDField()),
                ("key", models.TextField()),
                ("body_hash", models.BinaryField()),
                ("result_id", models.UUIDField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="idempotency_key_by_age")],
                "constraints": [models.UniqueConstraint(fields=("actor_id", "key"), name="idempotency_key_used_once")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("template", models.TextField()),
                ("cls", models.TextField(db_column="class")),
                ("language", models.TextField(db_default="zh-hans", default="zh-hans")),
                ("phone", vault.crypto.EncryptedTextField(purpose="phone")),
                ("phone_hash", models.TextField()),
                ("params", vault.crypto.EncryptedTextField(purpose="message")),
                ("about", models.UUIDField()),
                ("version", models.IntegerField()),
                ("supersedes", models.BooleanField(default=True)),
                ("not_before", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("claimed", "Claimed"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("overtaken", "Overtaken"),
                            ("dropped", "Dropped"),
                            ("expired", "Expired"),
                            ("withheld", "Withheld"),
                        ],
                        default="waiting",
                    ),
                ),
                ("attempts", models.IntegerField(db_default=0, default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "claimed"))), fields=["due_at", "id"], name="message_unsent_by_due"
                    ),
                    models.Index(fields=["about", "version"], name="message_about_object"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about", "version", "template", "phone_hash"), name="message_once_per_version_and_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease_until__isnull", False), ("state", "claimed")),
                            models.Q(models.Q(("state", "claimed"), _negated=True), ("lease_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="claimed_message_has_a_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("state__in", ("waiting", "claimed"))),
                            models.Q(models.Q(("state__in", ("waiting", "claimed")), _negated=True), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_message_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.IntegerField()),
                ("gateway", models.TextField()),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("sending", "Sending"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                        ],
                        default="sending",
                    ),
                ),
                ("code", models.TextField(blank=True)),
                ("provider_id", models.TextField(blank=True)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("receipt", models.TextField(blank=True, choices=[("delivered", "delivered"), ("undelivered", "undelivered")])),
                ("receipt_code", models.TextField(blank=True)),
                ("receipt_at", models.DateTimeField(null=True)),
                ("message", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="vault.message")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["started_at"], name="delivery_by_start"),
                    models.Index(
                        condition=models.Q(("provider_id", ""), _negated=True), fields=["provider_id"], name="delivery_of_provider"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "attempt"), name="delivery_numbered_within_message"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("receipt", ""), ("receipt_at__isnull", True)),
                            models.Q(models.Q(("receipt", ""), _negated=True), ("receipt_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="receipt_says_when",
                    ),
                ],
            },
        ),
    ]
