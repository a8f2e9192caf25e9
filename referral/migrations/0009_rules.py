"""A booking is judged by bans, restrictions, controlled documents and exceptions too, and knows what it was moved from."""

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("referral", "0008_regulations")]

    operations = [InstallSql("referral", "booking_facts.sql", "booking_write.sql")]
