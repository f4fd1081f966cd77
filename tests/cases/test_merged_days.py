"""On days on which records are joined and parted again, what holds of every day holds too."""

from collections import Counter
from uuid import UUID

from kamkor.cases.models import Case
from kamkor.cases.queries.merged import merge_to_undo
from kamkor.cases.queries.responsible import open_children_without_responsible
from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.kernel import clock
from kamkor.kernel.database import entered
from kamkor.people.models import Person, PersonMerge
from tests.access.references import broken_references
from tests.cases.acts import Day, everything, ids_in_order, seed_of_run
from tests.cases.test_rebuild import expected
from tests.cast import USERNAMES, Cast
from tests.factories import identified, registered

STEPS = 110


def _join(day: Day) -> None:
    """Two cases' children of one department are said to be one, and another person agrees."""
    player = day.cast.everybody[day.draw.choice(("bakyt", "specialist2"))]
    with player.inside() as viewer:
        rows = Case.objects.filter(register="child", office_district=viewer.district)
        cases = list(rows.exclude(state__in=["void", "merged"]).order_by("id"))
    if len(cases) < 2:
        return
    one, other = day.draw.sample(cases, 2)
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    asked = day.try_(player, "merge_people", case=str(one.pk), case_number=other.number, **why)
    if "request" in asked:
        second = day.cast.everybody["head" if player.username == "bakyt" else "head2"]
        day.try_(second, "answer_request", request=asked["request"], decision="agree")


def _part(day: Day) -> None:
    """One of those joined is two again; whose each entry is, is drawn."""
    player = day.cast.everybody[day.draw.choice(("bakyt", "specialist2"))]
    with player.inside() as viewer:
        rows = Case.objects.filter(child__same_as__isnull=False).exclude(state="merged")
        case = day._one(list(rows.select_related("child").order_by("id")))
        found = merge_to_undo(viewer, case) if case is not None else None
        if found is None:
            return
        entries = [
            {"act": str(one.key), "whose": day.draw.choice(("kept", "kept", "absorbed"))}
            for one in found.since
        ]
    day.try_(player, "undo_merge", case=str(case.pk), entries=entries)


def _played(cast: Cast, seed: int) -> Counter[str]:
    day = Day(cast, seed)
    for child in ("Айбек", "Айжан", "Нурлан"):
        registered(cast, given_name=child)
        identified(cast, given_name=child)
    with ids_in_order():
        for number in range(STEPS):
            day.step()
            if number % 3 == 2:
                day.draw.choice((_join, _join, _part))(day)
    return day.done


def _roots() -> dict[UUID, UUID]:
    """Each record of several with the one it is read as, from the facts alone."""
    into = dict(PersonMerge.objects.filter(withdrawn_at=None).values_list("absorbed_id", "kept_id"))
    found = {}
    for one in {*into, *into.values()}:
        root = one
        while root in into:
            root = into[root]
        found[one] = root
    return found


def test_after_any_day_with_merges_everything_holds(cast: Cast) -> None:
    seed = seed_of_run()
    repeat = f"repeat with: make test k=any_day_with_merges SEED={seed}"
    done = _played(cast, seed)
    assert done["answer_request"] > 1, (repeat, done)
    with clock.clock_at(cast.time.moment), entered(everything()):
        for case in Case.objects.select_related("child", "household", "report"):
            wanted = expected(case)
            assert {name: getattr(case, name) for name in wanted} == wanted, repeat
        roots = _roots()
        borne = dict(Person.objects.filter(same_as__isnull=False).values_list("id", "same_as"))
        assert borne == roots, repeat
        open_cases = Case.objects.filter(state__in=list(OPEN_STATES), register="child")
        children = [roots.get(one.child_id, one.child_id) for one in open_cases if one.child_id]
        assert max(Counter(children).values()) == 1, repeat
    for name in ("head", "head2"):
        with cast.everybody[name].inside() as viewer:
            assert open_children_without_responsible(viewer) == 0, repeat
    broken = [one for name in USERNAMES for one in broken_references(cast.everybody[name])]
    assert broken == [], repeat
