"""A case opened in an emergency: shown to one person for some hours, never with who reported it."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity
from kamkor.kernel.locked import LockedText

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0032_two_persons")

ADDED = {
    "kamkor_emergencyopening": "subject",
    "kamkor_emergencyseen": "subject",
    "kamkor_emergencyend": "subject",
}
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | ADDED
WITH_THE_HOME = before.WITH_THE_HOME
OPEN = {"kamkor_emergencytry": "who named a wrong number, and when; for one function alone"}

# The context tells which of the lent ids were opened in an emergency: who reported is not lent so.
REPORTER = f"""
ALTER POLICY scope ON kamkor_reporter USING (
    {rowsecurity.condition("report_id", widest=rowsecurity.DISTRICT)}
    AND NOT coalesce(report_id = ANY ((SELECT (viewer_context()).emergency)::uuid[]), false));
"""

# Whoever asks does not see the case, so the conditions stand here, and one question answers for a
# number that is unknown, sealed, barred or erased. What is seen anyway is not lent: what is lent
# may only be read; of a row of no unit the policy's question has no answer. A head on leave, or who opened it, is not told first.
_HOLDS = """
    SELECT FROM kamkor_postholding h JOIN kamkor_post p ON p.id = h.post_id
    WHERE p.kind = '{kind}' AND p.office_id = one.{office} AND h.employee_id <> who
        AND h.valid_from <= day AND (h.valid_to >= day OR h.valid_to IS NULL)
        AND p.valid_from <= day AND (p.valid_to >= day OR p.valid_to IS NULL)
        AND NOT EXISTS (SELECT FROM kamkor_leave l WHERE l.post_id = p.id
            AND l.withdrawn_at IS NULL AND day BETWEEN l.valid_from AND l.valid_to)
        AND NOT EXISTS (SELECT FROM kamkor_barred b
            WHERE b.subject = one.id AND b.employee_id = h.employee_id)
"""
_PARTS = """
    SELECT one.id AS part
    UNION SELECT t.id FROM kamkor_household t WHERE t.id = one.household_id AND ({seen}) IS NOT TRUE
    UNION SELECT t.id FROM kamkor_report t WHERE t.id = one.report_id AND ({seen}) IS NOT TRUE
    UNION SELECT t.id FROM kamkor_person t WHERE (t.id = one.child_id OR t.id IN (
        SELECT m.person_id FROM kamkor_householdmember m
        WHERE m.household_id = one.household_id)) AND ({seen}) IS NOT TRUE
""".format(seen=rowsecurity.condition("id"))
OPENING = f"""
CREATE FUNCTION open_in_emergency(
    wanted text, opening uuid, told bytea, ordered uuid, moment timestamptz, ends timestamptz,
    day date, most int, since timestamptz, OUT opened uuid, OUT tries int
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    viewer viewer_context_type := viewer_context();
    one kamkor_case%ROWTYPE;
    who int;
BEGIN
    SELECT h.employee_id INTO who FROM kamkor_account a
        JOIN kamkor_postholding h ON h.employee_id = a.employee_id AND h.post_id = viewer.post
            AND h.valid_from <= day AND (h.valid_to >= day OR h.valid_to IS NULL)
        JOIN kamkor_post p ON p.id = h.post_id AND p.kind IN ('worker', 'specialist', 'head')
        WHERE a.id = viewer.account AND a.is_active;
    IF who IS NULL OR ends > moment + interval '3 hours' THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('open_in_emergency'), who);
    SELECT count(*) + 1 INTO tries FROM kamkor_emergencytry t
        WHERE t.employee = who AND t.at > since AND t.at <= moment;
    IF tries > most THEN RETURN; END IF;
    SELECT c.* INTO one FROM kamkor_case c JOIN kamkor_person k ON k.id = c.child_id
        WHERE c.number = wanted AND c.team IS NULL AND k.team IS NULL AND k.shown_name <> ''
        AND c.state <> 'void' AND NOT EXISTS (SELECT FROM kamkor_barred b
            WHERE b.employee_id = who AND b.subject IN (c.id, c.child_id, c.household_id));
    IF one.id IS NULL THEN
        INSERT INTO kamkor_emergencytry (employee, at) VALUES (who, moment);
        RETURN;
    END IF;
    INSERT INTO kamkor_emergencyopening (id, subject, reason, employee, account, until, told_from,
        office_unit, office_district, office_oblast, happened_on, recorded_at, first_recorded_at,
        command, by_post, department, district)
    VALUES (opening, one.id, told, who, viewer.account, ends,
        CASE WHEN EXISTS ({_HOLDS.format(kind="head", office="office_district")}) THEN 2
            WHEN EXISTS ({_HOLDS.format(kind="oblast", office="office_oblast")}) THEN 3
            ELSE 4 END,
        one.office_unit, one.office_district, one.office_oblast, day, moment, moment,
        ordered, viewer.post, one.office_district, one.territory_id);
    INSERT INTO kamkor_lent (id, subject, to_post_id, to_employee_id, reason, since, until, command)
        SELECT gen_random_uuid(), part, viewer.post, who, 'emergency', moment, ends, ordered
        FROM ({_PARTS}) parts;
    opened := one.id;
