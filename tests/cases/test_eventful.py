"""What few cases have is asked of those alone: a case tells it of itself, whoever writes and how."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from kamkor.cases.models import Case, Interest
from kamkor.cases.queries.around import around
from kamkor.cases.queries.case import case_for
from kamkor.cases.queries.history import OF_CASE, RARE, history_of
from kamkor.demo.offices import OWNER
from kamkor.kernel.database import entered
from kamkor.kernel.ids import new_id
from tests.cases.acts import everything, play, seed_of_run
from tests.cast import Cast, Player
from tests.factories import a_removal, registered

STEPS = 120
TRIGGERS = """SELECT tgrelid::regclass::text FROM pg_trigger
    WHERE tgname = 'case_eventful' AND tgenabled = 'O' ORDER BY 1"""


Steps = list[tuple[Player, str, dict[str, Any]]]


def steps_to(kind: str, cast: Cast) -> Steps:
    """What is done with a registered child until a fact of this kind is written, by the last."""
    told = {"happened_on": cast.today, "note": "Seen at three visits."}
    agreed = {"happened_on": cast.today, "decision": "agree"}
    there = {"to_office": cast.specialist2.department, "reason": "family_moved", "note": "Moved."}
    removed = (cast.aigul, "protect_now", a_removal(cast.today))
    proposed = (cast.aigul, "propose_taking_off", {**told, "reason": "placed_foster"})
    decided = (cast.bakyt, "decide_taking_off", agreed)
    offered = (cast.bakyt, "offer_transfer", there)
    steps: dict[str, Steps] = {
        "state_protection": [(cast.bakyt, "change_state_protection", {**told, "given": True})],
        "removal": [removed],
        "removal_end": [removed, (cast.bakyt, "end_removal", told)],
        "safe_contact": [(cast.aigul, "give_safe_contact", {"contact": "At school, by noon"})],
        "proposal": [proposed],
        "decision": [proposed, decided],
        "accompaniment_end": [proposed, decided, (cast.bakyt, "end_accompaniment", told)],
        "offer": [offered],
        "answer": [offered, (cast.specialist2, "return_transfer", {"reason": "not_living_here"})],
        "merge": [],
        "interest": [(cast.aigul, "declare_interest", {"kind": "relative"})],
    }
    return steps[kind]


def _merged(cast: Cast, case: str) -> None:
    """The case ends in another one, whose child is the same."""
    first = registered(cast)
    cast.aigul.do("protect_now", case=first, **a_removal(cast.today))
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    number = cast.bakyt.case(first).number
    request = cast.bakyt.do("merge_people", case=case, case_number=number, **why)["request"]
    by_owner("UPDATE kamkor_case SET eventful = false")
    cast.head.do("answer_request", request=request, decision="agree")


def by_owner(statement: str, *values: str) -> list[tuple[Any, ...]]:
    """What a statement of the owner answers."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def shown(by: Player, case: str) -> tuple[set[str], set[str]]:
    """The kinds of facts in the history of a case, and on its page."""
    with by.inside() as viewer:
        kept = case_for(viewer, UUID(case))
        history = around(viewer, kept, whole=True).history
        return {one.kind for one in history_of(viewer, kept)}, {one.kind for one in history}


@pytest.mark.parametrize("kind", sorted(RARE))
def test_each_such_fact_tells_of_itself_and_is_shown(committed_cast: Cast, kind: str) -> None:
    """Of those before it the case is made to forget, so that each is noticed by itself."""
    cast = committed_cast
    case = registered(cast)
    assert not cast.bakyt.case(case).eventful
    if kind == "merge":
        _merged(cast, case)
    for who, operation, data in steps_to(kind, cast):
        by_owner("UPDATE kamkor_case SET eventful = false")
        who.do(operation, case=case, **data)
    assert cast.bakyt.case(case).eventful
    history, page = shown(cast.bakyt, case)
    assert kind in history
    assert history == page


def test_a_case_without_them_is_not_asked_for_them(cast: Cast) -> None:
    tables = {f'"{OF_CASE[kind]._meta.db_table}"' for kind in RARE - {"safe_contact"}}
    case, other = registered(cast), registered(cast, given_name="Айжан", sex="female")
    cast.aigul.do("protect_now", case=other, **a_removal(cast.today))
    named = []
    for one in (case, other):
        with CaptureQueriesContext(connection) as held:
            shown(cast.bakyt, one)
        said = " ".join(str(query["sql"]) for query in held.captured_queries)
        named.append({table for table in tables if table in said})
    assert named == [set(), tables]


@pytest.mark.django_db
def test_the_database_watches_the_table_of_each_such_kind() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        watched = [name for (name,) in cursor.fetchall()]
    assert watched == sorted(OF_CASE[kind]._meta.db_table for kind in RARE)


def test_who_is_only_offered_a_case_makes_it_tell_too(committed_cast: Cast) -> None:
    """The department that answers may not write a column of the case."""
    cast = committed_cast
    case, cholpon = registered(cast), cast.cholpon.post
    for who, operation, data in steps_to("offer", cast):
        who.do(operation, case=case, **data)
    by_owner("UPDATE kamkor_case SET eventful = false")
    there = {"post": cholpon, "territory": "41703215000000"}
    cast.specialist2.do("accept_transfer", case=case, **there)
    assert cast.cholpon.case(case).eventful
    assert "answer" in shown(cast.cholpon, case)[1]


def test_a_fact_that_passes_to_another_case_and_one_without_a_case(committed_cast: Cast) -> None:
    cast = committed_cast
    case, other = registered(cast), registered(cast, given_name="Айжан", sex="female")
    cast.aigul.do("declare_interest", case=case, kind="relative")
    assert not cast.bakyt.case(other).eventful
    by_owner("UPDATE kamkor_interest SET case_id = %s", other)
    assert cast.bakyt.case(other).eventful
    fact = Interest.objects.using(OWNER).get()
    fact.pk, fact.case_id = new_id(), new_id()
    with pytest.raises(IntegrityError, match="a fact before its case"):
        fact.save(using=OWNER, force_insert=True)


def telling() -> tuple[set[UUID], set[UUID]]:
    """The cases that tell of such facts, and those that have some, whether these stand or not."""
    had = {
        fact for kind in RARE for fact in OF_CASE[kind].objects.values_list("case_id", flat=True)
    }
    return set(Case.objects.filter(eventful=True).values_list("id", flat=True)), had


def test_after_any_day_a_case_tells_what_it_has(cast: Cast) -> None:
    seed = seed_of_run()
    play(cast, seed, STEPS)
    with entered(everything()):
        told, had = telling()
        assert told == had, f"repeat with: make test k=tells_what_it_has SEED={seed}"
        assert 0 < len(told) < Case.objects.count()


@pytest.mark.usefixtures("scenario")
def test_every_case_of_the_demo_tells_what_it_has() -> None:
    with entered(everything()):
        told, had = telling()
        assert told == had
        assert 100 < len(told) < Case.objects.count()
