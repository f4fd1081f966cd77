"""Ids stand in the order in which they were made, also within one moment."""

from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from kamkor.kernel import clock
from kamkor.kernel.ids import id_of_text, is_ordered_id, new_id, new_ids


def test_ids_of_one_moment_stand_in_order() -> None:
    with clock.clock_at(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)):
        made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000
    assert all(is_ordered_id(one) for one in made)


def test_many_ids_stand_in_order_though_a_millisecond_holds_fewer() -> None:
    with clock.clock_at(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)):
        before, made = new_id(), [UUID(one) for one in islice(new_ids(), 4000)]
        assert [before, *made] == sorted({before, *made})
        assert all(is_ordered_id(one) and one.variant == before.variant for one in made)
    with clock.clock_at(datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)):
        assert new_id() > made[-1]


def test_an_id_bears_the_moment_it_was_made() -> None:
    moment = datetime(2026, 3, 2, 9, 0, 0, 123_000, tzinfo=UTC)
    with clock.clock_at(moment):
        assert new_id().int >> 80 == int(moment.timestamp() * 1000)


def test_an_id_the_database_wrote_is_read_as_any_other() -> None:
    for one in (new_id(), UUID(int=0), UUID(int=2**128 - 1)):
        read = id_of_text(str(one))
        assert (read, hash(read), str(read), read.is_safe) == (
            one,
            hash(one),
            str(one),
            one.is_safe,
        )
