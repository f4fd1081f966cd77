"""Sensitive acts that a second person confirms, and the function that erases an identity."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity
from kamkor.kernel.locked import LockedText

first = import_module("kamkor.migrations.0002_row_security")
before = import_module("kamkor.migrations.0019_household_moves")

ADDED = {"kamkor_twopersons": "subject", "kamkor_secondword": "subject"}
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | ADDED
WITH_THE_HOME = before.WITH_THE_HOME

# A home goes with the child where nobody else's case stands in it; with it goes whoever lives in
# no other. A report goes where all children of it have gone. Facts, births and sex stay.
ERASING = """
CREATE FUNCTION erase_identity(request uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who uuid; called text;
    mine uuid[]; homes uuid[]; people uuid[]; told uuid[]; gone uuid[];
BEGIN
    SELECT c.child_id INTO who FROM kamkor_twopersons t JOIN kamkor_case c ON c.id = t.subject
        WHERE t.id = request AND t.act = 'erase' AND t.withdrawn_at IS NULL
        AND (viewer_context()).account IS NOT NULL AND EXISTS (
            SELECT FROM kamkor_secondword w WHERE w.asked_id = t.id AND w.agreed
            AND w.withdrawn_at IS NULL AND w.employee <> t.employee AND w.account <> t.account);
    IF who IS NULL OR EXISTS (SELECT FROM kamkor_case WHERE child_id = who AND state NOT IN (
        'closed', 'not_registered', 'void')) THEN RETURN NULL; END IF;
    SELECT shown_name INTO called FROM kamkor_person WHERE id = who;
    mine := ARRAY(SELECT id FROM kamkor_case WHERE child_id = who);
    homes := ARRAY(SELECT DISTINCT m.household_id FROM kamkor_householdmember m
        WHERE m.person_id = who AND NOT EXISTS (
            SELECT FROM kamkor_case c LEFT JOIN kamkor_person p ON p.id = c.child_id
            WHERE c.household_id = m.household_id AND c.child_id IS DISTINCT FROM who
            AND coalesce(p.shown_name, '-') <> ''));
    people := who || ARRAY(SELECT DISTINCT m.person_id FROM kamkor_householdmember m
        WHERE m.household_id = ANY (homes) AND NOT EXISTS (
            SELECT FROM kamkor_householdmember o
            WHERE o.person_id = m.person_id AND NOT o.household_id = ANY (homes))
        AND NOT EXISTS (SELECT FROM kamkor_case c WHERE c.child_id = m.person_id));
    UPDATE kamkor_person SET sort_key = '', shown_name = '', pin = '', pin_doubts = '',
        telephone = '' WHERE id = ANY (people);
    UPDATE kamkor_personname SET surname = '', given_name = '', patronymic = ''
        WHERE person_id = ANY (people);
    DELETE FROM kamkor_nametoken WHERE person_id = ANY (people);
    told := ARRAY(SELECT r.id FROM kamkor_report r
        WHERE (r.id IN (SELECT report_id FROM kamkor_case WHERE id = ANY (mine))
            OR EXISTS (SELECT FROM kamkor_reportchild d
                WHERE d.report_id = r.id AND d.case_id = ANY (mine)))
        AND NOT EXISTS (SELECT FROM kamkor_reportchild d
            LEFT JOIN kamkor_case c ON c.id = d.case_id
            LEFT JOIN kamkor_person p ON p.id = c.child_id
            WHERE d.report_id = r.id AND d.withdrawn_at IS NULL
            AND coalesce(p.shown_name, '-') <> ''));
    UPDATE kamkor_household SET sort_key = '', shown_name = '', place = '', telephone = ''
        WHERE id = ANY (homes);
    UPDATE kamkor_householdmove SET place = '', former_place = '' WHERE household_id = ANY (homes);
    -- A home that stays is called after somebody else of it.
    UPDATE kamkor_household h SET (shown_name, sort_key) = (
        SELECT coalesce(min(p.shown_name), ''), coalesce(min(p.sort_key), '')
        FROM (SELECT p.shown_name, p.sort_key FROM kamkor_householdmember m
            JOIN kamkor_person p ON p.id = m.person_id
            WHERE m.household_id = h.id AND p.shown_name <> '' ORDER BY p.id LIMIT 1) p)
        WHERE h.shown_name = called AND h.id IN (
            SELECT household_id FROM kamkor_householdmember WHERE person_id = who);
    UPDATE kamkor_case c SET sort_key = h.sort_key FROM kamkor_household h
        WHERE h.id = c.household_id AND c.child_id IS NULL AND h.id IN (
            SELECT household_id FROM kamkor_householdmember WHERE person_id = who);
    UPDATE kamkor_case SET sort_key = '' WHERE id = ANY (mine);
    UPDATE kamkor_reportchild SET description = '' WHERE case_id = ANY (mine);
    UPDATE kamkor_reporter SET name = '', telephone = '' WHERE report_id = ANY (told);
    DELETE FROM kamkor_wordingtoken WHERE subject = ANY (mine || told || homes || people)
        OR wording IN (SELECT id FROM kamkor_reportchild WHERE case_id = ANY (mine));
    gone := mine || told || homes;
    UPDATE kamkor_twopersons SET keys = gone WHERE id = request;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION erase_identity(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_identity(uuid) TO kamkor_web, kamkor_worker;
CREATE FUNCTION keys_gone() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT one), '{}') FROM kamkor_twopersons t, unnest(t.keys) one
$$;
REVOKE ALL ON FUNCTION keys_gone() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys_gone() TO kamkor_web, kamkor_worker;
"""


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(table, subject) for table, subject in ADDED.items()]
    for login in ("kamkor_web", "kamkor_worker"):
        rights = {
            "kamkor_twopersons": "SELECT, INSERT, UPDATE (withdrawn_at)",
            "kamkor_secondword": "SELECT, INSERT",
        }
        parts += [rowsecurity.grant(table, login, right) for table, right in rights.items()]
    parts.append(rowsecurity.move_function(PROTECTED, WITH_THE_HOME))
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)
        cursor.execute(ERASING)


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


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0031_locked_texts")]

    operations = [
        migrations.CreateModel(
            name="TwoPersons",
            fields=[
                *_fact(),
                ("act", models.CharField(max_length=12)),
                ("subject", models.UUIDField()),
                ("ground", models.CharField(blank=True, max_length=40)),
                ("reason", LockedText(of="subject")),
                ("wanted", models.JSONField(default=dict)),
                ("employee", models.IntegerField()),
                ("account", models.IntegerField()),
                ("until", models.DateTimeField()),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
            ],
            options={"indexes": [models.Index(fields=["subject"], name="two_persons_by_subject")]},
        ),
        migrations.CreateModel(
            name="SecondWord",
            fields=[
                *_fact(),
                ("subject", models.UUIDField()),
                ("agreed", models.BooleanField()),
                ("employee", models.IntegerField()),
                ("account", models.IntegerField()),
                ("asked", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="words", to="kamkor.twopersons")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("withdrawn_at__isnull", True)), fields=("asked",), name="second_word_once")
                ]
            },
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
