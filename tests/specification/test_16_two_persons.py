"""Two persons: to unseal, to erase an identity, to let a long list out; both are named."""

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as configured
from django.db import connections
from pytest_django import Settings

from kamkor.cases.models import Case, Identification, Report, Reporter, SecondWord, TwoPersons
from kamkor.cases.operations.two_persons import finish_erasures
from kamkor.kernel import keys, locked
from kamkor.kernel.ids import new_id
from kamkor.kernel.keys import STORE, KeyGone
from kamkor.people.models import WordingToken
from kamkor.web import register
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.doors.signing import grow_old, signed_in
from tests.factories import (
    a_child,
    a_return,
    a_violent_report,
    accepted,
    identified,
    registered,
    seen,
    taken_off,
    visited,
)

WHY = {"reason": "The suspect was sentenced."}
GROUND = {"ground": "kept_long_enough", "reason": "Order 44"}


def sealed_case(cast: Cast) -> str:
    """A case opened on a report of violence, held by its first team."""
    report = cast.aigul.do("receive_report", **a_violent_report())["report"]
    opened = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.aigul.post
    )
    return str(opened["cases"][0])


def closed_case(cast: Cast) -> str:
    """A child that was reported, taken off the register, and seen once more."""
    case = taken_off(cast)
    visited(cast, cast.aigul, seen(case), kind="after_leaving")
    assert cast.bakyt.state(case) == "closed"
    return case


def family_of(cast: Cast, case: str) -> str:
    """The family's entry beside a child's."""
    home = str(cast.bakyt.case(case).household_id)
    with cast.bakyt.inside():
        return str(Case.objects.get(household_id=home, register="family").pk)


def answered(by: Player, request: str, decision: str = "agree") -> None:
    by.do("answer_request", request=request, decision=decision)


def test_a_case_is_unsealed_by_two_persons_of_the_team(cast: Cast) -> None:
    case = sealed_case(cast)
    assert cast.nurlan.refused("ask_unsealing", case=case, **WHY) == "not_permitted"
    asked = cast.bakyt.do("ask_unsealing", case=case, **WHY)["request"]
    assert cast.bakyt.refused("ask_unsealing", case=case, **WHY) == "already_asked"
    assert cast.bakyt.refused("answer_request", request=asked, decision="agree") == "own_request"
    assert (
        cast.specialist2.refused("answer_request", request=asked, decision="agree") == "not_found"
    )
    assert cast.bakyt.case(case).team is not None
    answered(cast.head, asked)
    assert cast.bakyt.case(case).team is None
    assert cast.head.refused("answer_request", request=asked, decision="agree") == "not_found"
    assert cast.bakyt.refused("ask_unsealing", case=case, **WHY) == "not_sealed"
    with cast.bakyt.inside():
        kept, word = TwoPersons.objects.get(), SecondWord.objects.get()
    assert (kept.account, word.account) == (
        cast.bakyt.viewer.account_id,
        cast.head.viewer.account_id,
    )


def test_whoever_was_named_in_a_sealed_case_stays_shut_out(cast: Cast) -> None:
    report = cast.bakyt.do("receive_report", **a_violent_report(involves=[cast.aigul.post]))[
        "report"
    ]
    opened = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.bakyt.post
    )
    case = str(opened["cases"][0])
    asked = cast.bakyt.do("ask_unsealing", case=case, **WHY)["request"]
    answered(cast.head, asked)
    assert cast.bakyt.case(case).team is None
    assert UUID(case) in cast.aigul.viewer.barred


def test_a_request_is_declined_taken_back_or_grows_old(cast: Cast) -> None:
    case = sealed_case(cast)
    declined = cast.bakyt.do("ask_unsealing", case=case, **WHY)["request"]
    answered(cast.head, declined, "decline")
    back = cast.bakyt.do("ask_unsealing", case=case, **WHY)["request"]
    assert cast.head.refused("withdraw_request", request=back) == "not_permitted"
    cast.bakyt.do("withdraw_request", request=back)
    assert cast.head.refused("answer_request", request=back, decision="agree") == "not_found"
    assert cast.bakyt.refused("withdraw_request", request=back) == "not_found"
    old = cast.bakyt.do("ask_unsealing", case=case, **WHY)["request"]
    cast.time.passes(days=7, minutes=1)
    assert cast.head.refused("answer_request", request=old, decision="agree") == "not_found"
    assert cast.bakyt.case(case).team is not None


