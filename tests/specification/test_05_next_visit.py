"""Step 5: when the next visit is due; one at which the child was not seen puts nothing off."""

from datetime import date, timedelta
from typing import Any

from kamkor.cases.models import VisitChild
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import not_seen, registered, seen, visited

QUESTIONS = (
    "injury_fear_word",
    "harmful_person_access",
    "no_able_adult_tonight",
    "basics_missing",
)
NO = dict.fromkeys(QUESTIONS, False)


def test_a_visit_at_which_the_child_was_not_seen_puts_nothing_off(cast: Cast) -> None:
    """Who was not met is due as before, or sooner; whoever was met, as that visit says."""
    case = registered(cast)
    desk, first = Desk("aigul", cast.time), cast.time.today + timedelta(days=7)

    def next_after(row: dict[str, Any], **told: Any) -> date | None:  # noqa: ANN401 - as sent
        home = cast.aigul.home(case)
        visit = {"household": home, "kind": "home", "happened_on": cast.today, **told}
        assert desk.command("record_visit", **visit, children=[row])["result"] == "applied"
        return cast.aigul.case(case).next_visit_on

    cast.time.passes(days=2)
    assert next_after(not_seen(case)) == first
    assert next_after(not_seen(case), next_on=cast.in_days(30)) == first
    sooner = cast.time.today + timedelta(days=2)
    assert next_after(not_seen(case), next_on=cast.in_days(2)) == sooner
    cast.time.passes(days=1)
    met = cast.time.today
    assert next_after(seen(case), next_on=cast.in_days(20)) == met + timedelta(days=20)
    assert next_after(not_seen(case), next_on=cast.in_days(25)) == met + timedelta(days=20)
    # A yes makes the risk high: the child is due 14 days after it was last met.
    late = {"happened_on": cast.days_ago(2)}
    assert next_after(not_seen(case), **late) == met + timedelta(days=20)
    assert next_after(seen(case)) == met + timedelta(days=30)
    worry = not_seen(case, injury_fear_word=True)
    assert next_after(worry) == met + timedelta(days=14)


def test_a_visit_corrected_to_not_seen_puts_nothing_off_and_back(cast: Cast) -> None:
    case = registered(cast)
    before = cast.aigul.case(case).next_visit_on
    visited(cast, cast.aigul, seen(case), next_on=cast.in_days(40))
    assert cast.aigul.case(case).next_visit_on == cast.time.today + timedelta(days=40)
    desk = Desk("aigul", cast.time)
    for said, due in (
        ({"seen": "not_seen", "not_seen_reason": "moved"}, before),
        ({"seen": "alone"}, cast.time.today + timedelta(days=40)),
    ):
        with cast.aigul.inside():
            fact = str(VisitChild.objects.get(case_id=case, withdrawn_at=None).pk)
        values = {**said, **NO} if said["seen"] == "alone" else said
        correction = {"case": case, "kind": "visit_child", "fact": fact, "values": values}
        told = desk.command("correct_fact", **correction, reason="typing_error")
        assert (told["result"], cast.aigul.case(case).next_visit_on) == ("applied", due)
