"""What is sent to do something about a record of the access matrix, and what it wrote."""

import json
import re
from typing import Any

from django.db import connection

from tests.doors.matrix_world import MatrixWorld, Record
from tools.documents_examples import EXAMPLES, IDS


def data_of(command: str, values: dict[str, str]) -> dict[str, Any]:
    """What a command is given: the example of the documents, about this record, today."""
    told = json.dumps(EXAMPLES.get(command, {}))
    for part, example in IDS.items():
        told = told.replace(example, values[part])
    data: dict[str, Any] = json.loads(told)
    return data | ({"happened_on": values["today"]} if "happened_on" in data else {})


# What of an example is told otherwise here, so that it is about the record as it stands.
TOLD: dict[str, dict[str, Any]] = {
    "correct_identification": {"values": {"difficulty": "Told otherwise."}},
    "correct_report": {
        "case": None,
        "report": "{report}",
        "kind": "report",
        "fact": "{told}",
        "values": {"place": "Mill street 9"},
    },
    "correct_registration": {
        "kind": "registration",
        "fact": "{registered}",
        "values": {"note": "Told otherwise."},
    },
    "complete_screening": {"task": "{screening}"},
    "correct_round": {
        "case": None,
        "kind": "round",
        "fact": "{round}",
        "values": {"area": "Mill street"},
    },
    "add_concern": {"round": "{round}"},
    "record_visit": {"children": [{"case": "{case}", "seen": "alone", "none_of_these": True}]},
    "complete_task": {"task": "{due}"},
    "assign_worker": {"post": "{worker}"},
    "accept_transfer": {"post": "{receiver}"},
    "offer_transfer": {"to_office": "{elsewhere}"},
    "propose_taking_off": {"reason": "entered_in_error"},
    "set_duty_turn": {
        "post": "{worker}",
        "rank": 2,
        "valid_from": "{today}",
        "valid_to": "{today}",
    },
    "end_duty_turn": {"free_from": "{today}"},
    "set_office_telephone": {"telephone": "0312 12 34 56"},
    "record_leave": {
        "post": "{worker}",
        "cover": "{head}",
        "valid_from": "{today}",
        "valid_to": "{today}",
    },
    "end_leave": {"leave": "{leave}", "back_on": "{today}"},
    "merge_people": {"case_number": "{number}"},
    # Of one record alone: so what is refused last tells that it might have been said of two.
    "answer_same_child": {"one": "{child}", "other": "{child}"},
    "take_back": {"command": "{command}"},
    "open_in_emergency": {"case_number": "{number}"},
    "see_emergency": {"opening": "{opening}"},
    "end_emergency": {"opening": "{opening}"},
    "answer_request": {"request": "{request}"},
    "withdraw_request": {"request": "{request}"},
    "identify_known": {"case": None, "child": "{child}", "household": "{household}"},
    "begin_child": {"case": None},
    "identify_child": {"family_too": False},
}
NUMBERS = {"post", "cover", "to_office"}


def order_of(act: str, operation: str, world: MatrixWorld, record: Record) -> dict[str, Any]:
    """The data of a command for an act about a record: an example, told about this one."""
    values = world.values_of(record)
    data = data_of(operation, values)
    for key, told in TOLD.get(act, {}).items():
        meant = json.loads(_put_in(json.dumps(told), values))
        data[key] = int(meant) if key in NUMBERS else meant
    return {key: value for key, value in data.items() if value is not None}


def _put_in(told: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], told)


def written() -> int:
    """How many rows of the service's tables this transaction wrote, but for sessions and looks:
    who may not act on what it sees has looked at it. Wrong numbers named in an emergency count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int"
            " FROM pg_stat_xact_user_tables"
            " WHERE starts_with(relname, 'kamkor_') AND relname NOT IN ('kamkor_session', 'kamkor_look', 'kamkor_emergencytry')"
        )
        return int(cursor.fetchone()[0])
