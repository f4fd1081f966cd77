"""One example of each command's data, and what its answer holds; all people are invented."""

from typing import Any

COMMAND_ID = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c01"
_REPORT = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c10"
_CASE = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c20"
_SIBLING = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c21"
_CHILD = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c22"
_OTHER = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c23"
_HOME = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c30"
_FACT = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c40"
_TASK = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c50"
_TURN = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c60"
_REQUEST = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c80"
_OPENING = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c90"
_LEAVE = "019ad3f0-7c3e-7b1a-9c55-0d7f3a1b2c70"
_SUZAK = "41703220000000"

IDS = {
    "report": _REPORT, "case": _CASE, "household": _HOME, "fact": _FACT, "task": _TASK,
    "turn": _TURN,
}  # fmt: skip
"""Which id of the examples stands for what."""

ANSWERS: dict[str, dict[str, str]] = {
    "receive_report": {"report": "id of the report"},
    "screen_report": {"cases": "if accepted, the id of a case for each child, in their order"},
    "record_round": {
        "round": "id of the round",
        "concerns": "how many households are left over",
        "reports": "ids of the reports they opened, in the order of the concerns",
    },
    "identify_child": {
        "case": "id of the child's case",
        "household": "id of its home",
        "family": "id of the family's case, if one was opened",
    },
    "record_visit": {"visit": "id of the visit"},
    "return_to_register": {"case": "id of the new episode"},
    "add_concern": {
        "round": "id of the round as it stands now",
        "concerns": "1",
        "reports": "id of the report that was opened",
    },
    "correct_fact": {"fact": "id of the new entry", "changed": "names of the changed fields"},
    "set_duty_turn": {"turn": "id of the turn"},
    "open_post": {"post": "id of the post"},
    "ask_unsealing": {"request": "id of the request"},
    "merge_people": {"kept": "id of the record that would be kept", "request": "id of the request"},
    "undo_merge": {"case": "id of the case that is the other child's"},
    "ask_erasure": {"request": "id of the request"},
    "ask_export": {"request": "id of the request"},
    "record_leave": {"leave": "id of the leave"},
    "open_in_emergency": {"case": "id of the case", "opening": "id of the opening"},
    "ask_elsewhere": {
        "known": "`yes` or `no`",
        "department": "if yes, the number of the department to call",
    },
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "open_in_emergency": {
        "case_number": "K-7H2M-9QX",
        "reason": "The police found the boy alone at the bus station; who may fetch him?",
        "hours": 3,
    },
    "see_emergency": {"opening": _OPENING},
    "end_emergency": {"opening": _OPENING},
    "receive_report": {
        "worry": "left_alone",
        "danger_now": True,
        "children": [
            {"description": "boy of about eight in a blue jacket", "age": 8},
            {"description": "a smaller girl"},
        ],
        "territory": _SUZAK,
        "place": "Suzak village, last house before the bridge",
        "seen_or_said": "Two children alone since the day before yesterday; no smoke, no light.",
        "source": "neighbour",
        "callback": "0555 12 34 56",
    },
    "record_round": {
        "territory": _SUZAK,
        "area": "Suzak village, Jashtyk street",
        "happened_on": "2025-11-03",
        "visited": 14,
        "nobody_home": 3,
        "no_concern": 10,
        "concerns": [
            {
                "worry": "left_alone",
                "danger_now": False,
                "children": [{"description": "girl of about five, Aizhan", "age": 5}],
                "place": "Jashtyk street, 9",
                "seen_or_said": "Opened the door herself; the mother comes home at night.",
            },
        ],
    },
    "read_report": {"report": _REPORT},
    "screen_report": {"report": _REPORT, "decision": "accept", "note": "Go there today."},
    "review_declined_report": {
        "report": _REPORT,
        "decision": "open",
        "note": "The school told the same of another day.",
    },
    "mark_sent_in_error": {"report": _REPORT, "note": "The same call was taken down twice."},
    "identify_child": {
        "case": _CASE,
        "given_name": "Айбек",
        "surname": "Үлгүлөев",
        "born": "2017-03",
        "sex": "male",
        "territory": _SUZAK,
        "place": "Suzak village, last house before the bridge",
        "adults": [{"given_name": "Сайра", "relation": "grandmother"}],
        "siblings": [{"given_name": "Айжан", "born": "2021", "sex": "female", "looked_at": True}],
        "happened_on": "2025-11-03",
        "source": "neighbour",
        "difficulty": "Both parents work abroad; the grandmother has been in hospital for a week.",
        "risk_level": "medium",
        "family_too": True,
    },
    "close_reported_case": {
        "case": _CASE,
        "happened_on": "2025-11-04",
        "reason": "no_difficulty",
        "note": "Visited with the school: the boy lives with his uncle and is well.",
    },
    "register_child": {
        "case": _CASE,
        "decision": "register",
        "happened_on": "2025-11-05",
        "grounds": ["neglected", "migrants_external"],
        "main_ground": "migrants_external",
    },
    "register_family": {
        "case": _CASE,
        "decision": "decline",
        "happened_on": "2025-11-05",
        "reason": "no_difficulty",
        "note": "The aunt lives there now and has work.",
    },
    "assign_worker": {"case": _CASE, "post": 6, "happened_on": "2025-11-05"},
    "record_visit": {
        "household": _HOME,
        "kind": "home",
        "happened_on": "2025-11-12",
        "children": [
            {"case": _CASE, "seen": "alone", "none_of_these": True, "words_of_child": "Warm now."},
            {"case": _SIBLING, "seen": "not_seen", "not_seen_reason": "at_school"},
        ],
        "changed": "Coal was brought.",
        "next_on": "2025-11-26",
        "minutes": 50,
    },
    "protect_now": {
        "case": _CASE,
        "happened_on": "2025-11-12",
        "danger": "Nobody able to care for the child, and no heating at minus twelve degrees.",
        "ground": "no_adult",
        "decider": "department_head",
        "decider_name": "Бакыт Усенов, child-protection department",
        "sleeps_at": "relative",
        "sleeps_where": "With the aunt, Suzak, Lenin street 5, 0555 65 43 21",
        "next_step": "Visit there tomorrow morning",
        "parents_told_at": "2025-11-12T18:40:00+06:00",
    },
    "change_state_protection": {
        "case": _CASE,
        "given": True,
        "happened_on": "2025-11-13",
        "note": "No parent can be found.",
    },
    "end_removal": {
        "case": _CASE,
        "happened_on": "2025-12-01",
        "note": "Decision of the department; lives with the grandmother again.",
    },
    "propose_taking_off": {
        "case": _CASE,
        "reason": "moved",
        "happened_on": "2026-02-02",
        "note": "The family lives in Nooken since January.",
        "other_side": "Кымбат Алиева, Nooken",
        "other_side_accepted_on": "2026-01-28",
    },
    "decide_taking_off": {"case": _CASE, "decision": "agree", "happened_on": "2026-02-03"},
    "end_accompaniment": {
        "case": _CASE,
        "happened_on": "2026-02-03",
        "note": "Child and family are well; school without a day missed.",
    },
    "return_to_register": {
        "case": _CASE,
        "happened_on": "2026-03-02",
        "reason": "new_difficulty",
        "difficulty": "The aunt left; the children are alone in the evenings.",
        "risk_level": "high",
        "grounds": ["neglected"],
        "main_ground": "neglected",
    },
    "offer_transfer": {
        "case": _CASE,
        "to_office": 9,
        "reason": "family_moved",
        "note": "The dog bites; call before you come.",
    },
    "accept_transfer": {"case": _CASE, "post": 12},
    "return_transfer": {"case": _CASE, "reason": "not_living_here"},
    "move_household": {
        "case": _CASE,
        "place": "Suzak village, Mill street 4",
        "happened_on": "2025-11-15",
    },
    "declare_interest": {"case": _CASE, "kind": "relative"},
    "complete_task": {"task": _TASK, "happened_on": "2025-11-13", "proof": "letter 11-204"},
    "correct_fact": {
        "case": _CASE,
        "kind": "identification",
        "fact": _FACT,
        "values": {"happened_on": "2025-11-02"},
        "reason": "typing_error",
    },
    "add_concern": {
        "round": _FACT,
        "counted_as": "no_concern",
        "worry": "neglect",
        "danger_now": False,
        "children": [
            {"description": "boy of about ten, by the stove", "age": 10},
            {"description": "his smaller sister"},
        ],
        "place": "Jashtyk street, 14",
        "seen_or_said": "Both were at home on a school day; a neighbour told of it later.",
    },
    "record_name": {"case": _CASE, "kind": "other_spelling", "given_name": "Aibek"},
    "give_safe_contact": {"case": _CASE, "contact": "The form teacher, room 5, before noon"},
    "take_back": {"command": COMMAND_ID},
    "set_programme": {
        "programme": "decree-2025-01-30",
        "kind": "accompaniment",
        "stages": [
            {"opens_on": "2025-02-01", "posts": 100, "norm": 4000},
            {"opens_on": "2025-04-01", "posts": 100, "norm": 4000},
        ],
    },
    "open_post": {
        "post": "S-1",
        "kind": "home_care",
        "territory": _SUZAK,
        "percent": 50,
        "opened_on": "2025-02-01",
    },
    "set_post_state": {
        "post": "S-1",
        "state": "appointed",
        "happened_on": "2025-03-03",
        "person": "T-17",
        "surname": "Асанова",
        "given_name": "Анара",
    },
    "set_duty_turn": {
        "post": 6,
        "rank": 1,
        "valid_from": "2025-12-01",
        "valid_to": "2025-12-07",
    },
    "end_duty_turn": {"turn": _TURN, "free_from": "2025-12-05"},
    "record_leave": {
        "post": 6,
        "kind": "annual",
        "valid_from": "2025-12-08",
        "valid_to": "2025-12-21",
        "cover": 8,
    },
    "set_office_telephone": {"telephone": "+996374851234"},
    "ask_unsealing": {"case": _CASE, "reason": "The suspect was sentenced."},
    "merge_people": {
        "case": _CASE,
        "case_number": "K-7M2P-Q4R",
        "ground": "papers_seen",
        "reason": "The birth certificate was seen on 3 March.",
    },
    "undo_merge": {"case": _CASE, "entries": []},
    "ask_erasure": {"case": _CASE, "ground": "kept_long_enough", "reason": "Order 44 of 3 March"},
    "ask_export": {
        "of_register": "child",
        "state": "on_register",
        "reason": "Winter coal of the district: the list goes to the social fund, on paper.",
    },
    "ask_elsewhere": {
        "given_name": "Алтынбек",
        "surname": "Сыдыков",
        "born": "2016",
        "reason": "The grandmother says that he was helped in another district.",
    },
    "answer_same_child": {"one": _CHILD, "other": _OTHER, "answer": "not_sure"},
    "answer_request": {"request": _REQUEST, "decision": "agree"},
    "withdraw_request": {"request": _REQUEST},
    "end_leave": {"leave": _LEAVE, "back_on": "2025-12-15"},
}
