"""Commands and answers as JSON: the same for the desk's door, files and, later, phones."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from kamkor.kernel.commands import Answer, Command

KEYS = frozenset({"id", "command", "data", "base_version"})


class CommandUnreadable(ValueError):
    """What was sent is no command; the text says why."""


def command_from_json(row: object) -> Command:
    """One command from ``{id, command, data, base_version}``.

    Raises ``CommandUnreadable`` for another form; what the data may hold is the operation's own.
    """
    if not isinstance(row, Mapping):
        raise CommandUnreadable(gettext("a command is an object with id, command and data"))
    unknown = set(row) - KEYS
    if unknown:
        raise CommandUnreadable(gettext("unknown key: %(key)s") % {"key": min(map(str, unknown))})
    name, data, base = row.get("command"), row.get("data", {}), row.get("base_version")
    if not isinstance(name, str) or not isinstance(data, dict):
        raise CommandUnreadable(gettext("command is a text and data an object"))
    if base is not None and (isinstance(base, bool) or not isinstance(base, int)):
        raise CommandUnreadable(gettext("base_version is a whole number"))
    try:
        command_id = UUID(str(row.get("id")))
    except ValueError:
        raise CommandUnreadable(gettext("id is a UUID")) from None
    return Command(command_id, name, data, base)


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """What became of a command, with messages in the language in force."""
    shown: dict[str, Any] = {"id": str(answer.id), "result": answer.result}
    if answer.refusal is None:
        return shown | {"answer": answer.answer}
    faults = [
        {
            "code": fault.code,
            "field": fault.field,
            "message": gettext(fault.message) % fault.details
            if fault.details
            else gettext(fault.message),
        }
        for fault in answer.refusal.faults
    ]
    return shown | {"code": faults[0]["code"], "message": faults[0]["message"], "faults": faults}