def test_nobody_is_erased_while_a_case_is_open(cast: Cast) -> None:
    case = registered(cast, family_too=True)
    assert cast.bakyt.refused("ask_erasure", case=case, **GROUND) == "still_open"
    family = family_of(cast, case)
    assert cast.bakyt.refused("ask_erasure", case=family, **GROUND) == "not_of_a_child"


@pytest.fixture
def own_keys(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A copy of the store, from which keys may be taken."""
    copy = tmp_path / "keys"
    copy.mkdir(mode=0o700)
    shutil.copy(Path(configured.KAMKOR_KEYS) / STORE, copy / STORE)
    settings.KAMKOR_KEYS = copy
    yield copy / STORE
    locked._Proof.keys = None


def counted(cast: Cast) -> list[str]:
    """The figures as an oblast's file has them, without when it was made."""
    found = []
    asked = product(
        ("children_on_register", "children_identified", "children_taken_off"), ("sex", "age")
    )
    for figure, by in asked:
        page = Desk("oblast", cast.time).open(f"/figures/export.csv?figure={figure}&by={by}")
        assert page.status == 200, page.refusals
        found.append(page.text.split("\r\n\r\n")[0])
    return found


def stands(word: str) -> list[str]:
    """The tables in which a word stands openly, as their owner reads them."""
    found = []
    with connections["owner"].cursor() as cursor:
        # Staff bear the names of the country too.
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename <> 'kamkor_employee'"
        )
        for (table,) in cursor.fetchall():
            question = f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1'  # noqa: S608 - names of our own tables
            cursor.execute(question, [f"%{word}%"])
            found += [table] if cursor.fetchone() else []
    return found


def erased(cast: Cast, case: str) -> str:
    asked = str(cast.bakyt.do("ask_erasure", case=case, **GROUND)["request"])
    answered(cast.head, asked)
    return asked


def test_a_child_that_came_back_meanwhile_is_not_erased(cast: Cast) -> None:
    case = closed_case(cast)
    asked = cast.bakyt.do("ask_erasure", case=case, **GROUND)["request"]
    assert cast.bakyt.refused("ask_erasure", case=case, **GROUND) == "already_asked"
    cast.bakyt.do("return_to_register", case=case, **a_return(cast.today))
    assert cast.head.refused("answer_request", request=asked, decision="agree") == "still_open"


def test_an_identity_is_erased_by_two_persons_and_no_figure_moves(
    committed_cast: Cast, own_keys: Path
) -> None:
    cast = committed_cast
    case = closed_case(cast)
    with cast.bakyt.inside():
        row = Identification.objects.get(case_id=case)
        before_texts = row.difficulty
        old = bytes(locked.texts_of(Identification)[0].locked(row))
    assert before_texts
    names = ("Айбек", "Төлөгөнов")
    assert {"kamkor_person", "kamkor_personname"} <= set(stands(names[1]))
    before = counted(cast)
    asked = erased(cast, case)
    assert [(name, stands(name)) for name in names] == [(name, []) for name in names]
    assert counted(cast) == before
    kept = cast.bakyt.case(case)
    child = kept.child
    assert child is not None
    assert (child.shown_name, child.pin, child.telephone, child.sort_key) == ("", "", "", "")
    with cast.bakyt.inside():
        assert Identification.objects.get(case_id=case).difficulty == ""
        with pytest.raises(KeyGone):
            keys.current().unlock(old, UUID(case), b"")
        assert not WordingToken.objects.filter(subject=str(kept.household_id)).exists()
        assert TwoPersons.objects.get(id=asked).reason == ""
    page = Desk("bakyt", cast.time).open(f"/cases/{case}/")
    assert (page.status, "Identity erased" in page.text) == (200, True)
    assert "ask_erasure" not in page.operations