END $$;
REVOKE ALL ON FUNCTION open_in_emergency(
    text, uuid, bytea, uuid, timestamptz, timestamptz, date, int, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_in_emergency(
    text, uuid, bytea, uuid, timestamptz, timestamptz, date, int, timestamptz)
    TO kamkor_web, kamkor_worker;
CREATE FUNCTION emergency_unseen(wanted uuid)
RETURNS TABLE (told_from int, department int, oblast int, employee int, opened_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.told_from, o.office_district, o.office_oblast, o.employee, o.recorded_at
    FROM kamkor_emergencyopening o WHERE o.id = wanted AND o.withdrawn_at IS NULL
        AND o.team IS NULL AND NOT EXISTS (
        SELECT FROM kamkor_emergencyseen s WHERE s.opening_id = o.id AND s.withdrawn_at IS NULL)
$$;
REVOKE ALL ON FUNCTION emergency_unseen(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION emergency_unseen(uuid) TO kamkor_web, kamkor_worker;
"""

# A head reads also what others looked at of the department's cases by an emergency.
LOOKS = f"""
CREATE INDEX looks_in_emergency ON kamkor_look (at) WHERE page LIKE 'emergency/%';
CREATE OR REPLACE FUNCTION looks_of_department(since timestamptz, until timestamptz)
RETURNS TABLE (at timestamptz, account int, post int, page varchar, subject uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.at, l.account, l.post, l.page, seen
    FROM viewer_context() v, (
        SELECT o.* FROM kamkor_look o, viewer_context() w
        WHERE o.office_district = ANY (w.offices) AND o.at >= since AND o.at < until
        UNION SELECT e.* FROM kamkor_look e
        WHERE e.page LIKE 'emergency/%' AND e.at >= since AND e.at < until
    ) l, unnest(l.opened) seen
    WHERE v.level = 2 AND NOT l.opened = '{{}}'
        AND EXISTS (SELECT FROM kamkor_case WHERE id = seen AND ({rowsecurity.condition("id")}))
    ORDER BY l.at
$$;
"""

# What was written of an emergency goes with the identity.
ERASING = (
    before.ERASING.partition("REVOKE ALL")[0]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace(
        "gone := mine || told || homes;",
        "gone := mine || told || homes || ARRAY(\n"
        "        SELECT id FROM kamkor_emergencyopening WHERE subject = ANY (mine));",
    )
)


def lock(apps, schema_editor):
    parts = [
        "ALTER TYPE viewer_context_type ADD ATTRIBUTE emergency uuid[];",
        rowsecurity.READINGS,
        REPORTER,
        *(rowsecurity.policy(table, subject) for table, subject in ADDED.items()),
    ]
    rights = {
        "kamkor_emergencyopening": "SELECT",
        "kamkor_emergencyseen": "SELECT, INSERT",
        "kamkor_emergencyend": "SELECT, INSERT",
        "kamkor_account": "UPDATE (notices_to)",
    }
    for login in ("kamkor_web", "kamkor_worker"):
        parts += [rowsecurity.grant(table, login, right) for table, right in rights.items()]
    parts += [rowsecurity.move_function(PROTECTED, WITH_THE_HOME), OPENING, LOOKS, ERASING]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


def _fact():
    return [
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
        ("correction_reason", models.CharField(blank=True, db_default="", max_length=40)),
        ("command", models.UUIDField()),
        ("by_post", models.IntegerField()),
        ("department", models.IntegerField(null=True)),
        ("district", models.CharField(blank=True, db_default="", max_length=14)),
    ]


def _word(name, related, constraint):
    """A fact about an opening, of which one stands."""
    return migrations.CreateModel(
        name=name,
        fields=[
            *_fact(),
            ("subject", models.UUIDField()),
            ("employee", models.IntegerField()),
            ("account", models.IntegerField()),
            (
                "opening",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name=related,
                    to="kamkor.emergencyopening",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=Q(("withdrawn_at__isnull", True)), fields=("opening",), name=constraint
                )
            ]
        },
    )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0036_one_worker")]

    operations = [
        migrations.AddField("account", "notices_to", models.EmailField(blank=True, default="", max_length=254)),
        migrations.AddField(
            "lent",
            "to_employee",
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kamkor.employee"),
        ),
        migrations.CreateModel(
            name="EmergencyTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employee", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["employee", "at"], name="emergency_tries")]},
        ),
        migrations.CreateModel(
            name="EmergencyOpening",
            fields=[
                *_fact(),
                ("subject", models.UUIDField()),
                ("reason", LockedText(of="id")),
                ("employee", models.IntegerField()),
                ("account", models.IntegerField()),
                ("until", models.DateTimeField()),
                ("told_from", models.PositiveSmallIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["subject"], name="emergency_by_subject")]},
        ),
        _word("EmergencySeen", "seen", "emergency_seen"),
        _word("EmergencyEnd", "ends", "emergency_end"),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
