"""What follows from violence, whichever step seals: notices that stay, and a home not contacted."""

from typing import Any

import pytest

from kamkor.cases.models import Report, SafeContact, Visit
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import (
    SUZAK,
    a_child,
    a_registration,
    a_removal,
    a_return,
    accepted,
    identified,
    registered,
    seen,
    taken_off,
)
from tests.specification.pathway_forms import REMOVAL

VICTIM = "child_victim_of_violence"
NOTICES = [("notice_police", "specialist"), ("notice_prosecutor", "specialist")]
CONTACT = "The social teacher, room 5"
UNKNOWN = "ask who is responsible"
ASKED = "Say the safe way to reach the child"


def _notices(cast: Cast, case: str) -> list[tuple[str, str]]:
    return [one for one in cast.bakyt.tasks(case) if one in NOTICES]


def _register(cast: Cast, case: str, ground: str = VICTIM, **typed: Any) -> Page:  # noqa: ANN401 - as typed
    """The specialist registers a child at the desk."""
    entry = {"decision": "register", "grounds": [ground], "main_ground": ground, **typed}
    desk = Desk("bakyt", cast.time)
    return desk.act(f"/cases/{case}/register-child/", "register_child", **entry)


def _warning(cast: Cast, case: str, username: str = "bakyt") -> list[str]:
    """What stands first on the page of a case: the warning and the safe contact."""
    page = Desk(username, cast.time).open(f"/cases/{case}/")
    assert page.status == 200
    bars = [one for one in page.all("div") if "warning" in one.attributes.get("class", "")]
    bars = [one for one in bars if "identity" in one.attributes["class"]]
    return [
        text
        for text in ("Do not contact the home", CONTACT, UNKNOWN, ASKED)
        if any(text in one.text for one in bars)
    ]


def test_a_notice_stays_due_where_the_registration_is_taken_back(cast: Cast) -> None:
    case = identified(cast)
    desk = Desk("bakyt", cast.time)
    entry = {"decision": "register", "grounds": [VICTIM], "main_ground": VICTIM}
    page = desk.follow(desk.act(f"/cases/{case}/register-child/", "register_child", **entry))
    assert desk.send("/take-back/", page.form("take_back")).status == 303
    assert desk.open(f"/cases/{case}/").state == "identified"
    assert _notices(cast, case) == NOTICES
    assert _warning(cast, case) == ["Do not contact the home", UNKNOWN]
    assert _register(cast, case).status == 303
    assert _notices(cast, case) == NOTICES


def test_notices_become_due_in_a_case_that_was_sealed_for_another_reason(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, involves=[cast.head.post])
    cast.aigul.do("identify_child", **a_child(cast.today, case=case))
    assert (_notices(cast, case), _warning(cast, case)) == ([], [])
    assert _register(cast, case).status == 303
    assert _notices(cast, case) == NOTICES
    assert _warning(cast, case) == ["Do not contact the home", UNKNOWN]


def test_what_the_report_of_violence_made_due_is_not_due_twice(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, worry="physical_violence")
    cast.aigul.do("identify_child", **a_child(cast.today, case=case))
    assert _register(cast, case).status == 303
    assert _notices(cast, case) == []
    report = cast.bakyt.case(case).report_id
    assert [one for one in cast.bakyt.tasks(str(report)) if one in NOTICES] == NOTICES


def test_a_ground_of_violence_warns_of_the_home_and_says_the_safe_contact(cast: Cast) -> None:
    case = identified(cast)
    assert _warning(cast, case) == []
    assert _register(cast, case, safe_contact=CONTACT).status == 303
    for player in ("bakyt", "aigul", "head"):
        assert _warning(cast, case, player) == ["Do not contact the home", CONTACT]
    form = Desk("aigul", cast.time).open(f"/cases/{case}/record-visit/")
    assert CONTACT in form.text


def test_a_removal_for_violence_warns_of_the_home_before_anybody_knows_how(cast: Cast) -> None:
    case = registered(cast)
    removal = REMOVAL | {"ground": "violence"}
    desk = Desk("aigul", cast.time)
    assert desk.act(f"/cases/{case}/protect-now/", "protect_now", **removal).status == 303
    assert _warning(cast, case, "aigul") == ["Do not contact the home", ASKED]
    again = removal | {"safe_contact": CONTACT}
    assert desk.act(f"/cases/{case}/protect-now/", "protect_now", **again).status == 303
    assert _warning(cast, case, "aigul") == ["Do not contact the home", CONTACT]


