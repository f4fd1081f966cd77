"""What a kept question may not do: hold, compare, or confuse a value."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db.models import CharField, Q, QuerySet, Value

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import RIGHTS, WORKER
from kamkor.cases.models import Case, Report
from kamkor.kernel import kept
from kamkor.kernel.kept import ANYONE, KEPT, Mark, NotKept, asked, counted
from kamkor.people.queries import scope_filter
from kamkor.workforce.models import Post

pytestmark = pytest.mark.django_db

WHOLE = Viewer(
    *(7, "aigul", "Айгүл", "ky", WORKER, 11, 12, 13, 14, (14, 15), 16, 17),
    posts=("post",),  # type: ignore[arg-type]
    acts_for=(11, 18),
    teams=(UUID(int=1),),
    lent=(UUID(int=2),),
    barred=(UUID(int=3),),
    emergency=(UUID(int=4),),
    day=date(2026, 3, 5),
)
BARE = Viewer(8, "", "", "", WORKER)


def mark(name: str, *, some: bool = False) -> Mark:
    """A mark of the asker."""
    return Mark(name, of_asker=True, some=some)


@pytest.mark.parametrize("viewer", [WHOLE, BARE, replace(WHOLE, lent=(), district=None)])
def test_the_form_of_a_viewer_holds_its_role_and_none_of_its_values(viewer: Viewer) -> None:
    form = viewer.shape.form(mark)
    assert form.role == viewer.role
    for one in fields(Viewer):
        value, held = getattr(viewer, one.name), getattr(form, one.name)
        if one.name != "role":
            assert (type(held) is Mark) == bool(value), one.name
            assert type(held) is Mark or not held, one.name
    assert isinstance(form.offices, Mark)


SHAPING = [one.name for one in fields(Viewer) if one.name not in {"role", "workforce"}]


@pytest.mark.parametrize("name", SHAPING)
def test_who_has_nothing_of_a_kind_is_of_another_shape(name: str) -> None:
    nothing: Any = None if name == "day" else type(getattr(WHOLE, name))()
    bare = replace(WHOLE, **{name: nothing})
    assert bare.shape != WHOLE.shape
    assert type(getattr(bare.shape.form(mark), name)) is not Mark


def test_what_was_read_of_the_workforce_makes_nobody_another() -> None:
    """Whoever opens a page and then sends it is one viewer, of one shape, and no question has it."""
    reading = replace(WHOLE, workforce=UUID(int=5))
    assert reading == WHOLE
    assert reading.shape == WHOLE.shape
    assert reading.shape.form(mark).workforce is None


def test_the_shape_of_a_viewer_tells_nothing_of_it() -> None:
    other = replace(WHOLE, account_id=1, lent=(UUID(int=9), UUID(int=8)), district=99, units=(3,))
    assert other.shape == WHOLE.shape
    assert {replace(WHOLE, role=role).shape for role in RIGHTS} == {
        replace(other, role=role).shape for role in RIGHTS
    }


LOOKS: list[Callable[[Viewer], object]] = [
    lambda viewer: viewer.district == 16,
    lambda viewer: viewer.district != 16,
    lambda viewer: viewer.language in {"ky", "ru"},
    lambda viewer: {"ky": 1}.get(viewer.language),
    lambda viewer: viewer.post_id in viewer.acts_for,
    lambda viewer: list(viewer.teams),
    lambda viewer: viewer.posts[0],
    lambda viewer: len(viewer.lent),
    lambda viewer: f"name_{viewer.language}",
    lambda viewer: str(viewer.unit),
    lambda viewer: int(viewer.unit or 0),
    lambda viewer: bool(viewer.offices),
    lambda viewer: (viewer.district or 0) > 3,
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_question_that_decides_by_a_value_is_not_kept(look: Callable[[Viewer], object]) -> None:
    def question(viewer: Viewer) -> QuerySet[Case]:
        look(viewer)
        return Case.objects.filter(scope_filter(viewer))

    with pytest.raises(TypeError):
        asked(question, WHOLE)


def test_a_question_that_decides_by_what_is_given_is_not_kept() -> None:
    def question(_asker: object, state: str) -> QuerySet[Case]:
        return Case.objects.filter(state=state) if state else Case.objects.all()

    with pytest.raises(NotKept):
        asked(question, ANYONE, state="")


HELD: list[Callable[[], Q]] = [
    lambda: Q(opened_on=date(2026, 3, 5)),
    lambda: Q(id=UUID(int=7)),
    lambda: Q(id__among=[UUID(int=7)]),
    lambda: Q(opened_on__among=[date(2026, 3, 5)]),
    lambda: Q(last_seen_on__gt=datetime(2026, 3, 5, tzinfo=UTC)),
]


@pytest.mark.parametrize("held", HELD)
def test_a_question_with_a_value_of_its_own_is_not_kept(held: Callable[[], Q]) -> None:
    with pytest.raises(NotKept):
        asked(lambda _: Case.objects.filter(held()), ANYONE)


def test_what_is_given_never_stands_for_what_the_viewer_is() -> None:
    """A value given as ``district`` or ``units`` leaves the viewer's scope as it is."""

    def question(viewer: Viewer, offices: list[int], units: list[int]) -> QuerySet[Case]:
        beside = Q(office_district__among=offices) | Q(office_unit__among=units)
        return Case.objects.filter(scope_filter(viewer), beside)

    statement = kept._one(question, WHOLE.shape, (), ("offices", "units"))
    assert statement is not None
    told = {
        name: kept._told(one, WHOLE, {"offices": (1, 2), "units": (3,)})
        for name, one in statement.marks.items()
    }
    assert told["asker_offices"] == [14, 15]
    assert (told["given_offices"], told["given_units"]) == ([1, 2], [3])
    place = statement.sent.names.index("asker_offices") + 1
    assert len(re.findall(rf"\${place}\b", statement.sent.text)) == 1


