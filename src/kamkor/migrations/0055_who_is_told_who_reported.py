"""Who reported stays with the department that was told, and of the workers it is shown to who is on
duty for the report or answers for its case: the rows say it too, not the application alone.

The rows are the wider lock: whoever covers for a post on any day sees what that post is told, and
the application asks for the day (decision 12).
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0052_known_elsewhere")

# Who takes a report down writes who brought it, on duty or not: so writing asks less than reading.
WRITTEN = f"""
    {rowsecurity.condition("report_id", widest=rowsecurity.DISTRICT)}
    AND NOT coalesce(report_id = ANY ((SELECT (viewer_context()).emergency)::uuid[]), false)
"""
TOLD = f"""
ALTER POLICY scope ON kamkor_reporter USING ({WRITTEN}
    AND EXISTS (SELECT FROM kamkor_report r WHERE r.id = kamkor_reporter.report_id AND (
        (SELECT (viewer_context()).level) > 1
        OR r.duty_post_id = ANY (ARRAY({{posts}}))
        OR EXISTS (SELECT FROM kamkor_case c
            WHERE c.report_id = r.id AND c.responsible_id = ANY (ARRAY({{posts}})))))
) WITH CHECK ({WRITTEN});
""".format(
    posts="""SELECT (viewer_context()).post UNION ALL SELECT l.post_id FROM kamkor_leave l
            WHERE l.cover_id = (viewer_context()).post AND l.withdrawn_at IS NULL"""
)

# A report without a case was redirected and takes along who brought it; one with a case was taken
# over by another department, which is not told.
STAYING = """
    UPDATE kamkor_reporter SET team = to_team WHERE report_id = ANY (moved);
    UPDATE kamkor_reporter SET office_unit = to_unit, office_district = to_district,
        office_oblast = to_oblast WHERE report_id = ANY (moved) AND (office_district = to_district
            OR NOT EXISTS (SELECT FROM kamkor_case c WHERE c.report_id = kamkor_reporter.report_id));
"""


def lock(apps, schema_editor):
    moving = {one: subject for one, subject in before.PROTECTED.items() if one != "kamkor_reporter"}
    parts = [TOLD, rowsecurity.move_function(moving, before.WITH_THE_HOME, before.ALSO + STAYING)]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """The policy of who reported, and the function that moves rows, written anew."""

    dependencies: ClassVar = [("kamkor", "0054_offices_as_keys")]
    operations: ClassVar = [migrations.RunPython(lock, migrations.RunPython.noop)]
