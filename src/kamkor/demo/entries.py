"""A home's entries on the registers as dated steps, each with the day it happened and was typed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.demo import desk, texts
from kamkor.demo.days import at
from kamkor.demo.home import Home, Part, unsealed
from kamkor.demo.lives import fact
from kamkor.demo.posts import Department
from kamkor.demo.stage import Act, Reply, Story
from kamkor.kernel.rulesets import Rule, rules


@dataclass(frozen=True)
class Change:
    """A correction of something that no total counts, or that changes no total."""

    day: date
    kind: str
    values: Mapping[str, object]
    reason: str


@dataclass(frozen=True)
class Told:
    """A day that is written down: when it was, what was written at first, when, and corrected when.

    Without ``wrong`` it was written down right; without ``typed`` on the day itself.
    """

    day: date
    typed: date | None = None
    wrong: date | None = None
    corrected: date | None = None

    @property
    def on(self) -> date:
        """The day on which it is written down."""
        return self.typed or self.day

    @property
    def said(self) -> str:
        """What is written down at first."""
        return (self.wrong or self.day).isoformat()

    def changes(self, kind: str) -> list[Change]:
        """The correction of the day in a fact of this kind, if it was written down wrongly."""
        if self.corrected is None:
            return []
        return [Change(self.corrected, kind, {"happened_on": self.day.isoformat()}, "wrong_date")]


@dataclass(frozen=True)
class Off:
    """Taken off the register: proposed by the worker, decided by the specialist."""

    proposed: Told
    decided: Told
    reason: str


@dataclass(frozen=True)
class Back:
    """Returned to the register."""

    day: date


@dataclass
class Entry:
    """A child's or a family's place on its register; ``case`` is the one that goes on."""

    register: str
    steps: list[Off | Back] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    case: str = ""


@dataclass(frozen=True)
class Move:
    """Another department takes over whoever has moved to one of its districts."""

    offered: date
    accepted: date
    to: Department
    worker: int
    district: str


@dataclass(kw_only=True)
class House(Home):
    """A home in a named district."""

    district: str

    @property
    def territory(self) -> str:
        """The district or city the home lies in."""
        return self.district


@dataclass
class Life:
    """What a home lives through, from the day it is found."""

    home: House
    found: Told
    registered: Told
    children: list[Entry]
    family: Entry | None = None
    by_report: bool = False
    visited: date | None = None
    move: Move | None = None

    @property
    def entries(self) -> list[Entry]:
        """The children's entries, then the family's."""
        return [*self.children, *([self.family] if self.family else [])]


def story(life: Life) -> Story:
    """All acts of a home in the order in which they are written down."""
    yield from _identified(life)
    for _, _, acts in sorted(_planned(life), key=lambda one: one[:2]):
        yield from acts()


Planned = tuple[date, int, Callable[[], Part]]
"""A day, a place in that day, and the acts; the acts' hours keep the same order."""


def _planned(life: Life) -> Iterator[Planned]:
    yield life.registered.on, 0, partial(_registered, life)
    if life.visited:
        yield life.visited, 5, partial(_visited, life, life.visited)
    if life.move:
        yield life.move.offered, 1, partial(_offered, life, life.move)
        yield life.move.accepted, 1, partial(_accepted, life, life.move)
    for entry in life.entries:
        changes = [*life.found.changes("identification"), *life.registered.changes("registration")]
        for change in [*changes, *entry.changes]:
            yield change.day, 4, partial(_corrected, life, entry, change)
        yield from _steps(life, entry)


def _steps(life: Life, entry: Entry) -> Iterator[Planned]:
    for step in entry.steps:
        if isinstance(step, Back):
            yield step.day, 3, partial(_returned, life, entry, step)
            continue
        yield step.proposed.on, 1, partial(_proposed, life, entry, step)
        yield step.decided.on, 2, partial(_decided, life, entry, step.decided)
        for change in step.decided.changes("decision"):
            yield change.day, 4, partial(_corrected, life, entry, change)


def _act(day: date, hour: int, post: int, operation: str, /, **data: Any) -> Act:  # noqa: ANN401 - a command's data
    """A command on the full hour: what one post does in that hour is done together."""
    return Act(at(day, hour), post, operation, data)


def _identified(life: Life) -> Part:
    """The worker finds the children, on the spot or after an accepted report."""
    home, told = life.home, life.found
    if life.by_report:
        cases = yield from desk.accepted(home, told.on - timedelta(days=1))
        yield from home.identified_after_report(cases, told.on)
    else:
        more = {**home.at_home(told.on), "family_too": life.family is not None}
        for place, child in enumerate(home.children):
            data = home.identification(child, told.day, **more) | {"happened_on": told.said}
            reply: Reply = yield _act(told.on, 9 + place, home.worker, "identify_child", **data)
            home.cases.append(reply.answer["case"])
            home.family = reply.answer.get("family", home.family)
            home.household = reply.answer["household"]
            more = {"household": home.household}
    for entry, case in zip(life.entries, [*home.cases, home.family], strict=False):
        entry.case = case