def test_questions_put_together_at_once_keep_each_its_own_values() -> None:
    """Threads of one process put questions together at the same time."""

    def question(_asker: object, word: str) -> QuerySet[Case]:
        return Case.objects.filter(state=word, risk_level=f"risk {word}").order_by()

    def said(word: str) -> list[str]:
        statement = kept._one.__wrapped__(question, ANYONE, (word,), ())
        assert statement is not None
        return re.findall(r"'([^']*)'", statement.sent.text)

    words = [f"word {number}" for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(said, words))
    assert [sorted(one) for one in found] == [[f"risk {word}", word] for word in words]


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("word", ["it's", "9 %", "%(asker_teams)s", "a\\' OR true --", '"{,}"', ""])
def test_what_stands_in_the_text_of_a_question_is_a_value_and_nothing_else(word: str) -> None:
    """Also in a list, as ``among`` sends it."""

    def question(_asker: object, word: str) -> QuerySet[Any, tuple[str, str]]:
        told = Value(word, output_field=CharField())
        rows = Post.objects.filter(Q(kind__among=[word, "head"]), ~Q(kind__in=[word]))
        return rows.annotate(told=told).values_list("kind", "told")

    assert set(asked(question, ANYONE, word)) == {("head", word)}


def test_a_process_keeps_a_bounded_number_of_questions() -> None:
    """However many kinds somebody asks for."""

    def question(_asker: object, number: int) -> QuerySet[Report]:
        return Report.objects.filter(urgent=True)[:number]

    for number in range(1, KEPT + 20):
        kept._one(question, ANYONE, (number,), ())
    assert kept._one.cache_info().currsize == KEPT


def test_nothing_given_and_an_empty_list_find_nothing() -> None:
    def question(_asker: object, case_id: UUID, cases: list[UUID]) -> QuerySet[Case]:
        return Case.objects.filter(Q(id=case_id) | Q(id__among=cases) | Q(household_id=case_id))

    assert asked(question, ANYONE, case_id=None, cases=[]) == []
    assert counted(question, ANYONE, case_id=None, cases=()) == 0
