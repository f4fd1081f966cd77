"""Ready-made data and stretches of the pathway, so that a test says only what it is about."""

from typing import Any
from uuid import UUID

from tests.cast import Cast, Player

SUZAK = "41703220000000"
NOOKEN = "41703215000000"
MANAS = "41703410000010"

Data = dict[str, Any]


def a_report(**changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """A report about one child: no violence, no danger now."""
    return {
        "worry": "neglect",
        "danger_now": False,
        "children": [{"description": "A boy in a blue coat", "age": 6}],
        "territory": SUZAK,
        "place": "Suzak village, behind the mill",
        "seen_or_said": "He has been alone since yesterday.",
        "source": "neighbour",
        **changed,
    }


def a_violent_report(**changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """A report of violence, which seals itself."""
    return a_report(worry="physical_violence", danger_now=True, **changed)


def a_child(day: str, **changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """A child found on the spot, of whom little is known."""
    return {
        "given_name": "Айбек",
        "surname": "Төлөгөнов",
        "born": "2015",
        "sex": "male",
        "territory": SUZAK,
        "place": "Suzak, 5",
        "happened_on": day,
        "source": "own_round",
        "difficulty": "Alone for days.",
        "risk_level": "medium",
        **changed,
    }


def a_registration(day: str, **changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """The decision to put a child on the register for one ground."""
    return {
        "decision": "register",
        "happened_on": day,
        "grounds": ["neglected"],
        "main_ground": "neglected",
        **changed,
    }


def seen(case: str | UUID, **changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """The row of a child who was seen and for whom none of the four questions is a yes."""
    return {"case": str(case), "seen": "alone", "none_of_these": True, **changed}


def not_seen(case: str | UUID, **changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """The row of a child who was not seen."""
    return {"case": str(case), "seen": "not_seen", "not_seen_reason": "nobody_home", **changed}


def a_removal(day: str, **changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """A protective removal of which nobody has been told yet."""
    return {
        "happened_on": day,
        "danger": "The stove smokes and there is no adult.",
        "ground": "danger_to_life",
        "decider": "department_head",
        "decider_name": "Head of the department",
        "sleeps_at": "relative",
        "sleeps_where": "With the grandmother, Suzak, 12",
        "next_step": "Visit tomorrow morning",
        **changed,
    }


def a_return(day: str, **changed: Any) -> Data:  # noqa: ANN401 - a command's data
    """The return of a child to the register for one ground."""
    return {
        "happened_on": day,
        "reason": "new_difficulty",
        "difficulty": "Alone again.",
        "risk_level": "medium",
        "grounds": ["neglected"],
        "main_ground": "neglected",
        **changed,
    }


def received(by: Player, **changed: Any) -> str:  # noqa: ANN401 - a command's data
    """A report taken down; its id."""
    return str(by.do("receive_report", **a_report(**changed))["report"])


def accepted(by: Player, **changed: Any) -> list[str]:  # noqa: ANN401 - a command's data
    """A report taken down and accepted by the duty person, who goes there; the cases' ids."""
    report = received(by, **changed)
    found = by.do("screen_report", report=report, decision="accept", assign_to=by.post)
    return [str(case) for case in found["cases"]]


def identified(cast: Cast, by: Player | None = None, **changed: Any) -> str:  # noqa: ANN401 - as above
    """A child found on the spot; the case's id."""
    worker = by or cast.aigul
    return str(worker.do("identify_child", **a_child(cast.today, **changed))["case"])


def registered(cast: Cast, **changed: Any) -> str:  # noqa: ANN401 - a command's data
    """A child found by Aigul and put on the register by Bakyt; the case's id."""
    case = identified(cast, **changed)
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    return case


def two_children(cast: Cast) -> tuple[str, str]:
    """Two registered children of one household, both Aigul's; the cases' ids."""
    first = registered(cast)
    home = str(cast.aigul.case(first).household_id)
    second = identified(cast, given_name="Айжан", sex="female", born="2018", household=home)
    cast.bakyt.do("register_child", case=second, **a_registration(cast.today))
    return first, second


def visited(cast: Cast, by: Player, *rows: Data, **changed: Any) -> str:  # noqa: ANN401 - as above
    """A visit to the home of the first row's case; the visit's id."""
    home = by.case(rows[0]["case"]).household_id
    data = {"kind": "home", "happened_on": cast.today, **changed}
    return str(by.do("record_visit", household=str(home), children=list(rows), **data)["visit"])


def met(cast: Cast, case: str) -> None:
    """Aigul sees a child, or meets a family, whom nobody has seen yet."""
    kept = cast.aigul.case(case)
    if kept.last_seen_on is None:
        visit = {"household": str(kept.household_id), "kind": "home", "happened_on": cast.today}
        rows = [seen(case)] if kept.register == "child" else []
        cast.aigul.do("record_visit", **visit, children=rows)


def proposed(cast: Cast, case: str, reason: str, **changed: Any) -> None:  # noqa: ANN401 - as above
    """A proposal of Aigul's to take a child off the register, whom she has seen if it must be."""
    if reason == "difficulty_overcome":
        met(cast, case)
    data = {"happened_on": cast.today, "note": "Seen at three visits.", **changed}
    cast.aigul.do("propose_taking_off", case=case, reason=reason, **data)


def taken_off(cast: Cast, reason: str = "difficulty_overcome", **changed: Any) -> str:  # noqa: ANN401 - as above
    """A child taken off the register: proposed by Aigul, agreed by Bakyt; the case's id."""
    case = registered(cast)
    proposed(cast, case, reason, **changed)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    return case


def transferred(cast: Cast, case: str, **changed: Any) -> None:  # noqa: ANN401 - a command's data
    """A case offered by Bakyt to the neighbouring department."""
    cast.bakyt.do(
        "offer_transfer",
        case=case,
        **{
            "to_office": cast.specialist2.department,
            "reason": "family_moved",
            "note": "They moved on Sunday.",
            **changed,
        },
    )


def yes_to(question: str) -> dict[str, Any]:
    names = (
        "injury_fear_word",
        "harmful_person_access",
        "no_able_adult_tonight",
        "basics_missing",
    )
    return {"seen": "alone", **dict.fromkeys(names, False), question: True}


def derived(cast: Cast, case: str) -> dict[str, Any]:
    kept = cast.bakyt.case(case)
    return {column.attname: getattr(kept, column.attname) for column in kept._meta.concrete_fields}
