"""Whatever a visible row refers to is visible with it, for everybody, after any day."""

from tests.access.references import broken_references, references
from tests.cases.acts import play, seed_of_run
from tests.cast import USERNAMES, Cast
from tests.factories import NOOKEN, registered, transferred, two_children

STEPS = 160


def _broken(cast: Cast) -> list[str]:
    return [found for name in USERNAMES for found in broken_references(cast.everybody[name])]


def test_there_are_references_to_follow() -> None:
    assert len(list(references())) == 39


def test_nothing_is_referred_to_that_is_hidden_where_a_child_moved_away(cast: Cast) -> None:
    first, second = two_children(cast)
    cast.bakyt.do("assign_worker", case=second, post=cast.nurlan.post, happened_on=cast.today)
    assert _broken(cast) == []
    transferred(cast, first)
    assert _broken(cast) == []
    cast.specialist2.do("accept_transfer", case=first, post=cast.cholpon.post, territory=NOOKEN)
    assert _broken(cast) == []


def test_nothing_is_referred_to_that_is_hidden_where_an_interest_was_declared(cast: Cast) -> None:
    case = registered(cast, family_too=True)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert _broken(cast) == []


def test_nothing_is_referred_to_that_is_hidden_after_any_day(cast: Cast) -> None:
    seed = seed_of_run()
    play(cast, seed, STEPS)
    repeat = f"repeat with: make test k=hidden_after_any_day SEED={seed}"
    assert _broken(cast) == [], repeat
