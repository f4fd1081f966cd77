"""Every page that shows somebody's record is a look, whatever way it came to the record."""

import re
from uuid import UUID

import pytest

from kamkor.kernel.seen import noting
from tests.doors.test_pages import WALKERS, html, walked
from tests.doors.world import World

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
    names = ("Канарбек", "Канарова", "Уктук", "Бөлөк", "Экинчи")
    for user in WALKERS:
        for where, page in html({user: walked(world, user)}):
            if any(name in page.text for name in names):
                with noting() as seen:
                    world.desks[user].open(where.removeprefix(f"{user} "))
                assert seen, where


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
