"""What is registered of an institution (R090), who answers for it, and the versions that corrections are guarded by."""

from django.db import migrations, models

import vault.crypto


class Migration(migrations.Migration):
    dependencies = [("clinics", "0001_initial")]

    operations = [
        migrations.AddField("institution", "website", models.TextField(blank=True, default="")),
        migrations.AddField("institution", "introduction", models.TextField(blank=True, default="")),
        migrations.AddField("institution", "directions", models.TextField(blank=True, default="")),
        migrations.AddField("institution", "responsible_name", models.TextField(blank=True, default="")),
        migrations.AddField("institution", "responsible_title", models.TextField(blank=True, default="")),
        migrations.AddField("institution", "responsible_phone", vault.crypto.EncryptedTextField(blank=True, default="", purpose="contact")),
        migrations.AddField("institution", "version", models.IntegerField(db_default=1, default=1, editable=False)),
        migrations.AddField("alliance", "version", models.IntegerField(db_default=1, default=1, editable=False)),
    ]
