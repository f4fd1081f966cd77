"""Files of commands: read as a whole, referring to earlier answers, carried out line by line."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from kamkor.access.operations.looks import looking
from kamkor.access.queries import account_named, viewer_for
from kamkor.access.rules import Viewer
from kamkor.kernel.commands import Answer, Command, NotFound, carry_out
from kamkor.kernel.wire import CommandUnreadable, answer_as_json, command_from_json
from kamkor.workforce import queries as workforce

PAGE = "commands"
"""By what the log says that somebody looked: a command, as at the desk."""

TOGETHER = 100
"""How many lines of one person that need no earlier answer are carried out at once."""

_ANSWER = re.compile(r"\$(\d+)\.([a-z_]+)(?:\.(\d+))?")
_POST = re.compile(r"@post:(\S+)")
_OFFICE = re.compile(r"@office:(\d{14})")


class LineUnreadable(Exception):
    """A line of the file is no command; the text names the line and what is wrong with it."""

    def __init__(self, number: int, why: object) -> None:
        super().__init__(f"line {number}: {why}")
        self.number, self.why = number, why


@dataclass(frozen=True)
class Line:
    """One line: its number from 1, who gives the command, and the command as it was written."""

    number: int
    username: str
    command: Command

    @property
    def needs_answer(self) -> bool:
        """Whether the command needs the answer of an earlier line."""
        return any(_ANSWER.fullmatch(text) for text in _texts(self.command.data))


def lines_of(text: str, username: str) -> list[Line]:
    """All lines of a file; whoever is named ``as`` in a line gives it, else ``username``.

    Raises ``LineUnreadable`` at the first line that cannot be read or refers to a later one.
    """
    return [
        _line(number, row, username)
        for number, row in enumerate(text.splitlines(), 1)
        if row.strip()
    ]


def _line(number: int, row: str, username: str) -> Line:
    try:
        read = json.loads(row)
        giver = read.pop("as", username) if isinstance(read, dict) else username
        if not isinstance(giver, str):
            raise CommandUnreadable(_("as is a user name"))
        made = Line(number, giver, command_from_json(read))
    except ValueError as fault:
        raise LineUnreadable(number, fault) from fault
    for text in _texts(made.command.data):
        found = _ANSWER.fullmatch(text)
        if found and int(found[1]) >= number:
            raise LineUnreadable(
                number, _("%(text)s refers to a line that is not above it") % {"text": text}
            )
    return made


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, Sequence):
        for value in data:
            yield from _texts(value)


def carried_out(
    lines: Sequence[Line], viewer_named: Callable[[str], Viewer]
) -> Iterator[dict[str, Any]]:
    """Carry out a file's lines in their order; yields each answer as it is to be shown.

    Lines are carried out together while they are one person's and need no answer of this file.
    """
    answers: dict[int, dict[str, Any]] = {}
    for part in _parts(lines):
        viewer = viewer_named(part[0].username)
        with looking(viewer, PAGE):
            done = _answers(viewer, part, answers)
        # Told only now that they are kept.
        for line, answer in zip(part, done, strict=True):
            answers[line.number] = answer.answer
            yield answer_as_json(answer)


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    part: list[Line] = []
    for line in lines:
        full = len(part) == TOGETHER
        if part and (full or line.username != part[0].username or line.needs_answer):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _answers(
    viewer: Viewer, part: Sequence[Line], earlier: dict[int, dict[str, Any]]
) -> list[Answer]:
    """The answers in the order of the lines; who refers to what was refused finds nothing."""
    commands: list[Command] = []
    answered: dict[int, Answer] = {}
    for place, line in enumerate(part):
        try:
            data = _resolved(line.command.data, earlier)
        except LookupError:
            answered[place] = Answer(line.command.id, "refused", refusal=NotFound())
        else:
            commands.append(replace(line.command, data=data))
    done = iter(carry_out(viewer, commands))
    return [answered[place] if place in answered else next(done) for place in range(len(part))]


def _resolved(value: Any, earlier: dict[int, dict[str, Any]]) -> Any:  # noqa: ANN401 - as JSON
    """The data with every reference replaced by what it stands for; raises ``LookupError``."""
    if isinstance(value, Mapping):
        return {key: _resolved(one, earlier) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, earlier) for one in value]
    return _meant(value, earlier) if isinstance(value, str) else value


def _meant(text: str, earlier: dict[int, dict[str, Any]]) -> Any:  # noqa: ANN401 - as JSON
    if found := _ANSWER.fullmatch(text):
        answered = earlier[int(found[1])][found[2]]
        return answered[int(found[3])] if found[3] else answered
    if found := _POST.fullmatch(text):
        return _post_of(found[1])
    if found := _OFFICE.fullmatch(text):
        return _office_covering(found[1])
    return text


def _post_of(username: str) -> int:
    account = account_named(username)
    viewer = viewer_for(account) if account else None
    if viewer is None:
        raise LookupError(username)
    return viewer.post_id


def _office_covering(soate: str) -> int:
    office = workforce.departments_covering(soate).first()
    if office is None:
        raise LookupError(soate)
    return int(office.pk)
