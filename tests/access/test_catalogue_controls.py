"""The catalogue's checks notice: each break of the second lock is planted, and named by its check."""

from collections.abc import Callable

import pytest
from django.db import connections

from kamkor.kernel.rowsecurity import condition
from tests.access import catalogue
from tests.access import test_catalogue as checks

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

POLICIES = checks.test_every_policy_has_the_one_form_and_there_is_no_other
TABLES = checks.test_every_table_is_protected_or_listed_as_open
FORCED = checks.test_row_security_is_enabled_and_forced_on_every_protected_table
VIEWS = checks.test_there_is_no_view_and_no_foreign_table
FUNCTIONS = checks.test_the_functions_are_these_and_no_other_and_none_is_for_everybody
GRANTS = checks.test_the_grants_are_those_written_down_by_hand
DEFINER = "RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT shown_name FROM kamkor_person'"
PERSONS = "CREATE TABLE kamkor_planted (id uuid PRIMARY KEY, shown_name text)"
PLANTED: dict[str, tuple[str, Callable[[], None], str]] = {
    "a table of persons": (
        PERSONS,
        TABLES,
        "kamkor_planted",
    ),
    "a table with row security that nobody listed": (
        f"{PERSONS}; ALTER TABLE kamkor_planted ENABLE ROW LEVEL SECURITY",
        FORCED,
        "kamkor_planted",
    ),
    "row security switched off": (
        "ALTER TABLE kamkor_person DISABLE ROW LEVEL SECURITY",
        FORCED,
        "kamkor_person",
    ),
    "row security that is not forced": (
        "ALTER TABLE kamkor_person NO FORCE ROW LEVEL SECURITY",
        FORCED,
        "kamkor_person",
    ),
    "a policy beside the one form": (
        "CREATE POLICY planted ON kamkor_person TO kamkor_web USING (true)",
        POLICIES,
        "planted",
    ),
    "a policy of another form": (
        "ALTER POLICY scope ON kamkor_case USING (team IS NULL)",
        POLICIES,
        "kamkor_case",
    ),
    "a policy of a reporter for the posts above": (
        f"ALTER POLICY scope ON kamkor_reporter USING {condition('report_id')}",
        POLICIES,
        "kamkor_reporter",
    ),
    "a policy lost": ("DROP POLICY scope ON kamkor_person", POLICIES, "kamkor_person"),
    "a view with the rights of its owner": (
        "CREATE VIEW kamkor_planted AS SELECT * FROM kamkor_person",
        VIEWS,
        "kamkor_planted",
    ),
    "a materialised view of persons": (
        "CREATE MATERIALIZED VIEW kamkor_planted AS SELECT * FROM kamkor_person",
        VIEWS,
        "kamkor_planted",
    ),
    "a function with the rights of its owner": (
        f"CREATE FUNCTION planted_names() {DEFINER}",
        FUNCTIONS,
        "planted_names",
    ),
    "a listed function for everybody": (
        "GRANT EXECUTE ON FUNCTION viewer_context() TO PUBLIC",
        FUNCTIONS,
        "viewer_context",
    ),
    "a listed function that trusts the caller's path": (
        "ALTER FUNCTION viewer_key() RESET search_path",
        FUNCTIONS,
        "viewer_key",
    ),
    "a right on a table": (
        "GRANT SELECT ON kamkor_nametoken TO kamkor_figures",
        GRANTS,
        "kamkor_nametoken",
    ),
    "a right on a column": (
        "GRANT SELECT (pin) ON kamkor_person TO kamkor_figures",
        GRANTS,
        "kamkor_person",
    ),
    "a right for everybody": (
        "GRANT SELECT ON kamkor_territory TO PUBLIC",
        GRANTS,
        "everybody",
    ),
    "a right on a column for everybody": (
        "GRANT SELECT (seen_or_said) ON kamkor_report TO PUBLIC",
        GRANTS,
        "everybody",
    ),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_planted_is_named(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """As the owner, in a transaction that is rolled back; before it the check is content."""
    statement, check, name = PLANTED[what]
    monkeypatch.setattr(catalogue, "connection", connections["owner"])
    check()
    with connections["owner"].cursor() as cursor:
        for one in statement.split(";"):
            cursor.execute(one)
    with pytest.raises(AssertionError, match=name):
        check()
