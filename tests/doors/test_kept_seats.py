"""Who sits where is told again only while nothing of the workforce has changed."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from kamkor.access.queries import account_named, viewer_for
from kamkor.demo.offices import OWNER
from kamkor.kernel import clock
from kamkor.workforce import queries as workforce
from kamkor.workforce.queries.seats import HOLDERS, SEATS
from tests.cast import Cast, Player
from tests.conftest import DATA
from tests.doors.desk import Desk
from tests.doors.test_commands import command, post
from tests.factories import a_report, registered

WATCHED: tuple[str, ...] = import_module("kamkor.migrations.0042_workforce_version").WATCHED
TODAY = date(2026, 3, 2)
DAYS = (TODAY, TODAY + timedelta(days=7))
STEPS = 120

Told = list[Any]


def version(player: Player) -> UUID:
    """The version of the workforce that a page of this account reads."""
    account = account_named(player.username)
    assert account is not None
    with clock.clock_at(player.time.moment):
        viewer = viewer_for(account, only_reads=True)
    assert viewer is not None
    assert viewer.workforce is not None
    return viewer.workforce


def everything(departments: list[int], posts: list[int], as_of: UUID | None) -> Told:
    """All that can be asked of two departments, on two days."""
    some = posts[::3]
    return [
        found
        for day in DAYS
        for department in departments
        for found in (
            workforce.seats_of(department, day, as_of=as_of),
            workforce.seats_and_names(department, day, some, as_of=as_of),
            workforce.duty_seats(department, day, as_of=as_of),
            workforce.seats_by_id(some, day, as_of=as_of),
            workforce.holder_names(posts, day, as_of=as_of),
            workforce.responsible_on(some[0], department, day, as_of=as_of),
        )
    ]


class Ministry:
    """Changes anything of the workforce but Aigul's own post, drawn by a seed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.draw = random.Random(seed)
        self.departments = [cast.aigul.department, cast.cholpon.department]
        self.spared = cast.aigul.viewer

    def does(self, sql: str, **given: Any) -> None:  # noqa: ANN401 - any value
        """Carry out SQL as the owner."""
        with connections[OWNER].cursor() as cursor:
            cursor.execute(sql, given)

    def one(self, sql: str) -> int | UUID | None:
        """Any first column of what is asked."""
        with connections[OWNER].cursor() as cursor:
            cursor.execute(sql, {"at": self.departments, "spared": self.spared.post_id})
            found = cursor.fetchall()
        return self.draw.choice(found)[0] if found else None

    def posts(self) -> list[int]:
        """All posts of the two departments."""
        with connections[OWNER].cursor() as cursor:
            cursor.execute(_OURS, {"at": self.departments})
            return [one for (one,) in cursor.fetchall()]

    def changes(self, table: str) -> None:
        """One change of a table, of any kind."""
        self.draw.choice(_KINDS[table])(self)


_OURS = """SELECT p.id FROM kamkor_post p JOIN kamkor_office o ON o.id = p.office_id
    WHERE o.district_id = ANY(%(at)s) ORDER BY p.id"""
_POST = f"{_OURS.removesuffix('ORDER BY p.id')} AND p.id <> %(spared)s"
_FREE = f"""{_POST} AND NOT EXISTS (
    SELECT FROM kamkor_leave l WHERE l.post_id = p.id AND l.withdrawn_at IS NULL)"""
_UNIT = """SELECT id FROM kamkor_office WHERE level = 1 AND district_id = ANY(%(at)s)
    AND id <> (SELECT office_id FROM kamkor_post WHERE id = %(spared)s)"""
# Each asks among the posts above.
_HOLDING = f"SELECT id FROM kamkor_postholding WHERE post_id IN ({_POST})"  # noqa: S608 - our own
_HOLDER = _HOLDING.replace("SELECT id", "SELECT employee_id")
_LEAVE = _HOLDING.replace("kamkor_postholding WHERE", "kamkor_leave WHERE withdrawn_at IS NULL AND")
_TURN = "SELECT id FROM kamkor_dutyturn WHERE withdrawn_at IS NULL AND office_id = ANY(%(at)s)"


