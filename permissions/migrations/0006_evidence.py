"""What a nomination rests on: each handing-in with its answer, the papers beside it, and who verified it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import vault.crypto
import vault.ids


class Migration(migrations.Migration):
    dependencies = [("permissions", "0005_programs")]

    operations = [
        migrations.AddField(
            model_name="referralright",
            name="verified_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
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
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="permissions.referralright"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["right"], name="attachment_of_right")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ("pdf", "jpeg", "png"))), name="attachment_kind_is_known"),
                    models.CheckConstraint(condition=models.Q(("size__gte", 1), ("size__lte", 5242880)), name="attachment_size_is_bounded"),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)), fields=("right", "digest"), name="attachment_once_per_right"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Nomination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("number", models.SmallIntegerField()),
                ("licence", vault.crypto.EncryptedTextField(purpose="licence")),
                ("licence_hash", models.CharField(max_length=100)),
                ("licence_tail", models.CharField(max_length=4)),
                ("wishes", models.JSONField(blank=True, default=list)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "answer_reason",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("licence", "Licence number to be put right"),
                            ("attachment", "Attachment missing or unreadable"),
                            ("person", "Name or phone to be put right"),
                            ("post", "Post to be put right"),
                            ("targets", "Targets to be put right"),
                            ("other", "Something else, as written"),
                        ],
                        default="",
                    ),
                ),
                ("answer_note", models.CharField(blank=True, default="", max_length=200)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "nominated_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="nominations", to="permissions.referralright"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["licence_hash"], name="nomination_by_licence")],
                "constraints": [
                    models.UniqueConstraint(fields=("right", "number"), name="nomination_numbered_once_per_right"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="nomination_counts_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("answered_by", None)),
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="nomination_answer_has_a_person_and_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer_note", ""), ("answer_reason", "")),
                            models.Q(
                                ("answer_reason__in", ["licence", "attachment", "person", "post", "targets", "other"]),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="nomination_sent_back_has_a_reason",
                    ),
                ],
            },
        ),
    ]
