"""The head is told who of the department opened more pages about people than the pace allows."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

first = import_module("kamkor.migrations.0002_row_security")

# Of what was refused nothing was seen: its own id stands where others have the record.
READING = """
CREATE FUNCTION too_fast_in_department(since timestamptz, until timestamptz)
RETURNS TABLE (at timestamptz, account int, post int, page varchar, subject uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.at, l.account, l.post, l.page, l.id
    FROM viewer_context() v, kamkor_look l
    WHERE v.level = 2 AND l.office_district = ANY (v.offices) AND l.at >= since AND l.at < until
        AND l.page LIKE 'refused/429/%too_fast'
    ORDER BY l.at
$$;
REVOKE ALL ON FUNCTION too_fast_in_department(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION too_fast_in_department(timestamptz, timestamptz) TO kamkor_web;
"""


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(READING):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """One function."""

    dependencies: ClassVar = [("kamkor", "0044_two_keys")]
    operations: ClassVar = [migrations.RunPython(lay, migrations.RunPython.noop)]
