"""The pathway as one table of data: states, steps, who may take them and where they lead."""

from dataclasses import dataclass
from enum import StrEnum

from kamkor.kernel.words import noop


class CaseState(StrEnum):
    """Where a case stands. A case is open from ``reported`` to ``check_due``."""

    REPORTED = "reported"
    IDENTIFIED = "identified"
    REGISTERED = "registered"
    TRANSFER_OFFERED = "transfer_offered"
    TAKING_OFF_PROPOSED = "taking_off_proposed"
    ENDING_PROPOSED = "ending_proposed"
    ACCOMPANIMENT = "accompaniment"
    CHECK_DUE = "check_due"
    CLOSED = "closed"
    NOT_REGISTERED = "not_registered"
    VOID = "void"
    MERGED = "merged"


class ReportState(StrEnum):
    """What became of a report so far."""

    NEW = "new"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CLOSED = "closed"


STATE_LABELS: dict[str, str] = {
    CaseState.REPORTED: noop("report accepted"),
    CaseState.IDENTIFIED: noop("identified"),
    CaseState.REGISTERED: noop("on the register"),
    CaseState.TRANSFER_OFFERED: noop("transfer offered"),
    CaseState.TAKING_OFF_PROPOSED: noop("taking off proposed"),
    CaseState.ENDING_PROPOSED: noop("end of the case proposed"),
    CaseState.ACCOMPANIMENT: noop("accompaniment after placement"),
    CaseState.CHECK_DUE: noop("check after leaving due"),
    CaseState.CLOSED: noop("closed"),
    CaseState.NOT_REGISTERED: noop("not registered"),
    CaseState.VOID: noop("taken back"),
    CaseState.MERGED: noop("goes on in the child's other case"),
    ReportState.NEW: noop("to be screened"),
    ReportState.ACCEPTED: noop("accepted"),
    ReportState.DECLINED: noop("declined"),
}

OPEN_STATES = frozenset(
    {
        CaseState.REPORTED,
        CaseState.IDENTIFIED,
        CaseState.REGISTERED,
        CaseState.TRANSFER_OFFERED,
        CaseState.TAKING_OFF_PROPOSED,
        CaseState.ENDING_PROPOSED,
        CaseState.ACCOMPANIMENT,
        CaseState.CHECK_DUE,
    }
)
ON_REGISTER = frozenset(
    {CaseState.REGISTERED, CaseState.TRANSFER_OFFERED, CaseState.TAKING_OFF_PROPOSED}
)

# What waits for a second person: of a child on the register, and of one that is not on it.
PROPOSED = frozenset({CaseState.TAKING_OFF_PROPOSED, CaseState.ENDING_PROPOSED})
# A child with two records has two open cases: one of them goes on, another may end from these.
MERGEABLE = OPEN_STATES - PROPOSED - {CaseState.TRANSFER_OFFERED}
# A refused end leads back to wherever the case stood when it was proposed.
STATE_BEFORE = "state_before"

NUMBER_PREFIX = "K"
"""So begins the number of every case."""

CHILD = "child"
FAMILY = "family"
# A ground that may put a child on its register as well as a family on the other.
BOTH = "both"

_FIELD = frozenset({"worker", "specialist", "head"})
_DECIDERS = frozenset({"specialist", "head"})
_HEAD = frozenset({"head"})
# The oblast's duty person stands in for a sealed report that leaves nobody of the department.
_OBLAST = frozenset({"oblast"})
_NEW = frozenset({ReportState.NEW})
_ALL_REPORTS = frozenset(ReportState)


@dataclass(frozen=True)
class Step:
    """One row of the pathway: from these states, by these roles, to where, and what follows.

    ``leads_to`` maps the outcome of the step to the next state; an empty text keeps the state,
    ``STATE_BEFORE`` leads back to the one before the proposal.
    ``on`` is what the step is about: a report, a case, or nothing that stands already.
    """

    operation: str
    label: str
    on: str
    from_states: frozenset[str]
    roles: frozenset[str]
    leads_to: dict[str, str]
    follows: str


