"""The log of looks, insert-only, and what seals it together with the journal."""

from importlib import import_module

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

import kamkor.kernel.clock
import kamkor.kernel.ids
from kamkor.kernel import rowsecurity

first = import_module("kamkor.migrations.0002_row_security")

OPEN = {
    "kamkor_look": "who saw which ids, and when; added to, and read by functions alone",
    "kamkor_seal": "digests of the log; read by functions alone",
}
_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
_PATH = "SET search_path = pg_catalog, public, pg_temp"

# In which transaction a row was written: what was before the oldest one under way is whole.
TRANSACTIONS = "".join(
    f"""
ALTER TABLE {table} ADD COLUMN tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint;
CREATE INDEX {index} ON {table} USING brin (tx);
"""
    for table, index in (
        ("kamkor_look", "look_by_transaction"),
        ("kamkor_journalentry", "journal_by_transaction"),
    )
)
GRANTS = """
GRANT INSERT (id, at, account, post, role, office_unit, office_district, office_oblast, page, opened,
    listed, "system_user") ON kamkor_look TO kamkor_web, kamkor_worker;
"""
# A row as one text that no setting of the session changes. What may pass to another office with
# its subject is no part of it.
DIGESTS = f"""
CREATE FUNCTION look_digest(one kamkor_look) RETURNS bytea LANGUAGE sql STABLE {_PATH} AS $$
    SELECT sha256(convert_to(ROW(one.tx, one.id,
        to_char(one.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), one.account, one.post,
        one.role, one.office_unit, one.office_district, one.office_oblast, one.page, one.opened,
        one.listed, one."system_user")::text, 'UTF8'))
$$;
CREATE FUNCTION entry_digest(one kamkor_journalentry) RETURNS bytea LANGUAGE sql STABLE {_PATH} AS $$
    SELECT sha256(convert_to(ROW(one.tx, one.command, one."row", one.operation, one.subject,
        one.version, one.fields, one.digest, one.answer, one.account, one.post, one."system_user",
        to_char(one.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION look_digest(kamkor_look) FROM PUBLIC;
REVOKE ALL ON FUNCTION entry_digest(kamkor_journalentry) FROM PUBLIC;
"""
BATCH = 20_000
SEALING = f"""
CREATE FUNCTION seal_log() RETURNS int LANGUAGE plpgsql VOLATILE {_DEFINER} AS $$
DECLARE
    before kamkor_seal%ROWTYPE;
    upto bigint;
    looked bytea; short_looked bytea; looks int;
    acted bytea; short_acted bytea; acts int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('seal_log'));
    SELECT * INTO before FROM kamkor_seal ORDER BY number DESC LIMIT 1;
    before.number := coalesce(before.number, 0);
    before.until := coalesce(before.until, 0);
    before.head := coalesce(before.head, ''::bytea);
    upto := (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint;
    SELECT least(upto, max(one.tx) + 1) INTO upto FROM (
        SELECT tx FROM (
            SELECT tx FROM kamkor_look WHERE tx >= before.until AND tx < upto
            UNION ALL SELECT tx FROM kamkor_journalentry WHERE tx >= before.until AND tx < upto) both_of
        ORDER BY tx LIMIT {BATCH}) one;
    SELECT string_agg(d, ''::bytea ORDER BY tx, id),
        string_agg(substring(d FROM 1 FOR 8), ''::bytea ORDER BY tx, id), count(*)
        INTO looked, short_looked, looks
        FROM (SELECT tx, id, look_digest(l) AS d FROM kamkor_look l
            WHERE tx >= before.until AND tx < upto) x;
    SELECT string_agg(d, ''::bytea ORDER BY tx, command, "row"),
        string_agg(substring(d FROM 1 FOR 8), ''::bytea ORDER BY tx, command, "row"), count(*)
        INTO acted, short_acted, acts
        FROM (SELECT tx, command, "row", entry_digest(j) AS d FROM kamkor_journalentry j
            WHERE tx >= before.until AND tx < upto) x;
    IF looks + acts = 0 THEN RETURN 0; END IF;
    INSERT INTO kamkor_seal (number, since, until, looks, entries, digests, head, sealed_at)
    VALUES (before.number + 1, before.until, upto, looks, acts,
        coalesce(short_looked, ''::bytea) || coalesce(short_acted, ''::bytea),
        sha256(before.head || int8send(before.until) || int8send(upto)
            || coalesce(looked, ''::bytea) || coalesce(acted, ''::bytea)),
        clock_timestamp());
    RETURN before.number + 1;
END $$;
CREATE FUNCTION seals_after(wanted int) RETURNS SETOF kamkor_seal LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT * FROM kamkor_seal WHERE number > wanted ORDER BY number LIMIT 1000
$$;
REVOKE ALL ON FUNCTION seal_log() FROM PUBLIC;
REVOKE ALL ON FUNCTION seals_after(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_log() TO kamkor_worker;
GRANT EXECUTE ON FUNCTION seals_after(int) TO kamkor_worker;
"""
# Who sees a case may know who opened it. The commissioner's own looks are for nobody's eyes but
# the commissioner's: of all posts those alone see all offices.
READING = f"""
CREATE FUNCTION looks_at(wanted uuid)
RETURNS TABLE (at timestamptz, account int, post int, role varchar, page varchar)
LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT l.at, l.account, l.post, l.role, l.page FROM kamkor_look l, viewer_context() v
    WHERE l.opened @> ARRAY[wanted] AND NOT l.opened = '{{}}'
        AND (l.role <> 'commissioner' OR v.level = 4)
        AND EXISTS (SELECT FROM kamkor_case WHERE id = wanted AND ({rowsecurity.condition("id")}))
    ORDER BY l.at DESC LIMIT 1000
$$;
CREATE FUNCTION looks_of_department(since timestamptz, until timestamptz)
RETURNS TABLE (at timestamptz, account int, post int, page varchar, subject uuid)
LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT l.at, l.account, l.post, l.page, seen
    FROM viewer_context() v, kamkor_look l, unnest(l.opened) seen
    WHERE v.level = 2 AND l.office_district = ANY (v.offices) AND l.at >= since AND l.at < until
        AND NOT l.opened = '{{}}'
        AND EXISTS (SELECT FROM kamkor_case WHERE id = seen AND ({rowsecurity.condition("id")}))
    ORDER BY l.at
$$;
REVOKE ALL ON FUNCTION looks_at(uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION looks_of_department(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looks_at(uuid) TO kamkor_web;
GRANT EXECUTE ON FUNCTION looks_of_department(timestamptz, timestamptz) TO kamkor_web;
"""


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for part in (TRANSACTIONS, GRANTS, DIGESTS, SEALING, READING):
            for statement in first.split(part):
                cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kamkor", "0027_sign_in")]

    operations = [
        migrations.CreateModel(
            "Look",
            [
                (
                    "id",
                    models.UUIDField(
                        default=kamkor.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(default=kamkor.kernel.clock.now)),
                ("account", models.IntegerField()),
                ("post", models.IntegerField()),
                ("role", models.CharField(max_length=24)),
                ("office_unit", models.IntegerField(null=True)),
                ("office_district", models.IntegerField(null=True)),
                ("office_oblast", models.IntegerField(null=True)),
                ("page", models.CharField(max_length=60)),
                ("opened", ArrayField(models.UUIDField())),
                ("listed", ArrayField(models.UUIDField())),
                ("system_user", models.CharField(blank=True, max_length=64)),
            ],
            {
                "indexes": [
                    GinIndex(
                        fields=["opened"], name="looks_at", condition=~models.Q(opened=[])
                    ),
                    models.Index(fields=["office_district", "at"], name="looks_of_department"),
                ]
            },
        ),
        migrations.CreateModel(
            "Seal",
            [
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("since", models.BigIntegerField()),
                ("until", models.BigIntegerField()),
                ("looks", models.IntegerField()),
                ("entries", models.IntegerField()),
                ("digests", models.BinaryField()),
                ("head", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(lay, migrations.RunPython.noop),
    ]
