"""Two keys of the context are taken for a while, so that it is exchanged while people work."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(rowsecurity.SECOND_KEY + rowsecurity.READINGS):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """Three columns, and the two functions that read the context written anew."""

    dependencies: ClassVar = [("kamkor", "0043_second_steps_stay")]
    operations: ClassVar = [migrations.RunPython(lay, migrations.RunPython.noop)]
