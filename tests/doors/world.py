"""What stands in two districts when the doors are tried: children whose names are canaries."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from kamkor.cases.models import Case, Identification, ReportTold
from kamkor.cases.operations.loading import queue_load
from kamkor.workforce.models import DutyTurn
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import NOOKEN, SUZAK, a_child, a_report

MISSING = "019cac7d-0000-7000-8000-000000000000"
# Names of Suzak alone: whoever may not see Suzak must never meet one of them.
CANARIES = ("Канарбек", "Канарова", "Kanarei", "Уктук", "Сырдуу")
USERS = (
    *("aigul", "nurlan", "bakyt", "head", "cholpon", "specialist2"),
    *("oblast", "daniyar", "elmira", "admin", "nobody"),
)


@dataclass(frozen=True)
class Place:
    """The ids of one child's matter: report, what it tells, case, person, home, due item, fact;
    of its department a turn of duty, a round and a load."""

    report: str = MISSING
    case: str = MISSING
    child: str = MISSING
    household: str = MISSING
    task: str = MISSING
    fact: str = MISSING
    told: str = MISSING
    turn: str = MISSING
    round: str = MISSING
    load: str = MISSING

    @property
    def ids(self) -> set[str]:
        """All of them."""
        return set(vars(self).values())


def reported_child(
    cast: Cast, worker: Player, report: dict[str, Any], child: dict[str, Any]
) -> Place:
    """A child reported, accepted by the duty person, identified, with a sibling to look at."""
    told = str(worker.do("receive_report", **report)["report"])
    opened = worker.do("screen_report", report=told, decision="accept", assign_to=worker.post)
    case = str(opened["cases"][0])
    worker.do("identify_child", case=case, **child)
    task = worker.task(case, "siblings_to_look_at")
    with worker.inside():
        row = Case.objects.get(id=case)
        fact = Identification.objects.get(case=row)
        telling = ReportTold.objects.get(report_id=told)
    home, person = str(row.household_id), str(row.child_id)
    return Place(told, case, person, home, str(task.pk), str(fact.pk), str(telling.pk))


def with_office(worker: Player, place: Place, territory: str) -> Place:
    """The place with the turn of duty of the worker's department, and a round of the worker's."""
    turn = DutyTurn.objects.get(office_id=worker.department, withdrawn_at=None)
    area = "Kanarei street" if territory == SUZAK else "Massy"
    counts = {"area": area, "visited": 4, "no_concern": 4}
    day = worker.time.today.isoformat()
    made = worker.do("record_round", territory=territory, happened_on=day, **counts)
    return replace(place, turn=str(turn.pk), round=str(made["round"]))


def with_load(specialist: Player, place: Place) -> Place:
    """The place with a load of the specialist's department."""
    with specialist.inside() as viewer:
        return replace(place, load=str(queue_load(viewer, "register.csv", 1).pk))


def canary_report(territory: str, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
    """A report of which every text is a canary."""
    children = [{"description": "Kanarei in a blue coat", "age": 6}]
    return a_report(
        territory=territory,
        children=children,
        place="Kanarei street",
        seen_or_said="Kanarei was alone.",
        **changed,
    )


def canary_child(day: str, given: str, sibling: str, place: str) -> dict[str, Any]:
    """A child with a sibling not looked at yet."""
    return a_child(
        day,
        given_name=given,
        surname="Канарова",
        place=place,
        pin="10105201500001",
        siblings=[{"given_name": sibling, "looked_at": False}],
    )


@dataclass
class World:
    """Who sees what: Suzak's child, its sealed child, and Nooken's child."""

    cast: Cast
    places: dict[str, Place] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cast = self.cast
        child = canary_child(cast.today, "Канарбек", "Уктук", "Kanarei, 5")
        sealed = canary_child(cast.today, "Сырдуу", "Канарбек", "Kanarei, 7")
        violent = canary_report(SUZAK, worry="physical_violence", involves=[cast.head.post])
        own = a_child(
            cast.today,
            given_name="Бөлөк",
            place="Massy, 1",
            siblings=[{"given_name": "Экинчи", "looked_at": False}],
        )
        report = a_report(territory=NOOKEN, place="Massy, 1")
        self.places = {
            "suzak": with_office(
                cast.aigul, reported_child(cast, cast.aigul, canary_report(SUZAK), child), SUZAK
            ),
            "sealed": reported_child(cast, cast.aigul, violent, sealed),
            "nooken": with_office(
                cast.cholpon, reported_child(cast, cast.cholpon, report, own), NOOKEN
            ),
            "missing": Place(),
        }
        self.places["suzak"] = with_load(cast.bakyt, self.places["suzak"])
        self.places["nooken"] = with_load(cast.specialist2, self.places["nooken"])
        cast.time.passes(minutes=5)
        self.desks = {name: Desk("" if name == "nobody" else name, cast.time) for name in USERS}

    def case(self, place: str) -> UUID:
        """The case of a place."""
        return UUID(self.places[place].case)
