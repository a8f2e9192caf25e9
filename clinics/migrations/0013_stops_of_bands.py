"""The bands a stop took away: one that was blocked with bookings in it counts as a stop of its session in part (R126, R128)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinics", "0012_criteria")]

    operations = [
        migrations.AddField(
            model_name="clinicstop",
            name="bands",
            field=models.ManyToManyField(blank=True, related_name="stops", to="clinics.slot"),
        ),
    ]