def test_who_is_in_two_records_is_erased_in_both(committed_cast: Cast, own_keys: Path) -> None:
    cast = committed_cast
    case = closed_case(cast)
    other = identified(cast, given_name="Emilbek", surname="Sadyrbaev")
    declined = {"decision": "decline", "reason": "no_difficulty", "happened_on": cast.today}
    cast.bakyt.do("register_child", case=other, **declined)
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    number = cast.bakyt.case(other).number
    asked = cast.bakyt.do("merge_people", case=case, case_number=number, **why)["request"]
    answered(cast.head, asked)
    assert "kamkor_person" in stands("Sadyrbaev")
    erased(cast, case)
    assert [stands(name) for name in ("Төлөгөнов", "Sadyrbaev", "Emilbek")] == [[], [], []]
    assert cast.bakyt.refused("undo_merge", case=case) == "already_erased"


def test_yesterdays_backup_tells_nothing_of_what_was_told(
    committed_cast: Cast, own_keys: Path
) -> None:
    """The bytes of yesterday are put back, as a backup would; the key is gone."""
    cast = committed_cast
    case = closed_case(cast)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT id, difficulty FROM kamkor_identification WHERE case_id = %s", [case]
        )
        backup = cursor.fetchall()
    erased(cast, case)
    with connections["owner"].cursor() as cursor:
        for key, held in backup:
            cursor.execute(
                "UPDATE kamkor_identification SET difficulty = %s WHERE id = %s", [held, key]
            )
    with cast.bakyt.inside():
        assert [one.difficulty for one in Identification.objects.filter(case_id=case)] == [""]


def test_an_older_copy_of_the_keys_is_made_to_forget_again(
    committed_cast: Cast, own_keys: Path
) -> None:
    cast = committed_cast
    case = closed_case(cast)
    older = own_keys.read_bytes()
    erased(cast, case)
    own_keys.write_bytes(older)
    keys.current().cipher(1, UUID(case))
    finish_erasures()
    with pytest.raises(KeyGone):
        keys.current().cipher(1, UUID(case))


def test_a_report_of_two_children_stays_until_both_are_erased(
    committed_cast: Cast, own_keys: Path
) -> None:
    cast = committed_cast
    children = [{"description": "A boy", "age": 6}, {"description": "His sister", "age": 4}]
    first, second = accepted(
        cast.aigul, children=children, reporter_name="Kanarei", callback="+996700123456"
    )
    for case in (first, second):
        close = {"case": case, "happened_on": cast.today, "reason": "no_difficulty", "note": "-"}
        cast.bakyt.do("close_reported_case", **close)
    erased(cast, first)
    with cast.bakyt.inside():
        assert Reporter.objects.get().name == "Kanarei"
        described = {
            str(one.case_id): one.description for one in Report.objects.get().children.all()
        }
    assert described == {first: "", second: "His sister"}
    erased(cast, second)
    with cast.bakyt.inside():
        report, reporter = Report.objects.get(), Reporter.objects.get()
        assert (report.seen_or_said, report.place, reporter.name, reporter.telephone) == ("",) * 4


def test_nothing_more_is_written_of_whom_was_erased(committed_cast: Cast, own_keys: Path) -> None:
    cast = committed_cast
    case = closed_case(cast)
    erased(cast, case)
    bakyt = signed_in(cast, "bakyt")
    page = bakyt.act(f"/cases/{case}/ask-erasure/", "ask_erasure", **GROUND)
    assert page.refusals == ["already_erased"]
    names = {"kind": "document", "given_name": "A", "surname": "B"}
    assert cast.bakyt.refused("record_name", case=case, **names) == "already_erased"
    again = a_return(cast.today)
    assert cast.bakyt.refused("return_to_register", case=case, **again) == "already_erased"
    known = a_child(cast.today, child=str(cast.bakyt.case(case).child_id))
    assert cast.bakyt.refused("identify_child", **known) == "not_found"
    told = {"case": case, "contact": "The teacher"}
    sent = {"id": str(new_id()), "command": "give_safe_contact", "data": told}
    with bakyt.now():
        answer = bakyt.client.post("/commands/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_erased")


