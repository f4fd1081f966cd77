"""Posts of the establishment: a programme opens them, they are placed, filled, left and ended."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamkor.access.queries import viewer_for
from kamkor.kernel.commands import Command
from kamkor.kernel.ids import new_id
from kamkor.workforce.models import Employee, Post, PostHolding, ProgrammeStage, StaffState
from kamkor.workforce.queries.staffing import NATIONAL, posts_known, stages_known
from kamkor.workforce.rules.staffing import without_gaps
from tests.cast import Cast, Player, rolled_back
from tests.factories import NOOKEN, SUZAK

KIND = "accompaniment"
PROGRAMME = "decree-2025-01-30"
STAGES = [
    {"opens_on": "2025-02-01", "posts": 2, "norm": 4000},
    {"opens_on": "2025-04-01", "posts": 1, "norm": 4000},
]
Row = tuple[str, str, str | None, str]


def programme(cast: Cast, **changed: Any) -> None:  # noqa: ANN401 - a command's data
    """A programme of two stages and three posts."""
    told = {"programme": PROGRAMME, "kind": KIND, "stages": STAGES}
    cast.daniyar.do("set_programme", **told | changed)


def a_post(number: str = "P-1", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
    """A post of the first stage in Suzak."""
    told = {"post": number, "kind": KIND, "territory": SUZAK, "opened_on": "2025-02-01"}
    return told | {"programme": PROGRAMME, "stage": 1} | changed


def opened(cast: Cast, number: str = "P-1", **changed: Any) -> str:  # noqa: ANN401 - a command's data
    """A post that is open, with its programme."""
    if not ProgrammeStage.objects.exists():
        programme(cast)
    cast.daniyar.do("open_post", **a_post(number, **changed))
    return number


def state(by: Player, post: str, what: str, day: str, **more: Any) -> None:  # noqa: ANN401 - as above
    """From a day on a post is in another state."""
    by.do("set_post_state", post=post, state=what, happened_on=day, **more)


ANARA = {"person": "T-17", "surname": "Асанова", "given_name": "Анара"}
BOLOT = {"person": "T-18", "surname": "Бекова", "given_name": "Болот"}


def rows(post: str) -> list[Row]:
    """What stands of a post: state, first and last day, personnel number."""
    found = StaffState.objects.filter(post__number=post, withdrawn_at=None)
    return [
        (
            one.state,
            one.valid_from.isoformat(),
            one.valid_to.isoformat() if one.valid_to else None,
            one.employee.number if one.employee else "",
        )
        for one in found.select_related("employee").order_by("valid_from")
    ]


def test_a_post_is_vacant_when_it_opens_and_then_what_is_recorded(cast: Cast) -> None:
    post = opened(cast)
    assert rows(post) == [("vacant", "2025-02-01", None, "")]
    state(cast.daniyar, post, "announced", "2025-02-10")
    state(cast.head, post, "in_selection", "2025-02-20")
    state(cast.head, post, "appointed", "2025-03-03", **ANARA)
    state(cast.head, post, "on_leave", "2025-07-01")
    state(cast.head, post, "appointed", "2025-07-15", person="T-17")
    state(cast.head, post, "vacant", "2025-09-01")
    state(cast.daniyar, post, "ended", "2025-12-01")
    assert rows(post) == [
        ("vacant", "2025-02-01", "2025-02-09", ""),
        ("announced", "2025-02-10", "2025-02-19", ""),
        ("in_selection", "2025-02-20", "2025-03-02", ""),
        ("appointed", "2025-03-03", "2025-06-30", "T-17"),
        ("on_leave", "2025-07-01", "2025-07-14", "T-17"),
        ("appointed", "2025-07-15", "2025-08-31", "T-17"),
        ("vacant", "2025-09-01", "2025-11-30", ""),
        ("ended", "2025-12-01", None, ""),
    ]


def test_on_the_same_day_once_more_a_mistake_is_mended_and_stays_known(cast: Cast) -> None:
    post = opened(cast)
    state(cast.head, post, "appointed", "2025-03-03", **ANARA)
    cast.time.passes(days=1)
    state(cast.head, post, "appointed", "2025-03-03", **BOLOT)
    assert rows(post)[1:] == [("appointed", "2025-03-03", None, "T-18")]
    before, now = (
        posts_known(KIND, day, None)[0].states[-1].holder for day in (date(2026, 3, 2), None)
    )
    names = dict(Employee.objects.filter(number__gt="").values_list("id", "number"))
    assert (names[before or 0], names[now or 0]) == ("T-17", "T-18")


def test_what_never_happened_is_mended_by_what_stood_before(cast: Cast) -> None:
    post = opened(cast)
    state(cast.head, post, "appointed", "2025-03-03", **ANARA)
    state(cast.head, post, "vacant", "2025-03-03")
    assert rows(post) == [
        ("vacant", "2025-02-01", "2025-03-02", ""),
        ("vacant", "2025-03-03", None, ""),
    ]
    state(cast.head, post, "appointed", "2025-03-10", person="T-17")
    assert rows(post)[-1] == ("appointed", "2025-03-10", None, "T-17")


def test_what_is_recorded_late_takes_its_place_between(cast: Cast) -> None:
    post = opened(cast)
    state(cast.head, post, "appointed", "2025-03-03", **ANARA)
    state(cast.head, post, "in_selection", "2025-02-10")
    state(cast.head, post, "appointed", "2025-02-27", person="T-17")
    assert rows(post) == [
        ("vacant", "2025-02-01", "2025-02-09", ""),
        ("in_selection", "2025-02-10", "2025-02-26", ""),
        ("appointed", "2025-02-27", "2025-03-02", "T-17"),
        ("appointed", "2025-03-03", None, "T-17"),
    ]


def test_nothing_of_a_post_gives_a_right(cast: Cast) -> None:
    seats = (Post.objects.count(), PostHolding.objects.count())
    post = opened(cast)
    state(cast.head, post, "appointed", "2025-03-03", **ANARA)
    assert (Post.objects.count(), PostHolding.objects.count()) == seats
    assert not hasattr(Employee.objects.get(number="T-17"), "account")
    ministry = cast.daniyar.viewer
    assert (ministry.level, ministry.offices, ministry.lent) == (0, (), (NATIONAL,))
    assert all(NATIONAL not in one.viewer.lent for one in (cast.head, cast.oblast, cast.elmira))


def test_the_ministry_s_acts_stand_in_the_nation_s_journal_and_a_head_s_in_its_own(
    cast: Cast,
) -> None:
    post = opened(cast)
    state(cast.head, post, "announced", "2025-02-10")
    names = [name for _, name, _ in cast.daniyar.journal(NATIONAL)]
    assert names == ["set_programme", "open_post"]
    assert cast.head.journal(NATIONAL) == []
    assert cast.aigul.journal(NATIONAL) == []


def test_the_same_command_twice_is_one_act(cast: Cast) -> None:
    programme(cast)
    command = Command(new_id(), "open_post", a_post())
    results = [cast.daniyar.answers(command)[0].result for _ in range(2)]
    assert results == ["applied", "duplicate"]


def test_a_head_records_of_its_own_district_only(cast: Cast) -> None:
    opened(cast)
    there = opened(cast, "P-2", territory=NOOKEN)
    told = {"post": there, "state": "announced", "happened_on": "2025-02-10"}
    assert cast.head.refused("set_post_state", **told) == "not_found"
    assert cast.head.refused("set_post_state", **told | {"post": "none"}) == "not_found"
    assert cast.head2.refused("set_post_state", **told) == ""
    for name in ("aigul", "bakyt", "oblast", "elmira", "admin"):
        assert cast.everybody[name].refused("set_post_state", **told) == "not_permitted"
    for name in ("head", "oblast", "elmira", "aigul"):
        assert cast.everybody[name].refused("open_post", **a_post("P-3")) == "not_permitted"
        told_all = {"programme": "x", "kind": KIND, "stages": STAGES}
        assert cast.everybody[name].refused("set_programme", **told_all) == "not_permitted"


def test_a_programme_set_anew_takes_the_place_of_what_stood(cast: Cast) -> None:
    programme(cast)
    cast.time.passes(days=1)
    more = [*STAGES, {"opens_on": "2025-06-01", "posts": 5, "norm": 4000}]
    programme(cast, stages=more)
    now, before = stages_known(KIND, None), stages_known(KIND, date(2026, 3, 2))
    assert [one.posts for one in now] == [2, 1, 5]
    assert [one.posts for one in before] == [2, 1]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ("programme", "already_recorded")),
        ({"stages": STAGES[1:]}, ("stages", "posts_stand_already")),
        ({"kind": "home_care"}, None),
        ({"stages": [STAGES[0] | {"posts": 1}]}, ("stages", "posts_stand_already")),
        ({"stages": [STAGES[0] | {"opens_on": "2025-02-02"}]}, ("stages", "posts_stand_already")),
        ({"stages": [STAGES[0]]}, None),
        ({"stages": STAGES[::-1]}, ("stages.1.opens_on", "stages_out_of_order")),
        ({"stages": [STAGES[0] | {"norm": 0}]}, ("stages.0.norm", "number_out_of_range")),
        ({"kind": "doctor"}, ("kind", "field_invalid")),
        ({"stages": []}, ("stages", "field_required")),
    ],
)
def test_what_a_programme_cannot_be(
    cast: Cast, changed: dict[str, Any], fault: tuple[str, str] | None
) -> None:
    opened(cast)
    opened(cast, "P-2")
    told = {"programme": PROGRAMME, "kind": KIND, "stages": STAGES}
    assert cast.daniyar.faults("set_programme", **told | changed) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ("post", "already_recorded")),
        ({"territory": NOOKEN}, ("post", "post_number_taken")),
        ({"post": "P-3"}, ("stage", "stage_full")),
        ({"post": "P-3", "percent": 50}, ("stage", "stage_full")),
        ({"post": "P-3", "stage": 2}, ("opened_on", "before_the_stage")),
        ({"post": "P-3", "stage": 3}, ("stage", "stage_unknown")),
        ({"post": "P-3", "kind": "home_care"}, ("stage", "stage_unknown")),
        ({"post": "P-3", "programme": "none"}, ("stage", "stage_unknown")),
        ({"post": "P-3", "programme": None}, ("programme", "field_required")),
        ({"post": "P-3", "stage": None}, ("stage", "field_required")),
        ({"post": "P-3", "territory": None}, ("territory", "field_required")),
        ({"post": "P-3", "territory": "41799999999999"}, ("territory", "territory_unknown")),
        ({"post": "P-3", "territory": "41700000000000"}, ("territory", "territory_unknown")),
        ({"post": "P-3", "percent": 101}, ("percent", "number_out_of_range")),
        ({"post": "P-3", "stage": 2, "opened_on": "2025-04-01"}, None),
        ({"post": "P-3", "stage": None, "programme": None}, None),
    ],
)
def test_what_a_post_cannot_be(
    cast: Cast, changed: dict[str, Any], fault: tuple[str, str] | None
) -> None:
    opened(cast)
    opened(cast, "P-2")
    assert cast.daniyar.faults("open_post", **a_post() | changed) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("what", "day", "more", "fault"),
    [
        ("vacant", "2025-01-31", {}, ("happened_on", "before_post_opened")),
        ("vacant", "2026-03-03", {}, ("happened_on", "date_in_future")),
        ("vacant", "2025-03-01", {}, ("state", "state_does_not_follow")),
        ("vacant", "2025-02-01", {}, ("happened_on", "already_recorded")),
        ("on_leave", "2025-03-01", {}, ("state", "state_does_not_follow")),
        ("ended", "2025-04-15", {}, ("state", "state_does_not_follow")),
        ("appointed", "2025-05-15", BOLOT, ("state", "state_does_not_follow")),
        ("appointed", "2025-07-01", {}, ("person", "field_required")),
        ("appointed", "2025-07-01", {"person": "T-99"}, ("given_name", "field_required")),
        ("appointed", "2025-07-01", BOLOT | {"person": "T-17"}, ("person", "person_differs")),
        ("vacant", "2025-07-01", ANARA, ("person", "person_only_if_held")),
        ("vacant", "2025-07-01", {"substitute": "T-17"}, ("substitute", "person_only_if_held")),
        ("on_leave", "2025-08-01", {"substitute": "T-99"}, ("substitute", "person_unknown")),
        ("on_leave", "2025-08-01", {"substitute": "T-17"}, ("substitute", "person_unknown")),
        ("on_leave", "2025-08-01", {"substitute": "T-18"}, None),
        ("appointed", "2025-08-01", {"person": "T-18"}, ("person", "in_another_post")),
        ("busy", "2025-08-01", {}, ("state", "field_invalid")),
    ],
)
def test_what_cannot_become_of_a_post(
    cast: Cast, what: str, day: str, more: dict[str, Any], fault: tuple[str, str] | None
) -> None:
    post, other = opened(cast), opened(cast, "P-2")
    state(cast.head, other, "appointed", "2025-03-01", **BOLOT)
    state(cast.head, post, "appointed", "2025-05-01", **ANARA)
    state(cast.head, post, "on_leave", "2025-06-01")
    state(cast.head, post, "appointed", "2025-07-10", person="T-17")
    told = {"post": post, "state": what, "happened_on": day, **more}
    found = cast.head.faults("set_post_state", **told)
    assert found[:1] == ([fault] if fault else [])


def test_a_post_that_ended_leaves_its_place_in_the_stage_to_another(cast: Cast) -> None:
    for number in ("P-1", "P-2"):
        opened(cast, number)
    told = {"post": "P-1", "happened_on": "2025-06-01"}
    cast.daniyar.do("set_post_state", state="ended", **told)
    early, late = a_post("P-3"), a_post("P-3", opened_on="2025-06-01")
    assert cast.daniyar.faults("open_post", **early) == [("stage", "stage_full")]
    assert cast.daniyar.faults("open_post", **late) == []
    again = cast.daniyar.faults("set_post_state", state="vacant", **told)
    assert again == [("state", "stage_full")]


def test_a_post_opened_by_mistake_ends_on_the_day_it_was_opened(cast: Cast) -> None:
    for number in ("P-1", "P-2"):
        opened(cast, number)
    told = {"post": "P-1", "happened_on": "2025-02-01"}
    cast.daniyar.do("set_post_state", state="ended", **told)
    opened(cast, "P-3")
    assert cast.daniyar.refused("set_post_state", state="vacant", **told) == "stage_full"


def test_shares_make_up_one_post_and_no_more(cast: Cast) -> None:
    programme(cast)
    for number, percent in (("H-1", 50), ("H-2", 50), ("H-3", 25)):
        cast.daniyar.do(
            "open_post",
            post=number, kind="home_care", territory=SUZAK, percent=percent,
            opened_on="2025-02-01",
        )  # fmt: skip
    state(cast.head, "H-1", "appointed", "2025-02-01", **ANARA)
    state(cast.head, "H-2", "appointed", "2025-03-01", person="T-17")
    told = {"post": "H-3", "state": "appointed", "happened_on": "2025-02-15", "person": "T-17"}
    assert cast.head.faults("set_post_state", **told) == [("person", "in_another_post")]
    state(cast.head, "H-2", "vacant", "2025-04-01")
    state(cast.head, "H-3", "appointed", "2025-04-01", person="T-17")


def test_the_database_itself_holds_one_state_a_day_and_one_full_post_a_person(cast: Cast) -> None:
    post, other = opened(cast), opened(cast, "P-2")
    state(cast.head, post, "appointed", "2025-05-01", **ANARA)
    row = StaffState.objects.get(post__number=post, state="appointed")
    twice = {"valid_from": "2025-05-02", "valid_to": None, "recorded_at": row.recorded_at}
    told = {"command": row.command, "by_post": row.by_post, "full": True, **twice}
    there = StaffState.objects.get(post__number=other).post
    for wrong in (
        {"post": row.post, "state": "vacant"},
        {"post": there, "state": "appointed"},
        {"post": there, "state": "vacant", "employee": row.employee},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffState.objects.create(**told | wrong)
    StaffState.objects.filter(post=there).update(withdrawn_at=row.recorded_at)
    with pytest.raises(IntegrityError, match="one_full_post_a_person"), transaction.atomic():
        StaffState.objects.create(
            **told | {"post": there, "state": "appointed", "employee": row.employee}
        )


LIVES = st.lists(
    st.sampled_from(["announced", "in_selection", "anara", "bolot", "on_leave", "vacant"]),
    min_size=1,
    max_size=7,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LIVES, st.randoms(use_true_random=False))
def test_states_stand_without_gap_in_whatever_order_they_are_recorded(
    cast: Cast,
    life: list[str],
    draw: Any,  # noqa: ANN401 - a generator of hypothesis
) -> None:
    """What is refused comes again later; if all is recorded in two orders, the same stands."""

    def told(at: int, what: str) -> dict[str, Any]:
        day = {"post": "P-1", "happened_on": date(2025, 2, 2 + 3 * at).isoformat()}
        persons = {"anara": ANARA, "bolot": BOLOT}
        return day | {"state": "appointed" if what in persons else what, **persons.get(what, {})}

    facts = [told(at, what) for at, what in enumerate(life)]
    ends = []
    for order in (facts, draw.sample(facts, len(facts))):
        with rolled_back():
            opened(cast)
            left, before = order, -1
            while left and len(left) != before:
                before = len(left)
                left = [one for one in left if cast.head.refused("set_post_state", **one)]
                assert without_gaps(posts_known(KIND, None, None)[0].states)
            ends.append((len(left), rows("P-1")))
    if ends[0][0] == ends[1][0] == 0:
        assert ends[0] == ends[1]


def test_viewers_of_the_ministry_are_read_the_same_again(cast: Cast) -> None:
    from kamkor.access.queries import account_named, viewer_again  # noqa: PLC0415

    account = account_named("daniyar")
    assert account is not None
    viewer = viewer_for(account)
    assert viewer is not None
    assert viewer_again(viewer).lent == viewer.lent == (NATIONAL,)
