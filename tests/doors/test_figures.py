"""The page of figures: every refusal, the way to a list, what an export says of itself."""

import pytest

from kamkor.figures.vocabulary import FIGURES
from tests.doors.world import World
from tests.factories import SUZAK

OBLAST = "41703000000000"
REFUSED = (
    ("elmira", "?figure=children_lost", "figure_unknown"),
    ("elmira", "?from=01.02.2026&to=01.01.2026", "period_backwards"),
    ("oblast", "?from=0001-01-01&figure=children_on_register&by=month", "period_too_long"),
    ("elmira", "?from=yesterday", "field_invalid"),
    ("elmira", "?to=03.03.2026", "day_not_come"),
    ("elmira", "?on=03.03.2026", "day_not_come"),
    ("elmira", "?known_on=03.03.2026", "day_not_come"),
    ("elmira", "?by=colour", "breakdown_unknown"),
    ("elmira", "?by=sex&by=age&by=month&by=source&by=ground", "too_many_breakdowns"),
    ("elmira", "?territory=KG-X", "place_unknown"),
    ("daniyar", "?by=district&by2=sex", "one_breakdown_below_oblast"),
    ("bakyt", f"?territory={OBLAST}", "outside_your_territory"),
)


@pytest.mark.parametrize(("who", "asked", "code"), REFUSED)
@pytest.mark.parametrize("address", ["/figures/", "/figures/export.csv", "/figures/export.xlsx"])
def test_what_cannot_be_counted_is_said_and_stays_in_the_panel(
    world: World, address: str, who: str, asked: str, code: str
) -> None:
    page = world.desks[who].open(f"{address}{asked}")
    assert (page.status, page.refusals) == (422, [code])


def test_a_number_leads_to_its_cases_and_an_export_tells_what_it_is(world: World) -> None:
    desk = world.desks["bakyt"]
    assert desk.open("/figures/?figure=children_identified&by=main_ground").status == 200
    assert desk.open("/figures/list/?figure=children_identified").status == 200
    assert desk.open("/figures/list/?figure=reports_received").status == 404
    export = desk.open("/figures/export.csv?by=district")
    assert "Каттоодогу балдар" in export.text or "Children on the register" in export.text
    assert desk.open("/figures/export.xlsx?by=district").status == 200


def test_a_number_and_all_figures_are_exported_without_a_breakdown(world: World) -> None:
    desk = world.desks["elmira"]
    page = desk.open("/figures/?figure=reports_received&by=source")
    assert len([one for one in page.links if "export.csv" in one and "by=source" in one]) == 1
    page = desk.open("/figures/?figure=reports_received")
    own, every = [one for one in page.links if "export.csv" in one]
    numbers = {one.attributes["data-figure"]: one.text for one in page.all(data_figure="*")}
    head, row, *_ = desk.open(own).text.splitlines()
    assert head.lstrip("\ufeff") == "Reports received,Place"
    assert row == f"{numbers['reports_received']},Kyrgyzstan"
    head, *rows = desk.open(every).text.splitlines()
    assert head.lstrip("\ufeff") == "Figure,Number,What it counts"
    assert len(rows[: rows.index("")]) == len(FIGURES)
    for told in (own, every):
        text = desk.open(told).text
        assert "01.01.2026 – " in text, text
        assert "State of " in text
    assert f"Reports received,{numbers['reports_received']}," in "\n".join(rows)
    workbook = desk.open(every.replace("export.csv", "export.xlsx"))
    assert workbook.response["Content-Disposition"].startswith(
        'attachment; filename="kamkor-figures-'
    )


def test_the_list_behind_a_number_says_where_sealed_cases_are(world: World) -> None:
    asked = "/figures/list/?figure=children_on_register"
    left_out = "Sealed cases are in this number, and left out of this list."
    nowhere = "Sealed cases are in no number below an oblast."
    for who, more, told in (
        ("elmira", "", left_out),
        ("oblast", f"&territory={OBLAST}&by=sex&k1=female", left_out),
        ("oblast", f"&territory={OBLAST}&by=district&k1={SUZAK}", nowhere),
        ("oblast", f"&territory={OBLAST}&by=district", left_out),
        ("bakyt", "", nowhere),
    ):
        page = world.desks[who].open(asked + more)
        assert [text for text in (left_out, nowhere) if text in page.text] == [told], (who, more)


def test_a_day_that_has_not_ended_is_provisional(world: World) -> None:
    desk = world.desks["elmira"]
    words = "provisional: the day has not ended"
    assert words in desk.open("/figures/").text
    assert words in desk.open("/figures/?to=01.03.2026&known_on=02.03.2026").text
    assert words not in desk.open("/figures/?to=01.03.2026").text
    assert "03.03.2026 has not come yet." in desk.open("/figures/?on=03.03.2026").text


def test_only_who_works_in_several_districts_is_offered_them_together(world: World) -> None:
    """The ministry counts the country, and an oblast itself."""
    for who in ("daniyar", "elmira", "oblast"):
        page = world.desks[who].open("/figures/")
        assert "own" not in page.values("value")
        assert world.desks[who].open("/figures/?territory=own").text


def test_where_no_department_works_the_map_is_hatched_and_shows_no_zero(world: World) -> None:
    desk, hatched, zero = world.desks["elmira"], "k-shade k-shade--0", "k-shade k-shade--1"
    country = desk.open("/figures/").all("path", class_=hatched)
    assert len(country) == 8, "all oblasts and cities but the one of the departments"
    districts = desk.open(f"/figures/?territory={OBLAST}")
    assert len(districts.all("path", class_=zero)) == 13
    assert districts.all("path", class_=hatched) == []
