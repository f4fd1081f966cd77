"""Commands as data: ``POST /commands/`` with one command, or a list of them, as JSON."""

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from kamkor.kernel.commands import Answer, carry_out, carry_out_last
from kamkor.kernel.wire import CommandUnreadable, answer_as_json, command_from_json
from kamkor.web import faults
from kamkor.web.again import is_lately
from kamkor.web.door import ViewedRequest
from kamkor.web.two_persons import SENSITIVE

LIMIT = 500
STATUS = {
    "not_permitted": 403,
    "only_read": 403,
    "not_found": 404,
    "stale_version": 409,
    "command_id_reused": 409,
    "already_recorded": 409,
    "try_again": 409,
}


def commands(request: ViewedRequest) -> HttpResponse:
    """Carry out one command or a list; each answer says what became of it."""
    if request.method != "POST":
        refused = faults.fault_page(request, 405)
        refused["Allow"] = "POST"
        return refused
    try:
        given = json.loads(request.body.decode(), object_pairs_hook=_once, parse_constant=_none)
        rows: list[Any] = given if isinstance(given, list) else [given]
        wanted = [command_from_json(row) for row in rows]
    except CommandUnreadable as fault:
        return JsonResponse({"code": "unreadable", "message": str(fault)}, status=400)
    except (ValueError, RecursionError):
        text = _("This is no JSON that can be read.")
        return JsonResponse({"code": "unreadable", "message": text}, status=400)
    if len(wanted) > LIMIT:
        text = _("At most %(limit)s commands at a time.") % {"limit": LIMIT}
        return JsonResponse({"code": "too_many", "message": text}, status=413)
    if any(one.operation in SENSITIVE for one in wanted) and not is_lately(request):
        text = _("Sign in at the desk first.")
        return faults.fault_page(request, 403, text, code="sign_in_again")
    if isinstance(given, list):
        answers = carry_out(request.viewer, wanted)
        return JsonResponse([answer_as_json(answer) for answer in answers], safe=False)
    answer = carry_out_last(request.viewer, wanted[0])
    return JsonResponse(answer_as_json(answer), status=_status(answer))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names each stand once; raises ``ValueError``: readers differ in which counts."""
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError
    return held


def _none(_word: str) -> Any:  # noqa: ANN401 - as json asks for
    """Of ``NaN`` and ``Infinity``, which are no JSON; raises ``ValueError``."""
    raise ValueError


def _status(answer: Answer) -> int:
    if answer.refusal is None:
        return 200
    return STATUS.get(answer.refusal.first.code, 422)
