"""The second lock: what the database itself shows to the web login, whatever Python asks for."""

import hashlib
import hmac
import time
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from kamkor.access.queries import scope_of_viewer
from kamkor.cases.models import Case, Report, Reporter
from kamkor.kernel.credentials import signing_key
from kamkor.kernel.database import Scope, entered, signed_context
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.server_facts import ServerFacts
from kamkor.people.models import Person
from tests.access.references import PROTECTED, protected_models
from tests.cast import Cast, Player
from tests.factories import NOOKEN, a_child, a_registration, a_report, registered, transferred

KEY = signing_key(settings.KAMKOR_DATA)


def _rows() -> dict[str, int]:
    """How many rows of each protected table this transaction shows; none is left out."""
    with connection.cursor() as cursor:
        found = {}
        for table in PROTECTED:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
            row = cursor.fetchone()
            found[table] = row[0] if row else -1
    return found


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def with_context(context: str, key: str = "") -> dict[str, int]:
    """What is shown under this context, and under this key, which opens rows without it."""
    with transaction.atomic():
        _set(context, key)
        found = _rows()
        _set("", "")
    return found


def _set(context: str, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('kamkor.context', %s, true), set_config('kamkor.key', %s, true)",
            [context, key],
        )


NOTHING = dict.fromkeys(PROTECTED, 0)


def test_without_a_context_no_row_of_any_protected_table_is_shown(filled: Cast) -> None:
    assert filled.bakyt.sees(JournalEntry) > 3
    assert _rows() == NOTHING


def test_after_the_door_nothing_is_shown_any_more(filled: Cast) -> None:
    with filled.bakyt.inside():
        assert sum(_rows().values()) > 20
    assert _rows() == NOTHING


def test_a_context_signed_with_another_key_shows_nothing(filled: Cast) -> None:
    scope = scope_of_viewer(filled.bakyt.viewer)
    assert with_context(signed_context(scope, backend(), KEY)) != NOTHING
    assert with_context(signed_context(scope, backend(), b"x" * 32)) == NOTHING


@pytest.mark.parametrize("part", range(9))
def test_a_context_changed_in_any_part_shows_nothing(filled: Cast, part: int) -> None:
    parts = signed_context(scope_of_viewer(filled.bakyt.viewer), backend(), KEY).split("|")
    parts[part] += (
        "1"
        if part in {0, 1, 2, 3, 7, 8}
        else ("," if parts[part] else "") + ("00000000-0000-7000-8000-000000000001")
    )
    assert with_context("|".join(parts)) == NOTHING


def test_a_context_that_says_more_under_an_old_signature_shows_nothing(filled: Cast) -> None:
    own = signed_context(scope_of_viewer(filled.cholpon.viewer), backend(), KEY).split("|")
    wide = signed_context(Scope(1, 1, 4), backend(), b"guessed").split("|")
    assert with_context("|".join([*wide[:10], own[10]])) == NOTHING


def test_a_context_replayed_on_another_connection_shows_nothing(filled: Cast) -> None:
    scope = scope_of_viewer(filled.bakyt.viewer)
    assert with_context(signed_context(scope, backend() + 1, KEY)) == NOTHING


def test_an_expired_context_shows_nothing(filled: Cast) -> None:
    parts = signed_context(scope_of_viewer(filled.bakyt.viewer), backend(), KEY).split("|")
    parts[9] = str(int(time.time()) - 1)
    payload = "|".join(parts[:10])
    late = hmac.new(KEY, payload.encode(), hashlib.sha256).hexdigest()
    assert with_context(f"{payload}|{late}") == NOTHING
    parts[9] = str(int(time.time()) + 60)
    payload = "|".join(parts[:10])
    fresh = hmac.new(KEY, payload.encode(), hashlib.sha256).hexdigest()
    assert with_context(f"{payload}|{fresh}") != NOTHING


