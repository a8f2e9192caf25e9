"""A hospital's doctors are found by any part of their names, in characters or pinyin."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinics", "0007_how_numbers_are_collected")]

    operations = [
        migrations.AddField(
            "practitioner", "grams", ArrayField(base_field=models.TextField(), blank=True, default=list, editable=False, size=None)
        ),
        migrations.AddIndex("practitioner", GinIndex(fields=["grams"], name="practitioner_grams")),
    ]
