"""One writer of `make crash`: carries out commands as the web login and tells each that is kept.

It reads a line with the socket folder of the database, works until the database is gone, says
``down`` and waits for the next line. What had no answer is sent again, with the same ids.
"""

# ruff: noqa: E402 - the settings are chosen before anything that reads them is imported

import json
import logging
import os
import random
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "kamkor.settings.base"
django.setup()

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection, connections

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - makes every operation known
from kamkor.demo.offices import build_accounts, build_offices
from kamkor.exchange.commands import carried_out, lines_of
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.management.shell import viewer_named

PLACES = {"aigul": "41703220000000", "cholpon": "41703215000000"}
TOGETHER = (1, 1, 1, 5)
"""How many commands go into one transaction, drawn each time."""
ROUNDS_SHARE = 0.3


def build() -> None:
    """Tables, offices and accounts of an empty database, as the owner."""
    call_command("migrate", database="owner", verbosity=0)
    build_offices()
    build_accounts()


def drawn_command(chance: random.Random, username: str, number: int) -> str:
    """One command as a line of a file of commands, with a new id."""
    told: dict[str, object] = {"territory": PLACES[username]}
    if chance.random() < ROUNDS_SHARE:
        told |= {"visited": 9, "no_concern": 9, "area": f"street {number}"}
        told["happened_on"] = clock.today().isoformat()
        return json.dumps({"id": str(new_id()), "command": "record_round", "data": told})
    told |= {"worry": "neglect", "danger_now": False, "source": "neighbour"}
    told |= {"children": [{"description": "A boy in a blue coat", "age": 6}]}
    told |= {"place": f"house {number}", "seen_or_said": "Alone since yesterday."}
    return json.dumps({"id": str(new_id()), "command": "receive_report", "data": told})


def carry_out(text: str, username: str) -> list[str]:
    """Do what the text says through the door of files; the ids that are now kept."""
    answers = list(carried_out(lines_of(text, username), viewer_named))
    if refused := [answer for answer in answers if answer["result"] == "refused"]:
        raise SystemExit(f"refused: {refused[0]}")
    return [answer["id"] for answer in answers]


def connect_to(sockets: str) -> None:
    """Let every login connect to the database that has its socket in this folder."""
    connections.close_all()
    for login in connections.settings.values():
        login.update(HOST=sockets)


def is_gone() -> bool:
    """Whether the database has left us, as against refusing what we asked."""
    return connection.connection is None or not connection.is_usable()


def write(chance: random.Random) -> None:
    """Work until the input ends."""
    username, pending, number = chance.choice(sorted(PLACES)), "", 0
    for line in sys.stdin:
        connect_to(line.strip())
        try:
            while True:
                number += 1
                commands = range(chance.choice(TOGETHER))
                drawn = [drawn_command(chance, username, number) for _ in commands]
                pending = pending or "\n".join(drawn)
                kept = carry_out(pending, username)
                pending = ""
                print(" ".join(kept), flush=True)
        except (DatabaseError, InterfaceError):
            if not is_gone():
                raise
            print("down", flush=True)


def main(words: list[str]) -> None:
    """Build the house, or write with the chance that a number begins."""
    for login in connections.settings.values():
        login.update(OPTIONS=login["OPTIONS"] | {"pool": False})
    # That a connection is lost in the midst of its work is what this is for.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    if words == ["build"]:
        build()
    else:
        write(random.Random(words[0]))  # noqa: S311 - drawn to be repeated


if __name__ == "__main__":
    main(sys.argv[1:])
