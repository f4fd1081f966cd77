"""What is lent ends with the case, comes back with it, and is never left out in silence."""

import pytest
from django.db import connections

from kamkor.access import queries
from kamkor.access.models import Lent
from kamkor.cases.models import Case
from kamkor.kernel import clock
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.statement import Statement
from kamkor.people.models import Household, Person
from kamkor.people.queries import households_visible_to
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import (
    NOOKEN,
    SUZAK,
    a_child,
    a_registration,
    a_return,
    seen,
    transferred,
    two_children,
    visited,
)


@pytest.fixture
def apart(cast: Cast) -> str:
    """One of two children of a home is Cholpon's in another department; her case."""
    first, _ = two_children(cast)
    transferred(cast, first, reason="child_moved")
    cast.specialist2.do("accept_transfer", case=first, post=cast.cholpon.post, territory=NOOKEN)
    return first


def homes(*players: Player) -> list[int]:
    """How many homes the database shows to each."""
    return [one.sees(Household) for one in players]


def press(cast: Cast, who: str, address: str, operation: str, **typed: str) -> None:
    """Fill in and send a form of the desk."""
    page = Desk(who, cast.time).act(address, operation, **typed)
    assert page.status == 303, page.refusals
    cast.time.passes(minutes=1)


def off_the_register(cast: Cast, case: str) -> None:
    """The other department takes its child off the register; a last check is due."""
    day = cast.time.today.strftime("%d.%m.%Y")
    typed = {"reason": "returned_to_family", "happened_on": day, "note": "Seen."}
    press(cast, "cholpon", f"/cases/{case}/propose-taking-off/", "propose_taking_off", **typed)
    typed = {"decision": "agree", "happened_on": day}
    press(cast, "specialist2", f"/cases/{case}/decide-taking-off/", "decide_taking_off", **typed)


def closed(cast: Cast, case: str) -> None:
    """The check after leaving closes the case."""
    home = cast.cholpon.home(case)
    desk = Desk("cholpon", cast.time)
    typed = {"kind": "after_leaving", "children-0-seen": "alone"}
    typed |= {"children-0-none_of_these": "yes"}
    page = desk.act(f"/cases/{case}/record-visit/", "record_visit", **typed)
    assert page.status == 303, page.refusals
    assert (cast.cholpon.state(case), cast.cholpon.home(case)) == ("closed", home)


def test_a_home_is_shown_no_longer_when_the_case_has_ended(cast: Cast, apart: str) -> None:
    assert homes(cast.cholpon, cast.specialist2) == [1, 1]
    off_the_register(cast, apart)
    assert homes(cast.cholpon, cast.specialist2) == [1, 1]
    closed(cast, apart)
    assert homes(cast.cholpon, cast.specialist2) == [1, 1]
    cast.time.passes(minutes=11)
    assert homes(cast.cholpon, cast.specialist2) == [0, 0]
    # The brother or sister who stayed is hidden too, the own child is not.
    assert [one.sees(Person) for one in (cast.cholpon, cast.specialist2)] == [1, 1]
    assert homes(cast.aigul, cast.bakyt) == [1, 1]
    for who in ("cholpon", "specialist2"):
        page = Desk(who, cast.time).open(f"/cases/{apart}/")
        assert (page.status, page.state) == (200, "closed")
        assert "Household" not in page.text


def test_a_closing_taken_back_shows_the_home_as_before(cast: Cast, apart: str) -> None:
    off_the_register(cast, apart)
    closed(cast, apart)
    lent = cast.cholpon.viewer.lent
    act = cast.cholpon.journal(apart)[-1]
    assert act[1] == "record_visit"
    with cast.cholpon.inside():
        command = JournalEntry.objects.get(subject=apart, version=act[0]).command
    cast.cholpon.do("take_back", command=str(command))
    assert cast.cholpon.state(apart) == "check_due"
    cast.time.passes(minutes=11)
    assert homes(cast.cholpon, cast.specialist2) == [1, 1]
    assert set(cast.cholpon.viewer.lent) == set(lent)


def test_a_return_to_the_register_shows_the_home_again(cast: Cast, apart: str) -> None:
    off_the_register(cast, apart)
    closed(cast, apart)
    cast.time.passes(days=1)
    assert homes(cast.cholpon, cast.specialist2) == [0, 0]
    typed = a_return(cast.time.today.strftime("%d.%m.%Y"))
    address = f"/cases/{apart}/return-to-register/"
    page = Desk("specialist2", cast.time).act(address, "return_to_register", **typed)
    assert page.status == 303, page.refusals
    back = page.response["Location"].split("/")[2]
    assert homes(cast.cholpon, cast.specialist2) == [1, 1]
    visited(cast, cast.cholpon, seen(back))


def moves(cast: Cast, case: str, sender: str, to: str, answering: Player) -> None:
    """A child is offered by one department's specialist and taken over by the other's."""
    cast.time.passes(minutes=1)
    offer = {"to_office": str(cast.everybody[to].department), "reason": "family_moved"}
    press(cast, sender, f"/cases/{case}/offer-transfer/", "offer_transfer", **offer, note="Moved.")
    place = NOOKEN if to == "specialist2" else SUZAK
    taken = {"post": str(answering.post), "territory": place}
    press(cast, to, f"/cases/{case}/accept-transfer/", "accept_transfer", **taken)


