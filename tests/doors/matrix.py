"""What is due to whom, read from tables written by hand, and probes drawn from all there are."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from tests.doors.matrix_doors import Answer, Asking, Door, doors
from tests.doors.matrix_people import ACTORS, Actor
from tests.doors.matrix_records import GROUPS, HAS_NONE, RECORDS
from tests.doors.matrix_world import Canary, MatrixWorld, Record

FOLDER = Path(__file__).parent
# Of all probes drawn, how many are of what is due.
SHARE_DUE = 0.15


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table that is written by hand."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def relations() -> dict[tuple[str, str, str], str]:
    """How an actor stands to a record, by user name, kind and key of the record."""
    return {
        (row["actor"], row["kind"], key): row[key]
        for row in read_table("relations.csv")
        for key in RECORDS
    }


@cache
def oracle() -> dict[tuple[str, str, str, str], bool]:
    """What is due, by role, relation, kind of record and group of fields."""
    found: dict[tuple[str, str, str, str], bool] = {}
    for row in read_table("due.csv"):
        for kind, groups in GROUPS.items():
            if kind not in row["kind"].split():
                continue
            for role in row["role"].split():
                for relation in row["relation"].split():
                    for group in set(groups) & set(row["group"].split()):
                        key = (role, relation, kind, group)
                        assert key not in found, f"due.csv says it twice: {key}"
                        found[key] = {"yes": True, "no": False}[row["due"]]
    return found


@cache
def shown() -> dict[tuple[str, str, str], tuple[frozenset[str], frozenset[str]]]:
    """By a door, a kind and a group: the roles to whom it shows them, where they are due, and
    of which records it does not (a list of open cases holds no closed one)."""
    return {
        (row["door"], row["kind"], row["group"]): (
            frozenset(row["roles"].split()),
            frozenset(row["but_not"].split()),
        )
        for row in read_table("shown.csv")
    }


def is_due(actor: Actor, record: str, kind: str, group: str) -> bool:
    """Whether a group of fields of a record is the actor's to see, by the tables alone."""
    relation = relations()[actor.username or "visitor", kind, record]
    return relation != HAS_NONE and oracle()[actor.role, relation, kind, group]


@dataclass(frozen=True)
class Probe:
    """One question: does this door show this actor this group of fields of this record?"""

    actor: Actor
    door: Door
    record: str
    kind: str
    group: str

    @property
    def due(self) -> bool:
        """Whether it must be shown."""
        if not self.would_show:
            return False
        roles, but_not = shown()[self.door.name, self.kind, self.group]
        if self.actor.role not in roles or self.record in but_not:
            return False
        return is_due(self.actor, self.record, self.kind, self.group)

    @property
    def hidden(self) -> bool:
        """Whether a door that shows such a group must not show it to this actor."""
        has_none = relations()[self.actor.username or "visitor", self.kind, self.record] == HAS_NONE
        due = is_due(self.actor, self.record, self.kind, self.group)
        return self.would_show and not has_none and not due

    @property
    def would_show(self) -> bool:
        """Whether the door shows this group to anybody."""
        return (self.door.name, self.kind, self.group) in shown()

    def __str__(self) -> str:
        who = self.actor.username or "visitor"
        return f"{who}: {self.door.name} of {self.record}: {self.kind}.{self.group}"


def probes() -> Iterator[Probe]:
    """All there are."""
    for actor in ACTORS:
        for door in doors():
            for record in RECORDS:
                for kind, groups in GROUPS.items():
                    for group in groups:
                        yield Probe(actor, door, record, kind, group)


def drawn(number: int, seed: int) -> list[Probe]:
    """So many probes, of which a share is of what is due."""
    everything = list(probes())
    due = [one for one in everything if one.due]
    random_ = random.Random(seed)
    of_due = [random_.choice(due) for _ in range(int(number * SHARE_DUE))]
    rest = [random_.choice(everything) for _ in range(number - len(of_due))]
    return sorted(of_due + rest, key=str)


def drawn_hidden(number: int, seed: int) -> list[Probe]:
    """So many different reads of what is not due, or all there are if there are fewer."""
    everything = [one for one in probes() if one.hidden]
    random_ = random.Random(seed)
    return sorted(random_.sample(everything, min(number, len(everything))), key=str)


@cache
def of_doors(names: tuple[str, ...]) -> tuple[Probe, ...]:
    """What these doors must show and what they must not, in an order that meets all soon."""
    found = [one for one in probes() if one.door.name in names and (one.due or one.hidden)]
    random.Random(len(found)).shuffle(found)
    return tuple(found)


@dataclass
class Tally:
    """What a run found."""

    asked: int = 0
    due: int = 0
    leaks: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    reads: int = 0
    stopped: int = 0
    open: list[str] = field(default_factory=list)


class Matrix:
    """Asks the probes; each answer once, however many probes it answers."""

    def __init__(self, world: MatrixWorld) -> None:
        self.asking = Asking(world)
        self.world = world
        self._answers: dict[tuple[str, str, str], frozenset[Canary]] = {}

    @cached_property
    def _canaries(self) -> list[Canary]:
        return self.world.canaries

    def met(self, actor: Actor, door: Door, record: str) -> frozenset[Canary]:
        """The canaries that come out of a door."""
        key = (actor.username, door.name, record if door.of_a_record else "")
        if key not in self._answers:
            at: Record | None = self.world.records[record] if door.of_a_record else None
            self._answers[key] = self._found(self.asking.ask(actor.username, door, at))
        return self._answers[key]

    def _found(self, answer: Answer) -> frozenset[Canary]:
        text = answer.folded
        return frozenset(
            one for one in self._canaries if any(shape in text for shape in one.shapes)
        )

    def try_all(self, wanted: list[Probe]) -> Tally:
        """Both locks: nothing that is not due, and what is due where a door is to show it."""
        tally = Tally()
        for probe in wanted:
            found = self.met(probe.actor, probe.door, probe.record)
            tally.asked += 1
            tally.leaks += [
                f"{probe}: {one.record} {one.kind}.{one.group} {one.value}"
                for one in found
                if not is_due(probe.actor, one.record, one.kind, one.group)
            ]
            if not probe.due:
                continue
            met = {(one.record, one.kind, one.group) for one in found}
            if (probe.record, probe.kind, probe.group) in met:
                tally.due += 1
            else:
                tally.missing.append(str(probe))
        return tally

    def forget(self) -> None:
        """Ask everything anew from now on."""
        self._answers.clear()

    def wrong(self, probe: Probe) -> str:
        """The probe, if it is not answered as the tables say; else nothing."""
        found = self.met(probe.actor, probe.door, probe.record)
        here = {(one.record, one.kind, one.group) for one in found}
        return str(probe) if ((probe.record, probe.kind, probe.group) in here) != probe.due else ""

    def count_reads(self, wanted: list[Probe]) -> Tally:
        """One lock: how many reads of what is not due it stops, where a door would show it."""
        tally = Tally()
        for probe in wanted:
            tally.reads += 1
            met = self.met(probe.actor, probe.door, probe.record)
            here = {(one.record, one.kind, one.group) for one in met}
            if (probe.record, probe.kind, probe.group) in here:
                tally.open.append(str(probe))
            else:
                tally.stopped += 1
        return tally
