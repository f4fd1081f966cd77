"""Step 10: who is related or acquainted is taken off the case at once."""

from kamkor.cases.models import Case, Interest, Report
from kamkor.kernel.models import JournalEntry
from kamkor.people.models import Household, Person
from tests.cast import Cast, Player
from tests.factories import (
    a_child,
    a_registration,
    a_return,
    accepted,
    identified,
    proposed,
    registered,
    taken_off,
    two_children,
)


def _sees_nothing(player: Player) -> bool:
    return not any(player.sees(model) for model in (Case, Person, Household, Report, JournalEntry))


def test_a_worker_who_is_related_sees_nothing_of_the_home_from_that_moment(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    cast.aigul.do("identify_child", **a_child(cast.today, case=case))
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert _sees_nothing(cast.aigul)
    assert cast.aigul.refused("declare_interest", case=case, kind="relative") == "not_found"


def test_the_case_passes_on_to_the_specialist(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert cast.bakyt.case(case).responsible_id == cast.bakyt.post
    with cast.bakyt.inside():
        declared = Interest.objects.get()
    assert (declared.kind, declared.employee_id) == ("relative", cast.aigul.viewer.employee_id)


def test_if_the_specialist_is_related_too_the_head_takes_it(cast: Cast) -> None:
    case = registered(cast)
    cast.bakyt.do("declare_interest", case=case, kind="neighbour")
    assert cast.aigul.case(case).responsible_id == cast.aigul.post
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert cast.head.case(case).responsible_id == cast.head.post
    assert _sees_nothing(cast.bakyt)


def test_if_nobody_else_is_left_it_is_refused_and_everything_stays(cast: Cast) -> None:
    case = registered(cast)
    cast.bakyt.do("declare_interest", case=case, kind="neighbour")
    cast.head.do("declare_interest", case=case, kind="acquaintance")
    assert cast.aigul.refused("declare_interest", case=case, kind="relative") == "nobody_else"
    assert cast.aigul.case(case).responsible_id == cast.aigul.post


def test_the_brothers_and_sisters_pass_on_with_the_child(cast: Cast) -> None:
    first, second = two_children(cast)
    cast.aigul.do("declare_interest", case=first, kind="relative")
    assert cast.bakyt.case(second).responsible_id == cast.bakyt.post
    assert _sees_nothing(cast.aigul)
    assert cast.bakyt.sees(Interest) == 2


def test_the_specialist_declares_it_of_a_colleague_who_is_then_shut_out(cast: Cast) -> None:
    case = registered(cast)
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.aigul.post)
    assert _sees_nothing(cast.aigul)
    assert cast.bakyt.case(case).responsible_id == cast.bakyt.post


def test_a_worker_declares_only_its_own(cast: Cast) -> None:
    case = registered(cast)
    of_another = {"case": case, "kind": "relative", "post": cast.nurlan.post}
    assert cast.aigul.faults("declare_interest", **of_another) == [("post", "not_permitted")]
    own = of_another | {"post": cast.aigul.post}
    assert cast.aigul.refused("declare_interest", **own) == ""


def test_whoever_is_shut_out_of_a_sealed_case_leaves_its_team(cast: Cast) -> None:
    case = identified(cast)
    ground = "child_victim_of_violence"
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=case, **data)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert _sees_nothing(cast.aigul)
    kept = cast.bakyt.case(case)
    assert kept.responsible_id == cast.bakyt.post
    assert cast.bakyt.team(kept) == ({cast.bakyt.post, cast.head.post}, {cast.aigul.post})


def test_whoever_declared_an_interest_is_not_named_when_the_case_is_sealed(cast: Cast) -> None:
    case = identified(cast)
    cast.head.do("declare_interest", case=case, kind="acquaintance")
    ground = "child_victim_of_violence"
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=case, **data)
    team = cast.bakyt.team(cast.bakyt.case(case))
    assert team == ({cast.aigul.post, cast.bakyt.post}, {cast.head.post})
    assert _sees_nothing(cast.head)


def test_an_interest_that_cannot_be_so_is_refused(cast: Cast) -> None:
    case = registered(cast)
    declare = {"case": case, "kind": "relative"}
    assert cast.aigul.faults("declare_interest", case=case, kind="enemy") == [
        ("kind", "code_unknown")
    ]
    assert cast.bakyt.refused("declare_interest", **declare, post=999_999) == "post_unknown"
    assert cast.cholpon.refused("declare_interest", **declare) == "not_found"
    assert cast.oblast.refused("declare_interest", **declare) == "not_permitted"
    cast.bakyt.do("declare_interest", **declare, post=cast.nurlan.post)
    again = declare | {"post": cast.nurlan.post}
    assert cast.bakyt.refused("declare_interest", **again) == "interest_declared"
    decline = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    other = identified(cast)
    cast.bakyt.do("register_child", case=other, **decline)
    assert cast.aigul.refused("declare_interest", case=other, kind="relative") == "state_forbids"


def test_what_is_found_later_in_that_home_stays_hidden_too(cast: Cast) -> None:
    case = registered(cast)
    cast.bakyt.do("declare_interest", case=case, kind="relative", post=cast.head.post)
    home = cast.aigul.home(case)
    siblings = [{"given_name": "Жаңыл", "looked_at": True}]
    identified(cast, household=home, given_name="Нур", siblings=siblings)
    assert cast.bakyt.sees(Case) == 2
    assert _sees_nothing(cast.head)


def test_a_return_to_the_register_stays_hidden_too(cast: Cast) -> None:
    case = taken_off(cast, "entered_in_error")
    back = {"case": case, **a_return(cast.today)}
    assert cast.bakyt.refused("declare_interest", case=case, kind="relative") == "state_forbids"
    again = str(cast.bakyt.do("return_to_register", **back)["case"])
    cast.head.do("declare_interest", case=again, kind="acquaintance")
    proposed(cast, again, "entered_in_error")
    cast.bakyt.do("decide_taking_off", case=again, decision="agree", happened_on=cast.today)
    cast.bakyt.do("return_to_register", case=again, **a_return(cast.today))
    assert cast.bakyt.sees(Case) == 3
    assert _sees_nothing(cast.head)
