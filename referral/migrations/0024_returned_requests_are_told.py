"""Advice about a place that was asked for may be told to a resident who knew of a booking; facts say what else was asked for."""

from django.db import migrations, models

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("referral", "0023_place_requests")]

    operations = [
        migrations.RemoveConstraint(model_name="advice", name="advice_about_a_booking_is_told_to_its_holder"),
        migrations.AddConstraint(
            model_name="advice",
            constraint=models.CheckConstraint(
                condition=models.Q(("booking__isnull", True), ("tell_patient_at__isnull", False), _connector="OR"),
                name="advice_about_a_booking_is_told_to_its_holder",
            ),
        ),
        InstallSql("referral", "booking_facts.sql"),
    ]
