"""The page of the commands, made from the registered operations, their shapes and refusals."""

import json
from collections.abc import Iterable
from typing import Any

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - importing makes the operations known
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.cases.operations.steps import AlreadyErased, StateForbids
from kamkor.cases.vocabulary import STEP_OF, STEPS
from kamkor.kernel import commands, errors
from kamkor.kernel.commands import Operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.only_read import OnlyRead
from kamkor.kernel.shapes import LINE_LIMIT, NAME_LIMIT, TEXT_LIMIT
from kamkor.kernel.turns import TryAgain
from kamkor.web.command_door import LIMIT, STATUS
from tools.documents_examples import ANSWERS, COMMAND_ID, EXAMPLES
from tools.documents_fields import fields_of
from tools.documents_tables import MADE, codes, raised, roles, table

# What any command may be answered with, whatever its operation declares.
ABOUT_COMMAND = (
    commands.CommandIdInvalid,
    commands.CommandIdReused,
    commands.OperationUnknown,
    commands.NotPermitted,
    commands.NotFound,
    commands.StaleVersion,
    commands.AlreadyRecorded,
    TryAgain,
    OnlyRead,
    StateForbids,
    AlreadyErased,
)
ABOUT_FIELDS = (
    errors.FieldRequired,
    errors.FieldUnknown,
    errors.FieldInvalid,
    errors.TextTooLong,
    errors.NumberOutOfRange,
    errors.TooMany,
    errors.CodeUnknown,
    errors.DateUnreadable,
    errors.DateInFuture,
)
GENERAL: frozenset[type[Refusal]] = frozenset({*ABOUT_COMMAND, *ABOUT_FIELDS})

INTRO = """\
# Commands

Everything that is recorded is recorded by a command: the forms of the desk, a program and a file
give the same ones, and the same rules answer. A command is an object of JSON:

| key | what |
|---|---|
| `id` | UUID of version 7, made once where the command is made. The same id with the same content changes nothing and answers the same; with other content it is refused (`command_id_reused`). So whoever got no answer sends it again. |
| `command` | the name of one of the operations below |
| `data` | an object with the fields of the operation. `null` and an empty text mean: not given. Blanks around a text are dropped. An unknown field is refused, never dropped. |
| `base_version` | optional: the version of the case or report that the command was based on, as the form of the desk holds it. If somebody has changed the record since, the answer is `stale_version`. A visit, a reading and an alarm never conflict and do not ask for it. |

## By HTTP

`POST /commands/` takes one command, or a list of at most {limit}, from somebody who is signed in:
the session cookie, and the token of the cookie `csrftoken` (`__Host-csrftoken` in service mode) in
the header `X-CSRFToken`. Without signing in the answer is a redirect to `/sign-in/`. One command is answered by one object, a list
by a list in the same order. Commands of a list are carried out one after another in one
transaction; one that is refused leaves the others standing. Where two lists wait for each other, one
is begun anew after the other; where others hold a record too long, all of it is refused with
`try_again`, nothing of it stays, and it is sent again.

One command answered by itself bears its status: 200 applied or duplicate, {statuses}, 422 any
other refusal. A list bears 200. What is no command at all is answered `400` with the code
`unreadable`, a list that is too long `413` with `too_many`; nothing of it is done then.

## As a file

`kamkor commands FILE.jsonl --as USERNAME` carries out a file, one command a line, as that person,
through the same rules, and prints one answer a line; `-` reads from stdin. Beside the keys above a
file knows:

| in the file | stands for |
|---|---|
| key `as` of a line | who gives this command, instead of `--as` |
| `"$3.cases.0"` as a value | from the answer of line 3 the key `cases`, of a list the first |
| `"@post:aigul"` as a value | the post that this user name holds today |
| `"@office:41703220000000"` as a value | the department that answers for this district or city |

Lines are carried out in their order. A line that refers to something that was refused is refused
with `not_found`. The exit status is 0 when all were applied or duplicates, 1 when any was refused,
2 when a line is no command or `--as` is missing (nothing was done then), 3 when somebody named may
not. A whole day as a file: [howto/a-day-as-commands.md](howto/a-day-as-commands.md).

## Answers

```json
{{"id": "…", "result": "applied", "answer": {{"report": "…"}}}}
{{"id": "…", "result": "duplicate", "answer": {{"report": "…"}}}}
{{"id": "…", "result": "refused", "code": "date_in_future", "message": "This day has not come yet. Today is 21.11.2026.",
 "faults": [{{"code": "date_in_future", "field": "happened_on", "message": "This day has not come yet. Today is 21.11.2026."}}]}}
```

`code` is stable; programs go by it. `message` is in the reader's language. `faults` names every
field that is wrong, a row of a list by its number from 0 (`children.0.age`).

## Formats

| what | how |
|---|---|
| day | `2026-11-21`. Every day belongs to the service's zone (`KAMKOR_TZ`, `Asia/Bishkek` unless set). |
| moment | `2026-11-21T14:30:00+06:00`, always with its offset |
| territory | 14 digits of the SOATE code of a district or city |
| post, office | their whole numbers, as the choices of the desk's forms hold them (`value`) |
| ids | from the answers of earlier commands; of a case, a report, a due item also from the address of its page |
| name, line, text | at most {name}, {line} and {text} characters |
| code | one of the rule set named, as it holds on `happened_on`, else today; the words stand in [rules.md](rules.md) |
"""


