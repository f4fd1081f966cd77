"""Asking whether another department knows a child: one function compares, counts, tells, answers."""

import json
from importlib import import_module

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models.functions import Now

from kamkor.kernel import rowsecurity
from kamkor.kernel.locked import LockedText
from kamkor.people.rules.matching import WEIGHTS

first = import_module("kamkor.migrations.0002_row_security")
facts = import_module("kamkor.migrations.0037_emergency")
before = import_module("kamkor.migrations.0051_same_children")

ADDED = {"kamkor_comparedname": "person_id", "kamkor_elsewherequestion": "subject"}
# The next migration that adds a protected table takes these from here.
PROTECTED = before.PROTECTED | ADDED
WITH_THE_HOME = before.WITH_THE_HOME
ALSO = before.ALSO
RIGHTS = {
    # Made anew with the keys.
    "kamkor_comparedname": "SELECT, INSERT, DELETE",
    # The function alone adds rows.
    "kamkor_elsewherequestion": "SELECT",
}

ERASING = before.ERASING
for _old, _new in {
    "    DELETE FROM kamkor_personkey WHERE person_id = ANY (people);\n": (
        "    DELETE FROM kamkor_personkey WHERE person_id = ANY (people);\n"
        "    DELETE FROM kamkor_comparedname WHERE person_id = ANY (people);\n"
    ),
    "SELECT id FROM kamkor_emergencyopening WHERE subject = ANY (mine)": (
        "SELECT id FROM kamkor_emergencyopening WHERE subject = ANY (mine)\n"
        "        UNION SELECT id FROM kamkor_elsewherequestion WHERE subject = ANY (mine)"
    ),
}.items():
    if _old not in ERASING:
        raise AssertionError(_old)
    ERASING = ERASING.replace(_old, _new)

# The rules of comparison of this day; whoever adds newer ones lays the function anew by a migration.
RULES = WEIGHTS[0]
_WEIGHTS = json.dumps(dict(RULES.lines), sort_keys=True)
_PATH = "SET search_path = pg_catalog, public, pg_temp"

