"""The build fails on any table, view, function, role or grant that breaks the second lock."""

import re
from pathlib import Path

import pytest

from tests.access import catalogue
from tests.access.catalogue import asked
from tests.access.references import PROTECTED, listed

pytestmark = pytest.mark.django_db

OPEN = set(listed("OPEN"))
JOBS = "procrastinate_"
# Tables of sign-in and of the framework that no login of the service touches, our key, our life;
# the words of all names, of which a function tells those near to some.
UNTOUCHED = {
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "context_key",
    "incarnation",
    "name_word",
}


def test_every_table_is_protected_or_listed_as_open() -> None:
    tables = {name for name, *_ in asked(catalogue.TABLES)}
    assert tables == set(PROTECTED) | OPEN | UNTOUCHED
    assert not set(PROTECTED) & OPEN


def test_row_security_is_enabled_and_forced_on_every_protected_table() -> None:
    rows = asked(catalogue.TABLES)
    locked = {name: (enabled, forced) for name, enabled, forced, _ in rows if enabled or forced}
    assert locked == dict.fromkeys(PROTECTED, (True, True))


def test_a_nation_has_room_for_keys_and_indexes() -> None:
    """A key that only counts, and an index that another begins with, take their part of the 8 GB
    that a nation may, and of the time of each new row."""
    # Rows of a file being loaded are in the order of the file, and go when it is in.
    assert asked(catalogue.COUNTED_KEYS) == [("kamkor_stagedrow",)]
    assert asked(catalogue.COVERED) == []


# They mark kept counts as stale where somebody writes; nobody calls them.
WATCHING = (
    "figures_case_changed",
    "figures_decision_added",
    "figures_decision_changed",
    "figures_fact_added",
    "figures_fact_changed",
    "figures_merge_changed",
    "figures_person_changed",
    "figures_stale_from",
)

# The one form, as PostgreSQL writes it back, with SUBJECT for the column that may be lent.
FORM = """
((team IS NULL) AND (( SELECT viewer_key()) = ANY (ARRAY[KEYS])))
OR row_opened(( SELECT viewer_context()), WIDEST, team,
    office_unit, office_district, office_oblast, SUBJECT)
"""
UNIT, DISTRICT, OBLAST = "office_unit", "office_district", "office_oblast"
ALL_LEVELS = FORM.replace("KEYS", f"0, {UNIT}, {DISTRICT}, {OBLAST}").replace("WIDEST", "4")
# Who brought a report is for the unit and the department that work on it, not for those above.
NEAR = FORM.replace("KEYS", f"{UNIT}, {DISTRICT}").replace("WIDEST", "2")


# Who belongs to a household is seen by those who see the person too.
WITH_PERSON = """ AND EXISTS (SELECT FROM kamkor_person p
    WHERE p.id = kamkor_householdmember.person_id)"""


# Who reported is not shown with what is opened in an emergency.
BUT_IN_EMERGENCY = """ AND NOT COALESCE(SUBJECT = ANY (
    (SELECT (viewer_context()).emergency AS emergency)::uuid[]), false)"""
# Of the workers only who is on duty for the report, or answers for its case, or covers for them.
POSTS = """ANY (ARRAY( SELECT (viewer_context()).post AS post UNION ALL SELECT l.post_id
    FROM kamkor_leave l WHERE l.cover_id = (viewer_context()).post AND l.withdrawn_at IS NULL))"""
BUT_OTHERS = """ AND EXISTS (SELECT FROM kamkor_report r WHERE r.id = kamkor_reporter.SUBJECT AND (
    (SELECT (viewer_context()).level AS level) > 1 OR r.duty_post_id = WORKING
    OR EXISTS (SELECT FROM kamkor_case c WHERE c.SUBJECT = r.id AND c.responsible_id = WORKING)))""".replace(
    "WORKING", POSTS
)


def _plain(text: str) -> str:
    """An expression without the blanks, brackets and names of columns that the server adds."""
    text = re.sub(r" AS viewer_\w+", "", text)
    return re.sub(r"[\s()]", "", text)


def test_every_policy_has_the_one_form_and_there_is_no_other() -> None:
    found = asked(catalogue.POLICIES)
    shapes = {(name, kind, cmd) for _, name, kind, _, cmd, _, _ in found}
    assert shapes == {("counting", "PERMISSIVE", "SELECT"), ("scope", "PERMISSIVE", "ALL")}
    assert sorted((table, name) for table, name, *_ in found) == sorted(
        (table, name) for table in PROTECTED for name in ("counting", "scope")
    )
    for table, name, _, roles, _, expression, check in found:
        counting = name == "counting"
        assert roles == ("kamkor_figures" if counting else "kamkor_web kamkor_worker"), table
        subject = re.compile(rf"\b{PROTECTED[table]}\b")
        form = _plain(subject.sub("SUBJECT", expression))
        more = WITH_PERSON if table == "kamkor_householdmember" else ""
        opened = ALL_LEVELS
        if table == "kamkor_reporter":
            opened, more = NEAR + BUT_IN_EMERGENCY, BUT_OTHERS
        assert form == ("true" if counting else _plain(opened + more)), table
        # What is written is asked as what is read; who takes a report down need not be told.
        written = None if check is None else _plain(subject.sub("SUBJECT", check))
        own = table == "kamkor_reporter" and not counting
        assert written == (_plain(opened) if own else None), table


