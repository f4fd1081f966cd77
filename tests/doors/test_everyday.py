"""What users expect of every form: dates, refusals, sending twice, two tabs, taking back, time."""

import time
from datetime import date, datetime
from urllib.parse import unquote

import pytest

from kamkor.access.models import Account
from kamkor.cases.models import Removal, Report, Visit
from kamkor.kernel import clock
from kamkor.people.models import Person
from tests.cast import Player
from tests.doors.desk import Desk, Page
from tests.doors.world import World
from tests.factories import a_removal, a_report
from tests.specification.pathway_forms import CHILD, REPORT

pytestmark = pytest.mark.usefixtures("undone")

PASSWORD = "kanat-mektep-1907"  # an invented sign-in
NEW_REPORT = "/do/receive-report/"
NEW_CHILD = "/do/identify-child/"


def made(page: Page) -> str:
    """The id of what was made, from where one is led."""
    assert page.status == 303, (page.status, page.refusals)
    return str(page.response["Location"]).rstrip("/").removesuffix("/received").rpartition("/")[2]


def reports(player: Player, **lookups: object) -> int:
    """How many reports a person may see."""
    return player.sees(Report, **lookups)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("01.03.2026", date(2026, 3, 1)),
        ("1.3.2026", date(2026, 3, 1)),
        ("01.03.26", date(2026, 3, 1)),
        ("01/03/2026", date(2026, 3, 1)),
        (" 01-03-2026 ", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("02/01/2026", date(2026, 1, 2)),
        ("28.02.2026", date(2026, 2, 28)),
    ],
)
def test_dates_are_typed_day_first(world: World, typed: str, meant: date) -> None:
    """Every usual way to write a day is read; the month never comes first."""
    page = world.desks["aigul"].act(NEW_REPORT, "receive_report", **REPORT | {"happened_on": typed})
    assert world.cast.aigul.report(made(page)).happened_on == meant


@pytest.mark.parametrize("typed", ["03/31/2026", "29.02.2026", "31.04.2026", "yesterday", "1.2.3"])
def test_what_is_no_day_is_refused(world: World, typed: str) -> None:
    """A day that the calendar has not is refused at its field, with what was typed."""
    desk = world.desks["aigul"]
    page = desk.act(NEW_REPORT, "receive_report", **REPORT | {"happened_on": typed})
    assert (page.status, page.refusals) == (422, ["date_unreadable"])
    assert page.form("receive_report")["happened_on"] == [typed]


def test_a_future_day_is_refused_with_todays_date(world: World) -> None:
    """The message names today; what was typed stays in the form."""
    desk = world.desks["aigul"]
    page = desk.act(NEW_REPORT, "receive_report", **REPORT | {"happened_on": "03.03.2026"})
    assert (page.status, page.refusals) == (422, ["date_in_future"])
    assert "02.03.2026" in page.all("li", data_refusal="date_in_future")[0].text
    again = page.form("receive_report")
    kept = set(desk.sent) - {"csrfmiddlewaretoken", "form_for"}
    assert {key: again[key] for key in kept} == {key: desk.sent[key] for key in kept}
    assert made(desk.send(NEW_REPORT, again | {"happened_on": ["02.03.2026"]}))


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"born-year": "2015"}, "2015"),
        ({"born-year": "2015", "born-month": "5"}, "05.2015"),
        ({"born-year": "2015", "born-month": "5", "born-day": "7"}, "07.05.2015"),
    ],
)
def test_a_birth_may_be_as_exact_as_it_is_known(
    world: World, parts: dict[str, str], shown: str
) -> None:
    """A year, a year and month, or a day; shown as it was told."""
    desk = world.desks["aigul"]
    page = desk.follow(
        desk.act(NEW_CHILD, "identify_child", **CHILD | {"happened_on": "02.03.2026"} | parts)
    )
    ages = [one.text for one in page.all("dd") if shown in one.text]
    assert any(shown in text and f".{shown}" not in text for text in ages), ages


