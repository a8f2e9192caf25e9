"""Second factors, proofs of a phone and the district's one-time unlock."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import vault.crypto
import vault.ids

# A number was proved when its account was opened, long before this column.
PROVED_WHEN_OPENED = "UPDATE permissions_phonedevice SET proved_at = created_at WHERE created_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("permissions", "0003_founding")]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, help_text="The date and time when this device was initially created in the system.", null=True
                    ),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, help_text="The most recent date and time this device was used.", null=True),
                ),
                ("secret", vault.crypto.EncryptedTextField(purpose="totp")),
                ("last_step", models.BigIntegerField(default=-1)),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Rescue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "act",
                    models.TextField(
                        choices=[
                            ("unlock", "One-time code for one login"),
                            ("phone", "Another phone on file"),
                            ("proof", "Phone proved again"),
                            ("reset", "Second factor taken away"),
                        ]
                    ),
                ),
                (
                    "ground",
                    models.TextField(
                        choices=[
                            ("in_person", "In person, with her identity document"),
                            ("called_back", "Called back at her institution's number"),
                            ("letter", "Letter of her institution, with its seal"),
                            ("video", "Video call, identity document shown"),
                        ]
                    ),
                ),
                ("note", vault.crypto.EncryptedTextField(purpose="rescue")),
                ("phone_hash", models.CharField(blank=True, default="", max_length=100)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="UnlockCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=100)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="phonedevice",
            name="proved_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="session",
            name="guesses",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="session",
            name="proof_due",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="session",
            name="proofs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(
                    choices=[
                        ("sms", "Code by SMS"),
                        ("totp", "Authenticator"),
                        ("recovery", "Recovery code"),
                        ("unlock", "One-time code of the district"),
                    ]
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="proved_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("guesses__gte", 0), ("guesses__lte", 5)), name="session_has_at_most_five_guesses"
            ),
        ),
        migrations.AddField(
            model_name="authenticator",
            name="user",
            field=models.ForeignKey(
                help_text="The user that this device belongs to.", on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="recovery_codes", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rescue",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rescue",
            name="entered_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="rescue",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rescues", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="unlockcode",
            name="rescue",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="unlock_code", to="permissions.rescue"),
        ),
        migrations.AddField(
            model_name="unlockcode",
            name="user",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="unlock_codes", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.UniqueConstraint(fields=("user", "confirmed"), name="authenticator_one_in_use_per_person"),
        ),
        migrations.AddConstraint(
            model_name="recoverycode",
            constraint=models.UniqueConstraint(fields=("user", "code_hash"), name="recovery_code_once_per_person"),
        ),
        migrations.AddIndex(
            model_name="rescue",
            index=models.Index(fields=["user", "created_at"], name="rescue_of_person"),
        ),
        migrations.AddConstraint(
            model_name="rescue",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["unlock", "phone", "proof", "reset"])), name="rescue_act_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="rescue",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground__in", ["in_person", "called_back", "letter", "video"])), name="rescue_ground_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="rescue",
            constraint=models.CheckConstraint(
                condition=models.Q(("entered_by", models.F("user")), _negated=True), name="rescue_is_not_entered_by_its_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="rescue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(
                        models.Q(("confirmed_by", models.F("user")), _negated=True),
                        models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                        ("done_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="rescue_is_confirmed_by_a_second_person",
            ),
        ),
        migrations.AddIndex(
            model_name="unlockcode",
            index=models.Index(
                condition=models.Q(("used_at", None), ("voided_at", None)), fields=["user"], name="unlock_code_open_by_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="unlockcode",
            constraint=models.CheckConstraint(condition=models.Q(("code_hash", ""), _negated=True), name="unlock_code_is_hashed"),
        ),
        migrations.RunSQL(PROVED_WHEN_OPENED, migrations.RunSQL.noop),
    ]
