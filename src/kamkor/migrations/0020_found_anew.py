"""A return to the register is no identification any more: what was kept is counted anew."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0019_household_moves")]

    operations = [
        migrations.RunSQL(
            "UPDATE kamkor_figuremonth SET state = 'stale'", migrations.RunSQL.noop
        ),
    ]
