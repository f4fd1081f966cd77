"""The page of the pathway, made from its table: states, steps, diagrams."""

from kamkor.access.vocabulary import RIGHTS
from kamkor.cases.vocabulary import (
    MAY_BE_TAKEN_BACK,
    MERGEABLE,
    ON_REGISTER,
    OPEN_STATES,
    PROPOSED,
    STATE_BEFORE,
    STATE_LABELS,
    STEPS,
    CaseState,
    ReportState,
    Step,
)
from tools.documents_tables import MADE, codes, roles, table

# The table maps outcomes to states whatever state the step came from; this outcome is reached
# from one of them only.
_LISTED = frozenset({CaseState.TAKING_OFF_PROPOSED})
ONLY_FROM = {
    ("record_visit", "check"): frozenset({CaseState.CHECK_DUE}),
    ("propose_taking_off", ""): ON_REGISTER,
    ("propose_taking_off", "not_on_register"): OPEN_STATES - ON_REGISTER,
    ("merge_people", "confirmed"): MERGEABLE,
    ("decide_taking_off", "refuse"): _LISTED,
    ("decide_taking_off", "refuse_end"): PROPOSED - _LISTED,
    ("decide_taking_off", "agree"): _LISTED,
    ("decide_taking_off", "agree_placed"): _LISTED,
}
# Steps about a case that may also be taken where there is none yet.
ON_THE_SPOT = frozenset({"identify_child"})

INTRO = """\
# The pathway

From a report to the end of the accompaniment. The table stands as data in
`src/kamkor/cases/vocabulary.py`; rules, screens, help and this page read it. What each step
carries and what may refuse it: [commands.md](commands.md). Deadlines, reasons and grounds:
[rules.md](rules.md).

A **report** is what somebody told the service. A **case** is one episode of one child, or of one
family on the family register. An accepted report opens a case for each child; `identify_child`
opens one on the spot where nobody had reported. A case is *open* from then until taking off has
been decided and the accompaniment and its check have ended; on each of these days exactly one
person is responsible. A state is never typed in: it is derived from the recorded facts.
"""

REPORT_HEAD = """\
## A report

```mermaid
stateDiagram-v2
    [*] --> new: receive_report
"""

CASE_HEAD = """\
## A case

```mermaid
stateDiagram-v2
    [*] --> reported: screen_report, accept
    [*] --> identified: identify_child on the spot
    [*] --> registered: return_to_register, new episode
"""

AFTER_CASE = """\
`void` is a case whose beginning was taken back. A returned child gets a new case; the old one is
closed and stays as it was.
"""

SHARED = """\
## What holds for every step

- A step from a state that is not in its row is refused with `state_forbids`, one by a role that
  is not in its row with `not_permitted`.
- Steps that may be taken back for ten minutes by whoever took them, while nobody has built on
  it: {taken_back}. Never a report, an alarm, a protective removal or a notice.
- Any fact of a case may be corrected by `correct_fact`; the old one stays to be seen.
- Due items that a step leaves behind are marked as done with `complete_task`.
- A worry, a ground or a ground of removal marked `seals` in its rule set seals the report or the
  case: only a named team sees it from then on ([decision 12](decisions/0012-sealed-records.md)).
"""


def page() -> str:
    """The whole page."""
    taken_back = codes(one.operation for one in STEPS if one.operation in MAY_BE_TAKEN_BACK)
    lines = [MADE, "", *INTRO.splitlines(), ""]
    lines += [*REPORT_HEAD.splitlines(), *_edges("report", ReportState), "```", ""]
    lines += _states(ReportState)
    lines += [*CASE_HEAD.splitlines(), *_edges("case", CaseState), "```", ""]
    lines += [*AFTER_CASE.splitlines(), "", *_states(CaseState)]
    lines += ["## The steps", "", *_steps()]
    lines += [*SHARED.format(taken_back=taken_back).splitlines(), "", *_roles()]
    return "\n".join(lines)


def _states(states: type[CaseState] | type[ReportState]) -> list[str]:
    rows = []
    for state in states:
        row = [f"`{state}`", STATE_LABELS[state]]
        if states is CaseState:
            row += [
                "yes" if state in OPEN_STATES else "",
                "yes" if state in ON_REGISTER else "",
            ]
        rows.append(row)
    heads = ["state", "words"] + (["open", "on the register"] if states is CaseState else [])
    return table(heads, rows)


def _edges(about: str, states: type[CaseState] | type[ReportState]) -> list[str]:
    lines = []
    for step in STEPS:
        if step.on != about:
            continue
        for outcome, to in step.leads_to.items():
            for state in _from_states(step, outcome, states):
                label = f"{step.operation}, {outcome}" if outcome else step.operation
                if to and to != STATE_BEFORE:
                    lines.append(f"    {state} --> {to}: {label}")
    return lines


def _from_states(
    step: Step, outcome: str, states: type[CaseState] | type[ReportState]
) -> list[str]:
    allowed = ONLY_FROM.get((step.operation, outcome), step.from_states)
    return [state for state in states if state in allowed]


def _steps() -> list[str]:
    rows = [
        (
            f"[`{step.operation}`](commands.md#{step.operation})",
            step.label,
            _from_words(step),
            roles(step.roles),
            _outcomes(step),
            step.follows,
        )
        for step in STEPS
    ]
    return table(("step", "words", "from", "who", "leads to", "what follows"), rows)


def _from_words(step: Step) -> str:
    if not step.on:
        return "nothing yet"
    if step.from_states == OPEN_STATES:
        return "any open case"
    if step.from_states == frozenset(ReportState):
        return "any report"
    order = ReportState if step.on == "report" else CaseState
    words = codes(state for state in order if state in step.from_states)
    return words + (", or nothing yet" if step.operation in ON_THE_SPOT else "")


def _outcomes(step: Step) -> str:
    shown = []
    for outcome, to in step.leads_to.items():
        where = f"`{to}`" if to else "the same state"
        if to == STATE_BEFORE:
            where = "the state before"
        only = ONLY_FROM.get((step.operation, outcome))
        if only:
            where += " from " + codes(sorted(only))
        shown.append(f"{outcome}: {where}" if outcome else where)
    return "; ".join(shown) or "no state"


def _roles() -> list[str]:
    levels = {0: "no row", 1: "unit", 2: "department", 3: "oblast", 4: "nation"}
    rows = [
        (role, right.label, levels[right.level], ", ".join(sorted(right.actions)) or "none")
        for role, right in RIGHTS.items()
    ]
    heads = ("role", "words", "sees rows of its", "actions")
    return ["## The roles", "", *table(heads, rows)]
