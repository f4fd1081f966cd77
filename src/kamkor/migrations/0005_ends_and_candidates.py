"""The end of a removal; a state more; who may be one and the same child, told to nobody else."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity

earlier = import_module("kamkor.migrations.0002_row_security")
homes = import_module("kamkor.migrations.0003_sealed_homes")
alarms = import_module("kamkor.migrations.0004_alarms")

TABLE, SUBJECT = "kamkor_removalend", "case_id"
PROTECTED = {TABLE: SUBJECT}
TABLES = earlier.PROTECTED | alarms.PROTECTED | PROTECTED
WITH_THE_HOME = homes.WITH_THE_HOME

RECEIPT = earlier.RECEIPT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "'taking_off_proposed',", "'taking_off_proposed', 'ending_proposed',"
)

# Whoever bears the personal number of a child of the case, in the whole department, becomes a due
# item of the specialist: of this case, or, where the other is sealed, of that one for its team.
# The caller learns nothing: no answer, and no row outside what stands in those scopes.
CANDIDATES = f"""
CREATE FUNCTION open_identity_candidates(
    for_case uuid, day date, told timestamptz, due timestamptz, by_command uuid
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own kamkor_case%ROWTYPE;
    wanted text;
    post int := (SELECT v.post FROM viewer_context() v);
BEGIN
    SELECT * INTO own FROM kamkor_case WHERE id = for_case AND ({rowsecurity.condition("id")});
    SELECT pin INTO wanted FROM kamkor_person WHERE id = own.child_id AND pin <> '';
    IF wanted IS NULL THEN RETURN; END IF;
    INSERT INTO kamkor_task (
        id, happened_on, recorded_at, first_recorded_at, command, by_post, office_unit,
        office_district, office_oblast, team, case_id, subject, kind, due_at, for_role
    )
    SELECT gen_random_uuid(), day, told, told, by_command, post, c.office_unit,
        c.office_district, c.office_oblast, c.team, c.id, c.id, 'identity_candidate', due,
        'specialist'
    FROM kamkor_case c WHERE c.id IN (
        SELECT CASE WHEN p.team IS NULL OR p.team = own.team THEN own.id ELSE (
            SELECT s.id FROM kamkor_case s WHERE s.child_id = p.id
            ORDER BY s.opened_on DESC, s.id DESC LIMIT 1) END
        FROM kamkor_person p WHERE p.pin = wanted AND p.id <> own.child_id
            AND p.office_district = own.office_district
    ) AND NOT EXISTS (
        SELECT FROM kamkor_task t WHERE t.subject = c.id AND t.kind = 'identity_candidate'
            AND t.withdrawn_at IS NULL AND NOT EXISTS (
                SELECT FROM kamkor_taskdone d WHERE d.task_id = t.id AND d.withdrawn_at IS NULL)
    );
END $$;
REVOKE ALL ON FUNCTION open_identity_candidates(uuid, date, timestamptz, timestamptz, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_identity_candidates(uuid, date, timestamptz, timestamptz, uuid) TO kamkor_web, kamkor_worker;
"""

# Whether the viewer is barred from somebody of this number, or of this whole name and year.
BARRED = """
CREATE FUNCTION barred_from_such(wanted text, names text[], born int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM kamkor_person p
        WHERE p.id = ANY ((SELECT v.barred FROM viewer_context() v)::uuid[]) AND (
            (wanted <> '' AND p.pin = wanted) OR (
                cardinality(names) > 1
                AND coalesce(extract(year FROM p.born_on) = born, true)
                AND NOT EXISTS (
                    SELECT unnest(names) EXCEPT
                    SELECT n.token FROM kamkor_nametoken n WHERE n.person_id = p.id))))
$$;
REVOKE ALL ON FUNCTION barred_from_such(text, text[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION barred_from_such(text, text[], int) TO kamkor_web, kamkor_worker;
"""


def _sql():
    parts = [rowsecurity.policy(TABLE, SUBJECT)]
    for login in ("kamkor_web", "kamkor_worker"):
        parts.append(rowsecurity.grant(TABLE, login, "SELECT, INSERT, UPDATE (withdrawn_at)"))
        # A reported child turns out to be one who is known: its case becomes that child's.
        parts.append(rowsecurity.grant("kamkor_case", login, "UPDATE (child_id, household_id)"))
    parts += [rowsecurity.move_function(TABLES, WITH_THE_HOME), RECEIPT, CANDIDATES, BARRED]
    return "\n".join(parts)


def lock(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in earlier.split(_sql()):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0004_alarms")]

    operations = [
        migrations.CreateModel(
            name="RemovalEnd",
            fields=[
                ("office_unit", models.IntegerField(null=True)),
                ("office_district", models.IntegerField(null=True)),
                ("office_oblast", models.IntegerField(null=True)),
                ("team", models.UUIDField(null=True)),
                ("id", models.UUIDField(default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("happened_on", models.DateField()),
                ("recorded_at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("first_recorded_at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("corrects", models.UUIDField(null=True)),
                ("command", models.UUIDField()),
                ("by_post", models.IntegerField()),
                ("note", models.TextField(max_length=4000)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="removal_ends", to="kamkor.case")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
