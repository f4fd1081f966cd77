"""The SQL of the second lock, for migrations: context function, policies, grants, moving rows."""

import hashlib
import hmac  # noqa: F401 - names the algorithm the SQL below repeats

_BLOCK = 64


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The two padded keys of HMAC-SHA256 (RFC 2104), so that SQL needs ``sha256()`` alone."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


CONTEXT = """
CREATE TABLE context_key (inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
REVOKE ALL ON context_key FROM PUBLIC;
CREATE TYPE viewer_context_type AS (
    account int, post int, level int, offices int[], teams uuid[], lent uuid[], barred uuid[]
);
"""

# While the key is exchanged another one is taken beside it, until a moment.
SECOND_KEY = """
ALTER TABLE context_key ADD COLUMN other_inner bytea, ADD COLUMN other_outer bytea,
    ADD COLUMN other_until timestamptz;
"""

ONLY = """UPDATE context_key SET inner_pad = %s, outer_pad = %s,
    other_inner = NULL, other_outer = NULL, other_until = NULL"""
"""Let one key be taken and no other."""

# Only what is cheap is done here: pages ask for the key for each table they read. It opens rows of
# who sees one office, or all, and is barred from none; else the whole context is asked row by row.
# `row_opened` costs more than a question's own filter, so that PostgreSQL asks it after that.
READINGS = """
CREATE OR REPLACE FUNCTION viewer_context() RETURNS viewer_context_type
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    raw text := current_setting('kamkor.context', true);
    signed bytea := convert_to(raw, 'UTF8');
    told bytea := substr(signed, 1, greatest(length(signed) - 65, 0));
    mac bytea := substr(signed, greatest(length(signed) - 63, 1));
    parts text[];
    inside bytea;
    outside bytea;
    other_inside bytea;
    other_outside bytea;
    until timestamptz;
BEGIN
    SELECT inner_pad, outer_pad, other_inner, other_outer, other_until
        INTO inside, outside, other_inside, other_outside, until FROM context_key;
    IF mac = convert_to(encode(sha256(outside || sha256(inside || told)), 'hex'), 'UTF8')
        OR (until > clock_timestamp() AND mac = convert_to(
            encode(sha256(other_outside || sha256(other_inside || told)), 'hex'), 'UTF8'))
    THEN
        parts := string_to_array(raw, '|');
        IF array_length(parts, 1) = 11 AND parts[9]::int = pg_backend_pid()
            AND parts[10]::bigint >= extract(epoch FROM clock_timestamp())
        THEN
            RETURN ROW(
                parts[1]::int, parts[2]::int, parts[3]::int,
                ('{' || parts[4] || '}')::int[], ('{' || parts[5] || '}')::uuid[],
                ('{' || parts[6] || '}')::uuid[], ('{' || parts[7] || '}')::uuid[],
                ('{' || parts[8] || '}')::uuid[]
            )::viewer_context_type;
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION viewer_key() RETURNS int
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    raw text := current_setting('kamkor.key', true);
    told bytea := convert_to(left(raw, -65), 'UTF8');
    inside bytea;
    outside bytea;
    other_inside bytea;
    other_outside bytea;
    until timestamptz;
BEGIN
    SELECT inner_pad, outer_pad, other_inner, other_outer, other_until
        INTO inside, outside, other_inside, other_outside, until FROM context_key;
    IF (right(raw, 64) = encode(sha256(outside || sha256(inside || told)), 'hex')
        OR (until > clock_timestamp() AND right(raw, 64) = encode(
            sha256(other_outside || sha256(other_inside || told)), 'hex')))
        AND split_part(raw, '|', 1) = 'office'
        AND split_part(raw, '|', 3) = pg_backend_pid()::text
        AND split_part(raw, '|', 4) COLLATE "C" >= extract(epoch FROM clock_timestamp())::bigint::text
    THEN
        RETURN nullif(split_part(raw, '|', 2), '')::int;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION row_opened(
    viewer viewer_context_type, widest int, team uuid, unit int, district int, oblast int,
    subject uuid
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 8 AS $$
BEGIN
    RETURN coalesce(
        (team IS NULL AND (
            (viewer.level <= widest AND CASE viewer.level
                WHEN 1 THEN unit = ANY (viewer.offices)
                WHEN 2 THEN district = ANY (viewer.offices)
                WHEN 3 THEN oblast = ANY (viewer.offices)
                ELSE viewer.level = 4 END)
            OR subject = ANY (viewer.lent)))
        OR team = ANY (viewer.teams), false)
    AND coalesce(NOT subject = ANY (viewer.barred), subject IS NULL);
END $$;
REVOKE ALL ON FUNCTION viewer_context(), viewer_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viewer_context(), viewer_key() TO kamkor_web, kamkor_worker;
REVOKE ALL ON FUNCTION row_opened(viewer_context_type, int, uuid, int, int, int, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION row_opened(viewer_context_type, int, uuid, int, int, int, uuid)
    TO kamkor_web, kamkor_worker;
"""
DISTRICT, NATION = 2, 4
"""The levels that ``row_opened`` knows: 1 a unit, 2 a district's department, 3 an oblast, 4 all."""