def test_the_database_erases_nothing_that_one_person_alone_wants(committed_cast: Cast) -> None:
    """Whoever runs statements as the desk needs the word of another person all the same."""
    cast = committed_cast
    case = closed_case(cast)
    asked = cast.bakyt.do("ask_erasure", case=case, **GROUND)["request"]
    with cast.bakyt.inside() as viewer, connections["default"].cursor() as cursor:
        cursor.execute("SELECT erase_identity(%s)", [asked])
        assert cursor.fetchone() == (None,)
        asked_row = TwoPersons.objects.get(id=asked)
        SecondWord.objects.create(
            asked=asked_row, subject=asked_row.subject, agreed=True, employee=viewer.employee_id,
            account=viewer.account_id, happened_on=asked_row.happened_on, command=new_id(),
            by_post=viewer.post_id, office_district=asked_row.office_district,
            office_unit=asked_row.office_unit, office_oblast=asked_row.office_oblast,
        )  # fmt: skip
        cursor.execute("SELECT erase_identity(%s)", [asked])
        assert cursor.fetchone() == (None,)
    assert stands("Төлөгөнов")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person exports one identity alone."""
    monkeypatch.setattr(register, "ALONE", 1)


EXPORT = "/register/export.csv?state=all"


def test_a_long_list_leaves_with_the_word_of_a_second_person(cast: Cast, few: None) -> None:
    registered(cast)
    bakyt, head = signed_in(cast, "bakyt"), signed_in(cast, "head")
    assert bakyt.open(EXPORT).status == 200
    identified(cast, given_name="Айжан")
    page = bakyt.open(EXPORT)
    assert (page.status, page.response["Location"]) == (303, "/do/ask-export/?state=all")
    page = bakyt.act("/do/ask-export/?state=all", "ask_export", reason="Winter coal")
    assert (page.status, page.response["Location"]) == (303, "/second-person/")
    assert bakyt.open(EXPORT).status == 303
    assert "Winter coal" in bakyt.open("/second-person/").text
    waiting = head.open("/second-person/")
    assert ("Winter coal" in waiting.text, "answer_request" in waiting.operations) == (True, True)
    assert "/second-person/" in head.open("/").links
    sent = waiting.form("answer_request") | {"decision": ["agree"]}
    assert head.send("/second-person/", sent).status == 303
    assert bakyt.open(EXPORT).status == 200
    assert bakyt.open("/register/export.csv?state=open").status == 303, "another list"
    assert head.open(EXPORT).status == 303, "another person"
    cast.time.passes(hours=25)
    again = signed_in(cast, "bakyt")
    assert again.open(EXPORT).status == 303


def test_each_act_shows_at_its_door_why_it_is_refused(cast: Cast, few: None) -> None:
    """The page of requests, the form of a case and the door for commands."""
    case = sealed_case(cast)
    bakyt = signed_in(cast, "bakyt")
    address = f"/cases/{case}/ask-unsealing/"
    assert "ask_unsealing" in bakyt.open(f"/cases/{case}/").operations
    assert bakyt.act(address, "ask_unsealing", **WHY).status == 303
    assert bakyt.act(address, "ask_unsealing", **WHY).refusals == ["already_asked"]
    with cast.bakyt.inside():
        request = str(TwoPersons.objects.get().pk)
    own = bakyt.send("/second-person/", {"request": request, "decision": "agree"})
    assert own.refusals == ["own_request"]
    open_case = registered(cast)
    page = bakyt.act(f"/cases/{open_case}/ask-unsealing/", "ask_unsealing", **WHY)
    assert page.refusals == ["not_sealed"]
    page = bakyt.act(f"/cases/{open_case}/ask-erasure/", "ask_erasure", **GROUND)
    assert page.refusals == ["still_open"]
    family = family_of(cast, identified(cast, given_name="Асан", family_too=True))
    page = bakyt.act(f"/cases/{family}/ask-erasure/", "ask_erasure", **GROUND)
    assert page.refusals == ["not_of_a_child"]


def test_these_acts_ask_again_who_one_is(cast: Cast) -> None:
    case = sealed_case(cast)
    late = signed_in(cast, "bakyt")
    grow_old(late)
    for address in ("/second-person/", f"/cases/{case}/ask-unsealing/", "/do/ask-export/"):
        page = late.open(address)
        assert (page.status, page.code) == (303, ""), (address, page.text)
        assert page.response["Location"].startswith("/account/again/")
    told = {"id": str(new_id()), "command": "ask_unsealing", "data": {"case": case, **WHY}}
    with late.now():
        answer = late.client.post("/commands/", told, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")


def test_the_numbers_alone_show_no_request(cast: Cast) -> None:
    assert signed_in(cast, "daniyar").open("/second-person/").status == 403
