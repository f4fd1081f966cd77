"""A command's place is taken and its earlier answer read in one go."""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")


def claim(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS command_answer(uuid)")
        for statement in first.split(rowsecurity.ANSWERS):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0020_found_anew")]

    operations = [migrations.RunPython(claim, migrations.RunPython.noop)]
