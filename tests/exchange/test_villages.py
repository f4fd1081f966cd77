"""``kamkor load territory``: rural districts and villages, all or none, twice the same."""

from pathlib import Path

import pytest
from django.core.management import call_command

from kamkor.cases.models import Case
from kamkor.demo.villages import FILE
from kamkor.exchange.villages import units_in
from kamkor.management.shell import Stopped
from kamkor.territory import queries
from kamkor.territory.models import Territory, TerritoryName
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.exchange.register_files import Loader, counts, csv_file, entry

HEAD = "code,name_ky,name_ru,name_en,parent,latitude,longitude,neighbours,valid_from,valid_to"
GOOD = "41703220981000,Айыл,Село,Village,41703220000000,41.05,72.95,,2017-01-01,"


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (GOOD, []),
        (GOOD.replace("41703220981000", "4170322"), [("code", "code_not_14_digits")]),
        (GOOD.replace("Айыл", ""), [("name_ky", "cell_missing")]),
        (GOOD.replace("Село", "с" * 121), [("name_ru", "cell_too_long")]),
        (GOOD.replace("41703220000000", "41703000000000"), [("parent", "parent_unknown")]),
        (GOOD.replace("41703220000000", "41799999999999"), [("parent", "parent_unknown")]),
        (GOOD.replace("41703220981000", "41703220000000"), [("code", "unit_of_other_level")]),
        (GOOD.replace("41.05", "141.05"), [("latitude", "coordinate_unreadable")]),
        (GOOD.replace("72.95", "east"), [("longitude", "coordinate_unreadable")]),
        (GOOD.replace("72.95,", "72.95,41703220989999"), [("neighbours", "neighbour_unknown")]),
        (GOOD.replace("2017-01-01", "01/31/2017"), [("valid_from", "day_unreadable")]),
        (f"{GOOD}\n{GOOD}", [("code", "code_twice")]),
        (f"{GOOD}2016-12-31", [("valid_to", "ends_before_beginning")]),
        (f"{GOOD}2017-01-01", []),
        (f"{GOOD}31.02.2018", [("valid_to", "day_unreadable")]),
    ],
)
def test_faults_are_told_with_their_cells(
    cast: Cast, tmp_path: Path, row: str, faults: list[tuple[str, str]]
) -> None:
    path = tmp_path / "villages.csv"
    path.write_text(f"{HEAD}\n{row}\n", "utf-8")
    found = units_in(path)[1]
    assert [(fault.column, fault.code) for _, fault in found] == faults


def test_a_fault_lets_nothing_be_written(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "villages.csv"
    path.write_text(f"{HEAD}\n{GOOD}\n{GOOD}\n", "utf-8")
    with pytest.raises(Stopped) as stopped:
        call_command("load", "territory", str(path))
    assert stopped.value.status == 1
    assert capsys.readouterr().out.startswith("row 3, code “41703220981000”:")


def test_the_demo_s_places_are_marked_invented() -> None:
    rows = FILE.read_text("utf-8").splitlines()
    assert all(row.endswith(",invented") for row in rows[1:])


def test_units_are_loaded_once_renamed_and_found_by_a_register(
    committed_cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load", "territory", str(FILE))
    call_command("load", "territory", str(FILE))
    told = capsys.readouterr().out.splitlines()
    assert told == ["new 12, changed 0, as before 0", "new 0, changed 0, as before 12"]
    village = Territory.objects.get(soate="41703220981100")
    assert (village.level, village.kind, village.parent_id) == (4, "village", "41703220981000")
    assert (village.latitude, village.neighbours) == (41.06, ["41703220981200"])
    assert len(queries.all_units()) == Territory.objects.filter(level__lte=2).count()

    path = tmp_path / "renamed.csv"
    row = GOOD.replace("41703220981000", "41703220981100").replace("2017-01-01", "2025-05-05")
    row = row.replace("41703220000000", "41703220981000")
    path.write_text(f"{HEAD}\n{row}\n", "utf-8")
    call_command("load", "territory", str(path))
    assert capsys.readouterr().out.strip() == "new 0, changed 1, as before 0"
    assert TerritoryName.objects.filter(territory=village).count() == 2

    bakyt = Loader(committed_cast.bakyt)
    rows = (entry("1", place="Айыл"), entry("2", place="41703220982000"))
    assert counts(bakyt.load(csv_file(tmp_path, *rows))) == (2, 0, 0)
    with committed_cast.bakyt.inside():
        cases = list(Case.objects.select_related("household"))
    assert {one.territory_id for one in cases} == {"41703220000000"}
    homes = {one.household.place for one in cases if one.household}
    assert homes == {"Айыл", "Мисал-2 айыл аймагы (Сузак)"}


def test_a_form_asks_for_a_district_or_city_and_offers_nothing_else(committed_cast: Cast) -> None:
    """A village would be refused; a city that is no part of an oblast is offered like a district."""
    call_command("load", "territory", str(FILE))
    bakyt = Desk("bakyt", committed_cast.time)
    for address in ("/do/receive-report/", "/do/record-round/", "/do/identify-child/"):
        page = bakyt.open(address)
        offered = {one.attributes["value"] for one in page.all("option", value="*")}
        codes = {code for code in offered if code.startswith("417")}
        assert codes == set(queries.places_of_cases().values_list("soate", flat=True)), address
        assert {"41703220000000", "41711000000000"} <= codes
        assert not {"41703220981000", "41703220981100"} & codes
    offered = set(bakyt.open("/figures/").values("value"))
    assert not {code for code in offered if code.startswith("417032209")}
