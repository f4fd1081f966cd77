"""What browsers tell of breaches of the content policy: which part of it, and nothing else."""

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kamkor.kernel import clock
from kamkor.web.door import outside_door

logger = logging.getLogger("kamkor.policy")

LONGEST = 16_000
"""Bytes of a report at most."""
QUIET_SECONDS = 60
"""So long the same part of the policy is told once, by each process: anybody may send reports."""
PARTS = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src",
        "style-src-elem", "style-src-attr", "font-src", "img-src", "connect-src", "base-uri",
        "form-action", "frame-ancestors", "require-trusted-types-for", "trusted-types",
    }
)  # fmt: skip
_told: dict[str, int] = {}


@csrf_exempt
@outside_door
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take a report; the part of the policy goes into the log of messages if it is one of ours.

    Addresses and pieces of the page, which a report also holds, are not read: they may name a child.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) <= LONGEST:
        for part in sorted(_parts(request.body) & PARTS):
            now = clock.wall_seconds()
            if now - _told.get(part, 0) >= QUIET_SECONDS:
                _told[part] = now
                logger.warning("breach of the content policy: %s", part)
    return HttpResponse(status=204)


def _parts(body: bytes) -> set[str]:
    """The parts of the policy that a report names, in its old form or its new one."""
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    found = set()
    for one in given if isinstance(given, list) else [given]:
        held = one if isinstance(one, dict) else {}
        for inner in (held.get("csp-report"), held.get("body")):
            told = inner if isinstance(inner, dict) else {}
            for name in ("effective-directive", "violated-directive", "effectiveDirective"):
                if told.get(name):
                    found.add(str(told[name]).split(" ", 1)[0])
    return found