def grounds_of(home: Home, register: str, day: date) -> list[str]:
    """One ground or two that put somebody on a register and leave the case open to all."""

    def fits(rule: Rule) -> bool:
        return rule.get("register") in {register, "both"} and unsealed(rule)

    codes = [rule.code for rule in rules("grounds", day) if fits(rule)]
    return home.random.sample(codes, home.random.choice((1, 1, 1, 2)))


def _registered(life: Life) -> Part:
    home, told = life.home, life.registered
    for place, entry in enumerate(life.entries):
        grounds = grounds_of(home, entry.register, told.day)
        yield _act(
            told.on,
            9 + place,
            home.department.specialist,
            f"register_{entry.register}",
            case=entry.case,
            decision="register",
            happened_on=told.said,
            grounds=grounds,
            main_ground=grounds[0],
        )


def _proposed(life: Life, entry: Entry, step: Off) -> Part:
    home = life.home
    if step.reason == "difficulty_overcome":
        yield _met(life, entry, step)
    data = {"reason": step.reason, "note": home.codes.text(texts.NOTES)}
    data |= {"case": entry.case, "happened_on": step.proposed.said}
    yield _act(step.proposed.on, 15, home.worker, "propose_taking_off", **data)


def _met(life: Life, entry: Entry, step: Off) -> Act:
    """The visit that shows it: the child is seen, or the family met."""
    seen = {"case": entry.case, "seen": "with_others", "none_of_these": True}
    data = {"household": life.home.household, "kind": "home", "happened_on": step.proposed.said}
    rows = [seen] if entry.register == "child" else []
    return _act(step.proposed.on, 14, life.home.worker, "record_visit", **data, children=rows)


def _decided(life: Life, entry: Entry, told: Told) -> Part:
    data = {"case": entry.case, "decision": "agree", "happened_on": told.said}
    yield _act(told.on, 16, life.home.department.specialist, "decide_taking_off", **data)


def _returned(life: Life, entry: Entry, step: Back) -> Part:
    home = life.home
    grounds = grounds_of(home, entry.register, step.day)
    reply: Reply = yield _act(
        step.day,
        17,
        home.department.specialist,
        "return_to_register",
        case=entry.case,
        happened_on=step.day.isoformat(),
        reason=home.codes.next("return_reasons", step.day),
        difficulty=home.codes.text(texts.DIFFICULTY),
        risk_level=home.random.choice(("low", "medium")),
        grounds=grounds,
        main_ground=grounds[0],
    )
    entry.case = reply.answer["case"]


def _visited(life: Life, day: date) -> Part:
    """One visit that gives no cause for worry; a child may be out."""
    home = life.home
    rows: list[dict[str, Any]] = []
    for entry in life.children:
        row: dict[str, Any] = {"case": entry.case, "seen": "with_others", "none_of_these": True}
        if home.random.random() < 0.2:
            reason = home.codes.next("not_seen_reasons", day)
            row = {"case": entry.case, "seen": "not_seen", "not_seen_reason": reason}
        rows.append(row)
    yield _act(
        day,
        20,
        home.worker,
        "record_visit",
        household=home.household,
        kind=home.random.choice(("home", "home", "joint", "call")),
        happened_on=day.isoformat(),
        children=rows,
        minutes=home.random.choice((15, 25, 30, 40, 60)),
    )


def _offered(life: Life, move: Move) -> Part:
    home = life.home
    yield _act(
        move.offered,
        15,
        home.department.specialist,
        "offer_transfer",
        case=life.children[0].case,
        to_office=move.to.office,
        reason=home.codes.next("transfer_reasons", move.offered),
        note=home.codes.text(texts.NOTES),
    )


def _accepted(life: Life, move: Move) -> Part:
    data = {"case": life.children[0].case, "post": move.worker, "territory": move.district}
    yield _act(move.accepted, 15, move.to.specialist, "accept_transfer", **data)


def _corrected(life: Life, entry: Entry, change: Change) -> Part:
    def found(viewer: Viewer) -> dict[str, object]:
        return {
            "case": entry.case,
            "kind": change.kind,
            "fact": fact(viewer, UUID(entry.case), change.kind),
            "values": change.values,
            "reason": change.reason,
        }

    yield Act(at(change.day, 18), life.home.department.specialist, "correct_fact", found)
