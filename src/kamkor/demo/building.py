"""Builds the demo oblast: offices, accounts, and three years of facts up to this moment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - makes every operation known
from kamkor.access.operations import make_account
from kamkor.demo import decree, desk, endings, lives
from kamkor.demo.days import Days, at
from kamkor.demo.desk import Desk
from kamkor.demo.home import Codes, Home
from kamkor.demo.names import Names
from kamkor.demo.offices import OWNER, build_accounts, build_offices, cast_posts
from kamkor.demo.posts import Department, departments, plan_leave
from kamkor.demo.stage import Stage, Story, Viewers
from kamkor.demo.villages import build_villages
from kamkor.kernel import clock
from kamkor.kernel.database import analyse, repeating_statements
from kamkor.workforce import queries as workforce

HOMES_OF_WORKER = 25
_LARGEST = 3
_CORRECTED = 5
_TRANSFERRED = 19
"""The place among a worker's homes of the one that is offered to another department."""
# Days: how long before it is found a home's children are born at the latest.
_BEFORE_ANY_STORY = 1150
_FOUND_EARLIER = 40


@dataclass(frozen=True)
class Built:
    """What stands when the building is over."""

    departments: int
    workers: int
    homes: int
    children: int
    commands: int


class Oblast:
    """The demo's plan: which home lives which story under which worker."""

    def __init__(self, seed: int, days: Days, found: list[Department]) -> None:
        self.seed = seed
        self.days = days
        self.codes = Codes()
        self.names = Names(seed)
        self.departments = found
        self.homes: list[Home] = []

    @property
    def workers(self) -> list[tuple[Department, int]]:
        """Each worker with its department."""
        return [(one, post) for one in self.departments for post in one.workers]

    def home(self, department: Department, worker: int, begun: date) -> Home:
        """The next home: one child mostly, two in a fifth, three in a few; all born by ``begun``."""
        number = len(self.homes)
        made = Home(
            number=number,
            days=self.days,
            codes=self.codes,
            department=department,
            worker=worker,
            children=[self.names.child(begun) for _ in range(_children_of(number))],
            siblings=[self.names.sibling() for _ in range(number % 7 % 3)],
            adult=self.names.adult(("female", "male")[number % 2]),
            random=Random(f"{self.seed}:home:{number}"),
        )
        self.homes.append(made)
        return made

    def stories(self, homes: int) -> Iterator[Story]:
        """All stories, those of so many homes for each worker."""
        yield from self._desks()
        for number, (department, worker) in enumerate(self.workers):
            for place in range(homes):
                ages = lives.AGES
                oldest = ages[place] + _FOUND_EARLIER if place < len(ages) else _BEFORE_ANY_STORY
                home = self.home(department, worker, self.days.ago(oldest))
                yield self._life(number, place, home)

    def _life(self, number: int, place: int, home: Home) -> Story:
        """The story of one of a worker's homes."""
        if place == _CORRECTED and number % 4 == 0:
            return lives.corrected(home)
        if place < len(lives.AGES):
            return lives.standing(home, place)
        plans: tuple[Callable[[Home], Story], ...] = (
            lives.waiting_for_registration,
            lives.waiting_for_identification,
            endings.proposal_waiting,
            endings.check_due,
            endings.accompanied,
            endings.came_back,
            lives.not_registered,
            lives.removed,
        )
        place -= len(lives.AGES)
        if place < len(plans):
            return plans[place](home)
        place -= len(plans)
        if place == 0:
            return self._transfer(number, home)
        if place == 1:
            return self._special(number, home)
        return endings.closed(home, place - 2)

    def _transfer(self, number: int, home: Home) -> Story:
        outcome = ("accepted", "returned", "offered")[number % 3]
        place = self.departments.index(home.department)
        to = self.departments[0 if number == 5 else (place + 2) % len(self.departments)]
        receiver = Home(**{**vars(home), "department": to, "worker": to.workers[0]})
        return lives.moved_between_departments(home, to.office, outcome, receiver)

    def _special(self, number: int, home: Home) -> Story:
        involved = home.department.workers[1] if len(home.department.workers) > 1 else None
        plans: dict[int, Callable[[], Story]] = {
            0: lambda: desk.sealed(
                home, "physical_violence", "child_victim_of_violence", involved=involved
            ),
            1: lambda: desk.sealed_by_ground(home, "witness_of_violence"),
            2: lambda: desk.sealed_by_ground(home, "family_violence", family=True),
            3: lambda: lives.taken_back_at_once(home),
            5: lambda: desk.sealed(home, "sexual_violence", "child_victim_of_violence"),
            6: lambda: desk.sealed(home, "psychological_violence", "child_victim_of_violence"),
            7: lambda: desk.sealed(home, "violence_witness", "witness_of_violence"),
            10: lambda: lives.taken_back_at_once(home),
        }
        return plans.get(number, lambda: lives.with_interest(home))()

    def _desks(self) -> Iterator[Story]:
        desks = [
            Desk(number, self.days, self.codes, one) for number, one in enumerate(self.departments)
        ]
        for number, one in enumerate(desks):
            yield desk.leave(one)
            yield desk.duty_roster(one)
            yield from (desk.rounds(one, place) for place in range(len(one.department.workers)))
            other = desks[(number + 1) % len(desks)]
            for ago in (820, 510, 230):
                yield desk.not_accepted(one, ago + number * 3, "upheld")
            yield desk.not_accepted(one, 130 + number, "sent_in_error")
            yield desk.not_accepted(one, 2, "waiting")
            yield desk.redirected(one, other, 300 + number * 5)
            yield desk.redirected(one, other, 3)
            yield from self._today(one, number)
            posts = (one.department.specialist, one.department.head, *one.department.workers)
            yield from (desk.due_items_done(one, post) for post in posts)

    def _today(self, one: Desk, number: int) -> Iterator[Story]:
        yield desk.reported_today(one, 0.55 + number * 0.02, urgent=False)
        if number < _LARGEST:
            yield desk.reported_today(one, 0.9 + number * 0.03, urgent=True)
        if number == 0:
            yield desk.reported_today(one, 0.8, urgent=True, worry="violence_witness")


