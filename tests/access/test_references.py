"""Whatever a visible row refers to is visible with it, for everybody, after any day."""

from kamkor.people.models import Household
from tests.access.references import broken_references, references
from tests.cases.acts import play, seed_of_run
from tests.cast import USERNAMES, Cast
from tests.factories import NOOKEN, registered, seen, transferred, two_children, visited

STEPS = 160
QUESTIONS = ("injury_fear_word", "harmful_person_access", "no_able_adult_tonight")


def _broken(cast: Cast) -> list[str]:
    return [found for name in USERNAMES for found in broken_references(cast.everybody[name])]


def test_there_are_references_to_follow() -> None:
    assert len(list(references())) == 53


def test_nothing_is_referred_to_that_is_hidden_where_a_child_moved_away(cast: Cast) -> None:
    first, second = two_children(cast)
    cast.bakyt.do("assign_worker", case=second, post=cast.nurlan.post, happened_on=cast.today)
    assert _broken(cast) == []
    transferred(cast, first)
    assert _broken(cast) == []
    cast.specialist2.do("accept_transfer", case=first, post=cast.cholpon.post, territory=NOOKEN)
    assert _broken(cast) == []


def test_nothing_is_referred_to_that_is_hidden_where_the_other_side_reassigns_or_ends(
    cast: Cast,
) -> None:
    first, _ = two_children(cast)
    transferred(cast, first)
    cast.specialist2.do("accept_transfer", case=first, post=cast.cholpon.post, territory=NOOKEN)
    for post in (cast.ulan.post, cast.cholpon.post):
        cast.specialist2.do("assign_worker", case=first, post=post, happened_on=cast.today)
        assert _broken(cast) == []
    concern = {**seen(first), "none_of_these": False, **dict.fromkeys(QUESTIONS, False)}
    visited(cast, cast.cholpon, concern | {"basics_missing": True})
    day = {"case": first, "happened_on": cast.today}
    cast.cholpon.do("propose_taking_off", **day, reason="difficulty_overcome", note="x")
    cast.specialist2.do("decide_taking_off", **day, decision="agree")
    visited(cast, cast.cholpon, seen(first), kind="after_leaving")
    assert cast.cholpon.state(first) == "closed"
    cast.time.passes(minutes=20)
    assert cast.cholpon.sees(Household) == 0
    assert _broken(cast) == []


def test_nothing_is_referred_to_that_is_hidden_where_an_interest_was_declared(cast: Cast) -> None:
    case = registered(cast, family_too=True)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert _broken(cast) == []


def test_nothing_is_referred_to_that_is_hidden_where_two_records_are_one(cast: Cast) -> None:
    """Also where two units had them, where they move away together, and where they part there."""
    first, second = registered(cast), registered(cast)
    cast.bakyt.do("assign_worker", case=second, post=cast.nurlan.post, happened_on=cast.today)
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    number = cast.bakyt.case(second).number
    request = cast.bakyt.do("merge_people", case=first, case_number=number, **why)["request"]
    cast.head.do("answer_request", request=request, decision="agree")
    assert _broken(cast) == []
    assert cast.aigul.case(second).state == "merged"
    transferred(cast, first)
    cast.specialist2.do("accept_transfer", case=first, post=cast.cholpon.post, territory=NOOKEN)
    assert _broken(cast) == []
    cast.specialist2.do("undo_merge", case=first)
    assert cast.specialist2.case(second).state == "registered"
    assert _broken(cast) == []


def test_nothing_is_referred_to_that_is_hidden_after_any_day(cast: Cast) -> None:
    seed = seed_of_run()
    play(cast, seed, STEPS)
    repeat = f"repeat with: make test k=hidden_after_any_day SEED={seed}"
    assert _broken(cast) == [], repeat
