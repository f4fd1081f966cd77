"""Every page that shows somebody's record is a look, whatever way it came to the record."""

import re
from uuid import UUID

import pytest
from django.db import connection, transaction

from kamkor.access.models import Account
from kamkor.access.operations.account import tell_village
from kamkor.access.operations.looks import looking
from kamkor.cases.queries.case import case_for
from kamkor.kernel.seen import noting
from tests.doors.desk import Page
from tests.doors.test_pages import WALKERS, html, walked
from tests.doors.world import World
from tests.factories import registered

pytestmark = pytest.mark.usefixtures("undone")

RECORD = re.compile(r"/(?:cases|reports)/([0-9a-f-]{36})/")


@pytest.mark.parametrize("user", WALKERS)
def test_whose_record_a_page_links_to_was_read_as_a_look(world: World, user: str) -> None:
    """Nothing that leads to a record was found by a way that leaves no trace."""
    desk, shown = world.desks[user], 0
    for where, page in html({user: walked(world, user)}):
        linked = {UUID(one) for link in page.links for one in RECORD.findall(link)}
        if not linked:
            continue
        with noting() as seen:
            again = desk.open(where.removeprefix(f"{user} "))
        linked &= {UUID(one) for link in again.links for one in RECORD.findall(link)}
        own = {UUID(one) for one in RECORD.findall(where)}
        # A record's own page may lead on to another of which it shows nothing.
        assert (own or linked) <= seen, where
        shown += len(linked)
    assert bool(shown) == (user in {"aigul", "bakyt", "head", "cholpon"})


def test_a_name_is_shown_by_no_page_that_saw_nobody(world: World) -> None:
    """Nor is a child's name, where no record is linked."""
    names, shown = ("Канарбек", "Канарова", "Уктук", "Бөлөк", "Экинчи"), 0
    for user in WALKERS:
        for where, page in html({user: walked(world, user)}):
            if any(name in page.text for name in names):
                with noting() as seen:
                    world.desks[user].open(where.removeprefix(f"{user} "))
                assert seen, where
                shown += 1
    assert shown > 20


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_a_look_at_every_row(world: World, kind: str) -> None:
    with noting() as seen:
        world.desks["bakyt"].open(f"/register/export.{kind}?state=identified")
    assert world.case("suzak") in seen


def test_what_is_hidden_is_no_look(world: World) -> None:
    """Nor is an attempt told as one: the same 404 for what is hidden and what is not there."""
    with noting() as seen:
        page = world.desks["cholpon"].open(f"/cases/{world.places['suzak'].case}/")
    assert (page.status, seen) == (404, set())


def told(page: Page) -> str:
    """What the table of a page says."""
    return " ".join(one.text for one in page.all("tbody"))


def test_who_looked_is_told_to_whoever_sees_the_case(world: World) -> None:
    desks, case = world.desks, world.places["suzak"].case
    names = {user: getattr(world.cast, user).viewer.name for user in ("aigul", "bakyt", "elmira")}
    assert names["bakyt"] not in told(desks["aigul"].open(f"/cases/{case}/looks/"))
    desks["bakyt"].open(f"/cases/{case}/")
    shown = told(desks["aigul"].open(f"/cases/{case}/looks/"))
    assert names["bakyt"] in shown
    assert "page of the case (1)" in shown
    assert f"/cases/{case}/looks/" in desks["aigul"].open(f"/cases/{case}/").links


def test_a_look_stands_though_what_was_done_is_taken_back(world: World) -> None:
    case, viewer = world.case("suzak"), world.cast.bakyt.viewer
    with looking(viewer, "cases.case.show", [case]):
        case_for(viewer, case)
        transaction.set_rollback(True)
    shown = told(world.desks["aigul"].open(f"/cases/{case}/looks/"))
    assert viewer.name in shown