def test_a_birth_after_a_visit_is_refused(world: World) -> None:
    """Nobody was visited before birth: the child is not identified so, nothing is lost."""
    cast, desk = world.cast, world.desks["aigul"]
    report = cast.aigul.do("receive_report", **a_report())["report"]
    opened = cast.aigul.do(
        "screen_report", report=report, decision="accept", assign_to=cast.aigul.post
    )
    case = f"/cases/{opened['cases'][0]}/"
    seen = {"kind": "home", "children-0-seen": "alone", "children-0-none_of_these": "yes"}
    assert desk.act(f"{case}record-visit/", "record_visit", **seen).status == 303
    cast.time.passes(days=10)
    born = {"born-year": "2026", "born-month": "3", "born-day": "10"}
    page = desk.act(f"{case}identify-child/", "identify_child", **CHILD | born)
    assert (page.status, page.refusals) == (422, ["before_birth"])
    assert page.form("identify_child")["born-day"] == ["10"]


def test_the_same_form_sent_three_times_is_one_fact(world: World) -> None:
    """Double click, F5 and a lost answer sent again do nothing twice."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    before = reports(aigul)
    typed = desk.fill(NEW_REPORT, "receive_report", **REPORT)
    places = {made(desk.send(NEW_REPORT, typed)) for _ in range(3)}
    assert (len(places), reports(aigul)) == (1, before + 1)


def test_two_forms_of_one_tab_are_two_facts(world: World) -> None:
    """The same form opened twice is two forms, each of which counts once."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    before = reports(aigul)
    first = desk.fill(NEW_REPORT, "receive_report", **REPORT)
    second = desk.fill(NEW_REPORT, "receive_report", **REPORT)
    for typed in (second, first, second, first):
        made(desk.send(NEW_REPORT, typed))
    assert reports(aigul) == before + 2


def test_a_form_changed_after_saving_is_refused(world: World) -> None:
    """Back, something else typed, sent again: refused by name, what was typed stays."""
    desk = world.desks["aigul"]
    typed = desk.fill(NEW_REPORT, "receive_report", **REPORT)
    made(desk.send(NEW_REPORT, typed))
    page = desk.send(NEW_REPORT, typed | {"place": ["Another village"]})
    assert page.refusals == ["command_id_reused"]
    assert page.form("receive_report")["place"] == ["Another village"]


def stale(world: World) -> tuple[Desk, str, Page]:
    """The specialist decides while the head appoints another worker."""
    case = world.places["suzak"].case
    specialist, address = world.desks["bakyt"], f"/cases/{case}/register-child/"
    typed = specialist.fill(
        address, "register_child", decision="decline", reason="no_difficulty", note="Mine alone."
    )
    assign = world.desks["head"].act(
        f"/cases/{case}/assign-worker/", "assign_worker", post=world.cast.nurlan.post
    )
    assert assign.status == 303
    return specialist, address, specialist.send(address, typed)


def test_a_stale_form_shows_both(world: World) -> None:
    """Saving over a newer version shows one's own beside what was recorded meanwhile."""
    _desk, _address, page = stale(world)
    assert (page.status, page.refusals) == (409, ["stale_version"])
    assert "Mine alone." in page.text
    assert "Assign a worker" in page.text
    assert world.cast.bakyt.state(world.places["suzak"].case) == "identified"


def test_mine_may_be_recorded_as_well(world: World) -> None:
    """One click records what was typed on top of the newer version."""
    desk, address, page = stale(world)
    after = desk.send(address, page.form("register_child") | {"stale": "mine"})
    assert after.status == 303
    assert world.cast.bakyt.state(world.places["suzak"].case) == "not_registered"


def test_back_to_my_form(world: World) -> None:
    """Or one goes back to the form, with everything typed still there, and sends it then."""
    desk, address, page = stale(world)
    again = desk.send(address, page.form("register_child") | {"stale": "edit"})
    typed = again.form("register_child")
    assert (again.status, typed["note"], again.refusals) == (200, ["Mine alone."], [])
    assert desk.send(address, typed).status == 303