@pytest.mark.parametrize(
    "context",
    ["x", "|", "|" * 9, "1|1|4|||||1|9999999999|", "äöü|" * 9 + "x", "ä" * 32 + "x", "ä" * 90],
)
def test_a_context_that_is_no_context_shows_nothing_and_breaks_nothing(
    filled: Cast, context: str
) -> None:
    assert with_context(context) == NOTHING


def test_what_was_signed_for_a_transaction_is_gone_with_it(committed_cast: Cast) -> None:
    """Not only where a test holds one transaction around all: the connection goes to others."""
    case = registered(committed_cast)
    with committed_cast.bakyt.inside():
        assert Case.objects.filter(id=case).exists()
    assert _rows() == NOTHING
    with connection.cursor() as cursor:
        for name in ("kamkor.context", "kamkor.key"):
            cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
            assert cursor.fetchone() == ("",)


def test_who_brought_a_report_is_for_its_unit_and_department_alone(filled: Cast) -> None:
    """The first lock is asleep here: of the posts above none sees a reporter; who is lent the
    report, or is in its team, does."""
    told = a_report(reporter_name="Сагын", callback="0555 12 34 56")
    filled.bakyt.do("receive_report", **told)
    seen = {name: player.sees(Reporter) for name, player in filled.everybody.items()}
    reports = {name: filled.everybody[name].sees(Report) for name in ("oblast", "elmira")}
    assert min(seen["bakyt"], seen["head"], *reports.values()) > 0
    assert {name for name in ("oblast", "elmira", "daniyar", "admin") if seen[name]} == set()
    with filled.bakyt.inside():
        report = Reporter.objects.filter(team=None).values_list("report_id", flat=True)[0]
    scope = scope_of_viewer(filled.oblast.viewer)
    barred = replace(scope, barred=(new_id(),))
    for one, shown in ((scope, 0), (barred, 0), (replace(scope, lent=(report,)), 1)):
        with entered(one):
            assert Reporter.objects.filter(report_id=report).count() == shown


def test_of_the_workers_it_is_for_who_is_on_duty_and_for_no_department_that_takes_over(
    cast: Cast,
) -> None:
    """The first lock is asleep here too."""
    told = a_report(reporter_name="Сагын", callback="0555 12 34 56")
    report = cast.begimai.do("receive_report", **told)["report"]
    workers = (cast.aigul, cast.nurlan, cast.begimai)
    assert [one.sees(Reporter) for one in workers] == [1, 0, 0]
    away = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(5)}
    cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **away)
    assert [one.sees(Reporter) for one in workers] == [1, 1, 0]
    decided = {"report": report, "decision": "accept", "assign_to": cast.begimai.post}
    (case,) = cast.bakyt.do("screen_report", **decided)["cases"]
    assert [one.sees(Reporter) for one in workers] == [1, 1, 1]
    cast.begimai.do("identify_child", case=case, **a_child(cast.today))
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    transferred(cast, case)
    there = {"post": cast.cholpon.post, "territory": NOOKEN}
    cast.specialist2.do("accept_transfer", case=case, **there)
    taken_over = (cast.cholpon, cast.specialist2)
    assert [one.sees(Report) for one in taken_over] == [1, 1]
    assert [one.sees(Reporter) for one in taken_over] == [0, 0]


@pytest.mark.parametrize("level", [0, 5, -1, 99])
def test_a_level_that_is_none_of_ours_shows_nothing(filled: Cast, level: int) -> None:
    scope = replace(scope_of_viewer(filled.bakyt.viewer), level=level, teams=(), lent=())
    assert scope.key is None
    with entered(scope):
        assert _rows() == NOTHING


