"""A booking knows whether its resident said that she will come; its facts say with whom the contract is and what became of the others."""

from django.db import migrations, models

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("referral", "0018_findings")]

    operations = [
        migrations.AddField("booking", "confirmed_at", models.DateTimeField(blank=True, null=True)),
        InstallSql("referral", "booking_facts.sql"),
    ]
