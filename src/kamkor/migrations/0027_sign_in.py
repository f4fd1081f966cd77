"""Sessions of our own, which know their account; tries at sign-in counted for all processes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# No child's data, and asked before there is a viewer.
OPEN = {
    "kamkor_session": "SELECT, INSERT, UPDATE, DELETE",
    "kamkor_tally": "SELECT, INSERT, UPDATE, DELETE",
}


def grant(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS django_session")
        for table, rights in OPEN.items():
            cursor.execute(f"GRANT {rights} ON {table} TO kamkor_web, kamkor_worker")


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0026_quicker_readings")]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("opened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("browser", models.CharField(blank=True, max_length=40)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kamkor.post",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "key",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("value", models.JSONField()),
                ("ends_at", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