def through_both_locks(cast: Cast, *players: str) -> list[tuple[int, int, int]]:
    """How many homes and people the database shows to each, and how many homes the queries do."""
    found = []
    for one in (cast.everybody[name] for name in players):
        with one.inside() as viewer:
            asked = households_visible_to(viewer).count()
        found.append((one.sees(Household), one.sees(Person), asked))
    return found


def test_a_child_that_moves_on_takes_the_home_out_of_its_senders_sight(
    cast: Cast, apart: str
) -> None:
    assert through_both_locks(cast, "cholpon", "specialist2") == [(1, 2, 1)] * 2
    moves(cast, apart, "specialist2", "bakyt", cast.nurlan)
    gone = through_both_locks(cast, "cholpon", "specialist2", "head2")
    assert gone == [(0, 0, 0)] * 3
    assert through_both_locks(cast, "nurlan", "aigul", "bakyt") == [(1, 2, 1)] * 3
    for who in ("cholpon", "specialist2"):
        assert Desk(who, cast.time).open(f"/cases/{apart}/").status == 404


def test_who_still_answers_for_a_child_of_the_home_goes_on_seeing_it(
    cast: Cast, apart: str
) -> None:
    found = cast.aigul.do(
        "identify_child",
        **a_child(cast.today, household=cast.cholpon.home(apart), given_name="Нур"),
    )
    third = str(found["case"])
    cast.bakyt.do("register_child", case=third, **a_registration(cast.today))
    moves(cast, third, "bakyt", "specialist2", cast.cholpon)
    moves(cast, apart, "specialist2", "bakyt", cast.nurlan)
    assert through_both_locks(cast, "cholpon", "specialist2") == [(1, 3, 1)] * 2
    visited(cast, cast.cholpon, seen(third))
    moves(cast, third, "specialist2", "bakyt", cast.nurlan)
    assert through_both_locks(cast, "cholpon", "specialist2") == [(0, 0, 0)] * 2


def test_where_the_last_child_follows_the_sender_sees_neither_home_nor_the_first(
    cast: Cast, apart: str
) -> None:
    with cast.aigul.inside():
        second = str(Case.objects.exclude(id=apart).get().pk)
    assert through_both_locks(cast, "aigul", "bakyt") == [(1, 2, 1)] * 2
    moves(cast, second, "bakyt", "specialist2", cast.cholpon)
    assert through_both_locks(cast, "aigul", "bakyt", "head") == [(0, 0, 0)] * 3
    assert through_both_locks(cast, "cholpon", "specialist2") == [(1, 2, 1)] * 2


def test_too_much_lent_is_said_and_never_left_out(
    cast: Cast, apart: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    held = len(cast.cholpon.viewer.lent)
    desk = Desk("cholpon", cast.time)
    desk.client.raise_request_exception = False
    monkeypatch.setattr(queries, "LENT_LIMIT", held)
    assert desk.open("/").status == 200
    monkeypatch.setattr(queries, "LENT_LIMIT", held - 1)
    page = desk.open("/")
    assert page.status == 500
    assert page.all(data_incident="*")
    assert "LentBeyondLimit" in caplog.text


def test_what_is_lent_twice_counts_once(cast: Cast, apart: str) -> None:
    before = cast.cholpon.viewer.lent
    rows = list(Lent.objects.filter(to_post_id=cast.cholpon.post))
    Lent.objects.bulk_create(
        Lent(subject=one.subject, to_post_id=one.to_post_id, reason=one.reason, since=one.since, command=one.command)
        for one in rows
    )  # fmt: skip
    assert cast.cholpon.viewer.lent == before


def test_what_is_lent_to_others_is_not_read_at_the_beginning_of_a_request(
    committed_cast: Cast,
) -> None:
    """Also where nearly all is lent to one post, as where thousands of reports wait for it."""
    duty, other = committed_cast.nurlan, committed_cast.bakyt
    lent = "INSERT INTO kamkor_lent (id, subject, to_post_id, reason, since, command)"
    values = f"SELECT gen_random_uuid(), gen_random_uuid(), {duty.post}, 'duty', now(), gen_random_uuid()"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"{lent} {values} FROM generate_series(1, 20000)")
        cursor.execute("ANALYZE kamkor_lent")
    given: dict[str, object] = {
        "account": None,
        "employee": other.viewer.employee_id,
        "chosen": None,
        "session": None,
        "seen_since": None,
    }
    given |= {"day": clock.today(), "now": clock.now(), "limit": queries.LENT_LIMIT + 1}
    explained = Statement(f"EXPLAIN {queries._STANDING.text}")
    explained.names = queries._STANDING.names
    plan = "\n".join(row[0] for row in explained.rows(given))
    assert "kamkor_lent_to_post_id" in plan
    assert "kamkor_lent_subject" not in plan