def test_names_of_120_characters(world: World) -> None:
    """The longest names are saved whole and break no page, list or export."""
    desk = world.desks["aigul"]
    longest = {"given_name": "А" * 120, "surname": "Ө" * 119 + "-", "patronymic": "’" * 120}
    page = desk.follow(desk.act(NEW_CHILD, "identify_child", **CHILD | longest))
    for one in (
        page,
        desk.open("/register/?state=all"),
        desk.open("/"),
        desk.send("/find/", {"name": "А" * 120}),
    ):
        assert one.status == 200
        assert longest["given_name"] in one.text
        assert longest["surname"] in one.text
    export = desk.open("/register/export.csv?state=all")
    assert longest["given_name"] in export.text
    assert desk.open("/register/export.xlsx?state=all").status == 200


def test_markup_in_a_name_is_shown_as_text(world: World) -> None:
    """Whatever is typed stays text: on the page, in lists and in a form that is shown again."""
    desk, name = world.desks["aigul"], "<script>alert(1)</script>"
    page = desk.follow(desk.act(NEW_CHILD, "identify_child", **CHILD | {"given_name": name}))
    refused = desk.act(NEW_CHILD, "identify_child", **CHILD | {"given_name": name, "pin": "1"})
    for one in (page, refused, desk.open("/"), desk.open("/register/?state=all")):
        assert "<script>alert" not in one.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in one.text


@pytest.mark.parametrize("field", ["given_name", "surname", "patronymic"])
def test_names_of_121_characters_are_refused_with_the_limit(world: World, field: str) -> None:
    """One more is refused at its field, and says how many there may be."""
    page = world.desks["aigul"].act(NEW_CHILD, "identify_child", **CHILD | {field: "А" * 121})
    assert (page.status, page.refusals) == (422, ["text_too_long"])
    assert "120" in page.all("li", data_refusal="text_too_long")[0].text
    assert page.form("identify_child")[field] == ["А" * 121]
    assert world.cast.aigul.sees(Person, shown_name__contains="А" * 121) == 0


def test_after_ten_minutes_it_is_too_late(world: World) -> None:
    """Then it is refused by name, and stays."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    page = desk.follow(desk.act(NEW_CHILD, "identify_child", **CHILD))
    case = page.response.request["PATH_INFO"].split("/")[2]
    world.cast.time.passes(minutes=11)
    after = desk.follow(desk.send("/take-back/", page.form("take_back")))
    assert (after.refusals, aigul.state(case)) == (["too_late_to_take_back"], "identified")


def test_a_report_is_never_taken_back(world: World) -> None:
    """After a report there is no such button, and the address does nothing."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    before = reports(aigul)
    page = desk.follow(desk.act(NEW_REPORT, "receive_report", **REPORT))
    assert "take_back" not in page.operations
    desk.send("/take-back/", {})
    assert reports(aigul) == before + 1


@pytest.mark.parametrize("system_zone", ["UTC", "America/Los_Angeles"])
def test_half_past_midnight_belongs_to_the_local_day(
    world: World, monkeypatch: pytest.MonkeyPatch, system_zone: str
) -> None:
    """A visit typed at 00:30 in Bishkek is that day's, wherever the server's clock stands."""
    monkeypatch.setenv("TZ", system_zone)
    time.tzset()
    desk, aigul = world.desks["aigul"], world.cast.aigul
    world.cast.time.moment = datetime(2026, 3, 10, 0, 30, tzinfo=clock.ZONE)
    address = f"/cases/{world.places['suzak'].case}/record-visit/"
    typed = desk.fill(address, "record_visit", kind="home") | {
        "children-0-seen": ["alone"],
        "children-0-none_of_these": ["yes"],
    }
    assert typed["happened_on"] == ["10.03.2026"]
    refused = desk.send(address, typed | {"happened_on": ["11.03.2026"]})
    assert refused.refusals == ["date_in_future"]
    assert (
        desk.send(
            address, typed | {"command_id": refused.form("record_visit")["command_id"]}
        ).status
        == 303
    )
    with aigul.inside():
        assert [one.happened_on for one in Visit.objects.all()] == [date(2026, 3, 10)]
    monkeypatch.undo()
    time.tzset()


