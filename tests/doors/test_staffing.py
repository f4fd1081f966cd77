"""The page of posts: numbers, stages, places, the list behind, exports, and who sees a name."""

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest

from kamkor.exchange.establishment import load_establishment
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from tests.doors.desk import Desk
from tests.doors.world import World
from tests.exchange.establishment_files import (
    appointed,
    became,
    post_rows,
    stage_rows,
    workforce_file,
)
from tests.factories import NOOKEN

pytestmark = pytest.mark.usefixtures("undone")

SUZAK = "41703220000000"
JALAL_ABAD = "41703000000000"
ON = "?on=2025-10-01"


@pytest.fixture
def staffed(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The decree's stages, 120 posts of them placed, 60 of these filled, one on leave."""
    rows = [*stage_rows(), *post_rows(120)]
    rows += [appointed(at, "2025-03-01") for at in range(1, 61)]
    rows += [became(1, "on_leave", "2025-09-01")]
    path = workforce_file(tmp_path_factory.mktemp("staffed"), *rows)
    with clock.clock_at(world.cast.time.moment):
        loaded = load_establishment(world.cast.daniyar.viewer, path)
    assert loaded.faults == []
    return world


def test_the_page_tells_what_is_planned_and_filled_on_the_day(staffed: World) -> None:
    page = staffed.desks["daniyar"].open(f"/staffing/{ON}")
    assert page.status == 200
    assert page.figure("posts_planned") == "550"
    assert page.figure("posts_vacant") == "490"
    assert page.figure("children_per_post") == "4936"
    assert page.figure("posts_short_of_norm") == "129"
    assert page.operations >= {"set_programme", "open_post", "set_post_state"}
    rows = [one.text for one in page.all("td")]
    for _day, planned in (("01.02.2025", "100"), ("01.04.2025", "200"), ("01.08.2025", "400")):
        assert planned in rows
    assert "without a place yet" in page.text


def test_an_oblast_sees_its_districts_and_a_head_its_own(staffed: World) -> None:
    oblast = staffed.desks["oblast"].open(f"/staffing/{ON}")
    head = staffed.desks["head"].open(f"/staffing/{ON}")
    assert "Suzak District" in oblast.text
    assert int(oblast.figure("posts_planned")) > int(head.figure("posts_planned")) > 0
    assert oblast.operations.isdisjoint({"set_programme", "open_post", "set_post_state"})
    assert "set_post_state" in head.operations
    assert head.operations.isdisjoint({"set_programme", "open_post"})
    refused = staffed.desks["head"].open(f"/staffing/{ON}&territory={JALAL_ABAD}")
    assert (refused.status, refused.refusals) == (422, ["outside_your_territory"])


def test_the_list_stands_behind_and_names_holders_to_the_head_alone(staffed: World) -> None:
    head, ministry = (staffed.desks[name] for name in ("head", "daniyar"))
    mine = head.open(f"/staffing/posts/{ON}")
    every = ministry.open(f"/staffing/posts/{ON}")
    assert "Анара" in mine.text
    assert "Анара" not in every.text
    assert every.figure("posts_listed") == "120"
    away = ministry.open(f"/staffing/posts/{ON}&state=on_leave")
    assert away.figure("posts_listed") == "1"


def test_every_post_stands_on_one_page_of_the_list(staffed: World) -> None:
    desk, address, found = staffed.desks["daniyar"], f"/staffing/posts/{ON}", list[str]()
    for _turn in range(6):
        page = desk.open(address)
        first = [one.text.strip() for one in page.all("th") if one.text.strip().startswith("A-")]
        found += first
        links = page.all("a", rel="next")
        if not links:
            break
        address = links[0].attributes["href"]
    assert len(found) == len(set(found)) == 120


def test_the_three_texts_of_the_empty_list(staffed: World) -> None:
    ministry = staffed.desks["daniyar"]
    assert "No post stands so on this day." in ministry.open("/staffing/posts/?state=ended").text
    nothing = ministry.open("/staffing/posts/?kind=home_care")
    assert "No post is open here yet." in nothing.text
    assert "open_post" in nothing.operations
    assert (
        "open_post"
        not in staffed.desks["oblast"].open("/staffing/posts/?kind=home_care").operations
    )
    page = ministry.open("/staffing/?kind=home_care")
    assert "No programme has opened posts of this kind, and none stands." in page.text
    assert staffed.desks["aigul"].open("/staffing/posts/").status == 403


def exported(desk: Desk, address: str) -> list[list[str]]:
    """The rows of an exported file."""
    answer = desk.client.get(address)
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_figures_and_posts_are_exported_with_their_filter(staffed: World) -> None:
    desk = staffed.desks["daniyar"]
    rows = exported(desk, f"/staffing/figures.csv{ON}")
    assert rows[1][:3] == ["Posts planned", "Kyrgyzstan", "550"]
    assert any("without a place yet" in row for row in rows)
    posts = exported(desk, f"/staffing/posts.csv{ON}")
    assert len([row for row in posts if row and row[0].startswith("A-")]) == 120
    answer = desk.client.get(f"/staffing/posts.xlsx{ON}")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.worksheets[0].max_row == 121


def test_what_cannot_be_counted_is_said(staffed: World) -> None:
    desk = staffed.desks["daniyar"]
    for address, code in (
        ("?kind=doctor", "code_unknown"),
        ("?on=2999-01-01", "day_not_come"),
        ("?on=x", "field_invalid"),
        ("?territory=Atlantis", "place_unknown"),
    ):
        for base in ("/staffing/", "/staffing/posts/", "/staffing/figures.csv"):
            page = desk.open(base + address)
            assert (page.status, page.refusals) == (422, [code])


def test_an_appointment_is_recorded_at_the_desk(staffed: World) -> None:
    desk = staffed.desks["daniyar"]
    page = desk.act(
        "/do/set-post-state/", "set_post_state",
        post="A-61", state="appointed", person="T-61", surname="Бекова", given_name="Болот",
        happened_on=date(2025, 3, 1),
    )  # fmt: skip
    assert page.refusals == []
    listed = desk.open("/staffing/posts/?state=appointed")
    assert listed.figure("posts_listed") == "60"


def stages(*opens_on: str) -> dict[str, Any]:
    """A programme of one post at each of these days."""
    each = [{"opens_on": day, "posts": 1, "norm": 4000} for day in opens_on]
    return {"programme": "small", "kind": "home_care", "stages": each}


def post(number: str, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
    """A post of the first stage in Suzak."""
    told = {"post": number, "kind": "home_care", "territory": SUZAK, "opened_on": "2025-02-01"}
    return told | {"programme": "small", "stage": 1} | changed


def became_of(number: str, state: str, day: str, **more: str) -> dict[str, Any]:
    """What becomes of a post."""
    return {"post": number, "state": state, "happened_on": day, **more}


ANARA = {"person": "T-1", "surname": "Асанова", "given_name": "Анара1"}


def test_each_refusal_of_a_post_comes_out_of_the_door(world: World) -> None:
    desk = world.desks["daniyar"]

    def answered(command: str, data: dict[str, Any]) -> str:
        body = {"id": str(new_id()), "command": command, "data": data}
        with desk.now():
            answer = desk.client.post("/commands/", json.dumps(body), "application/json").json()
        return str(answer.get("code") or answer["result"])

    days = ("2025-02-01", "2025-04-01")
    for command, data, code in (
        ("set_programme", stages(*days[::-1]), "stages_out_of_order"),
        ("set_programme", stages(*days), "applied"),
        ("open_post", post("S-1"), "applied"),
        ("set_programme", stages("2025-03-01"), "posts_stand_already"),
        ("open_post", post("S-1", territory=NOOKEN), "post_number_taken"),
        ("open_post", post("S-2"), "stage_full"),
        ("open_post", post("S-2", stage=2), "before_the_stage"),
        ("open_post", post("S-2", stage=3), "stage_unknown"),
        ("open_post", post("S-2", stage=2, opened_on="2025-04-01"), "applied"),
        ("set_post_state", became_of("S-1", "vacant", "2025-01-31"), "before_post_opened"),
        ("set_post_state", became_of("S-1", "on_leave", "2025-03-01"), "state_does_not_follow"),
        (
            "set_post_state",
            became_of("S-1", "vacant", "2025-03-01", **ANARA),
            "person_only_if_held",
        ),
        ("set_post_state", became_of("S-1", "appointed", "2025-03-01", **ANARA), "applied"),
        (
            "set_post_state",
            became_of("S-2", "appointed", "2025-05-01", person="T-1"),
            "in_another_post",
        ),
        (
            "set_post_state",
            became_of("S-2", "appointed", "2025-05-01", **ANARA | {"given_name": "Асел"}),
            "person_differs",
        ),
        (
            "set_post_state",
            became_of("S-1", "on_leave", "2025-05-01", substitute="T-9"),
            "person_unknown",
        ),
    ):
        assert answered(command, data) == code, (command, data)
