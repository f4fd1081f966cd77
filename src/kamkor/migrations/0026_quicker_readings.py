"""The functions that read the context do the same with less; policies stay as they are."""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")


def read(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(rowsecurity.READINGS):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0025_lent_to_few")]

    operations = [migrations.RunPython(read, migrations.RunPython.noop)]
