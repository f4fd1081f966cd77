"""Wrong tries at sign-in are counted for all processes together."""

import os
import subprocess
import sys

from django.db import connection

from tests.conftest import DATA
from tests.doors.desk import Desk

OTHER_PROCESS = """
import os, django
django.setup()
from django.db import connections
for login in connections.settings.values():
    login.update(HOST=os.environ["T_HOST"], PORT=os.environ["T_PORT"], NAME=os.environ["T_NAME"])
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
for number in range(5):
    Client(REMOTE_ADDR=f"10.1.1.{number}").post(
        "/sign-in/", {"username": "head", "password": "wrong"})
"""


def tried(number: int) -> list[str]:
    """What a wrong try from one of many addresses is refused with."""
    desk = Desk()
    desk.client.defaults["REMOTE_ADDR"] = f"10.2.2.{number}"
    return desk.send("/sign-in/", {"username": "head", "password": "wrong"}).refusals


def test_two_processes_count_together(committed: str) -> None:
    """Five wrong tries here, five there: the eleventh is refused in both."""
    assert [tried(number) for number in range(5)] == [["sign_in_refused"]] * 5
    here = connection.settings_dict
    env = os.environ | {
        "KAMKOR_DATA": str(DATA),
        "T_HOST": str(here["HOST"]),
        "T_PORT": str(here["PORT"]),
        "T_NAME": committed,
    }
    subprocess.run([sys.executable, "-c", OTHER_PROCESS], env=env, check=True, timeout=60)
    assert tried(6) == ["locked_out"]
