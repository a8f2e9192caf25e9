"""The audit trail and the access log, partitioned by month, 24 months ahead."""

import django.db.models.functions.datetime
from django.db import migrations, models

import vault.events
from vault.sqlfiles import InstallSql

TABLES = """
CREATE TABLE vault_auditentry (
    id bigserial NOT NULL,
    tx xid8 NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    post_id uuid,
    verb text NOT NULL,
    kind text NOT NULL,
    object_id uuid NOT NULL,
    reason text NOT NULL,
    details jsonb NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX audit_in_sealing_order ON vault_auditentry (tx, id);
CREATE INDEX audit_of_object ON vault_auditentry (object_id, at);
CREATE INDEX audit_of_actor ON vault_auditentry (actor_id, at);
CREATE TABLE vault_accessentry (
    id bigserial NOT NULL,
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    actor_kind text NOT NULL,
    actor_id uuid,
    post_id uuid,
    kind text NOT NULL,
    object_id uuid NOT NULL,
    purpose text NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX access_to_object ON vault_accessentry (object_id, at);
CREATE INDEX access_by_actor ON vault_accessentry (actor_id, at);
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="AccessEntry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("actor_kind", models.TextField()),
                        ("actor_id", models.UUIDField(null=True)),
                        ("post_id", models.UUIDField(null=True)),
                        ("kind", models.TextField()),
                        ("object_id", models.UUIDField()),
                        ("purpose", models.TextField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["object_id", "at"], name="access_to_object"),
                            models.Index(fields=["actor_id", "at"], name="access_by_actor"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("tx", vault.events.Xid8Field()),
                        ("at", models.DateTimeField()),
                        ("actor_kind", models.TextField()),
                        ("actor_id", models.UUIDField(null=True)),
                        ("post_id", models.UUIDField(null=True)),
                        ("verb", models.TextField()),
                        ("kind", models.TextField()),
                        ("object_id", models.UUIDField()),
                        ("reason", models.TextField(blank=True)),
                        ("details", models.JSONField(default=dict)),
                        ("digest", models.BinaryField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["tx", "id"], name="audit_in_sealing_order"),
                            models.Index(fields=["object_id", "at"], name="audit_of_object"),
                            models.Index(fields=["actor_id", "at"], name="audit_of_actor"),
                        ],
                    },
                ),
            ],
            database_operations=[
                migrations.RunSQL(TABLES, "DROP TABLE vault_accessentry, vault_auditentry"),
            ],
        ),
        InstallSql("vault", "vault_make_partitions.sql"),
        migrations.RunSQL("SELECT vault_make_partitions(24)", migrations.RunSQL.noop),
    ]
