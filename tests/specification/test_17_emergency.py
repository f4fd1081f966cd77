"""Opening a case in an emergency: three hours, one person, and others are told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connections

from kamkor.access.models import Lent
from kamkor.cases.models import (
    Case,
    EmergencyOpening,
    Identification,
    Report,
    Reporter,
    TwoPersons,
)
from kamkor.kernel import clock
from kamkor.people.models import Household, Person
from kamkor.workforce.models import PostHolding
from tests.cast import Cast, Player
from tests.factories import (
    a_child,
    a_registration,
    a_removal,
    a_violent_report,
    accepted,
    identified,
    registered,
    seen,
    visited,
)
from tests.specification.test_16_two_persons import GROUND, answered, closed_case

WHY = "The police found the child alone at the bus station."


def with_reporter(cast: Cast, **changed: object) -> str:
    """A child of Suzak on the register, opened on a report whose reporter is known."""
    told = {"reporter_name": "Kanarei Kanareeva", "callback": "0555 12 34 56"}
    case = accepted(cast.aigul, **told)[0]
    cast.aigul.do("identify_child", case=case, **a_child(cast.today, **changed))
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    return case


def number_of(cast: Cast, case: str) -> str:
    return cast.bakyt.case(case).number


def opened(cast: Cast, by: Player, case: str, **changed: object) -> str:
    """The opening of a case in an emergency."""
    told = {"case_number": number_of(cast, case), "reason": WHY, **changed}
    answer = by.do("open_in_emergency", **told)
    assert answer["case"] == case
    return str(answer["opening"])


def rows(player: Player, case: str) -> int:
    """What the database itself shows a player of a case, its child, home and report."""
    return sum(player.sees(kind, **{path: case}) for kind, path in SHOWN.items())


SHOWN = {Case: "id", Person: "cases", Household: "cases", Report: "cases"}


def test_a_case_is_read_for_three_hours_and_not_a_minute_more(cast: Cast) -> None:
    case = with_reporter(cast)
    assert rows(cast.cholpon, case) == 0
    opened(cast, cast.cholpon, case)
    assert rows(cast.cholpon, case) == 4
    assert cast.cholpon.sees(Reporter) == 0
    cast.time.passes(hours=2, minutes=59)
    assert rows(cast.cholpon, case) == 4
    cast.time.passes(minutes=1)
    assert rows(cast.cholpon, case) == 0
    assert cast.cholpon.sees(EmergencyOpening) == 0


def test_a_case_that_a_department_answers_for_is_read_whole_too(cast: Cast) -> None:
    """Its rows stand in no unit."""
    case = identified(cast, cast.bakyt)
    assert cast.bakyt.case(case).office_unit is None
    for player in (cast.cholpon, cast.specialist2, cast.nurlan):
        opened(cast, player, case)
        assert rows(player, case) == 3


def test_only_hours_that_were_asked_for(cast: Cast) -> None:
    case = registered(cast)
    told = {"case_number": number_of(cast, case), "reason": WHY}
    assert cast.cholpon.refused("open_in_emergency", **told, hours=4) == "number_out_of_range"
    assert cast.cholpon.refused("open_in_emergency", **told, hours=0) == "number_out_of_range"
    opened(cast, cast.cholpon, case, hours=1)
    cast.time.passes(minutes=59)
    assert rows(cast.cholpon, case) == 3
    cast.time.passes(minutes=1)
    assert rows(cast.cholpon, case) == 0


def test_the_database_itself_gives_no_more_than_three_hours(cast: Cast) -> None:
    case = registered(cast)
    number, moment = number_of(cast, case), cast.time.moment
    question = "SELECT opened FROM open_in_emergency(%s, %s, '', %s, %s, %s, %s, 5, %s)"
    ids = ["019cac7d-0000-7000-8000-000000000001", "019cac7d-0000-7000-8000-000000000002"]
    for hours, gives in ((4, False), (3, True)):
        told: list[Any] = [
            number,
            *ids,
            moment,
            moment + timedelta(hours=hours),
            cast.today,
            moment,
        ]
        with cast.cholpon.inside(), connections["default"].cursor() as cursor:
            cursor.execute(question, told)
            assert (cursor.fetchone()[0] is not None) is gives


def test_who_may_not_open_at_all(cast: Cast) -> None:
    case = registered(cast)
    told = {"case_number": number_of(cast, case), "reason": WHY}
    for player in (cast.oblast, cast.daniyar, cast.elmira, cast.admin):
        assert player.refused("open_in_emergency", **told) == "not_permitted"
    for player in (cast.cholpon, cast.specialist2, cast.head2):
        assert opened(cast, player, case)


def test_a_reason_is_a_sentence(cast: Cast) -> None:
    case = registered(cast)
    told = {"case_number": number_of(cast, case)}
    assert cast.cholpon.refused("open_in_emergency", **told) == "field_required"
    short = {"reason": "urgent, the police"}
    assert cast.cholpon.refused("open_in_emergency", **told, **short) == "reason_too_short"
    assert cast.cholpon.refused("open_in_emergency", **told, reason="x" * 20) == ""


def test_what_is_seen_anyway_needs_no_emergency(cast: Cast) -> None:
    case = registered(cast)
    told = {"case_number": number_of(cast, case), "reason": WHY}
    for player in (cast.aigul, cast.bakyt, cast.head):
        assert player.refused("open_in_emergency", **told) == "seen_anyway"
    # A colleague of the same department who is not responsible does not see it.
    opened(cast, cast.nurlan, case)
    assert cast.nurlan.refused("open_in_emergency", **told) == "seen_anyway"


def sealed(cast: Cast) -> str:
    """A sealed case of Suzak, from which aigul is shut out."""
    told = a_violent_report(involves=[cast.aigul.post])
    report = cast.bakyt.do("receive_report", **told)["report"]
    answer = cast.bakyt.do(
        "screen_report", report=report, decision="accept", assign_to=cast.bakyt.post
    )
    case = str(answer["cases"][0])
    cast.bakyt.do("identify_child", case=case, **a_child(cast.today))
    return case


def test_unknown_sealed_and_barred_are_told_alike(cast: Cast) -> None:
    hidden = sealed(cast)
    interest = registered(cast, given_name="Нурбек", pin="21503201512345")
    cast.bakyt.do("declare_interest", case=interest, kind="relative", post=cast.nurlan.post)
    numbers = [number_of(cast, hidden), number_of(cast, interest), "K-2222-222", "K-?", "Нурбек"]
    answers = [
        cast.nurlan.answer("open_in_emergency", case_number=number, reason=WHY)
        for number in numbers
    ]
    faults = [answer.refusal.faults for answer in answers if answer.refusal is not None]
    assert [[one.code for one in found] for found in faults] == [["nothing_to_open"]] * 5
    assert all(found == faults[0] for found in faults)
    # Who is shut out of a team meets the same.
    told = {"case_number": number_of(cast, hidden), "reason": WHY}
    assert cast.aigul.refused("open_in_emergency", **told) == "nothing_to_open"


def test_an_erased_child_is_opened_by_nobody_and_the_reasons_go_along(cast: Cast) -> None:
    case = closed_case(cast)
    number = number_of(cast, case)
    opening = opened(cast, cast.cholpon, case)
    asked = cast.bakyt.do("ask_erasure", case=case, **GROUND)["request"]
    answered(cast.head, asked)
    told = {"case_number": number, "reason": WHY}
    assert cast.ulan.refused("open_in_emergency", **told) == "nothing_to_open"
    with cast.bakyt.inside():
        assert UUID(opening) in TwoPersons.objects.get(id=asked).keys


def test_numbers_are_not_tried_out(cast: Cast) -> None:
    case = registered(cast)
    for wrong in range(2, 7):
        number = f"K-{str(wrong) * 4}-{str(wrong) * 3}"
        told = {"case_number": number, "reason": WHY}
        assert cast.cholpon.refused("open_in_emergency", **told) == "nothing_to_open"
    right = {"case_number": number_of(cast, case), "reason": WHY}
    assert cast.cholpon.refused("open_in_emergency", **right) == "too_many_tries"
    assert rows(cast.cholpon, case) == 0
    # Another person is not hindered, and the same one is not the day after.
    opened(cast, cast.nurlan, case)
    cast.time.passes(hours=24)
    opened(cast, cast.cholpon, case)


def test_nothing_is_written(cast: Cast) -> None:
    """Nothing is written, not by a colleague of the department either, whose own side it would be."""
    case = with_reporter(cast)
    opened(cast, cast.nurlan, case)
    home, day = cast.bakyt.home(case), cast.today
    row = seen(case)
    refused: dict[str, dict[str, Any]] = {
        "record_visit": {"household": home, "kind": "home", "happened_on": day, "children": [row]},
        "record_name": {"case": case, "kind": "document", "given_name": "Жаңы"},
        "declare_interest": {"case": case, "kind": "relative"},
        "propose_taking_off": {"case": case, "reason": "died", "note": "x", "happened_on": day},
        "move_household": {"case": case, "place": "Elsewhere, 1", "happened_on": day},
        "give_safe_contact": {"case": case, "contact": "The teacher"},
        "identify_child": a_child(day, household=home, given_name="Нурлан"),
    }
    codes = {name: cast.nurlan.refused(name, **data) for name, data in refused.items()}
    assert codes == dict.fromkeys(refused, "only_read")
    with cast.bakyt.inside():
        report = str(Case.objects.get(id=case).report_id)
    told = {"report": report, "note": "Told twice"}
    assert cast.nurlan.refused("mark_sent_in_error", **told) == "only_read"


def test_work_of_ones_own_goes_on_beside_it(cast: Cast) -> None:
    """What was one's own before is not made to be read only."""
    case, own = (
        registered(cast),
        registered(cast, by=cast.nurlan, given_name="Тилек", place="Suzak, 9"),
    )
    opened(cast, cast.nurlan, case)
    visited(cast, cast.nurlan, seen(own))
    assert cast.nurlan.sees(Identification, case=own) == 1


