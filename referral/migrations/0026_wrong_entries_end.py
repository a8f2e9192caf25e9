"""What somebody said of a visit in one version can be taken back, and is overtaken by what happens to the visit since."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referral", "0025_not_reached"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="wrongentry",
            name="booking_has_one_open_wrong_entry",
        ),
        migrations.AddField(
            model_name="wrongentry",
            name="booking_version",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="wrongentry",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(
            "UPDATE referral_wrongentry SET booking_version = b.version FROM referral_booking b WHERE b.id = booking_id AND confirmed IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="wrongentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed", None), ("ended_at", None)), fields=("booking",), name="booking_has_one_open_wrong_entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed", None), ("ended_at", None), _connector="OR"),
                name="wrong_entry_is_decided_or_ended_undecided",
            ),
        ),
    ]
