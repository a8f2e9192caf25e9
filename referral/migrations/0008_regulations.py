"""The no-show ledger, controlled documents, proofs of priority and exceptions; how a place was booked, and what it was moved from."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import vault.crypto
import vault.ids


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0010_life_of_policy_rows"),
        ("permissions", "0006_evidence"),
        ("referral", "0007_feed"),
        ("reserved_pools", "0006_indexes_of_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("text", models.TextField(max_length=500)),
                ("evidence", models.TextField(blank=True, default="", max_length=500)),
                ("by_resident", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="BookingBan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField()),
                (
                    "covers",
                    models.TextField(
                        choices=[("booking", "booking by oneself"), ("booking_and_referral", "booking and referral")],
                        default="booking_and_referral",
                    ),
                ),
                ("policy", models.JSONField()),
                ("status", models.TextField(choices=[("in_force", "In force"), ("lifted", "Lifted")], default="in_force")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("visit_date", models.DateField()),
                ("kind", models.TextField(choices=[("noshow", "did not come"), ("late", "came too late")], default="noshow")),
                ("cause", models.TextField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("recorded", "Recorded"),
                            ("notified", "Notified"),
                            ("appealed", "Appealed"),
                            ("upheld", "Upheld"),
                            ("struck", "Struck"),
                        ],
                        default="recorded",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ControlledIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                (
                    "type",
                    models.TextField(
                        choices=[
                            ("resident_id", "Resident identity card"),
                            ("household_register", "Household register"),
                            ("hmt_residence", "Residence permit for Hong Kong, Macao and Taiwan residents"),
                            ("hk_macau_permit", "Mainland travel permit for Hong Kong and Macao residents"),
                            ("taiwan_permit", "Mainland travel permit for Taiwan residents"),
                            ("foreign_permanent", "Foreign permanent resident identity card"),
                            ("chinese_passport", "Chinese passport"),
                            ("foreign_passport", "Foreign passport"),
                            ("military", "Military identity card"),
                            ("birth_certificate", "Birth certificate number"),
                        ]
                    ),
                ),
                ("number_hash", models.TextField(db_index=True)),
                ("tail", models.CharField(max_length=4)),
                (
                    "reason_code",
                    models.TextField(
                        choices=[
                            ("leaked", "the document's data have leaked or are misused"),
                            ("reselling", "places were resold"),
                            ("malicious", "booked or cancelled in bad faith"),
                        ]
                    ),
                ),
                ("evidence", models.TextField(max_length=500)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("proposed", "waits for a second person"),
                            ("in_force", "in force"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                            ("lift_asked", "lifting waits for a second person"),
                            ("lifted", "lifted"),
                        ],
                        default="proposed",
                    ),
                ),
                ("valid_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PriorityProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "group",
                    models.TextField(
                        choices=[
                            ("", "No priority group"),
                            ("elderly", "Elderly"),
                            ("disabled", "Disabled"),
                            ("pregnant", "Pregnant"),
                            ("child", "Child"),
                            ("veteran", "Veteran"),
                        ]
                    ),
                ),
                ("proof", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                ("reason", models.CharField(max_length=200)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField()),
                ("status", models.TextField(choices=[("in_force", "In force"), ("lifted", "Lifted")], default="in_force")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RuleOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("version", models.IntegerField(db_default=1, default=1, editable=False)),
                (
                    "rule",
                    models.TextField(
                        choices=[
                            ("R106", "days ahead"),
                            ("R108", "visits on one day"),
                            ("R109", "visits to one department in seven days"),
                            ("R017", "visits in seven days"),
                            ("R018", "visits in three months"),
                            ("R147", "cancellations"),
                            ("R118", "contract and health record"),
                        ]
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("evidence", models.TextField(max_length=500)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("asked", "waits for the district"),
                            ("granted", "granted"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                            ("used", "used"),
                            ("lapsed", "lapsed"),
                        ],
                        default="asked",
                    ),
                ),
                ("decision", models.CharField(blank=True, default="", max_length=200)),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="mode",
            field=models.TextField(
                choices=[
                    ("community_referral", "Referral by the family doctor"),
                    ("in_consultation", "Booked in the consulting room"),
                    ("network", "Booked by oneself on the network"),
                    ("on_site", "Booked at the window"),
                ],
                db_default="community_referral",
                default="community_referral",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="moved_from",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="moved_to", to="referral.booking"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="booker_name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="referral",
            name="booker_phone",
            field=vault.crypto.EncryptedTextField(blank=True, default="", purpose="phone"),
        ),
        migrations.AddField(
            model_name="referral",
            name="booker_phone_tail",
            field=models.CharField(blank=True, default="", max_length=4),
        ),
        migrations.AddField(
            model_name="referral",
            name="booker_relation",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="referral",
            name="emergency_sign",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AlterField(
            model_name="booking",
            name="cancel_cause",
            field=models.TextField(
                blank=True,
                choices=[
                    ("", "Not cancelled"),
                    ("by_referrer", "Cancelled by the referring doctor"),
                    ("by_resident", "Cancelled by the resident"),
                    ("by_hospital", "Cancelled by the hospital"),
                    ("stopped", "The clinic was stopped"),
                    ("by_system", "Cancelled by the system"),
                    ("offer_lapsed", "The offer was not taken up"),
                ],
                default="",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["community_referral", "in_consultation", "network", "on_site"])),
                name="booking_mode_is_known",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="filed_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bookingban",
            name="district",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district"),
        ),
        migrations.AddField(
            model_name="bookingban",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bans", to="referral.patient"),
        ),
        migrations.AddField(
            model_name="breach",
            name="booking",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="breaches", to="referral.booking"),
        ),
        migrations.AddField(
            model_name="breach",
            name="district",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district"),
        ),
        migrations.AddField(
            model_name="breach",
            name="institution",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution"),
        ),
        migrations.AddField(
            model_name="breach",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="breaches", to="referral.patient"),
        ),
        migrations.AddField(
            model_name="breach",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bookingban",
            name="breaches",
            field=models.ManyToManyField(related_name="bans", to="referral.breach"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="breach",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="appeal", to="referral.breach"),
        ),
        migrations.AddField(
            model_name="controlledidentity",
            name="approved_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="controlledidentity",
            name="district",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="permissions.district"),
        ),
        migrations.AddField(
            model_name="controlledidentity",
            name="entered_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="controlledidentity",
            name="lift_asked_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="controlledidentity",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="controlledidentity",
            name="patient",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="controls", to="referral.patient"
            ),
        ),
        migrations.AddField(
            model_name="priorityproof",
            name="ended_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="priorityproof",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="priority_proofs", to="referral.patient"),
        ),
        migrations.AddField(
            model_name="priorityproof",
            name="seen_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="restriction",
            name="institution",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution"),
        ),
        migrations.AddField(
            model_name="restriction",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="restrictions", to="referral.patient"),
        ),
        migrations.AddField(
            model_name="restriction",
            name="set_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="ruleoverride",
            name="asked_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="ruleoverride",
            name="decided_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ruleoverride",
            name="referral",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="overrides", to="referral.referral"),
        ),
        migrations.AddField(
            model_name="ruleoverride",
            name="used_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="overrides", to="referral.booking"
            ),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(
                condition=models.Q(("status__in", ("recorded", "notified", "appealed", "upheld"))),
                fields=["patient", "visit_date"],
                name="breach_counted_of_patient",
            ),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(fields=["district", "status", "-created_at"], name="breach_of_district"),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["recorded", "notified", "appealed", "upheld", "struck"])), name="breach_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("recorded", "notified", "appealed", "upheld"))),
                fields=("booking",),
                name="booking_has_one_standing_breach",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="breach",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{recorded:notified,recorded:struck,notified:struck,recorded:appealed,notified:appealed,appealed:upheld,appealed:struck}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="7805effc79859e6545a31c1fd8b1808bf8894cde",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_2c71e",
                    table="referral_breach",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="bookingban",
            index=models.Index(condition=models.Q(("status", "in_force")), fields=["patient", "valid_to"], name="ban_in_force_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="bookingban",
            constraint=models.CheckConstraint(condition=models.Q(("status__in", ["in_force", "lifted"])), name="ban_status_is_known"),
        ),
        migrations.AddConstraint(
            model_name="bookingban",
            constraint=models.CheckConstraint(
                condition=models.Q(("covers__in", ["booking", "booking_and_referral"])), name="ban_covers_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookingban",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__lt", models.F("valid_to"))), name="ban_ends_after_it_begins"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bookingban",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{in_force:lifted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="396781930f42b80d9e49b59e436a57ba562386a0",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_f03ee",
                    table="referral_bookingban",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by_resident", True), ("filed_by__isnull", True)),
                    models.Q(("by_resident", False), ("filed_by__isnull", False)),
                    _connector="OR",
                ),
                name="appeal_is_filed_by_the_resident_or_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="appeal_decision_has_a_person_and_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    ("filed_by__isnull", True),
                    models.Q(("decided_by", models.F("filed_by")), _negated=True),
                    _connector="OR",
                ),
                name="appeal_is_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="controlledidentity",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "in_force", "rejected", "withdrawn", "lift_asked", "lifted"])),
                name="control_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="controlledidentity",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason_code__in", ["leaked", "reselling", "malicious"])), name="control_reason_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="controlledidentity",
            constraint=models.CheckConstraint(condition=models.Q(("evidence", ""), _negated=True), name="control_names_its_evidence"),
        ),
        migrations.AddConstraint(
            model_name="controlledidentity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True), models.Q(("approved_by", models.F("entered_by")), _negated=True), _connector="OR"
                ),
                name="control_is_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="controlledidentity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by__isnull", True), models.Q(("lifted_by", models.F("lift_asked_by")), _negated=True), _connector="OR"
                ),
                name="control_is_lifted_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="controlledidentity",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("proposed", "in_force", "lift_asked"))),
                fields=("number_hash",),
                name="document_is_controlled_once",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="controlledidentity",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{proposed:in_force,proposed:rejected,proposed:withdrawn,in_force:lift_asked,lift_asked:lifted,lift_asked:in_force}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="241349a0337db978663d8ea434c0830ee8160def",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_83b58",
                    table="referral_controlledidentity",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="priorityproof",
            index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["valid_to"], name="priority_that_ends"),
        ),
        migrations.AddConstraint(
            model_name="priorityproof",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__lt", models.F("valid_to"))), name="priority_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="priorityproof",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("group", ""), _negated=True), models.Q(("proof", ""), _negated=True)),
                name="priority_names_group_and_proof",
            ),
        ),
        migrations.AddConstraint(
            model_name="priorityproof",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="priority_end_has_a_time_and_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="priorityproof",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("patient",), name="patient_has_one_standing_priority"
            ),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(
                condition=models.Q(("status", "in_force")), fields=["institution", "patient"], name="restriction_of_hospital"
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["in_force", "lifted"])), name="restriction_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__lt", models.F("valid_to"))), name="restriction_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="restriction_names_its_reason"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="restriction",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{in_force:lifted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="f5a5fdd57f220a169fc743804b31a1b7302cf79a",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_d8cde",
                    table="referral_restriction",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["asked", "granted", "refused", "withdrawn", "used", "lapsed"])),
                name="override_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule__in", ["R106", "R108", "R109", "R017", "R018", "R147", "R118"])),
                name="override_is_of_a_rule_that_may_be_let_pass",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), models.Q(("evidence", ""), _negated=True)),
                name="override_names_reason_and_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True), models.Q(("decided_by", models.F("asked_by")), _negated=True), _connector="OR"
                ),
                name="override_is_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "granted"), _negated=True),
                    models.Q(("decided_by__isnull", False), ("valid_to__isnull", False)),
                    _connector="OR",
                ),
                name="granted_override_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleoverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("asked", "granted"))),
                fields=("referral", "rule"),
                name="referral_asks_once_for_each_rule",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ruleoverride",
            trigger=pgtrigger.compiler.Trigger(
                name="status_follows_its_table",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{asked:granted,asked:refused,asked:withdrawn,granted:used,granted:withdrawn,granted:lapsed,asked:lapsed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="fe5079ebc1a0b28247f1fedc8d905b74fd1811a2",
                    operation="UPDATE",
                    pgid="pgtrigger_status_follows_its_table_94693",
                    table="referral_ruleoverride",
                    when="BEFORE",
                ),
            ),
        ),
    ]
