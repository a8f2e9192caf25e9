"""What hospitals' systems said under their own keys, and which bookings they say they have; the latter is never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TRIGGER = (
    "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON referral_bookingreceipt FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();"
)
NO_TRIGGER = "DROP TRIGGER refuse_change ON referral_bookingreceipt;"


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0006_supply_stays"),
        ("vault", "0006_webhooks"),
        ("referral", "0006_facts_of_active_hospitals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BookingReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "acknowledged_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("booking", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="referral.booking")),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("booking", "version"), name="booking_receipt_once_per_version")],
            },
        ),
        migrations.CreateModel(
            name="FeedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("session", "Session"), ("stop", "Stop"), ("attendance", "Attendance")])),
                ("key", models.CharField(max_length=100)),
                ("digest", models.BinaryField()),
                ("object_id", models.UUIDField()),
                ("said_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("institution", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution")),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["object_id"], name="feed_record_of_object")],
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "kind", "key"), name="feed_record_once_per_key"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["session", "stop", "attendance"])), name="feed_record_kind_is_known"
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]
