"""What stands in PostgreSQL's own catalogue: tables, policies, functions, roles and grants."""

from typing import Any

from django.db import connection

GRANTS = """
SELECT coalesce(r.rolname, 'everybody'), c.relname, string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND r.rolname IS DISTINCT FROM 'kamkor_owner'
GROUP BY 1, 2
"""
COLUMN_GRANTS = """
SELECT coalesce(r.rolname, 'everybody'), c.relname, a.privilege_type, string_agg(t.attname, ' ' ORDER BY t.attname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute t ON t.attrelid = c.oid
CROSS JOIN aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = 'public' AND r.rolname IS DISTINCT FROM 'kamkor_owner'
GROUP BY 1, 2, 3
"""
POLICIES = """
SELECT tablename, policyname, permissive, array_to_string(roles, ' '), cmd, qual, with_check
FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2
"""
TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1
"""
OTHER_RELATIONS = """
SELECT c.relkind, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm', 'f')
"""
FUNCTIONS = """
SELECT p.proname, p.prosecdef, p.proconfig::text, pg_get_userbyid(p.proowner),
    CASE WHEN p.proacl IS NULL THEN 'default' ELSE coalesce((
    SELECT string_agg(coalesce(r.rolname, 'public'), ' ' ORDER BY r.rolname)
    FROM aclexplode(p.proacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE r.rolname IS DISTINCT FROM pg_get_userbyid(p.proowner)), '') END
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1
"""
ROLES = """
SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit
FROM pg_roles WHERE rolname LIKE 'kamkor%' ORDER BY 1
"""
MEMBERS = """
SELECT m.rolname, g.rolname FROM pg_auth_members a
JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE m.rolname LIKE 'kamkor%' ORDER BY 1, 2
"""
OWNED = """
SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c
UNION SELECT pg_get_userbyid(p.proowner) FROM pg_proc p
UNION SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n
UNION SELECT pg_get_userbyid(d.datdba) FROM pg_database d
UNION SELECT pg_get_userbyid(t.typowner) FROM pg_type t
"""
# Plain indexes with whose columns a longer one of the same table begins.
COVERED = """
SELECT shorter.indexrelid::regclass::text, longer.indexrelid::regclass::text
FROM pg_index shorter JOIN pg_index longer
    ON longer.indrelid = shorter.indrelid AND longer.indexrelid <> shorter.indexrelid
JOIN pg_class c ON c.oid = shorter.indrelid
WHERE c.relrowsecurity AND NOT shorter.indisunique AND longer.indpred IS NULL
    AND longer.indkey::text LIKE shorter.indkey::text || ' %'
"""
COUNTED_KEYS = """
SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relrowsecurity AND a.attidentity <> '' AND NOT a.attisdropped
"""
COLLATIONS_IN_ORDER = """
SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attname IN ('sort_key', 'token') AND c.relkind = 'r' AND l.collname <> 'C'
    AND c.relname LIKE 'kamkor%'
"""


def asked(question: str) -> list[tuple[Any, ...]]:
    """The rows of one question to the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


def grants() -> list[str]:
    """Every right of every login but the owner's, one a line: login, table, rights."""
    rights: dict[tuple[str, str], list[str]] = {}
    for login, table, names in asked(GRANTS):
        rights.setdefault((login, table), []).append(names)
    for login, table, name, columns in asked(COLUMN_GRANTS):
        rights.setdefault((login, table), []).append(f"{name}({columns})")
    return sorted(f"{login} {table}: {' '.join(held)}" for (login, table), held in rights.items())
