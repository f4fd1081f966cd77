"""Where a household lived before: the new address of a home keeps the old one to be read."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0015_staged_rows_protected")

TABLE, SUBJECT = "kamkor_householdmove", "household_id"
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | {TABLE: SUBJECT}
WITH_THE_HOME = before.WITH_THE_HOME


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(TABLE, SUBJECT)]
    for login in ("kamkor_web", "kamkor_worker"):
        parts.append(rowsecurity.grant(TABLE, login, "SELECT, INSERT"))
    parts.append(rowsecurity.move_function(PROTECTED, WITH_THE_HOME))
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0018_homes_that_go_along")]

    operations = [
        migrations.CreateModel(
            name="HouseholdMove",
            fields=[
                ("office_unit", models.IntegerField(null=True)),
                ("office_district", models.IntegerField(null=True)),
                ("office_oblast", models.IntegerField(null=True)),
                ("team", models.UUIDField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("happened_on", models.DateField()),
                ("recorded_at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("first_recorded_at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("corrects", models.UUIDField(null=True)),
                ("correction_reason", models.CharField(blank=True, db_default="", max_length=40)),
                ("command", models.UUIDField()),
                ("by_post", models.IntegerField()),
                ("department", models.IntegerField(null=True)),
                ("district", models.CharField(blank=True, db_default="", max_length=14)),
                ("moved_to", models.CharField(max_length=14)),
                ("place", models.CharField(max_length=200)),
                ("moved_from", models.CharField(max_length=14)),
                ("former_place", models.CharField(blank=True, max_length=200)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="kamkor.household",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
