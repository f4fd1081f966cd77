"""Staged rows of a load stand under row security: only the office that loads them sees them."""

from importlib import import_module

from django.db import migrations, models

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0009_corrections")

TABLE, SUBJECT = "kamkor_stagedrow", "load_id"
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | {TABLE: SUBJECT}
WITH_THE_HOME = before.WITH_THE_HOME

# What was staged before belongs to the office of its load.
PLACED = """
UPDATE kamkor_stagedrow s
SET office_unit = o.unit_id, office_district = o.district_id, office_oblast = o.oblast_id
FROM kamkor_load l JOIN kamkor_office o ON o.id = l.office WHERE l.id = s.load_id;
"""


def lock(apps, schema_editor):
    move = rowsecurity.move_function(PROTECTED, WITH_THE_HOME)
    parts = [PLACED, rowsecurity.policy(TABLE, SUBJECT), move]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0014_fewer_indexes")]

    operations = [
        migrations.AddField("stagedrow", "office_unit", models.IntegerField(null=True)),
        migrations.AddField("stagedrow", "office_district", models.IntegerField(null=True)),
        migrations.AddField("stagedrow", "office_oblast", models.IntegerField(null=True)),
        migrations.AddField("stagedrow", "team", models.UUIDField(null=True)),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
