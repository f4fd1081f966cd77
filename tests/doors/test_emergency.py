"""Opening a case in an emergency at the desk: the form, the strip, what is noted, what is hidden."""

from uuid import UUID

import pytest
from django.core import mail

from kamkor.access.models import Account
from kamkor.access.operations import keep_notices_to
from kamkor.access.queries.looks import looks_at
from kamkor.cases.models import EmergencyOpening
from kamkor.exchange.telling import tell
from kamkor.kernel import clock
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.doors.signing import AGAIN, grow_old, signed_in
from tests.doors.test_two_worlds import CHANGING
from tests.factories import a_violent_report, accepted, registered
from tests.specification.test_17_emergency import with_reporter

FORM = "/do/open-in-emergency/"
WHY = "The police found the child alone at the bus station."
NAME = "Канарбек"


def a_case(cast: Cast) -> tuple[str, str]:
    """A child of Suzak on the register, and the number of its case."""
    case = registered(cast, given_name=NAME)
    return case, cast.bakyt.case(case).number


def opened(desk: Desk, number: str, **typed: str) -> Page:
    """The answer to the form."""
    given = {"case_number": number, "reason": WHY, "hours": "3"} | typed
    return desk.act(FORM, "open_in_emergency", **given)


def test_from_an_empty_search_to_the_case_and_its_end(cast: Cast) -> None:
    case, number = a_case(cast)
    desk = Desk("cholpon", cast.time)
    for page in (
        desk.send("/find/", {"name": NAME}),
        desk.send("/register/", {"name": number}),
    ):
        assert NAME not in page.text.replace(f'value="{NAME}"', "")
        assert FORM in page.links
    page = desk.follow(opened(desk, number))
    assert (page.status, page.code) == (200, "cases.case.show")
    assert NAME in page.text
    assert "A second person has been told." in page.text
    # Nothing is offered that would be refused.
    assert page.operations == {"end_emergency", "sign_out", "stay_signed_in"}
    home = desk.open("/")
    assert "(3:00 left)" in home.text
    cast.time.passes(minutes=61)
    assert "(1:59 left)" in desk.open("/").text
    assert f"/cases/{case}/" in home.links
    assert home.figure("own_open_cases") == "0"
    assert desk.send("/emergency/", home.form("end_emergency") | act("end_emergency")).status == 303
    assert desk.open(f"/cases/{case}/").status == 404
    assert "data-own-emergency" not in desk.open("/").text


def act(name: str) -> dict[str, list[str]]:
    return {"act": [name]}


def test_of_a_reported_child_nothing_is_offered_to_who_only_reads(cast: Cast) -> None:
    case = accepted(cast.aigul)[0]
    assert "find_person" in Desk("aigul", cast.time).open(f"/cases/{case}/").operations
    for who in ("cholpon", "specialist2"):
        desk = Desk(who, cast.time)
        page = desk.follow(opened(desk, cast.bakyt.case(case).number))
        assert page.code == "cases.case.show"
        assert page.operations == {"end_emergency", "sign_out", "stay_signed_in"}


def test_the_report_is_read_without_who_reported(cast: Cast) -> None:
    case = with_reporter(cast)
    desk = Desk("cholpon", cast.time)
    page = desk.follow(opened(desk, cast.bakyt.case(case).number))
    assert "He has been alone since yesterday." in page.text
    with cast.bakyt.inside():
        report = cast.bakyt.case(case).report_id
    own = Desk("aigul", cast.time).open(f"/reports/{report}/")
    assert "Kanarei Kanareeva" in own.text
    shown = desk.open(f"/reports/{report}/")
    assert shown.status == 200
    assert "Kanare" not in shown.text
    assert "12 34 56" not in shown.text
    assert not [one for one in shown.links if "/correct/" in one]


def test_the_second_person_is_told_on_the_next_page(cast: Cast) -> None:
    _case, number = a_case(cast)
    opened(Desk("cholpon", cast.time), number)
    head, oblast = Desk("head", cast.time), Desk("oblast", cast.time)
    for path in ("/", "/register/", "/help/case/"):
        assert head.open(path).values("data-emergencies") == ["1"]
    assert "data-emergencies" not in Desk("aigul", cast.time).open("/").text
    assert "data-emergencies" not in Desk("head2", cast.time).open("/").text
    assert "data-emergencies" not in oblast.open("/register/").text
    page = head.open("/emergency/")
    for told in (WHY, number, cast.cholpon.viewer.name, "Child accompaniment worker"):
        assert told in page.text
    cast.time.passes(minutes=30)
    assert oblast.open("/register/").values("data-emergencies") == ["1"]
    assert head.send("/emergency/", page.form("see_emergency") | act("see_emergency")).status == 303
    for desk in (head, oblast):
        assert "data-emergencies" not in desk.open("/register/").text
    # Seen, it may still be ended.
    page = head.open("/emergency/")
    assert head.send("/emergency/", page.form("end_emergency") | act("end_emergency")).status == 303
    assert "End it now" not in head.open("/emergency/").text
    again = head.send("/emergency/", page.form("end_emergency") | act("end_emergency"))
    assert again.status == 303, "the same form twice changes nothing"


def test_what_ended_is_told_all_the_same(cast: Cast) -> None:
    _case, number = a_case(cast)
    desk, head = Desk("cholpon", cast.time), Desk("head", cast.time)
    opened(desk, number)
    page = head.open("/emergency/")
    desk.send("/emergency/", desk.open("/").form("end_emergency") | act("end_emergency"))
    typed = page.form("end_emergency") | act("end_emergency")
    assert head.send("/emergency/", typed).refusals == ["emergency_over"]
    assert "it has ended" in head.open("/emergency/").text
    assert head.open("/").values("data-emergencies") == ["1"]