def test_the_warning_holds_for_the_whole_home_and_for_who_is_found_there_later(
    cast: Cast,
) -> None:
    found = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    home = str(found["household"])
    sibling = identified(cast, household=home, given_name="Нур")
    assert _register(cast, str(found["case"]), safe_contact=CONTACT).status == 303
    later = identified(cast, household=home, given_name="Жаңыл")
    for case in (sibling, str(found["family"]), later):
        assert _warning(cast, case) == ["Do not contact the home", CONTACT]


@pytest.mark.parametrize("contact", ["", CONTACT])
def test_a_return_because_of_violence_warns_too(cast: Cast, contact: str) -> None:
    case = taken_off(cast)
    back = a_return(cast.today, grounds=[VICTIM], main_ground=VICTIM)
    if contact:
        back["safe_contact"] = contact
    again = str(cast.bakyt.do("return_to_register", case=case, **back)["case"])
    expected = ["Do not contact the home", contact or UNKNOWN]
    assert (_warning(cast, again), _warning(cast, case)) == (expected, expected)


def test_a_safe_contact_that_is_wrong_is_corrected_and_both_stay(cast: Cast) -> None:
    case = identified(cast)
    _register(cast, case, safe_contact="The grandmother, who lives with them")
    with cast.bakyt.inside():
        fact = SafeContact.objects.get()
    desk = Desk("bakyt", cast.time)
    address = f"/cases/{case}/correct/safe-contact/{fact.pk}/"
    assert address in desk.open(f"/cases/{case}/").links
    typed = {"contact": CONTACT, "correction_reason": "typing_error"}
    assert desk.act(address, "correct_fact", **typed).status == 303
    assert _warning(cast, case) == ["Do not contact the home", CONTACT]
    assert "The grandmother, who lives with them" in desk.open(f"/cases/{case}/").text


def test_a_safe_contact_without_violence_warns_and_seals_nothing(cast: Cast) -> None:
    case = identified(cast)
    desk = Desk("bakyt", cast.time)
    typed = {"decision": "register", "grounds": ["neglected"], "main_ground": "neglected"}
    page = desk.act(
        f"/cases/{case}/register-child/", "register_child", **typed, safe_contact=CONTACT
    )
    assert cast.bakyt.case(case).team is None
    assert _warning(cast, case) == ["Do not contact the home", CONTACT]
    desk.send("/take-back/", desk.follow(page).form("take_back"))
    assert _warning(cast, case) == []
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    removal = a_removal(cast.today, safe_contact=CONTACT)
    cast.aigul.do("protect_now", case=case, **removal)
    assert _warning(cast, case) == ["Do not contact the home", CONTACT]


def test_who_is_shut_out_of_a_sealed_case_reads_no_safe_contact(cast: Cast) -> None:
    case = identified(cast)
    cast.head.do("declare_interest", case=case, kind="acquaintance")
    _register(cast, case, safe_contact=CONTACT)
    assert Desk("head", cast.time).open(f"/cases/{case}/").status == 404
    assert (cast.head.sees(SafeContact), cast.bakyt.sees(SafeContact)) == (0, 1)


def test_the_next_step_is_the_notices_owed_and_then_the_safe_contact(cast: Cast) -> None:
    case = identified(cast)
    _register(cast, case)
    desk = Desk("bakyt", cast.time)
    page = desk.open(f"/cases/{case}/")
    assert _next_step(page).endswith(": Notice to the police")
    assert "Visit the child" not in page.text
    for kind, _ in NOTICES:
        proof = {"happened_on": cast.today, "proof": "Letter 1"}
        cast.bakyt.do("complete_task", task=str(cast.bakyt.task(case, kind).pk), **proof)
    page = desk.open(f"/cases/{case}/")
    assert _next_step(page).endswith(": See the child by the safe contact, not at home")
    assert "Visit the child" not in page.text


def test_a_reported_child_whose_home_is_unsafe_is_not_to_be_visited_there(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, safe_contact=CONTACT)
    page = Desk("aigul", cast.time).open(f"/cases/{case}/")
    assert _next_step(page).endswith(": See the child by the safe contact, not at home")
    assert "Visit the child" not in page.text