def sign_in(world: World, username: str, desk: Desk) -> Page:
    """Sign in through the form with a password set for this test."""
    account = Account.objects.get(username=username)
    if not account.check_password(PASSWORD):
        account.set_password(PASSWORD)
        account.save(update_fields=["password"])
    page = desk.send("/sign-in/", {"username": username, "password": PASSWORD})
    return desk.follow(page)


def test_back_after_sign_out_shows_no_personal_page(world: World) -> None:
    """Nothing personal is kept in a cache, and the session is over."""
    desk = Desk("", world.cast.time)
    assert sign_in(world, "aigul", desk).status == 200
    case = f"/cases/{world.places['suzak'].case}/"
    addresses = ("/", case, "/register/", "/duty/", f"{case}record-visit/", "/register/export.csv")
    for address in addresses:
        assert desk.open(address).response["Cache-Control"] == "no-store"
    assert desk.send("/sign-out/").response["Location"] == "/sign-in/"
    for address in addresses:
        page = desk.open(address)
        assert (page.status, unquote(page.response["Location"])) == (
            302,
            f"/sign-in/?next={address}",
        )


def test_the_language_is_kept_with_the_account(world: World) -> None:
    """Chosen once, spoken at the next sign-in too, on any machine."""
    desk = Desk("", world.cast.time)
    sign_in(world, "aigul", desk)
    for language in ("ru", "kk", "ky"):
        desk.send("/language/", {"language": language, "next": "/register/"})
        assert desk.open("/").all("html")[0].attributes["lang"] == language
        other = Desk("", world.cast.time, language="en")
        assert sign_in(world, "aigul", other).all("html")[0].attributes["lang"] == language


def answer_to(code: str) -> str:
    """What the receipt page says to somebody who is not signed in."""
    page = Desk().send("/receipt/", {"code": code})
    assert page.status == 200
    return page.all(data_answer="*")[0].text


def test_a_receipt_answers_one_of_three_words_and_nothing_else(world: World) -> None:
    """Received, being dealt with, closed; the same sentence for every code that is none."""
    cast, desk = world.cast, world.desks["aigul"]
    page = desk.follow(desk.act(NEW_REPORT, "receive_report", **REPORT))
    code = page.all(data_receipt="*")[0].text.strip()[:14]
    report = page.response.request["PATH_INFO"].split("/")[2]
    said = [answer_to(code)]
    cast.head.do("screen_report", report=report, decision="accept")
    said.append(answer_to(code.lower().replace("-", " ")))
    other = cast.aigul.do("receive_report", **a_report(place="Far away"))["report"]
    cast.head.do("screen_report", report=other, decision="decline", reason="no_concern")
    cast.head.do("review_declined_report", report=other, decision="uphold", note="Right.")
    assert said == ["Received: somebody will look at it.", "It is being dealt with."]
    unknown = {answer_to(one) for one in ("", "2222-2222-2222", "x" * 500, "' OR 1=1 --")}
    assert unknown == {"There is no report with this code. Check the letters."}


def test_a_time_is_read_with_a_colon_or_a_dot(world: World) -> None:
    """8.45 is a quarter to nine; what cannot be read is refused, never guessed."""
    desk, case = world.desks["aigul"], world.places["suzak"].case
    address = f"/cases/{case}/protect-now/"
    told = {"prosecutor_told_at-date": "02.03.2026", "prosecutor_told_at-time": "8.45"}
    page = desk.act(address, "protect_now", **a_removal(world.cast.today), **told)
    assert page.status == 303
    with world.cast.aigul.inside():
        moment = Removal.objects.get(case_id=case).prosecutor_told_at
    assert moment is not None
    assert moment.astimezone(clock.ZONE).strftime("%H:%M") == "08:45"


def test_each_language_is_named_in_itself_and_an_export_has_two_kinds(world: World) -> None:
    desk = world.desks["aigul"]
    for language in ("ky", "ru", "kk", "en"):
        desk.send("/language/", {"language": language, "next": "/"})
        shown = [one.text for one in desk.open("/").all("button", name="language")]
        assert shown == ["Кыргызча", "Русский", "Қазақша", "English"]
    assert desk.open("/register/export.pdf").status == 404
