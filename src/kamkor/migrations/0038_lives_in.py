"""The village that somebody of the service lives in, for the head's list of looks."""

from django.db import migrations, models

GRANTS = "GRANT UPDATE (lives_in) ON kamkor_account TO kamkor_web, kamkor_worker"


def grant(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(GRANTS)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0037_emergency")]

    operations = [
        migrations.AddField(
            "account", "lives_in", models.CharField(blank=True, db_default="", max_length=120)
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
