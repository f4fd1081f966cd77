"""Who may count what: by the command line's door and by the page's, and every refusal of both."""

import json
from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from kamkor.kernel import clock
from kamkor.management.shell import Stopped
from tests.figures.independent import asked

OBLAST = "41703000000000"
SUZAK = "41703220000000"


def figures(*words: str, as_: str = "elmira", form: str = "json") -> list[dict[str, object]]:
    """What the command prints, read as JSON."""
    printed = StringIO()
    with redirect_stdout(printed):
        call_command("figures", "register", "--as", as_, "--format", form, *words)
    found: list[dict[str, object]] = json.loads(printed.getvalue())
    return found


def stopped(*words: str, as_: str = "elmira") -> tuple[int, str]:
    """With which status and which line the command stops."""
    with pytest.raises(Stopped) as caught:
        figures(*words, as_=as_)
    return caught.value.status, str(caught.value)


def test_an_object_says_all_that_the_contract_asks(oblast: str) -> None:
    rows = figures("--territory", "KG-J", "--by", "sex", "--figure", "children_on_register")
    total = rows[0]
    assert list(total) == [
        "figure", "value", "unit", "territory", "territory_name", "from", "to", "on", "known_on",
        "definition", "sex",
    ]  # fmt: skip
    assert (total["unit"], total["territory"], total["sex"]) == ("child", OBLAST, "*")
    assert total["territory_name"] == "Jalal-Abad Region"
    parts = [row["value"] for row in rows[1:]]
    assert isinstance(total["value"], int)
    assert sum(value for value in parts if isinstance(value, int)) == total["value"]


def test_what_sealed_cases_make_is_not_told_below_an_oblast(oblast: str) -> None:
    rows = figures("--territory", "KG", "--by", "district", "--figure", "children_on_register")
    differences = [row for row in rows if row.get("part") == "difference"]
    assert len(differences) == 9, "one for every oblast and city of the republic"
    assert {row["district"] for row in differences} == {"-"}
    assert all(row["value"] is None and row["suppressed"] for row in differences)


def test_what_sealed_cases_make_stands_under_its_own_oblast(oblast: str) -> None:
    rows = figures(
        "--territory", "KG", "--by", "oblast,district", "--figure", "children_on_register"
    )
    differences = [row for row in rows if row.get("part") == "difference"]
    assert differences
    assert all(row["oblast"] in {row["territory"], "-"} for row in differences)


def test_a_child_of_several_grounds_is_a_difference(oblast: str) -> None:
    rows = figures("--territory", "KG-J", "--by", "ground", "--figure", "children_on_register")
    difference = [row for row in rows if row.get("part") == "difference"]
    total = rows[0]["value"]
    parts = [row["value"] for row in rows[1:] if "part" not in row]
    assert len(difference) == 1
    assert isinstance(total, int)
    assert difference[0]["value"] == total - sum(one for one in parts if isinstance(one, int))
    assert (difference[0]["value"] or 0) != 0


def test_numbers_only_get_no_small_number_and_one_breakdown_below_an_oblast(oblast: str) -> None:
    words = ("--territory", "KG-J", "--by", "district", "--figure", "children_taken_off")
    shown = [row["value"] for row in figures(*words, as_="daniyar")]
    whole = [row["value"] for row in figures(*words, as_="elmira")]
    assert not {1, 2, 3, 4} & set(shown)
    assert {1, 2, 3, 4} & set(whole)
    assert stopped("--by", "district,sex", as_="daniyar") == (
        2,
        "--by: Below an oblast you may break down by one thing only.",
    )


def test_everybody_who_may_ask_gets_the_same_number(oblast: str) -> None:
    words = ("--territory", "KG-J", "--figure", "children_on_register")
    assert (
        len({figures(*words, as_=who)[0]["value"] for who in ("oblast", "elmira", "daniyar")}) == 1
    )
    own = ("--territory", SUZAK, "--figure", "children_on_register")
    assert figures(*own, as_="head")[0]["value"] == figures(*own, as_="oblast")[0]["value"]


def test_a_renamed_city_bears_the_name_of_the_day(oblast: str) -> None:
    before = figures("--territory", "41703410000010", "--on", "2025-09-26")[0]
    after = figures("--territory", "41703410000010", "--on", "2025-09-27")[0]
    assert (before["territory_name"], after["territory_name"]) == ("Jalal-Abad city", "Manas city")
    assert figures("--territory", "Manas city")[0]["territory"] == "41703410000010"


