"""Which pages are whose, and what stands in whose menu, by a table written by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.doors.matrix import read_table
from tests.doors.matrix_doors import AWAY, Asking
from tests.doors.matrix_people import ACTORS, ARAVAN, OSH, Actor
from tests.factories import NOOKEN, SUZAK

JALAL_ABAD, NATION = "41703000000000", "41700000000000"
MENU = "menu"
# How a page answers, by what the table calls it.
STATUS = {MENU: 200, "shown": 200, "closed": 403, "outside": 422, "away": AWAY, "back": 303}
# How a command at the shell ends.
STATUS |= {"done": 0, "refused": 1, "wrong_use": 2, "not_permitted": 3}
# Whose district is not Suzak.
ELSEWHERE = {
    **dict.fromkeys(("cholpon", "specialist2", "head2"), NOOKEN),
    **dict.fromkeys(("zarina", "talai", "maksat"), ARAVAN),
}
# Who stands apart in the table: who is out, whatever the role was, and the oblast's person who is
# named in a team.
APART = {"dismissed": "dismissed", "ended": "ended", "maksat": "named"}


@dataclass(frozen=True)
class PageCell:
    """One question: how does a page answer this actor?"""

    actor: Actor
    page: str

    @property
    def due(self) -> str:
        """What the table says."""
        return _table()[self.page][APART.get(self.actor.username, self.actor.role)]

    @property
    def menu(self) -> set[str]:
        """What the table puts into this actor's menu."""
        cells = [PageCell(self.actor, page) for page in _table()]
        return {one.page for one in cells if one.due == MENU}

    @property
    def address(self) -> str:
        """The address, with the places as this actor has them."""
        district = ELSEWHERE.get(self.actor.username, SUZAK)
        osh = district == ARAVAN
        return self.page.format(
            district=district,
            neighbour=NOOKEN if district == SUZAK else SUZAK,
            oblast=OSH if osh else JALAL_ABAD,
            foreign=SUZAK if osh else ARAVAN,
            nation=NATION,
            account=1,
        )

    def __str__(self) -> str:
        return f"{self.actor.username or 'visitor'}: {self.page}"


@cache
def _table() -> dict[str, dict[str, str]]:
    return {row["page"]: row for row in read_table("pages.csv")}


@cache
def page_cells() -> tuple[PageCell, ...]:
    """All there are, page by page; the oblast Osh has one district here, and so no neighbour."""
    found = [PageCell(actor, page) for page in _table() for actor in ACTORS]
    of_osh = {name for name, district in ELSEWHERE.items() if district == ARAVAN}
    return tuple(
        one for one in found if not ("{neighbour}" in one.page and one.actor.username in of_osh)
    )


def page_faults(asking: Asking, cell: PageCell) -> Iterator[str]:
    """What of a cell is not as the table says."""
    status, menu, here = asking.page(cell.actor.username, cell.address)
    if status != STATUS[cell.due]:
        yield f"{cell} answers {status}, not {cell.due}"
    if cell.page == "/" and set(menu) != cell.menu:
        yield f"{cell}: the menu holds {', '.join(menu)}"
    if cell.due == MENU and here != [cell.page]:
        yield f"{cell}: the menu says that one is at {', '.join(here) or 'none of its pages'}"