def test_it_is_ended_by_oneself_or_by_the_second_person(cast: Cast) -> None:
    case = registered(cast)
    own = opened(cast, cast.cholpon, case)
    assert cast.aigul.refused("end_emergency", opening=own) == "not_found"
    cast.cholpon.do("end_emergency", opening=own)
    assert rows(cast.cholpon, case) == 0
    # It is told all the same that it was open.
    assert cast.head.refused("end_emergency", opening=own) == "emergency_over"
    cast.head.do("see_emergency", opening=own)
    again = opened(cast, cast.cholpon, case)
    cast.head.do("end_emergency", opening=again)
    assert rows(cast.cholpon, case) == 0
    assert cast.head.refused("see_emergency", opening=again) == "already_recorded"
    assert cast.cholpon.refused("end_emergency", opening=again) == "not_found"


def test_sealing_ends_it_at_once_for_good(cast: Cast) -> None:
    case = registered(cast)
    opening = opened(cast, cast.cholpon, case)
    assert (rows(cast.cholpon, case), still_lent(cast)) == (3, 3)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, ground="violence"))
    assert cast.bakyt.case(case).team is not None
    assert (rows(cast.cholpon, case), still_lent(cast)) == (0, 0)
    assert cast.cholpon.sees(EmergencyOpening) == 0
    assert cast.cholpon.refused("end_emergency", opening=opening) == "not_found"


