"""A department as one life meets it: its office, its district, and the posts that act."""

from collections.abc import Iterator
from dataclasses import dataclass

Slot = tuple[str, str]
"""What is filled in anew for each life: of which kind, and which one of them."""


@dataclass(frozen=True)
class Holder:
    """A post, the office it stands in, who holds it, and the account the holder signs in with."""

    post: int
    office: int
    employee: int
    account: int


@dataclass(frozen=True)
class Side:
    """One department: ``worker`` answers for the home, ``other`` is a colleague of its own unit."""

    office: int
    oblast: int
    territory: str
    head: Holder
    specialist: Holder
    worker: Holder
    other: Holder

    def numbers(self, which: str) -> Iterator[tuple[Slot, str]]:
        """All numbers and codes by which rows name this side; ``which`` tells two sides apart."""
        yield ("office", f"{which} department"), str(self.office)
        yield ("office", f"{which} oblast"), str(self.oblast)
        yield ("territory", which), self.territory
        for role in ("head", "specialist", "worker", "other"):
            holder: Holder = getattr(self, role)
            name = f"{which} {role}"
            yield ("post", name), str(holder.post)
            yield ("employee", name), str(holder.employee)
            yield ("account", name), str(holder.account)
            if role in {"worker", "other"}:
                yield ("office", name), str(holder.office)


def numbers_of(own: Side, there: Side) -> dict[Slot, str]:
    """All numbers of the department a life is lived in, and of the one it may move to."""
    return dict([*own.numbers("own"), *there.numbers("there")])
