"""Places may be held for somebody who has not chosen yet: three more moves, and the functions behind them."""

from django.db import migrations, models

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("reserved_pools", "0006_indexes_of_days")]

    operations = [
        migrations.AlterField(
            model_name="placeevent",
            name="move",
            field=models.TextField(
                choices=[
                    ("published", "published"),
                    ("added", "added"),
                    ("taken_back", "taken back"),
                    ("withdrawn", "withdrawn with the session"),
                    ("claimed", "claimed"),
                    ("given_back", "given back"),
                    ("cooled", "open again"),
                    ("returned", "returned to the hospital"),
                    ("returned_late", "given back after the cut-off, to the hospital"),
                    ("held", "held for somebody"),
                    ("taken_up", "held place taken up"),
                    ("let_go", "held place let go"),
                ]
            ),
        ),
        InstallSql("reserved_pools", "pool_hold.sql", "pool_take_up.sql", "pool_let_go.sql"),
    ]
