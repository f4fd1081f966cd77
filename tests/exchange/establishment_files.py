"""Files of the establishment for tests: the decree's five stages, and posts over all districts."""

import csv
from pathlib import Path

from kamkor.exchange.establishment import COLUMNS
from kamkor.kernel.rulesets import COUNTRY_FOLDER

PROGRAMME = "decree-2025-01-30"
KIND = "accompaniment"
STAGES = (
    ("2025-02-01", 100),
    ("2025-04-01", 100),
    ("2025-06-01", 100),
    ("2025-08-01", 100),
    ("2025-10-01", 150),
)
"""The stages of the presidential decree of 30 January 2025: source 000 of the service."""
NORM = 4000

Row = dict[str, str]


def stage_rows() -> list[Row]:
    """The five stages."""
    return [
        {
            "row": "stage", "programme": PROGRAMME, "stage": str(number), "kind": KIND,
            "date": day, "posts": str(posts), "norm": str(NORM),
        }
        for number, (day, posts) in enumerate(STAGES, 1)
    ]  # fmt: skip


def places() -> list[str]:
    """The codes of all districts and cities."""
    with (COUNTRY_FOLDER / "kg_admin_units.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [one["soate"] for one in rows if one["level"] == "2" or one["type"] == "city_republican"]


def post_rows(posts: int = 550) -> list[Row]:
    """So many posts of the stages, one district after the other, open on their stage's day."""
    where = places()
    found: list[Row] = []
    for number, (day, many) in enumerate(STAGES, 1):
        for _ in range(min(many, posts - len(found))):
            at = len(found)
            found.append(
                {
                    "row": "post", "programme": PROGRAMME, "stage": str(number), "kind": KIND,
                    "date": day, "post": f"A-{at + 1}", "territory": where[at % len(where)],
                }
            )  # fmt: skip
    return found


def appointed(post: int, day: str, person: int | None = None) -> Row:
    """Somebody is appointed to the post of a number."""
    return {
        "row": "state", "post": f"A-{post}", "state": "appointed", "date": day,
        "person": f"T-{person or post}", "surname": "Асанова", "given_name": f"Анара{person or post}",
    }  # fmt: skip


def became(post: int, state: str, day: str) -> Row:
    """What else became of a post."""
    return {"row": "state", "post": f"A-{post}", "state": state, "date": day}


def workforce_file(folder: Path, *rows: Row, name: str = "workforce.csv") -> Path:
    """A file of these rows."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
