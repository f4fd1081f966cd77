"""Commands as data: ``POST /commands/`` with one command, or a list of them, as JSON."""

import json
from typing import Any

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from kamkor.kernel.commands import Answer, carry_out
from kamkor.kernel.wire import CommandUnreadable, answer_as_json, command_from_json
from kamkor.web.door import ViewedRequest

LIMIT = 500
STATUS = {
    "not_permitted": 403,
    "not_found": 404,
    "stale_version": 409,
    "command_id_reused": 409,
    "already_recorded": 409,
}


@require_POST
def commands(request: ViewedRequest) -> JsonResponse:
    """Carry out one command or a list; each answer says what became of it."""
    try:
        given = json.loads(request.body)
        rows: list[Any] = given if isinstance(given, list) else [given]
        wanted = [command_from_json(row) for row in rows]
    except (ValueError, CommandUnreadable) as fault:
        return JsonResponse({"code": "unreadable", "message": str(fault)}, status=400)
    if len(wanted) > LIMIT:
        text = f"at most {LIMIT} commands at a time"
        return JsonResponse({"code": "too_many", "message": text}, status=413)
    answers = carry_out(request.viewer, wanted)
    shown = [answer_as_json(answer) for answer in answers]
    if isinstance(given, list):
        return JsonResponse(shown, safe=False)
    return JsonResponse(shown[0], status=_status(answers[0]))


def _status(answer: Answer) -> int:
    if answer.refusal is None:
        return 200
    return STATUS.get(answer.refusal.first.code, 422)
