"""Sign-ins and refusals stand in the log of looks; how fast somebody looks is told by it."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models

first = import_module("kamkor.migrations.0002_row_security")

_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
# Each tells of whoever asks alone, by the signed context; without one, of nobody.
READING = f"""
CREATE FUNCTION looks_lately(since timestamptz) RETURNS int LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT count(*)::int FROM kamkor_look l
    WHERE l.account = (SELECT (viewer_context()).account) AND l.at >= since
        AND l.page NOT LIKE 'refused/%' AND (l.opened <> '{{}}' OR l.listed <> '{{}}')
$$;
CREATE FUNCTION own_sign_ins(since timestamptz) RETURNS TABLE (at timestamptz, page varchar)
LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT l.at, l.page FROM kamkor_look l
    WHERE l.account = (SELECT (viewer_context()).account) AND l.at >= since
        AND (l.page LIKE 'sign_in%' OR l.page LIKE 'account/%')
    ORDER BY l.at DESC, l.id DESC LIMIT 50
$$;
REVOKE ALL ON FUNCTION looks_lately(timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION own_sign_ins(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looks_lately(timestamptz) TO kamkor_web;
GRANT EXECUTE ON FUNCTION own_sign_ins(timestamptz) TO kamkor_web;
"""


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(READING):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """A longer name of what was done, an index by account, two functions."""

    dependencies: ClassVar = [("kamkor", "0038_lives_in")]
    operations: ClassVar = [
        migrations.AlterField("look", "page", models.CharField(max_length=120)),
        migrations.AddIndex(
            "look", models.Index(fields=["account", "at"], name="looks_of_account")
        ),
        migrations.RunPython(lay, migrations.RunPython.noop),
    ]
