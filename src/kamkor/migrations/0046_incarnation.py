"""A restored database knows that it is another one: sessions and codes of before hold no longer."""

from typing import ClassVar

from django.db import migrations

# One row, of the owner alone: the number of this life of the database, and by what it is told
# from the next. None stands before the first start, and after a restore.
TABLE = """
CREATE TABLE incarnation (
    id uuid NOT NULL, told_by text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now());
REVOKE ALL ON incarnation FROM PUBLIC;
"""


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in TABLE.strip().split(";\n"):
            cursor.execute(statement.rstrip(";"))


class Migration(migrations.Migration):
    """One table."""

    dependencies: ClassVar = [("kamkor", "0045_too_fast_told")]
    operations: ClassVar = [migrations.RunPython(lay, migrations.RunPython.noop)]
