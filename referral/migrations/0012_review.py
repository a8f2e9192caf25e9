"""The hospital's review and its advice, earlier wordings of a referral, and requests that ended; decisions and wordings never change."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import vault.ids

TABLES = ("referral_referralversion", "referral_reviewdecision")
INSERT_ONLY = "".join(
    f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();"
    for table in TABLES
)
CHANGEABLE = "".join(f"DROP TRIGGER refuse_change ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("referral", "0011_ways_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("not_indicated", "A visit to this hospital is not indicated"),
                            ("wrong_department", "Another department would be right, and this hospital has none"),
                            ("examinations_missing", "Examinations are missing that must come first"),
                            ("community", "Can be treated in the community"),
                            ("other", "Another reason, see the advice"),
                        ]
                    ),
                ),
                ("text", models.TextField(max_length=1000)),
                ("proved_at", models.DateTimeField()),
                ("tell_patient_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("patient_told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "booking",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="advice", to="referral.booking"),
                ),
                (
                    "referral",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="advice", to="referral.referral"),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"
                    ),
                ),
                ("signed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post")),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("patient_told_at", None)), fields=["tell_patient_at"], name="advice_patient_to_be_told"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["not_indicated", "wrong_department", "examinations_missing", "community", "other"])
                        ),
                        name="advice_reason_is_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="advice_says_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at__isnull", True), ("seen_by__isnull", True)),
                            models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="advice_seen_says_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("text", models.CharField(max_length=500)),
                ("answer_by", models.DateTimeField()),
                ("answer", models.TextField(blank=True, default="", max_length=1000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="referral.booking"),
                ),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post")),
                (
                    "referral",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="referral.referral"),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["referral", "id"], name="question_of_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None), ("withdrawn_at", None)),
                        fields=("booking",),
                        name="booking_has_one_open_question",
                    ),
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="question_says_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False), ("answered_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="answer_says_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=100)),
                ("impression", models.TextField(max_length=2000)),
                ("present_history", models.TextField(max_length=2000)),
                ("past_history", models.TextField(blank=True, default="", max_length=2000)),
                ("treatment", models.TextField(blank=True, default="", max_length=2000)),
                ("priority", models.TextField(choices=[("routine", "Routine"), ("urgent", "Urgent")])),
                ("slip_token", models.CharField(max_length=40, unique=True)),
                ("why", models.CharField(max_length=200)),
                ("booking", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="referral.booking")),
                (
                    "referral",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="referral.referral"),
                ),
                ("replaced_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("referral", "number"), name="referral_version_numbered_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="referral_versions_count_from_one"),
                    models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="referral_version_says_why"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestEnding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[("draft_expired", "nobody booked a place in time"), ("standby_expired", "no place came free in time")]
                    ),
                ),
                ("patient_told", models.BooleanField(default=False)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "referral",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="ending", to="referral.referral"),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["draft_expired", "standby_expired"])), name="ending_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at__isnull", True), ("seen_by__isnull", True)),
                            models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ending_seen_says_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "decision",
                    models.TextField(
                        choices=[
                            ("accepted", "accepted"),
                            ("accept_undone", "acceptance taken back"),
                            ("amendment_read", "amendment read"),
                            ("asked", "more information asked"),
                            ("question_withdrawn", "question taken back"),
                            ("redirected", "redirected inside the hospital"),
                            ("returned", "returned with advice"),
                        ]
                    ),
                ),
                ("waiting_since", models.DateTimeField()),
                (
                    "booking",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="referral.booking"),
                ),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.post")),
                (
                    "referral",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="referral.referral"),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["referral", "id"], name="decision_of_referral")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "decision__in",
                                ["accepted", "accept_undone", "amendment_read", "asked", "question_withdrawn", "redirected", "returned"],
                            )
                        ),
                        name="review_decision_is_known",
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="referral",
            name="encounter_used_for_one_referral",
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("cancelled", "expired", "returned_with_advice")), _negated=True),
                fields=("encounter",),
                name="encounter_used_for_one_referral",
            ),
        ),
        migrations.RunSQL(INSERT_ONLY, CHANGEABLE),
    ]
