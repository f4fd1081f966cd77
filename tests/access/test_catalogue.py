"""The catalogue of the database itself: policies, owners, grants and functions, by name."""

from importlib import import_module
from typing import Any

from django.db import connection

from tests.access.references import PROTECTED
from tests.cast import Cast

MIGRATION: Any = import_module("kamkor.migrations.0002_row_security")
# Framework tables that no login of the service may touch, and the key of the context.
CLOSED = {
    "context_key",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
}
DEFINERS = {"viewer_context", "command_answer", "move_subjects", "receipt_state"}
LOGINS = ("kamkor_web", "kamkor_worker", "kamkor_figures")


def ask(question: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - whatever a question takes
    """The rows of one question to the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(question, list(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def test_every_table_is_on_exactly_one_list(cast: Cast) -> None:
    """A new table without a line that says how it is locked fails here."""
    tables = {
        name
        for (name,) in ask("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                           " AND relnamespace = 'public'::regnamespace")
    }  # fmt: skip
    assert tables == set(PROTECTED) | set(MIGRATION.OPEN) | CLOSED
    assert not set(PROTECTED) & set(MIGRATION.OPEN)


def test_every_protected_table_has_row_security_with_force(cast: Cast) -> None:
    """ENABLE and FORCE stand on every table with a child's data, and on no other."""
    locked = {
        name
        for (name,) in ask(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        )
    }
    assert locked == set(PROTECTED)


def test_each_table_has_the_one_form_of_policy(cast: Cast) -> None:
    """Two policies a table: scope for web and worker, counting for the figures login alone."""
    rows = ask("SELECT tablename, policyname, array_to_string(roles, ','), cmd, qual"
               " FROM pg_policies")  # fmt: skip
    scope = {table: (roles, cmd) for table, name, roles, cmd, _ in rows if name == "scope"}
    counting = {
        table: (roles, cmd, qual) for table, name, roles, cmd, qual in rows if name == "counting"
    }
    assert scope == dict.fromkeys(PROTECTED, ("kamkor_web,kamkor_worker", "ALL"))
    assert counting == dict.fromkeys(PROTECTED, ("kamkor_figures", "SELECT", "true"))
    assert len(rows) == 2 * len(PROTECTED)
    forms = {
        qual.replace(PROTECTED[table], "SUBJECT") for table, name, _, _, qual in rows
        if name == "scope" and "viewer_context()" in qual
    }  # fmt: skip
    # ``id`` is part of other words, so that form differs in spelling; there are no more than these.
    assert len(forms) <= len(set(PROTECTED.values()))


def test_there_is_no_view_at_all(cast: Cast) -> None:
    """No view and no materialised view stands on these tables."""
    assert ask("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')"
               " AND relnamespace = 'public'::regnamespace") == []  # fmt: skip


def test_definer_functions_are_exactly_those_listed(cast: Cast) -> None:
    """A function that runs as its owner is on the list, with its search path fixed."""
    rows = ask("SELECT proname, proconfig::text FROM pg_proc WHERE prosecdef"
               " AND pronamespace = 'public'::regnamespace")  # fmt: skip
    assert {name for name, _ in rows} == DEFINERS
    assert all("pg_temp" in (path or "") for _, path in rows)


def test_the_logins_own_nothing_and_belong_to_nothing(cast: Cast) -> None:
    """Web, worker and figures are no superusers, pass by no policy, own and inherit nothing."""
    rows = ask(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit"
        " FROM pg_roles WHERE rolname = ANY(%s) ORDER BY rolname",
        list(LOGINS),
    )
    assert rows == [(name, False, False, False, False, False) for name in sorted(LOGINS)]
    members = ask("SELECT member::regrole::text FROM pg_auth_members WHERE member::regrole::text"
                  " = ANY(%s)", list(LOGINS))  # fmt: skip
    assert members == []
    owned = ask("SELECT relname FROM pg_class WHERE relowner::regrole::text = ANY(%s)",
                list(LOGINS))  # fmt: skip
    assert owned == []


def _granted(login: str) -> set[tuple[str, str]]:
    rows = ask(
        "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE c.relkind = 'r' AND a.grantee = %s::regrole",
        login,
    )
    return set(rows)


def test_web_may_add_but_never_delete_or_rewrite(cast: Cast) -> None:
    """On protected tables web reads and adds; changing is by column, deleting does not exist."""
    rights = {right for table, right in _granted("kamkor_web") if table in PROTECTED}
    assert rights == {"SELECT", "INSERT"}
    deletable = {table for table, right in _granted("kamkor_web") if right == "DELETE"}
    assert deletable == {"django_session"}
    assert "TRUNCATE" not in {right for _, right in _granted("kamkor_web")}


def test_figures_reads_no_name_and_no_narrative(cast: Cast) -> None:
    """The figures login reads named columns only, none of which says who somebody is."""
    columns = {
        column
        for (column,) in ask(
            "SELECT a.attname FROM pg_attribute a, aclexplode(a.attacl) g"
            " WHERE g.grantee = 'kamkor_figures'::regrole"
        )
    }
    identity = {
        "shown_name", "sort_key", "pin", "telephone", "place", "seen_or_said", "difficulty",
        "note", "words_of_child", "words_of_carer", "changed", "danger", "number", "description",
        "surname", "given_name", "patronymic", "token", "safe_contact", "proof",
    }  # fmt: skip
    assert columns & identity == set()
    written = {right for _, right in _granted("kamkor_figures")} - {"SELECT"}
    assert written == set()