def _moves_unit(m: Ministry) -> None:
    m.does(
        "UPDATE kamkor_office SET district_id = %(to)s, parent_id = %(to)s WHERE id = %(id)s",
        id=m.one(_UNIT), to=m.draw.choice(m.departments),
    )  # fmt: skip


def _opens_post(m: Ministry) -> None:
    m.does(
        "INSERT INTO kamkor_post (office_id, kind, valid_from) VALUES (%(of)s, %(kind)s, %(on)s)",
        of=m.draw.choice(m.departments), kind=m.draw.choice(("specialist", "head")),
        on=m.draw.choice(DAYS),
    )  # fmt: skip


def _ends_post(m: Ministry) -> None:
    m.does(
        "UPDATE kamkor_post SET valid_to = %(on)s WHERE id = %(id)s",
        id=m.one(_POST), on=m.draw.choice((TODAY, TODAY - timedelta(days=1), None)),
    )  # fmt: skip


def _fills_post(m: Ministry) -> None:
    m.does(
        """INSERT INTO kamkor_postholding (post_id, employee_id, valid_from)
        SELECT %(post)s::int, %(who)s::int, %(on)s WHERE NOT EXISTS (
            SELECT FROM kamkor_postholding WHERE post_id = %(post)s)""",
        post=m.one(_POST), who=m.one("SELECT id FROM kamkor_employee"), on=m.draw.choice(DAYS),
    )  # fmt: skip


def _appoints_another(m: Ministry) -> None:
    m.does(
        "UPDATE kamkor_postholding SET employee_id = %(who)s WHERE id = %(id)s",
        id=m.one(_HOLDING), who=m.one("SELECT id FROM kamkor_employee"),
    )  # fmt: skip


def _vacates(m: Ministry) -> None:
    m.does("DELETE FROM kamkor_postholding WHERE id = %(id)s", id=m.one(_HOLDING))


def _renames(m: Ministry) -> None:
    who = m.one(_HOLDER)
    name = m.draw.choice(("Алиева", "Усенова", "Орозова"))
    m.does("UPDATE kamkor_employee SET surname = %(name)s WHERE id = %(id)s", id=who, name=name)


def _grants_leave(m: Ministry) -> None:
    away, cover = m.one(_FREE), m.one(_FREE)
    if away is not None and away != cover:
        m.does(
            """INSERT INTO kamkor_leave (id, post_id, kind, valid_from, valid_to, cover_id, command)
            VALUES (%(id)s, %(away)s, 'annual', %(a)s, %(b)s, %(cover)s, %(id)s)""",
            id=uuid4(), away=away, cover=cover, a=m.draw.choice(DAYS), b=DAYS[-1],
        )  # fmt: skip


def _withdraws_leave(m: Ministry) -> None:
    m.does("UPDATE kamkor_leave SET withdrawn_at = now() WHERE id = %(id)s", id=m.one(_LEAVE))


def _loses_leave(m: Ministry) -> None:
    m.does("DELETE FROM kamkor_leave WHERE id = %(id)s", id=m.one(_LEAVE))


def _sets_turn(m: Ministry) -> None:
    office, rank = m.draw.choice(m.departments), m.draw.choice((1, 2, 3))
    with transaction.atomic(using=OWNER):
        m.does(
            """UPDATE kamkor_dutyturn SET withdrawn_at = now()
            WHERE office_id = %(office)s AND rank = %(rank)s AND withdrawn_at IS NULL""",
            office=office, rank=rank,
        )  # fmt: skip
        m.does(
            """INSERT INTO kamkor_dutyturn
            (id, office_id, post_id, rank, valid_from, valid_to, command)
            VALUES (%(id)s, %(office)s, %(post)s, %(rank)s, %(on)s, %(to)s, %(id)s)""",
            id=uuid4(), office=office, post=m.one(_POST), rank=rank, on=m.draw.choice(DAYS),
            to=DAYS[-1],
        )  # fmt: skip


def _withdraws_turn(m: Ministry) -> None:
    m.does("UPDATE kamkor_dutyturn SET withdrawn_at = now() WHERE id = %(id)s", id=m.one(_TURN))


def _loses_turns(m: Ministry) -> None:
    m.does("TRUNCATE kamkor_dutyturn")