def test_the_commissioners_looks_are_told_to_nobody_else(world: World) -> None:
    desks, case = world.desks, world.places["suzak"].case
    name = world.cast.elmira.viewer.name
    desks["elmira"].open(f"/cases/{case}/")
    for user in ("aigul", "bakyt", "head", "oblast"):
        assert name not in told(desks[user].open(f"/cases/{case}/looks/"))
    assert name in told(desks["elmira"].open(f"/cases/{case}/looks/"))


def test_the_head_sees_looks_outside_ones_own_caseload(world: World) -> None:
    """Of the responsible worker nothing, of a specialist to whom nothing is due one line a case;
    of a sealed case that the head is not named in nothing."""
    desks, cast = world.desks, world.cast
    case, sealed = registered(cast), world.places["sealed"].case
    cast.time.passes(days=40)
    for user in ("aigul", "bakyt"):
        desks[user].open(f"/cases/{case}/")
        desks[user].open(f"/cases/{sealed}/")
    page = desks["head"].open("/morning/looks/")
    rows = [one.text for one in page.all("tr") if one.attributes.get("id", "").endswith(case)]
    assert len(rows) == 1
    assert cast.bakyt.viewer.name in rows[0]
    assert sealed not in page.text
    cast.time.passes(days=1)
    today = desks["head"].open("/morning/looks/")
    assert case not in today.text
    assert f"/morning/looks/?on={cast.days_ago(1)}" in today.links
    before = desks["head"].open(f"/morning/looks/?on={cast.days_ago(1)}")
    assert case in before.text
    assert desks["bakyt"].open("/morning/looks/").status == 403


def test_a_looker_of_the_childs_surname_stands_on_top(world: World) -> None:
    desks, cast = world.desks, world.cast
    surname = cast.bakyt.viewer.name.split()[-1]
    others = [registered(cast), registered(cast, surname=surname)]
    cast.time.passes(days=40)
    for case in (others[0], others[0], others[1]):
        desks["bakyt"].open(f"/cases/{case}/")
    page = desks["head"].open("/morning/looks/")
    rows = [one for one in page.all("tr") if one.attributes.get("id", "")[-36:] in others]
    assert [one.attributes["id"][-36:] for one in rows] == [others[1], others[0]]
    assert ["Same surname" in one.text for one in rows] == [True, False]


def test_a_looker_of_the_childs_village_stands_on_top(world: World) -> None:
    """As an administrator was told it: with other words of the address beside it."""
    desks, cast = world.desks, world.cast
    account = Account.objects.get(username="bakyt")
    tell_village(cast.admin.viewer, account, "Көк-Жаңгак")
    near = registered(cast, place="Көк-Жаңгак айылы, Ленин 5")
    others = [registered(cast, place="Көк-Арт айылы, Ленин 5"), near]
    cast.time.passes(days=40)
    for case in (others[0], others[0], near):
        desks["bakyt"].open(f"/cases/{case}/")
    page = desks["head"].open("/morning/looks/")
    rows = [one for one in page.all("tr") if one.attributes.get("id", "")[-36:] in others]
    assert [one.attributes["id"][-36:] for one in rows] == [near, others[0]]
    assert ["Same village" in one.text for one in rows] == [True, False]


@pytest.mark.parametrize(
    "address",
    [
        *(f"/register/export.{kind}" for kind in ("csv", "xlsx")),
        *(f"/figures/export.{kind}" for kind in ("csv", "xlsx")),
    ],
)
def test_a_file_is_made_before_the_door_closes(world: World, address: str) -> None:
    """It is whole when it is handed over, and what was asked of the database was asked inside."""
    page = world.desks["bakyt"].open(address)
    assert (page.status, page.response.streaming) == (200, False)
    assert len(page.response.content) > 100
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('kamkor.context', true), '')")
        assert cursor.fetchone() == ("",)
        cursor.execute("SELECT count(*) FROM kamkor_case")
        assert cursor.fetchone() == (0,)