def test_every_look_by_it_bears_its_purpose(cast: Cast) -> None:
    case, number = a_case(cast)
    desk = Desk("cholpon", cast.time)
    desk.follow(opened(desk, number))
    desk.open(f"/cases/{case}/looks/")
    desk.open("/register/?state=all")
    with cast.bakyt.inside() as viewer:
        pages = {one.page for one in looks_at(viewer, UUID(case)) if one.role == "worker"}
    assert {"emergency/case", "emergency/looks"} <= pages
    assert not {"case", "looks"} & {one for one in pages if one.startswith("emergency")}
    head = Desk("head", cast.time)
    shown = " ".join(one.text for one in head.open(f"/cases/{case}/looks/").all("tbody"))
    assert "opened in an emergency" in shown
    # On the head's list of the day it stands on top, though nobody of the department looked.
    Desk("bakyt", cast.time).open(f"/cases/{registered(cast, given_name='Тилек')}/")
    rows = head.open("/morning/looks/").all("tbody")[0].text
    assert cast.cholpon.viewer.name in rows
    assert rows.index("Emergency") < rows.index(cast.cholpon.viewer.name)
    # The department of whoever opened it is shown nothing of it.
    assert NAME not in Desk("head2", cast.time).open("/morning/looks/").text


def test_who_signed_in_long_ago_says_who_it_is_again(cast: Cast) -> None:
    _case, number = a_case(cast)
    desk = signed_in(cast, "cholpon")
    typed = desk.fill(FORM, "open_in_emergency", case_number=number, reason=WHY)
    grow_old(desk)
    assert desk.open(FORM).response["Location"].startswith(AGAIN)
    page = desk.send(FORM, typed)
    assert page.status == 401
    # What was typed waits in the page until then.
    assert WHY in page.text
    told = desk.command("open_in_emergency", case_number=number, reason=WHY)
    assert told["code"] == "sign_in_again", told


def test_what_cannot_be_opened_is_answered_byte_for_byte_alike(cast: Cast) -> None:
    """Unknown, barred and sealed: by the form, and the day after by a command."""
    case, barred = a_case(cast)
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.nurlan.post)
    report = cast.bakyt.do("receive_report", **a_violent_report())["report"]
    made = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.bakyt.post
    )
    numbers = ["K-2222-222", barred, cast.bakyt.case(str(made["cases"][0])).number]
    desk = Desk("nurlan", cast.time)
    pages = [opened(desk, number) for number in numbers]
    assert [page.refusals for page in pages] == [["nothing_to_open"]] * 3
    texts = {
        CHANGING.sub("", page.text).replace(number, "K")
        for page, number in zip(pages, numbers, strict=True)
    }
    assert len(texts) == 1
    cast.time.passes(days=1)
    told = [desk.command("open_in_emergency", case_number=one, reason=WHY) for one in numbers]
    assert all(one.pop("id") for one in told)
    assert [one == told[0] for one in told] == [True] * 3
    assert told[0]["code"] == "nothing_to_open"


def test_wrong_numbers_count_though_they_are_refused(cast: Cast) -> None:
    _case, number = a_case(cast)
    desk = Desk("cholpon", cast.time)
    for wrong in "23456":
        assert opened(desk, f"K-{wrong * 4}-{wrong * 3}").refusals == ["nothing_to_open"]
    page = opened(desk, number)
    assert page.refusals == ["too_many_tries"]
    # What was typed is not lost.
    assert WHY in page.text


def test_each_refusal_at_its_field(cast: Cast) -> None:
    case, number = a_case(cast)
    desk = Desk("cholpon", cast.time)
    assert opened(desk, number, reason="urgent").refusals == ["reason_too_short"]
    assert opened(Desk("aigul", cast.time), number).refusals == ["seen_anyway"]
    opened(desk, number)
    told = desk.command("record_visit", **visit_of(cast, case))
    assert told["code"] == "only_read"
    assert Desk("oblast", cast.time).open(FORM).status == 403


def visit_of(cast: Cast, case: str) -> dict[str, object]:
    row = {"case": case, "seen": "alone", "none_of_these": True}
    home = {"household": cast.bakyt.home(case), "kind": "home"}
    return home | {"happened_on": cast.today, "children": [row]}


def test_the_address_for_notices(cast: Cast) -> None:
    desk = Desk("head", cast.time)
    page = desk.act("/account/", "keep_notices_to", notices_to="not an address")
    assert (page.status, page.refusals) == (422, ["address_wrong"])
    assert desk.act("/account/", "keep_notices_to", notices_to="head@example.org").status == 303
    assert Account.objects.get(username="head").notices_to == "head@example.org"
    assert "head@example.org" in desk.open("/account/").text
    assert desk.act("/account/", "keep_notices_to", notices_to="").status == 303
    assert Account.objects.get(username="head").notices_to == ""
    assert "notices_to" not in Desk("aigul", cast.time).open("/account/").text


@pytest.mark.parametrize("language", ["ky", "ru", "kk"])
def test_the_notice_is_in_the_readers_language(cast: Cast, language: str) -> None:
    _case, number = a_case(cast)
    opened(Desk("cholpon", cast.time), number)
    account = cast.head.viewer.account_id
    keep_notices_to(account, "head@example.org")
    Account.objects.filter(pk=account).update(language=language)
    with cast.head.inside():
        opening = EmergencyOpening.objects.get().pk
    mail.outbox = []
    with clock.clock_at(cast.time.moment):
        assert tell(opening, 0) == 1
    assert "Something waits" not in mail.outbox[0].body