# The rules of people/rules/matching.py once more, for rows that no login may read. A test compares
# many drawn pairs by both.
COMPARING = f"""
CREATE FUNCTION name_edits(one text, other text, most int) RETURNS int
LANGUAGE plpgsql IMMUTABLE {_PATH} AS $$
DECLARE
    before int[]; last int[]; line int[]; cost int; mine text; yours text;
BEGIN
    IF abs(length(one) - length(other)) > most THEN RETURN most + 1; END IF;
    last := ARRAY(SELECT generate_series(0, length(other)));
    FOR i IN 1..length(one) LOOP
        line := ARRAY[i];
        mine := substr(one, i, 1);
        FOR j IN 1..length(other) LOOP
            yours := substr(other, j, 1);
            cost := least(last[j + 1] + 1, line[j] + 1, last[j] + (mine <> yours)::int);
            IF i > 1 AND j > 1 AND mine = substr(other, j - 1, 1) AND substr(one, i - 1, 1) = yours
            THEN cost := least(cost, before[j - 1] + 1); END IF;
            line := line || cost;
        END LOOP;
        before := last;
        last := line;
    END LOOP;
    RETURN least(last[length(other) + 1], most + 1);
END $$;
REVOKE ALL ON FUNCTION name_edits(text, text, int) FROM PUBLIC;
CREATE FUNCTION name_likeness(one text, heard text, other text, other_heard text) RETURNS text
LANGUAGE plpgsql IMMUTABLE {_PATH} AS $$
DECLARE
    shorter int := least(length(one), length(other));
    allowed int := CASE WHEN shorter < 4 THEN 0 WHEN shorter < 8 THEN 1 ELSE 2 END;
BEGIN
    RETURN CASE WHEN one = '' OR other = '' THEN 'missing' WHEN one = other THEN 'equal'
        WHEN heard = other_heard THEN 'heard'
        WHEN name_edits(one, other, allowed) <= allowed THEN 'near' ELSE 'other' END;
END $$;
REVOKE ALL ON FUNCTION name_likeness(text, text, text, text) FROM PUBLIC;
CREATE FUNCTION birth_likeness(one date, other date) RETURNS text
LANGUAGE sql IMMUTABLE {_PATH} AS $$
    SELECT CASE
        WHEN one IS NULL OR other IS NULL THEN 'missing'
        WHEN one = other THEN CASE WHEN d1 = 1 AND m1 = 1 THEN 'first' ELSE 'equal' END
        WHEN y1 = y2 AND m1 = d2 AND d1 = m2 THEN 'turned'
        WHEN y1 = y2 AND ((d1 = 1 AND m1 = 1) OR (d2 = 1 AND m2 = 1)) THEN 'january'
        WHEN y1 = y2 AND (m1 = m2 OR d1 = d2) THEN 'part'
        WHEN m1 = m2 AND d1 = d2 THEN 'part'
        WHEN abs(one - other) <= 10 THEN 'close'
        WHEN y1 = y2 THEN 'year' ELSE 'other' END
    FROM (SELECT extract(year FROM one) y1, extract(month FROM one) m1, extract(day FROM one) d1,
        extract(year FROM other) y2, extract(month FROM other) m2, extract(day FROM other) d2) parts
$$;
REVOKE ALL ON FUNCTION birth_likeness(date, date) FROM PUBLIC;
CREATE FUNCTION records_alike(
    stems text[], sounds text[], born date, sex text, pin text, rare float8[],
    other_stems text[], other_sounds text[], other_born date, other_sex text, other_pin text,
    OUT total numeric, OUT linked boolean
) LANGUAGE plpgsql IMMUTABLE {_PATH} AS $$
DECLARE
    weights jsonb := '{_WEIGHTS}';
    kinds text[] := '{{surname,given,father}}';
    straight text[]; crossed text[]; names text[]; code text;
BEGIN
    straight := ARRAY[name_likeness(stems[1], sounds[1], other_stems[1], other_sounds[1]),
        name_likeness(stems[2], sounds[2], other_stems[2], other_sounds[2]),
        name_likeness(stems[3], sounds[3], other_stems[3], other_sounds[3])];
    crossed := ARRAY[name_likeness(stems[1], sounds[1], other_stems[2], other_sounds[2]),
        name_likeness(stems[2], sounds[2], other_stems[1], other_sounds[1]), straight[3]];
    names := straight;
    code := 'name_order_kept';
    IF cardinality(array_positions(straight[1:2], 'other'))
        > cardinality(array_positions(crossed[1:2], 'other')) THEN
        names := crossed;
        code := 'name_order_turned';
    END IF;
    total := coalesce((weights->>code)::numeric, 0)
        + coalesce((weights->>('date_' || birth_likeness(born, other_born)))::numeric, 0);
    IF sex <> '' AND other_sex <> '' AND sex <> other_sex THEN
        total := total + coalesce((weights->>'sex_other')::numeric, 0);
    END IF;
    FOR part IN 1..3 LOOP
        total := total + round((coalesce((weights->>(kinds[part] || '_' || names[part]))::float8, 0)
            + CASE WHEN names[part] IN ('equal', 'heard') THEN
                coalesce((weights->>(kinds[part] || '_rare'))::float8, 0) * rare[part]
                ELSE 0 END)::numeric, 2);
    END LOOP;
    -- Never by weight: numbers that differ, twins, and who is known by a given name alone.
    linked := total >= {RULES.link} AND NOT (pin <> '' AND other_pin <> '' AND pin <> other_pin)
        AND NOT (born IS NOT NULL AND born = coalesce(other_born, 'infinity')
            AND straight[1] <> 'other' AND straight[3] <> 'other' AND straight[2] = 'other')
        AND (stems[1] <> '' OR stems[3] <> '') AND (other_stems[1] <> '' OR other_stems[3] <> '');
END $$;
REVOKE ALL ON FUNCTION records_alike(text[], text[], date, text, text, float8[],
    text[], text[], date, text, text) FROM PUBLIC;
"""