def _children_of(number: int) -> int:
    """How many children a home has: 400 in 300 homes; who moves alone, moves with nobody left."""
    if number % HOMES_OF_WORKER == _TRANSFERRED:
        return 1
    return {0: 3, 4: 2, 8: 2, 12: 2}.get(number % 15, 2 if number % 75 == 7 else 1)


def build(
    seed: int,
    sign_ins: Path,
    tell: Callable[[int, int], None],
    *,
    homes_of_worker: int = HOMES_OF_WORKER,
) -> Built:
    """Build the demo oblast in an empty, migrated database.

    ``tell`` is called every so often with the number of commands carried out and how much of the
    time to be played that is in per cent. Raises ``DemoFault`` where
    the demo's stories and the operations do not agree.
    """
    days = Days(clock.now())
    found = staffed(sign_ins, days)
    plan_leave(found, days)
    oblast = Oblast(seed, days, found)
    ministry = cast_posts()["daniyar"].pk
    stories = [*oblast.stories(homes_of_worker), *decree.stories(seed, days, ministry)]
    commands = play(stories, found, days, days.first, tell)
    return Built(
        departments=len(found),
        workers=len(oblast.workers),
        homes=len(oblast.homes),
        children=sum(len(home.children) for home in oblast.homes),
        commands=commands,
    )


def staffed(sign_ins: Path | None, days: Days) -> list[Department]:
    """The offices with somebody in each post who may act.

    The sign-ins of the named accounts are written to a file; without one they stand already.
    """
    build_offices()
    build_villages()
    if sign_ins is not None:
        build_accounts(sign_ins)
    found = departments(days)
    _light_accounts(found, days)
    return found


def play(
    stories: Iterable[Story],
    found: list[Department],
    days: Days,
    first: date,
    tell: Callable[[int, int], None],
) -> int:
    """Carry the stories out up to the last moment; returns how many commands that took."""
    span = (days.now - at(first, 0)).total_seconds()

    def told(done: int, moment: datetime) -> None:
        tell(done, max(0, int(100 - (days.now - moment).total_seconds() * 100 / span)))

    stage = Stage(days.now, Viewers(_covering(found)), told)
    for story in stories:
        stage.add(story)
    with repeating_statements():
        stage.play()
    analyse()
    return stage.carried_out


def _covering(found: list[Department]) -> Callable[[int, date], tuple[int, ...]]:
    of_post = {post: one for one in found for post in (one.head, one.specialist, *one.workers)}
    return lambda post, day: of_post[post].covered(post, day) if post in of_post else ()


def _light_accounts(found: list[Department], days: Days) -> None:
    """An account without a password for everybody in post who has none: acts name an account."""
    for one in found:
        for holding in workforce.people_in_posts(one.office, days.today).order_by("post_id"):
            if holding.employee.accounts.exists():
                continue
            make_account(
                f"{holding.post.kind}-{holding.post_id}",
                None,
                employee_id=holding.employee_id,
                login=OWNER,
            )