@pytest.mark.parametrize(
    ("words", "who", "status", "told"),
    [
        (("--territory", "KG-X"), "elmira", 2, "--territory: There is no “KG-X”. Give a code, an ISO code or a full name."),
        (("--by", "colour"), "elmira", 2, "--by: “colour” is no breakdown."),
        (("--by", "sex,age,month,source,ground"), "elmira", 2, "--by: Break down by at most 4 things at once."),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "elmira", 2, "--from: The period ends before it begins."),
        (("--to", "2999-01-01"), "elmira", 2, "--to: 01.01.2999 has not come yet."),
        (("--on", "2999-01-01"), "elmira", 2, "--on: 01.01.2999 has not come yet."),
        (("--known-on", "2999-01-01"), "elmira", 2, "--known-on: 01.01.2999 has not come yet."),
        (("--figure", "children_lost"), "elmira", 2, "--figure: “children_lost” is no figure."),
        (("--territory", "KG"), "oblast", 3, "--territory: Your post counts its own territory only."),
        (("--territory", "KG-J"), "bakyt", 3, "--territory: Your post counts its own territory only."),
        ((), "aigul", 3, "Your post may not do this."),
        ((), "admin", 3, "Your post may not do this."),
    ],
)  # fmt: skip
def test_what_cannot_be_counted(
    oblast: str, words: tuple[str, ...], who: str, status: int, told: str
) -> None:
    code, line = stopped(*words, as_=who)
    assert code == status
    assert line.startswith(told)


def test_an_unknown_day_is_asked_as_a_day(oblast: str) -> None:
    rows = figures("--on", "2026-01-31", "--figure", "children_on_register")
    assert (rows[0]["from"], rows[0]["to"], rows[0]["on"]) == (
        "2026-01-01",
        "2026-01-31",
        "2026-01-31",
    )
    assert rows[0]["known_on"] is None
    assert date.fromisoformat(str(figures()[0]["to"])) >= date(2026, 1, 1)


def test_what_is_counted_of_a_day_that_has_not_ended_is_provisional(oblast: str) -> None:
    words = ("--figure", "children_on_register")
    told = "(provisional: the day has not ended)"
    assert str(figures(*words)[0]["definition"]).endswith(told)
    assert told not in str(figures(*words, "--on", "2026-01-31")[0]["definition"])
    printed = StringIO()
    with redirect_stdout(printed):
        call_command("figures", "register", "--as", "elmira", *words)
    assert "Provisional: the day has not ended" in printed.getvalue()


def test_a_table_says_of_which_day_it_is_and_as_known_when(oblast: str) -> None:
    words = ("--figure", "children_on_register", "--to", "2026-02-28", "--on", "2026-01-31")

    def second_line(*more: str) -> str:
        printed = StringIO()
        with redirect_stdout(printed):
            call_command("figures", "register", "--as", "elmira", *words, *more)
        return printed.getvalue().splitlines()[1]

    assert second_line() == "State of 31.01.2026"
    known = second_line("--known-on", "2026-02-03")
    assert known == "State of 31.01.2026; As known on 03.02.2026"


CORRECTED = """
SELECT old.happened_on AS was, new.happened_on AS day, new.recorded_at
FROM kamkor_reporttold new JOIN kamkor_reporttold old ON old.id = new.corrects
WHERE new.team IS NULL ORDER BY new.recorded_at LIMIT 1
"""


def test_a_corrected_report_counts_on_its_new_day_once_that_is_known(oblast: str) -> None:
    """Until the correction was recorded it counts on the day that was told first."""
    (row,) = asked(CORRECTED)
    known = clock.local_day(row["recorded_at"])

    def counted(day: date, known_on: date) -> int:
        dates = ("--from", f"{day}", "--to", f"{day}", "--known-on", f"{known_on}")
        asking = ("--territory", "KG-J", "--figure", "reports_received", *dates)
        value = figures(*asking)[0]["value"]
        assert isinstance(value, int)
        return value

    before = known - timedelta(days=1)
    assert counted(row["day"], known) - counted(row["day"], before) == 1
    assert counted(row["was"], known) - counted(row["was"], before) == -1
