"""How much is made: the three sizes of the contract."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many cases and people, posts of workers, and open homes of each worker who has any.

    ``children_only``: ``people`` counts children, else everybody of the homes. ``kinds`` says how
    many lives of each kind are played, of which all others are prints; ``full`` is which part of
    the lives that are over were long ones.
    """

    name: str
    people: int
    cases: int
    workers: int
    busy: int
    caseload: int
    kinds: int
    full: float
    children_only: bool = False


SIZES = {
    size.name: size
    for size in (
        Size("small", 2_000, 700, workers=124, busy=4, caseload=24, kinds=1, full=0.3),
        Size("service", 300_000, 100_000, workers=550, busy=550, caseload=25, kinds=2, full=0.08),
        Size(
            "nation",
            2_700_000,
            1_000_000,
            workers=1_648,
            busy=550,
            caseload=25,
            kinds=3,
            full=0.01,
            children_only=True,
        ),
    )
}
