"""Due items tell by themselves whether they are settled, so that open ones have indexes."""

from importlib import import_module

from django.db import migrations, models

first = import_module("kamkor.migrations.0002_row_security")

_FUNCTION = """
CREATE FUNCTION tasks_settled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE kamkor_task t SET settled = NOT t.settled
    WHERE t.id IN (SELECT task_id FROM fresh) AND t.settled <> EXISTS (
        SELECT FROM kamkor_taskdone d WHERE d.task_id = t.id AND d.withdrawn_at IS NULL);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tasks_settled() FROM PUBLIC;
"""
_TRIGGERS = """
CREATE TRIGGER tasks_settled_added AFTER INSERT ON kamkor_taskdone
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tasks_settled();
CREATE TRIGGER tasks_settled_changed AFTER UPDATE ON kamkor_taskdone
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tasks_settled();
"""
_FILLED = """
UPDATE kamkor_task SET settled = true
WHERE id IN (SELECT task_id FROM kamkor_taskdone WHERE withdrawn_at IS NULL);
"""


def keep(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split(_FUNCTION + _TRIGGERS + _FILLED):
            cursor.execute(statement)


OPEN = models.Q(settled=False, withdrawn_at=None)


def index(name, *columns, condition=OPEN):
    return migrations.AddIndex(
        "task", models.Index(fields=columns, condition=condition, name=name)
    )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0021_claimed_answers")]

    operations = [
        migrations.AddField("task", "settled", models.BooleanField(default=False, db_default=False)),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.RemoveIndex("task", "task_by_district"),
        index("task_by_unit", "office_unit", "due_at"),
        index("task_by_district", "office_district", "due_at"),
        index("task_by_subject", "subject"),
        index("task_by_team", "team", condition=OPEN & models.Q(team__isnull=False)),
    ]