_ARGUMENTS = (
    "uuid, bytea, uuid, timestamptz, date, timestamptz, text[], text[], bigint[], date, boolean,"
    " text, text"
)
# Ten a day; and by the clock of the database itself never more than twice as many in a day's
# length, whatever days are told. Of a key that more than 400 share nothing is asked. A place says
# nothing across departments. How rare a name is, is counted in the department that asks.
ASKING = f"""
CREATE FUNCTION ask_elsewhere(
    question uuid, told bytea, ordered uuid, moment timestamptz, day date, due timestamptz,
    my_stems text[], my_sounds text[], my_keys bigint[], my_birth date, exact boolean,
    my_sex text, my_pin text,
    OUT department int, OUT asked int
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER {_PATH} AS $$
DECLARE
    viewer viewer_context_type := viewer_context();
    office kamkor_office%ROWTYPE;
    meant kamkor_case%ROWTYPE;
    notice uuid; alike uuid; who int; people bigint; rare float8[];
BEGIN
    SELECT h.employee_id INTO who FROM kamkor_account a
        JOIN kamkor_postholding h ON h.employee_id = a.employee_id AND h.post_id = viewer.post
            AND h.valid_from <= day AND (h.valid_to >= day OR h.valid_to IS NULL)
        JOIN kamkor_post p ON p.id = h.post_id AND p.kind IN ('worker', 'specialist', 'head')
        WHERE a.id = viewer.account AND a.is_active;
    IF who IS NULL THEN RAISE EXCEPTION 'nobody asks'; END IF;
    SELECT o.* INTO office FROM kamkor_office o JOIN kamkor_post p ON p.office_id = o.id
        WHERE p.id = viewer.post;
    PERFORM pg_advisory_xact_lock(hashtext('ask_elsewhere'), who);
    SELECT count(*) + 1 INTO asked FROM kamkor_elsewherequestion q
        WHERE q.employee = who AND q.happened_on = day;
    IF asked > 10 OR 20 <= (SELECT count(*) FROM kamkor_elsewherequestion q
        WHERE q.employee = who AND q.made_at > clock_timestamp() - interval '24 hours')
    THEN asked := 11; RETURN; END IF;
    people := (SELECT count(*) FROM kamkor_person p WHERE p.office_district = office.district_id);
    rare := ARRAY(SELECT ln(greatest(people, 1)::float8 / greatest((
            SELECT count(*) FROM kamkor_nametoken t
            WHERE t.token = one AND t.office_district = office.district_id), 1))
        FROM unnest(my_stems) WITH ORDINALITY parts (one, place) ORDER BY place);
    FOR alike IN
        SELECT best.id FROM (
            SELECT DISTINCT ON (p.id) p.id, found.*
            FROM kamkor_person p JOIN kamkor_comparedname n ON n.person_id = p.id AND n.place < 4,
                LATERAL (SELECT CASE WHEN p.birth_precision = 'day' THEN p.born_on
                    WHEN p.birth_precision IN ('year', 'month')
                    THEN date_trunc('year', p.born_on)::date END AS day) b,
                LATERAL records_alike(my_stems, my_sounds, my_birth, my_sex, my_pin, rare,
                    n.stems, n.sounds,
                    -- Where a year alone is known and is another, nothing of two dates is equal.
                    CASE WHEN NOT (exact AND p.birth_precision = 'day')
                        AND extract(year FROM b.day) <> extract(year FROM my_birth)
                        THEN make_date(extract(year FROM b.day)::int, 7, 31) ELSE b.day END,
                    CASE WHEN p.sex IN ('male', 'female') THEN p.sex ELSE '' END,
                    CASE WHEN p.pin_doubts = '' THEN p.pin ELSE '' END) found
            WHERE p.id IN (SELECT k.person_id FROM unnest(my_keys) one
                    JOIN kamkor_personkey k ON k.key = one
                    WHERE 400 >= (SELECT count(*) FROM (
                        SELECT FROM kamkor_personkey s WHERE s.key = one LIMIT 401) few))
                AND p.team IS NULL AND p.shown_name <> '' AND p.office_district IS NOT NULL
                AND p.office_district IS DISTINCT FROM office.district_id
                AND (p.same_as IS NULL OR p.same_as = p.id)
                AND row_opened(viewer, 4, p.team, p.office_unit, p.office_district,
                    p.office_oblast, p.id) IS NOT TRUE
            ORDER BY p.id, found.total DESC, n.place
        ) best WHERE best.linked ORDER BY best.total DESC, best.id
    LOOP
        -- A child is known by a case of its own, or by one of its home; never by what is sealed.
        SELECT c.* INTO meant FROM kamkor_case c JOIN kamkor_person p ON p.id = alike
            WHERE (c.child_id = alike OR c.household_id IN (
                SELECT m.household_id FROM kamkor_householdmember m
                WHERE m.person_id = alike AND m.withdrawn_at IS NULL))
            AND c.office_district = p.office_district AND c.state <> 'void'
            ORDER BY (c.child_id IS NOT DISTINCT FROM alike) DESC, c.opened_on DESC, c.id LIMIT 1;
        IF meant.id IS NOT NULL AND NOT EXISTS (
            SELECT FROM kamkor_case c WHERE c.team IS NOT NULL
                AND (c.child_id = alike OR c.household_id = meant.household_id)
        ) AND NOT EXISTS (SELECT FROM kamkor_household h WHERE h.id = meant.household_id
                AND h.team IS NOT NULL)
        AND NOT EXISTS (SELECT FROM kamkor_barred b WHERE b.employee_id = who
                AND b.subject IN (alike, meant.id, meant.household_id))
        THEN EXIT; END IF;
        meant := NULL;
    END LOOP;
    IF meant.id IS NOT NULL THEN
        department := meant.office_district;
        notice := gen_random_uuid();
        INSERT INTO kamkor_task (id, happened_on, recorded_at, first_recorded_at, command, by_post,
            office_unit, office_district, office_oblast, case_id, subject, kind, due_at, for_role,
            department, district)
        VALUES (notice, day, moment, moment, ordered, viewer.post, meant.office_unit,
            meant.office_district, meant.office_oblast, meant.id, meant.id, 'asked_elsewhere', due,
            'specialist', meant.office_district, meant.territory_id);
    END IF;
    INSERT INTO kamkor_elsewherequestion (id, subject, task_id, child, employee, account, from_department,
        reason, known, office_unit, office_district, office_oblast, happened_on, recorded_at,
        first_recorded_at, command, by_post, department, district)
    VALUES (question, coalesce(meant.id, question), notice,
        CASE WHEN meant.id IS NULL THEN NULL ELSE alike END, who, viewer.account, office.district_id,
        told, meant.id IS NOT NULL,
        CASE WHEN meant.id IS NULL THEN office.unit_id ELSE meant.office_unit END,
        coalesce(meant.office_district, office.district_id),
        coalesce(meant.office_oblast, office.oblast_id), day, moment, moment, ordered, viewer.post,
        coalesce(meant.office_district, office.district_id), coalesce(meant.territory_id, ''));
END $$;
REVOKE ALL ON FUNCTION ask_elsewhere({_ARGUMENTS}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ask_elsewhere({_ARGUMENTS}) TO kamkor_web;
CREATE FUNCTION asked_elsewhere(on_day date) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER {_PATH} AS $$
    SELECT count(*) FROM kamkor_elsewherequestion q JOIN kamkor_account a
        ON a.employee_id = q.employee
    WHERE a.id = (viewer_context()).account AND q.happened_on = on_day
$$;
REVOKE ALL ON FUNCTION asked_elsewhere(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION asked_elsewhere(date) TO kamkor_web;
"""


