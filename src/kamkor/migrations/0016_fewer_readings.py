"""Policies read the context by four functions of one value each, in place of seven of a row.

Functions that earlier migrations made with the longer condition keep it where they stand already:
it means the same.
"""

from importlib import import_module

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
members = import_module("kamkor.migrations.0010_members_with_their_persons")
before = import_module("kamkor.migrations.0015_staged_rows_protected")


def lock(apps, schema_editor):
    alone = {table: one for table, one in before.PROTECTED.items() if table != members.TABLE}
    parts = [
        rowsecurity.READINGS,
        *(
            f"ALTER POLICY scope ON {table} USING ({rowsecurity.condition(subject)});\n"
            for table, subject in alone.items()
        ),
        members.POLICY,
        rowsecurity.move_function(before.PROTECTED, before.WITH_THE_HOME),
    ]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0015_staged_rows_protected")]

    operations = [migrations.RunPython(lock, migrations.RunPython.noop)]