STEPS: tuple[Step, ...] = (
    Step(
        "receive_report",
        noop("Receive a report"),
        "",
        frozenset(),
        _FIELD,
        {"": ReportState.NEW},
        noop("The duty person is told; violence seals the report."),
    ),
    Step(
        "record_round",
        noop("Record a round from house to house"),
        "",
        frozenset(),
        _FIELD,
        {},
        noop("A concern met on the way opens a report."),
    ),
    Step(
        "read_report",
        noop("I have read it"),
        "report",
        _ALL_REPORTS,
        _FIELD | _OBLAST,
        {"": ""},
        noop("The alarm stops ringing."),
    ),
    Step(
        "screen_report",
        noop("Screen the report"),
        "report",
        _NEW,
        _FIELD | _OBLAST,
        {
            "accept": ReportState.ACCEPTED,
            "redirect": ReportState.NEW,
            "decline": ReportState.DECLINED,
        },
        noop("Accepted: a case opens for each child. Declined: the head takes a second look."),
    ),
    Step(
        "review_declined_report",
        noop("Take a second look"),
        "report",
        frozenset({ReportState.DECLINED}),
        _HEAD | _OBLAST,
        {"uphold": ReportState.CLOSED, "open": ReportState.NEW},
        noop("Opened again: the duty person screens it anew."),
    ),
    Step(
        "mark_sent_in_error",
        noop("Mark as sent in error"),
        "report",
        _ALL_REPORTS,
        _FIELD,
        {"": ""},
        noop("The mark stays beside the report; the duty person still decides."),
    ),
    Step(
        "identify_child",
        noop("Identify a child"),
        "case",
        frozenset({CaseState.REPORTED}),
        _FIELD,
        {"": CaseState.IDENTIFIED},
        noop("The child is protected at once; the specialist decides on registration."),
    ),
    Step(
        "register_child",
        noop("Register the child"),
        "case",
        frozenset({CaseState.IDENTIFIED}),
        _DECIDERS,
        {"register": CaseState.REGISTERED, "decline": CaseState.NOT_REGISTERED},
        noop("Visits follow in the rhythm of the risk level."),
    ),
    Step(
        "register_family",
        noop("Register the family"),
        "case",
        frozenset({CaseState.IDENTIFIED}),
        _DECIDERS,
        {"register": CaseState.REGISTERED, "decline": CaseState.NOT_REGISTERED},
        noop("The family stands on its own register, linked to its children."),
    ),
    Step(
        "close_reported_case",
        noop("Close without identification"),
        "case",
        frozenset({CaseState.REPORTED}),
        _DECIDERS,
        {"": CaseState.NOT_REGISTERED},
        noop(
            "No child in difficulty was found: it counts neither as identified nor as registered."
        ),
    ),
    Step(
        "assign_worker",
        noop("Assign a worker"),
        "case",
        OPEN_STATES,
        _DECIDERS,
        {"": ""},
        noop("The worker is responsible from that day."),
    ),
    Step(
        "record_visit",
        noop("Record a visit"),
        "case",
        OPEN_STATES,
        _FIELD,
        {"": "", "check": CaseState.CLOSED},
        noop(
            "Not seen twice, or once at high risk, becomes a task of the specialist. Nobody goes"
            " alone to a home that must not be contacted."
        ),
    ),
    Step(
        "protect_now",
        noop("Protect now: protective removal"),
        "case",
        OPEN_STATES,
        _FIELD,
        {"": ""},
        noop("Prosecutor, parents and doctor are told; what is missing becomes due."),
    ),
    Step(
        "end_removal",
        noop("End the protective removal"),
        "case",
        OPEN_STATES,
        _DECIDERS,
        {"": ""},
        noop("The child is no longer away from home."),
    ),
    Step(
        "change_state_protection",
        noop("Give or lift state protection"),
        "case",
        ON_REGISTER,
        _DECIDERS,
        {"": ""},
        noop("The status stands apart from the grounds."),
    ),
    Step(
        "propose_taking_off",
        noop("Propose taking off or the end of the case"),
        "case",
        OPEN_STATES,
        _FIELD,
        {"": CaseState.TAKING_OFF_PROPOSED, "not_on_register": CaseState.ENDING_PROPOSED},
        noop(
            "Another person decides. Death and coming of age may be proposed at any time; that the"
            " difficulty is overcome only of a child at home who was seen, with no notice owed."
        ),
    ),
    Step(
        "decide_taking_off",
        noop("Decide on taking off or the end of the case"),
        "case",
        PROPOSED,
        _DECIDERS,
        {
            "refuse": CaseState.REGISTERED,
            "refuse_end": STATE_BEFORE,
            "agree": CaseState.CHECK_DUE,
            "agree_placed": CaseState.ACCOMPANIMENT,
            "agree_without_check": CaseState.CLOSED,
        },
        noop("One check after leaving; who was placed is accompanied on."),
    ),
    Step(
        "end_accompaniment",
        noop("End the accompaniment"),
        "case",
        frozenset({CaseState.ACCOMPANIMENT}),
        _DECIDERS,
        {"": CaseState.CHECK_DUE},
        noop("One check after leaving follows."),
    ),
    Step(
        "return_to_register",
        noop("Return to the register"),
        "case",
        frozenset({CaseState.ACCOMPANIMENT, CaseState.CHECK_DUE, CaseState.CLOSED}),
        _DECIDERS,
        {"": CaseState.CLOSED},
        noop("A new episode opens; the old one stays as it was."),
    ),
    Step(
        "offer_transfer",
        noop("Offer a transfer"),
        "case",
        frozenset({CaseState.REGISTERED}),
        _DECIDERS,
        {"": CaseState.TRANSFER_OFFERED},
        noop("The sender stays responsible until the other side accepts."),
    ),
    Step(
        "accept_transfer",
        noop("Accept the transfer"),
        "case",
        frozenset({CaseState.TRANSFER_OFFERED}),
        _DECIDERS,
        {"": CaseState.REGISTERED},
        noop("The receiving department says who is responsible from now on."),
    ),
    Step(
        "return_transfer",
        noop("Return the transfer"),
        "case",
        frozenset({CaseState.TRANSFER_OFFERED}),
        _DECIDERS,
        {"": CaseState.REGISTERED},
        noop("The sender keeps the case."),
    ),
    Step(
        "move_household",
        noop("New address of the home"),
        "case",
        OPEN_STATES,
        _FIELD,
        {"": ""},
        noop("The old address stays in the history and in the search."),
    ),
    Step(
        "merge_people",
        noop("Two records are one child"),
        "case",
        frozenset(CaseState) - {CaseState.VOID, CaseState.MERGED},
        _DECIDERS,
        {"": "", "confirmed": CaseState.MERGED},
        noop("A second person must confirm it. One case goes on; it can be undone at any time."),
    ),
    Step(
        "declare_interest",
        noop("Declare an interest"),
        "case",
        OPEN_STATES,
        _FIELD,
        {"": ""},
        noop("Who is related or acquainted is taken off the case at once."),
    ),
)

# The steps that the department takes to which a case was offered.
OF_OTHER_SIDE = frozenset({"accept_transfer", "return_transfer"})

STEP_OF: dict[str, Step] = {step.operation: step for step in STEPS}

# The due item that two children may be one and the same person.
CANDIDATE = "identity_candidate"
ASKED_ELSEWHERE = "asked_elsewhere"
# Due items that would tell a worker of a child it may not see.
NOT_FOR_WORKERS = frozenset({CANDIDATE})

# What may be taken back for ten minutes; never a report, an alarm, a removal or a notice.
MAY_BE_TAKEN_BACK = frozenset(
    {
        "identify_child",
        "register_child",
        "register_family",
        "close_reported_case",
        "assign_worker",
        "record_visit",
        "end_removal",
        "change_state_protection",
        "propose_taking_off",
        "decide_taking_off",
        "end_accompaniment",
        "offer_transfer",
        "record_round",
    }
)