def lock(apps, schema_editor):
    parts = [rowsecurity.policy(table, subject) for table, subject in ADDED.items()]
    for login in ("kamkor_web", "kamkor_worker"):
        parts += [rowsecurity.grant(table, login, right) for table, right in RIGHTS.items()]
    parts += [rowsecurity.move_function(PROTECTED, WITH_THE_HOME, ALSO), ERASING]
    parts += [COMPARING, ASKING]
    with schema_editor.connection.cursor() as cursor:
        for statement in first.split("\n".join(parts)):
            cursor.execute(statement)


def _to(model, name, *, null=False, constraint=True, related="+", index=False):
    return (
        name,
        models.ForeignKey(
            db_constraint=constraint,
            db_index=index,
            null=null,
            on_delete=django.db.models.deletion.PROTECT,
            related_name=related,
            to=f"kamkor.{model}",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0051_same_children")]

    operations = [
        migrations.CreateModel(
            name="ComparedName",
            fields=[
                *before._held(),  # noqa: SLF001 - the columns of every protected row
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                _to("person", "person", constraint=False),
                ("place", models.PositiveSmallIntegerField()),
                ("stems", ArrayField(models.CharField(max_length=400), size=3)),
                ("sounds", ArrayField(models.CharField(max_length=400), size=3)),
            ],
        ),
        migrations.CreateModel(
            name="ElsewhereQuestion",
            fields=[
                *facts._fact(),  # noqa: SLF001 - the columns of every fact
                ("subject", models.UUIDField()),
                _to("task", "task", null=True, related="questions", index=True),
                ("child", models.UUIDField(null=True)),
                ("employee", models.IntegerField()),
                ("account", models.IntegerField()),
                ("from_department", models.IntegerField()),
                ("reason", LockedText(of="id")),
                ("known", models.BooleanField()),
                ("made_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "indexes": [
                    models.Index(fields=["employee", "happened_on"], name="elsewhere_by_employee"),
                    models.Index(fields=["subject"], name="elsewhere_by_subject"),
                ]
            },
        ),
        migrations.RunPython(lock, migrations.RunPython.noop),
    ]
