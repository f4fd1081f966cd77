"""Step 6: a child is taken out of danger now, and everybody who must know is told."""

from datetime import timedelta

import pytest

from kamkor.cases.models import Case, Removal
from tests.cast import Cast
from tests.factories import a_child, a_removal, accepted, identified, registered, transferred


def test_a_removal_says_the_danger_the_ground_the_decider_and_where_the_child_sleeps(
    cast: Cast,
) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, siblings="With the aunt"))
    with cast.aigul.inside():
        kept = Removal.objects.get()
    assert (kept.ground, kept.decider, kept.sleeps_at) == (
        "danger_to_life",
        "department_head",
        "relative",
    )
    assert (kept.siblings, kept.next_step) == ("With the aunt", "Visit tomorrow morning")
    assert cast.aigul.case(case).away_from_home is True
    assert cast.aigul.state(case) == "registered"


def test_whoever_has_not_been_told_yet_is_due_within_a_day(cast: Cast) -> None:
    case = registered(cast)
    told = cast.time.moment.isoformat()
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, parents_told_at=told))
    assert cast.aigul.tasks(case) == [("notice_doctor", "worker"), ("notice_prosecutor", "worker")]
    task = cast.aigul.task(case, "notice_prosecutor")
    assert task.due_at - task.recorded_at == timedelta(hours=24)


def test_if_all_are_told_nothing_is_due(cast: Cast) -> None:
    case = registered(cast)
    told = cast.time.moment.isoformat()
    names = ("prosecutor_told_at", "parents_told_at", "doctor_told_at")
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today), **dict.fromkeys(names, told))
    assert cast.aigul.tasks(case) == []


def test_a_child_is_protected_in_every_open_state(cast: Cast) -> None:
    (reported,) = accepted(cast.aigul)
    found, entered, offered = identified(cast), registered(cast), registered(cast)
    transferred(cast, offered)
    for case in (reported, found, entered, offered):
        cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    assert cast.aigul.sees(Removal) == 4


def test_a_removal_because_of_violence_seals_the_case_and_keeps_the_worker_in_its_team(
    cast: Cast,
) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, ground="violence"))
    assert cast.aigul.case(case).team is not None
    assert cast.nurlan.sees(Case) == 0
    assert cast.oblast.sees(Case) == 0
    kinds = [kind for kind, _ in cast.bakyt.tasks(case)]
    assert kinds == [
        "notice_doctor",
        "notice_parents",
        "notice_police",
        "notice_prosecutor",
        "notice_prosecutor",
    ]


def test_an_offered_case_that_is_sealed_comes_back_to_the_sender(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    assert cast.specialist2.sees(Case) == 1
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, ground="violence"))
    assert cast.specialist2.sees(Case) == 0
    assert cast.aigul.state(case) == "registered"
    assert cast.aigul.case(case).offered_to_id is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"parents_told_at": "2026-03-02T23:00:00+06:00"},
            ("parents_told_at", "told_in_future"),
        ),
        ({"parents_told_at": "2026-03-02T08:00:00"}, ("parents_told_at", "field_invalid")),
        ({"happened_on": "2026-03-03"}, ("happened_on", "date_in_future")),
        ({"happened_on": "2026-03-01"}, ("happened_on", "before_beginning")),
        ({"ground": "bad_weather"}, ("ground", "code_unknown")),
        ({"decider": "neighbour"}, ("decider", "code_unknown")),
        ({"sleeps_at": "car"}, ("sleeps_at", "code_unknown")),
        ({"sleeps_where": ""}, ("sleeps_where", "field_required")),
    ],
)
def test_a_removal_that_cannot_be_so_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    case = registered(cast)
    data = a_removal(cast.today, **changed)
    assert cast.aigul.faults("protect_now", case=case, **data) == [fault]
    assert cast.aigul.sees(Removal) == 0


def test_a_removal_before_the_birth_is_refused(cast: Cast) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(9))
    cast.aigul.do("identify_child", **a_child(cast.today, case=case, born=cast.days_ago(2)))
    early = a_removal(cast.days_ago(3))
    assert cast.aigul.faults("protect_now", case=case, **early) == [("happened_on", "before_birth")]


def test_a_family_is_not_removed_and_a_closed_case_neither(cast: Cast) -> None:
    answer = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    removal = a_removal(cast.today)
    assert cast.aigul.refused("protect_now", case=answer["family"], **removal) == "wrong_register"
    decline = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=answer["case"], **decline)
    assert cast.aigul.refused("protect_now", case=answer["case"], **removal) == "state_forbids"


def test_another_department_cannot_remove_a_child_it_is_only_shown(cast: Cast) -> None:
    case = registered(cast)
    assert cast.specialist2.refused("protect_now", case=case, **a_removal(cast.today)) == (
        "not_found"
    )
    transferred(cast, case)
    assert cast.specialist2.refused("protect_now", case=case, **a_removal(cast.today)) == (
        "not_permitted"
    )