def page() -> str:
    """The whole page."""
    intro = INTRO.format(
        statuses=_statuses(), limit=LIMIT, name=NAME_LIMIT, line=LINE_LIMIT, text=TEXT_LIMIT
    )
    lines = [MADE, "", *intro.splitlines(), ""]
    lines += ["## Refusals that any command may meet", "", *_refusals(ABOUT_COMMAND)]
    lines += ["About its fields:", "", *_refusals(ABOUT_FIELDS)]
    lines += ["## The operations", "", *_list()]
    for operation in in_order():
        lines += _operation(operation)
    return "\n".join(lines)


def in_order() -> list[Operation[Any]]:
    """The operations in the order of the pathway, then the others by name."""
    order = [step.operation for step in STEPS]
    others = sorted(set(Operation.registry) - set(order))
    return [Operation.registry[name] for name in (*order, *others)]


def _statuses() -> str:
    by_status: dict[int, list[str]] = {}
    for code, status in STATUS.items():
        by_status.setdefault(status, []).append(code)
    return ", ".join(f"{status} {codes(found)}" for status, found in sorted(by_status.items()))


def _refusals(found: Iterable[type[Refusal]]) -> list[str]:
    rows = [(f"`{one.code}`", one.message, _meaning(one)) for one in found]
    return table(("code", "message", "when"), rows)


def _meaning(refusal: type[Refusal]) -> str:
    return " ".join((refusal.__doc__ or "").split())


def _list() -> list[str]:
    rows = [
        (f"[`{one.name}`](#{one.name})", one.label, roles(one.roles), _first_sentence(one))
        for one in in_order()
    ]
    return table(("operation", "words", "who", "what it does"), rows)


def _first_sentence(operation: Operation[Any]) -> str:
    said = " ".join((operation.run.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
    return raised(said.partition("; raises ")[0].rstrip(".").replace("``", "`")) + "."


def _operation(operation: Operation[Any]) -> list[str]:
    lines = [f"### {operation.name}", "", f"{_first_sentence(operation)} *{operation.label}.*", ""]
    lines += [f"Who: {roles(operation.roles)}.{_from(operation)}", ""]
    lines += fields_of(operation.shape)
    if operation.name == "correct_fact":
        lines += _correctable()
    lines += _answer(operation)
    own = [one for one in operation.refusals if one not in GENERAL]
    if own:
        lines += ["Refused by itself, beside the general refusals:", "", *_refusals(own)]
    return lines + _example(operation)


def _from(operation: Operation[Any]) -> str:
    step = STEP_OF.get(operation.name)
    if step is None or not step.on:
        return ""
    return f" About a {step.on}; its states stand in [pathway.md](pathway.md#the-steps)."


def _answer(operation: Operation[Any]) -> list[str]:
    found = ANSWERS.get(operation.name)
    if not found:
        return ["The answer is empty.", ""]
    said = "; ".join(f"`{key}`: {what}" for key, what in found.items())
    return [f"The answer holds {said}.", ""]


def _example(operation: Operation[Any]) -> list[str]:
    held = EXAMPLES.get(operation.name)
    if held is None:
        return ["No example yet: it belongs into `tools/documents_examples.py`.", ""]
    data = ",\n".join(f"  {_json(key)}: {_json(value)}" for key, value in held.items())
    head = f'{{"id": {_json(COMMAND_ID)}, "command": {_json(operation.name)}, "data": {{'
    return ["```json", head, data, "}}", "```", ""]


def _json(held: object) -> str:
    return json.dumps(held, ensure_ascii=False)


def _correctable() -> list[str]:
    rows = []
    for name, kind in CORRECTABLE.items():
        shown = [
            f"`{field}` (code of [{rule_set}](rules.md#{rule_set}))" if rule_set else f"`{field}`"
            for field in kind.fields
            for rule_set in (kind.rule_set(field),)
        ]
        rows.append((f"`{name}`", ", ".join(shown)))
    heads = ("kind", "fields that may be corrected, as keys of `values`")
    return ["What may be corrected:", "", *table(heads, rows)]