_KINDS: dict[str, tuple[Callable[[Ministry], None], ...]] = {
    "kamkor_office": (_moves_unit,),
    "kamkor_post": (_opens_post, _ends_post),
    "kamkor_postholding": (_fills_post, _appoints_another, _vacates),
    "kamkor_employee": (_renames,),
    "kamkor_leave": (_grants_leave, _grants_leave, _withdraws_leave, _loses_leave),
    "kamkor_dutyturn": (_sets_turn, _sets_turn, _withdraws_turn, _loses_turns),
}


@contextmanager
def unwatched(ministry: Ministry, table: str) -> Iterator[None]:
    """What changes a table changes no version meanwhile."""
    ministry.does(f"ALTER TABLE {table} DISABLE TRIGGER workforce_changed")
    yield
    ministry.does(f"ALTER TABLE {table} ENABLE TRIGGER workforce_changed")


def test_whatever_changes_a_page_is_told_what_stands(committed_cast: Cast) -> None:
    """Drawn changes of each table, some taken back, some asked about before they stand: what a
    page is told is what is asked anew, and of what did not change nothing is asked."""
    ministry, reader = Ministry(committed_cast, seed=42), committed_cast.aigul
    posts, told = ministry.posts(), 0
    seen = everything(ministry.departments, posts, None)
    noticed = dict.fromkeys(WATCHED, 0)
    for _step in range(STEPS):
        table = ministry.draw.choice(WATCHED)
        with transaction.atomic(using=OWNER):
            ministry.changes(table)
            assert everything(ministry.departments, posts, version(reader)) == seen
            if ministry.draw.random() < 0.2:
                transaction.set_rollback(True, using=OWNER)
        now = version(reader)
        found = everything(ministry.departments, posts, None)
        assert everything(ministry.departments, posts, now) == found, table
        with CaptureQueriesContext(connection) as asked:
            assert everything(ministry.departments, posts, now) == found, table
        told += not asked.captured_queries
        noticed[table] += found != seen
        seen = found
    assert all(noticed.values()), noticed
    # Where nobody is in post the answer holds no row, so no version: it is asked again.
    assert told > STEPS / 2


def test_control_a_table_without_its_trigger_is_noticed(committed_cast: Cast) -> None:
    ministry, reader = Ministry(committed_cast, seed=7), committed_cast.aigul
    posts = ministry.posts()
    for table in WATCHED:
        before = everything(ministry.departments, posts, version(reader))
        with unwatched(ministry, table):
            for _try in range(50):
                ministry.changes(table)
                if everything(ministry.departments, posts, None) != before:
                    break
        assert everything(ministry.departments, posts, version(reader)) == before
        assert everything(ministry.departments, posts, None) != before, table
        ministry.does("UPDATE kamkor_office SET telephone = telephone")
        assert everything(ministry.departments, posts, version(reader)) != before, table