def still_lent(cast: Cast) -> int:
    """How many rows are shown to somebody because of an emergency."""
    with cast.bakyt.inside():
        return Lent.objects.filter(reason="emergency", until__gt=clock.now()).count()


def test_an_interest_declared_ends_it_at_once(cast: Cast) -> None:
    case = registered(cast)
    opened(cast, cast.nurlan, case)
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.nurlan.post)
    assert rows(cast.nurlan, case) == 0
    assert cast.nurlan.viewer.emergency == ()


def test_it_is_one_persons_under_one_post(cast: Cast) -> None:
    """Neither a cover nor who holds the post next reads it; a post that ended reads nothing."""
    case = registered(cast)
    opened(cast, cast.nurlan, case)
    leave = {
        "valid_from": cast.today,
        "valid_to": cast.in_days(3),
        "cover": cast.begimai.post,
        "kind": "sick",
    }
    cast.head.do("record_leave", post=cast.nurlan.post, **leave)
    assert cast.nurlan.post in cast.begimai.viewer.acts_for
    assert cast.begimai.viewer.emergency == ()
    assert rows(cast.begimai, case) == 0
    assert rows(cast.nurlan, case) == 3


def test_a_post_that_ended_opens_nothing(committed_cast: Cast) -> None:
    cast = committed_cast
    case = registered(cast)
    opened(cast, cast.cholpon, case)
    held = PostHolding.objects.using("owner").filter(post_id=cast.cholpon.post)
    held.update(valid_to=cast.time.today - timedelta(days=1))
    assert cast.cholpon.viewer_or_nobody is None
