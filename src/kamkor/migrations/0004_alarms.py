"""Who is shut out of a team by person; where the home must not be contacted; sealed cases counted."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity

earlier = import_module("kamkor.migrations.0002_row_security")
homes = import_module("kamkor.migrations.0003_sealed_homes")

PROTECTED = {"kamkor_safecontact": "case_id"}
OPEN = {"kamkor_teamexclusion": "SELECT, INSERT"}

# Whoever held an excluded post when the team was formed is the person who is shut out.
PERSONS = """
INSERT INTO kamkor_teamexclusion (id, team_id, employee_id)
SELECT gen_random_uuid(), found.team_id, found.employee_id FROM (
    SELECT DISTINCT m.team_id, h.employee_id
    FROM kamkor_teammember m JOIN kamkor_team t ON t.id = m.team_id
    JOIN kamkor_postholding h ON h.post_id = m.post_id AND h.valid_from <= t.formed_at::date
        AND (h.valid_to IS NULL OR h.valid_to >= t.formed_at::date)
    WHERE m.excluded) found;
"""

# For the head's line: open sealed matters of the department that its teams do not show, less
# those from which the person is shut out. A number, and nothing of what they are about.
ELSEWHERE = """
CREATE FUNCTION sealed_elsewhere() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH asking AS (
        SELECT v.level, v.offices, v.teams, v.barred, a.employee_id
        FROM viewer_context() v JOIN kamkor_account a ON a.id = v.account),
    sealed AS (
        SELECT id, team, office_district FROM kamkor_case WHERE team IS NOT NULL
        AND state IN ('reported', 'identified', 'registered', 'transfer_offered',
                      'taking_off_proposed', 'ending_proposed', 'accompaniment', 'check_due')
        UNION ALL
        SELECT id, team, office_district FROM kamkor_report WHERE team IS NOT NULL
        AND withdrawn_at IS NULL AND state IN ('new', 'declined'))
    SELECT count(*) FROM sealed s CROSS JOIN asking g
    WHERE g.level = 2 AND s.office_district = ANY (g.offices)
    AND NOT s.team = ANY (g.teams) AND NOT s.id = ANY (g.barred)
    AND NOT EXISTS (SELECT 1 FROM kamkor_teamexclusion e
                    WHERE e.team_id = s.team AND e.employee_id = g.employee_id)
$$;
REVOKE ALL ON FUNCTION sealed_elsewhere() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_elsewhere() TO kamkor_web;
"""


def _sql():
    parts = [PERSONS]
    for table, subject in PROTECTED.items():
        parts.append(rowsecurity.policy(table, subject))
        for login in ("kamkor_web", "kamkor_worker"):
            parts.append(rowsecurity.grant(table, login, "SELECT, INSERT, UPDATE (withdrawn_at)"))
    for table, rights in OPEN.items():
        for login in ("kamkor_web", "kamkor_worker"):
            parts.append(rowsecurity.grant(table, login, rights))
    tables = earlier.PROTECTED | PROTECTED
    parts += [rowsecurity.move_function(tables, homes.WITH_THE_HOME), ELSEWHERE]
    return "\n".join(parts)


def lock(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in earlier.split(_sql()):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0003_sealed_homes")]

    operations = [
        migrations.CreateModel(
            name="TeamExclusion",
            fields=[
                ("id", models.UUIDField(default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("employee", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kamkor.employee")),
                ("team", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="kamkor.team")),
            ],
        ),
        migrations.AddConstraint(
            "teamexclusion",
            models.UniqueConstraint(fields=("team", "employee"), name="team_exclusion_once"),
        ),
        migrations.RemoveConstraint("teammember", "team_member_once"),
        migrations.AddConstraint(
            "teammember",
            models.UniqueConstraint(
                condition=models.Q(("excluded", False)), fields=("team", "post"), name="team_member_once"
            ),
        ),
        migrations.CreateModel(
            name="SafeContact",
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
                ("contact", models.CharField(blank=True, max_length=200)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="safe_contacts", to="kamkor.case")),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