@pytest.mark.django_db
def test_every_table_that_is_read_is_watched_whatever_is_done_to_it() -> None:
    read = set(re.findall(r"\bkamkor_\w+", SEATS + HOLDERS.text)) - {"kamkor_workforceversion"}
    assert read == set(WATCHED)
    # Of pg_trigger: after a statement (no bit), insert 4, delete 8, update 16, truncate 32.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT tgrelid::regclass::text FROM pg_trigger
            WHERE tgname = 'workforce_changed' AND tgtype = 4 + 8 + 16 + 32 AND tgenabled = 'O'"""
        )
        assert {name for (name,) in cursor.fetchall()} == read


def test_what_was_read_in_a_change_that_is_taken_back_is_not_told(cast: Cast) -> None:
    """A version is drawn, not counted: the one of what was taken back never comes again."""
    department = cast.aigul.department
    span = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(5)}
    versions = [version(cast.aigul)]
    covers = []
    for cover in (cast.nurlan, cast.begimai):
        point = transaction.savepoint()
        cast.head.do("record_leave", post=cast.aigul.post, cover=cover.post, **span)
        versions.append(version(cast.aigul))
        seats = workforce.seats_of(department, TODAY, as_of=versions[-1])
        covers.append(seats[cast.aigul.post].cover_post_id)
        transaction.savepoint_rollback(point)
    assert covers == [cast.nurlan.post, cast.begimai.post]
    assert len(set(versions)) == 3
    assert version(cast.aigul) == versions[0]


def test_what_is_read_later_than_the_version_is_not_kept_under_it(cast: Cast) -> None:
    """A page that read its version before a change, and asks after it, keeps nothing wrong."""
    before, department = version(cast.aigul), cast.aigul.department
    # Of this day nothing was asked, so nothing is kept.
    on = TODAY + timedelta(days=4)
    span = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(5)}
    point = transaction.savepoint()
    cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **span)
    late = workforce.seats_of(department, on, as_of=before)
    assert late[cast.aigul.post].cover_post_id == cast.nurlan.post
    transaction.savepoint_rollback(point)
    assert version(cast.aigul) == before
    assert workforce.seats_of(department, on, as_of=before)[cast.aigul.post].cover_post_id is None


def test_whoever_changes_something_is_told_nothing_that_was_kept(cast: Cast) -> None:
    """Aigul ends her leave and reports in one sending: the alarm is hers again, not her cover's."""
    span = {"kind": "annual", "valid_from": cast.today, "valid_to": cast.in_days(5)}
    made = cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **span)
    desk = Desk("aigul", cast.time)
    before = desk.open("/duty/")
    assert cast.nurlan.viewer.name in before.text
    data = {"leave": made["leave"], "back_on": cast.today}
    answer = post(desk, [command("end_leave", data=data), command(data=a_report(danger_now=True))])
    ended, received = answer.json()
    assert (ended["result"], received["result"]) == ("applied", "applied")
    assert cast.bakyt.report(received["answer"]["report"]).duty_post_id == cast.aigul.post
    assert answer.wsgi_request.viewer.workforce is None
    after = desk.open("/duty/")
    assert after.response.wsgi_request.viewer.workforce is not None
    assert after.text != before.text


OTHER_PROCESS = """
import os, django
django.setup()
from django.db import connections
for login in connections.settings.values():
    login.update(HOST=os.environ["T_HOST"], PORT=os.environ["T_PORT"], NAME=os.environ["T_NAME"])
from tests.cast import Cast
cast = Cast()
cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, kind="annual",
    valid_from=cast.today, valid_to=cast.in_days(5))
"""


def test_what_one_process_changes_the_next_page_of_another_tells(committed: str) -> None:
    cast = Cast()
    page = f"/cases/{registered(cast)}/"
    desk = Desk("bakyt", cast.time)
    bar = desk.open(page).text, desk.open(page).text
    assert all(cast.nurlan.viewer.name not in one for one in bar)
    here = connection.settings_dict
    env = os.environ | {
        "KAMKOR_DATA": str(DATA),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "T_HOST": str(here["HOST"]),
        "T_PORT": str(here["PORT"]),
        "T_NAME": committed,
    }
    subprocess.run([sys.executable, "-c", OTHER_PROCESS], env=env, check=True, timeout=60)
    assert cast.nurlan.viewer.name in desk.open(page).text


def test_two_departments_that_change_at_once_only_wait_for_each_other(committed: str) -> None:
    """All draw the one version: each act takes it after all it waits for, so none wait in a ring."""
    before = version(Cast().aigul)

    def year_of_leave(head: str, away: str, cover: str) -> list[str]:
        cast = Cast()
        acting, posts = cast.everybody[head], [cast.everybody[one].post for one in (away, cover)]
        results = []
        for week in range(20):
            first, last, back = (cast.in_days(7 * week + one) for one in (0, 4, 2))
            asked: dict[str, Any] = {"post": posts[0], "cover": posts[1], "kind": "annual"}
            found = acting.answer("record_leave", valid_from=first, valid_to=last, **asked)
            ended = acting.answer("end_leave", leave=found.answer["leave"], back_on=back)
            results += [found.result, ended.result]
        connections.close_all()
        return results

    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(year_of_leave, "head", "aigul", "nurlan"),
            pool.submit(year_of_leave, "head2", "cholpon", "ulan"),
        ]
        assert [set(one.result(timeout=120)) for one in both] == [{"applied"}, {"applied"}]
    assert version(Cast().aigul) != before
