"""A home is sealed whole: also the entries in it that another unit holds, unseen by who seals."""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

earlier = import_module("kamkor.migrations.0002_row_security")

# Each adds to the subjects that move; the later ones build on what the earlier ones found. What
# another team holds already stays with it: else who is shut out of that team could draw it over.
WITH_THE_HOME = (
    "SELECT id FROM kamkor_case WHERE household_id = ANY (moved) AND team IS NULL",
    "SELECT p.id FROM kamkor_householdmember m JOIN kamkor_person p ON p.id = m.person_id"
    " WHERE m.household_id = ANY (moved) AND p.team IS NULL",
    "SELECT p.id FROM kamkor_case c JOIN kamkor_person p ON p.id = c.child_id"
    " WHERE c.id = ANY (moved) AND p.team IS NULL",
    "SELECT r.id FROM kamkor_case c JOIN kamkor_report r ON r.id = c.report_id"
    " WHERE c.id = ANY (moved) AND r.team IS NULL",
)


def replace(apps, schema_editor):
    text = rowsecurity.move_function(earlier.PROTECTED, WITH_THE_HOME)
    with schema_editor.connection.cursor() as cursor:
        for statement in earlier.split(text):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0002_row_security")]

    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