def policy(table: str, subject: str) -> str:
    """The one form of policy: scope by level, or a named team, or lent; never a barred subject.

    ``subject`` is the column whose value may be lent or barred.
    """
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON {table} TO kamkor_web, kamkor_worker USING {condition(subject)};
CREATE POLICY counting ON {table} FOR SELECT TO kamkor_figures USING (true);
"""


def condition(subject: str, *, widest: int = NATION) -> str:
    """The expression of the policy: two readings of the context, each once a statement at most.

    Each reading of each table is a plan of its own, made ready before the first row; so they are
    two: a cheap one that opens nearly every row, and one of the whole context for those that are
    sealed, lent or perhaps barred. Without a context both deny. ``widest`` is the widest level
    whose keys open the rows.
    """
    opening = ["0", "office_unit", "office_district", "office_oblast"]
    keys = ", ".join(opening if widest == NATION else opening[1 : widest + 1])
    return f"""(
    (team IS NULL AND (SELECT viewer_key()) = ANY (ARRAY[{keys}]))
    OR row_opened((SELECT viewer_context()), {widest}, team,
        office_unit, office_district, office_oblast, {subject})
)"""


def grant(table: str, login: str, rights: str) -> str:
    """One grant; whatever is not granted by a line of a migration is not there."""
    return f"GRANT {rights} ON {table} TO {login};\n"


def move_function(tables: dict[str, str], sealed_with: tuple[str, ...] = (), also: str = "") -> str:
    """The definer function that gives rows another office or team.

    ``tables`` maps each protected table to the column that holds its subject. It moves only
    what the caller's own context shows, and is the one way scope columns change. When it seals,
    what ``sealed_with`` names goes along: questions for further subjects, given ``moved``.
    ``also`` are statements before they go.
    """
    further = "\n".join(f"        moved := moved || ARRAY({question});" for question in sealed_with)
    along = f"    IF to_team IS NOT NULL THEN\n{further}\n    END IF;" if sealed_with else ""
    updates = "\n".join(
        f"    UPDATE {table} SET office_unit = to_unit, office_district = to_district,"
        f" office_oblast = to_oblast, team = to_team WHERE {subject} = ANY (moved);"
        for table, subject in tables.items()
    )
    seen = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {subject} = wanted AND ({condition(subject)}))"
        for table, subject in tables.items()
        if subject == "id"
    )
    return f"""
CREATE OR REPLACE FUNCTION move_subjects(wanted_ids uuid[], to_office int, to_team uuid)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moved uuid[] := '{{}}';
    wanted uuid;
    to_unit int; to_district int; to_oblast int;
BEGIN
    SELECT unit_id, district_id, oblast_id INTO to_unit, to_district, to_oblast
        FROM kamkor_office WHERE id = to_office;
    IF NOT FOUND THEN RAISE EXCEPTION 'no such office'; END IF;
    FOREACH wanted IN ARRAY wanted_ids LOOP
        IF {seen} THEN moved := moved || wanted; END IF;
    END LOOP;
{along}
    {also}
{updates}
    RETURN coalesce(array_length(moved, 1), 0);
END $$;
REVOKE ALL ON FUNCTION move_subjects(uuid[], int, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION move_subjects(uuid[], int, uuid) TO kamkor_web, kamkor_worker;
"""


# Each statement of a volatile function sees what others wrote while this one waited for the place.
ANSWERS = """
CREATE OR REPLACE FUNCTION claimed_answer(wanted uuid, place bigint)
RETURNS TABLE (account int, digest text, answer jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(place);
    SELECT j.account, j.digest, j.answer INTO account, digest, answer
        FROM kamkor_journalentry j WHERE j.command = wanted AND j."row" = 0;
    IF FOUND AND (viewer_context()).account IS NOT NULL THEN RETURN NEXT; END IF;
END $$;
REVOKE ALL ON FUNCTION claimed_answer(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claimed_answer(uuid, bigint) TO kamkor_web, kamkor_worker;
"""