def test_there_is_no_view_and_no_foreign_table() -> None:
    assert asked(catalogue.OTHER_RELATIONS) == []


def test_the_functions_are_these_and_no_other_and_none_is_for_everybody() -> None:
    path = '{"search_path=pg_catalog, public, pg_temp"}'
    both, owner = "kamkor_web kamkor_worker", "kamkor_owner"
    found = asked(catalogue.FUNCTIONS)
    assert [one for one in found if not one[0].startswith(JOBS)] == [
        ("answering_at_home", True, path, owner, both),
        ("ask_elsewhere", True, path, owner, "kamkor_web"),
        ("asked_elsewhere", True, path, owner, "kamkor_web"),
        ("barred_from_such", True, path, owner, both),
        ("birth_likeness", False, path, owner, ""),
        ("case_eventful", True, path, owner, ""),
        ("claimed_answer", True, path, owner, both),
        ("departments_answering", True, path, owner, both),
        ("emergency_unseen", True, path, owner, both),
        ("entry_digest", False, path, owner, ""),
        ("erase_identity", True, path, owner, both),
        *((name, True, path, owner, "") for name in WATCHING),
        ("keys_gone", True, path, owner, both),
        ("look_digest", False, path, owner, ""),
        ("looks_at", True, path, owner, "kamkor_web"),
        ("looks_lately", True, path, owner, "kamkor_web"),
        ("looks_of_department", True, path, owner, "kamkor_web"),
        ("move_subjects", True, path, owner, both),
        ("name_edits", False, path, owner, ""),
        ("name_likeness", False, path, owner, ""),
        ("open_identity_candidates", True, path, owner, both),
        ("open_identity_candidates_of", True, path, owner, both),
        ("open_in_emergency", True, path, owner, both),
        ("own_sign_ins", True, path, owner, "kamkor_web"),
        ("receipt_state", True, path, owner, "kamkor_web"),
        ("records_alike", False, path, owner, ""),
        # It looks at nothing but what it is given.
        ("row_opened", False, None, owner, both),
        ("seal_log", True, path, owner, "kamkor_worker"),
        ("sealed_elsewhere", True, path, owner, "kamkor_web"),
        ("seals_after", True, path, owner, "kamkor_worker"),
        # A trigger, with the rights of who adds a row.
        ("second_step_is_own", False, path, owner, ""),
        ("spend_recovery_code", True, path, owner, "kamkor_web"),
        ("stays_at_home", True, path, owner, both),
        ("tasks_settled", True, path, owner, ""),
        ("too_fast_in_department", True, path, owner, "kamkor_web"),
        ("viewer_context", True, path, owner, both),
        ("viewer_key", True, path, owner, both),
        ("word_keys", False, path, owner, ""),
        ("words_emptied", True, path, owner, ""),
        ("words_forgotten", True, path, owner, ""),
        ("words_learnt", True, path, owner, ""),
        ("words_near", True, path, owner, both),
        ("workforce_changed", True, path, owner, ""),
    ]
    # Those of the queue run with the rights of whoever calls them.
    queue = {one[1:] for one in found if one[0].startswith(JOBS)}
    assert queue == {(False, None, owner, both)}


def test_no_login_of_the_service_is_more_than_it_must_be() -> None:
    none = (False, False, False, False, False, False)
    assert asked(catalogue.ROLES) == [
        ("kamkor_figures", *none),
        ("kamkor_owner", False, True, False, True, False, False),
        ("kamkor_super", True, True, True, True, True, True),
        ("kamkor_web", *none),
        ("kamkor_worker", *none),
    ]


def test_no_login_is_a_member_of_another() -> None:
    assert asked(catalogue.MEMBERS) == []


def test_web_worker_and_figures_own_nothing() -> None:
    owners = {name for (name,) in asked(catalogue.OWNED)}
    assert not owners & {"kamkor_web", "kamkor_worker", "kamkor_figures"}


FACT = (
    "by_post command corrects department district first_recorded_at happened_on id office_district"
    " office_oblast office_unit recorded_at team withdrawn_at"
)


def _written() -> list[str]:
    """The rights written down by hand, each login's own, columns in the order of letters."""
    lines = (Path(__file__).parent / "grants.txt").read_text(encoding="utf-8").splitlines()
    web = [line for line in lines if line and not line.startswith("#")]
    worker = [line.replace("kamkor_web", "kamkor_worker", 1) for line in web if "_web " in line]
    return sorted(_in_order(line.replace("FACT", FACT)) for line in web + worker)


def _in_order(line: str) -> str:
    if "(" not in line:
        return line
    before, columns = line.rstrip(")").split("(")
    return f"{before}({' '.join(sorted(columns.split()))})"


def test_the_grants_are_those_written_down_by_hand() -> None:
    assert [_in_order(line) for line in catalogue.grants()] == _written()


def test_names_are_sorted_and_searched_in_the_order_of_bytes() -> None:
    assert asked(catalogue.COLLATIONS_IN_ORDER) == []
