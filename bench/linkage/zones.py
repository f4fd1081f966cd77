"""What the service says of each pair of records that it compares."""

from collections.abc import Sequence

from bench.linkage.found import Pair, Scored
from bench.linkage.written import Record
from kamkor.people.rules.blocking import candidates
from kamkor.people.rules.matching import Frequencies, told, weighed


class Zones:
    """The pairs compared, those linked without a person, and those a person would look at."""

    def __init__(self, records: Sequence[Record]) -> None:
        people = [told(**one._asdict()) for one in records]
        frequencies = Frequencies.among(people)
        self.linked: list[Pair] = []
        self.doubtful: list[Scored] = []
        self.compared: set[Pair] = set()
        for one, other in candidates(people):
            pair = min(one.number, other.number), max(one.number, other.number)
            self.compared.add(pair)
            found = weighed(one, other, frequencies)
            if found.zone == "link":
                self.linked.append(pair)
            elif found.zone == "review":
                self.doubtful.append((found.total, pair))