def test_who_is_responsible_is_asked_for_the_safe_contact_and_others_are_sent_there(
    cast: Cast,
) -> None:
    case = identified(cast)
    assert _register(cast, case).status == 303
    assert _warning(cast, case, "aigul") == ["Do not contact the home", ASKED]
    assert _warning(cast, case, "bakyt") == ["Do not contact the home", UNKNOWN]
    desk = Desk("aigul", cast.time)
    page = desk.open(f"/cases/{case}/")
    (way,) = (one.attributes["href"] for one in page.all("a", data_operation="give_safe_contact"))
    assert desk.act(way, "give_safe_contact").refusals == ["field_required"]
    page = desk.follow(desk.act(way, "give_safe_contact", contact=CONTACT))
    assert "give_safe_contact" not in page.operations
    for player in ("aigul", "bakyt", "head"):
        assert _warning(cast, case, player) == ["Do not contact the home", CONTACT]
    for stranger in ("cholpon", "nurlan"):
        sent = {"case": case, "contact": "x"}
        answer = Desk(stranger, cast.time).command("give_safe_contact", **sent)
        assert answer["code"] == "not_found"


def test_a_concern_of_a_round_brings_its_safe_contact_to_the_report_and_the_case(
    cast: Cast,
) -> None:
    desk = Desk("aigul", cast.time)
    concern = {"worry": "physical_violence", "danger_now": "no", "place": "x"}
    concern |= {"seen_or_said": "Bruises.", "safe_contact": CONTACT}
    concern |= {"children-0-description": "A girl"}
    typed = {"territory": SUZAK, "area": "Mill street", "visited": "1"}
    typed |= {f"concerns-0-{name}": value for name, value in concern.items()}
    assert desk.act("/do/record-round/", "record_round", **typed).status == 303
    with cast.bakyt.inside():
        report = Report.objects.get()
    assert (report.safe_contact, report.home_unsafe) == (CONTACT, True)
    accept = {"report": str(report.pk), "decision": "accept", "assign_to": cast.aigul.post}
    (case,) = cast.bakyt.do("screen_report", **accept)["cases"]
    assert _warning(cast, case, "aigul") == ["Do not contact the home", CONTACT]


def test_who_identifies_a_child_may_say_the_safe_contact(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, worry="physical_violence")
    assert _warning(cast, case, "aigul") == ["Do not contact the home", ASKED]
    desk = Desk("aigul", cast.time)
    typed = {"given_name": "Айбек", "sex": "male", "difficulty": "Bruises.", "risk_level": "high"}
    page = desk.act(
        f"/cases/{case}/identify-child/",
        "identify_child",
        **typed,
        family_too="no",
        safe_contact=CONTACT,
    )
    assert page.status == 303
    for player in ("aigul", "bakyt"):
        assert _warning(cast, case, player) == ["Do not contact the home", CONTACT]


def test_nobody_goes_alone_to_a_home_that_must_not_be_contacted(cast: Cast) -> None:
    case = identified(cast)
    desk, address = Desk("aigul", cast.time), f"/cases/{case}/record-visit/"

    def kinds() -> list[str]:
        radios = desk.open(address).all("input", type="radio", name="kind")
        return [one.attributes["value"] for one in radios]

    assert kinds()[0] == "home"
    assert _register(cast, case).status == 303
    assert "home" not in kinds()
    assert {"elsewhere", "joint", "call"} <= set(kinds())
    visit: dict[str, Any] = {"household": cast.aigul.home(case), "happened_on": cast.today}
    visit |= {"children": [seen(case)]}
    told = desk.command("record_visit", **visit, kind="home")
    assert [(one["field"], one["code"]) for one in told["faults"]] == [
        ("kind", "home_not_to_be_contacted")
    ]
    typed = {"kind": "elsewhere", "children-0-seen": "alone", "children-0-none_of_these": "yes"}
    assert desk.act(address, "record_visit", **typed).status == 303
    with cast.aigul.inside():
        fact = str(Visit.objects.get().pk)
    wrong = {"case": case, "kind": "visit", "fact": fact, "reason": "typing_error"}
    told = desk.command("correct_fact", **wrong, values={"kind": "home"})
    assert [(one["field"], one["code"]) for one in told["faults"]] == [
        ("values.kind", "home_not_to_be_contacted")
    ]


def _next_step(page: Page) -> str:
    """What the identity bar says is next."""
    texts = [" ".join(one.text.split()) for one in page.all("div")]
    return next(one for one in reversed(texts) if one.startswith("Next step")).strip()