@pytest.mark.parametrize("role", ["kamkor_owner", "kamkor_super", "postgres", "kamkor_figures"])
def test_the_web_login_becomes_nobody_else(filled: Cast, role: str) -> None:
    for statement in (
        "SELECT set_config('role', %s, true)",
        "SELECT set_config('session_authorization', %s, true)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [role])
    assert _rows() == NOTHING


@pytest.mark.parametrize(
    "statement",
    [
        "SET row_security = off; SELECT 1",
        "SELECT 1; SELECT * FROM kamkor_case",
        "SELECT 1; SET ROLE kamkor_owner",
    ],
)
def test_two_statements_in_one_are_refused(filled: Cast, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        # The server's side of parameters takes one statement alone.
        cursor.execute(statement + " WHERE %s", [True])


def test_switching_row_security_off_is_an_error_and_no_way_round(filled: Cast) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SELECT count(*) FROM kamkor_case")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE kamkor_case DISABLE ROW LEVEL SECURITY",
        "DROP POLICY scope ON kamkor_case",
        "CREATE POLICY mine ON kamkor_case USING (true)",
        "CREATE TABLE copied AS SELECT * FROM kamkor_case",
        "CREATE VIEW seen AS SELECT * FROM kamkor_case",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TEMPORARY TABLE copied (x int)",
        "SELECT * FROM context_key",
        "UPDATE kamkor_case SET office_unit = 1",
        "UPDATE kamkor_case SET team = NULL",
        "DELETE FROM kamkor_case",
        "TRUNCATE kamkor_case",
        "DELETE FROM kamkor_journalentry",
        "UPDATE kamkor_journalentry SET account = 1",
        "UPDATE kamkor_identification SET risk_level = 'low'",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY kamkor_case TO PROGRAM 'cat'",
        "SELECT lo_import('/etc/passwd')",
    ],
)
def test_the_web_login_may_not_change_what_protects(filled: Cast, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_worker_of_another_district_sees_no_row_of_any_protected_table(cast: Cast) -> None:
    case = registered(cast, family_too=True, siblings=[{"given_name": "Нур", "looked_at": True}])
    cast.aigul.do("identify_child", **a_child(cast.today, pin="21503201512345"))
    assert cast.aigul.state(case) == "registered"
    for player in (cast.cholpon, cast.ulan, cast.specialist2, cast.head2, cast.daniyar):
        with player.inside():
            assert _rows() == NOTHING, player.username


def test_row_security_alone_holds_back_what_plain_questions_would_show(filled: Cast) -> None:
    """The Python rules are switched off here: each table is asked for all its rows."""
    here, there = filled.bakyt.department, filled.cholpon.department
    with filled.bakyt.inside():
        known = {
            model: set(model._default_manager.filter(office_district=here).values_list("pk"))
            for model in protected_models()
        }
    lent = set(filled.cholpon.viewer.lent)
    with filled.cholpon.inside():
        for model, ours in known.items():
            subject = PROTECTED[model._meta.db_table]
            rows: Any = model._default_manager.exclude(office_district=there)
            hidden = rows.exclude(**{f"{subject}__in": lent}) if lent else rows
            assert hidden.count() == 0, model.__name__
            assert not ours & set(hidden.values_list("pk")), model.__name__
    assert sum(len(ours) for ours in known.values()) > 20


def test_each_level_sees_its_own_rows_and_those_below(cast: Cast) -> None:
    registered(cast)
    expected = {"aigul": True, "nurlan": False, "bakyt": True, "head": True, "oblast": True}
    expected |= {"elmira": True, "daniyar": False, "admin": False, "cholpon": False}
    for name, sees in expected.items():
        with cast.everybody[name].inside():
            assert (_rows()["kamkor_case"] > 0) is sees, name


def test_nobody_writes_a_row_into_another_department(cast: Cast) -> None:
    case = registered(cast)
    kept = cast.aigul.case(case)
    kept.pk, kept.number = new_id(), "K-XXXX-XXX"
    with cast.cholpon.inside(), pytest.raises(ProgrammingError), transaction.atomic():
        type(kept)._default_manager.bulk_create([kept])


def test_nobody_moves_what_it_does_not_see(cast: Cast) -> None:
    case = registered(cast)
    with cast.cholpon.inside() as viewer, connection.cursor() as cursor:
        cursor.execute("SELECT move_subjects(%s::uuid[], %s, NULL)", [[case], viewer.office_id])
        assert cursor.fetchone() == (0,)
    assert cast.aigul.state(case) == "registered"
    assert cast.cholpon.sees(type(cast.aigul.case(case))) == 0


def test_moving_to_an_office_that_is_none_breaks_off(cast: Cast) -> None:
    case = registered(cast)
    with (
        pytest.raises(ProgrammingError),
        cast.aigul.inside(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT move_subjects(%s::uuid[], 999999, NULL)", [[case]])


def test_the_answer_to_a_command_is_not_told_without_a_context(cast: Cast) -> None:
    case = registered(cast)
    with cast.aigul.inside():
        command = JournalEntry.objects.filter(subject=case)[0].command
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM claimed_answer(%s, 1)", [command])
        assert cursor.fetchone() is None


def _password(login: str) -> str:
    return str(settings.DATABASES["default" if login == "kamkor_web" else "figures"]["PASSWORD"])


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT shown_name FROM kamkor_person",
        "SELECT pin FROM kamkor_person",
        "SELECT token FROM kamkor_nametoken",
        "SELECT seen_or_said FROM kamkor_report",
        "SELECT telephone FROM kamkor_reporter",
        "SELECT words_of_child FROM kamkor_visitchild",
        "SELECT place FROM kamkor_household",
        "SELECT difficulty FROM kamkor_identification",
        "INSERT INTO kamkor_office (level) VALUES (1)",
        "UPDATE kamkor_case SET state = 'void'",
        "SELECT * FROM viewer_context()",
        "SELECT viewer_key()",
        "SELECT move_subjects('{}'::uuid[], 1, NULL)",
        "SELECT receipt_state('x')",
    ],
)
def test_the_figures_login_counts_and_reads_nobodys_name(
    house: ServerFacts, statement: str
) -> None:
    arguments = house.arguments("kamkor_figures", _password("kamkor_figures"))
    with psycopg.connect(**arguments) as figures:
        assert figures.execute("SELECT count(*) FROM kamkor_case").fetchone() is not None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            figures.execute(statement)


def test_a_player_is_one_account_alone(cast: Cast) -> None:
    assert Player("aigul", cast.time).viewer.account_id != cast.bakyt.viewer.account_id


def _seal(player: Player, subjects: list[str], team: str) -> None:
    with player.inside() as viewer, connection.cursor() as cursor:
        cursor.execute(
            "SELECT move_subjects(%s::uuid[], %s, %s)", [subjects, viewer.office_id, team]
        )


def test_sealing_a_home_does_not_draw_over_what_another_team_holds(cast: Cast) -> None:
    """Who seals a home gets nothing of it that is sealed for another team already."""
    case = registered(cast)
    home = str(cast.aigul.home(case))
    sibling = str(
        cast.aigul.do("identify_child", **a_child(cast.today, household=home, given_name="Нур"))[
            "case"
        ]
    )
    child = str(cast.bakyt.case(sibling).child_id)
    ours, theirs = str(new_id()), str(new_id())
    _seal(cast.bakyt, [sibling, child], theirs)
    _seal(cast.bakyt, [case, home], ours)
    members = replace(scope_of_viewer(cast.bakyt.viewer), teams=(UUID(ours), UUID(theirs)))
    with entered(members):
        teams = {str(one.pk): str(one.team) for one in Case.objects.all()}
        assert teams == {case: ours, sibling: theirs}
        assert str(Person.objects.get(id=child).team) == theirs
    with entered(replace(members, teams=(UUID(ours),))):
        assert [str(one.pk) for one in Case.objects.all()] == [case]
        assert not Person.objects.filter(id=child).exists()
