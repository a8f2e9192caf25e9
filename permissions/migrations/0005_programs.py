"""Keys of programs."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("permissions", "0004_second_factors")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="kind",
            field=models.TextField(choices=[("browser", "Browser"), ("token", "Program"), ("key", "Key of a program")]),
        ),
        migrations.AddField(
            model_name="session",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, null=True, size=None),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "key"), ("scopes__isnull", False)),
                    models.Q(models.Q(("kind", "key"), _negated=True), ("scopes__isnull", True)),
                    _connector="OR",
                ),
                name="session_only_keys_have_scopes",
            ),
        ),
    ]
