"""What is refused to whoever is signed in is written down: which page, which code, no content."""

import re
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from kamkor.access.operations.looks import write_event
from kamkor.web.faults import COMMANDS

STATUSES = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429})
_CODE = re.compile(rb'(?:data-refusal="|"code": ")([a-z0-9_]{1,40})"')


class Refusals:
    """Looks at each answer; the codes are those that the answer itself tells."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; nobody who is not signed in fills the log."""
        answer = self.get_response(request)
        refused = answer.status_code in STATUSES
        batch = request.path == COMMANDS and not refused
        if (refused or batch) and request.user.is_authenticated:
            codes = [one.decode() for one in dict.fromkeys(_CODE.findall(answer.content))]
            if refused or codes:
                _write(request, answer.status_code, codes)
        return answer


def _write(request: HttpRequest, status: int, codes: list[str]) -> None:
    matched = request.resolver_match
    told = {} if matched is None else matched.kwargs
    named = [matched.view_name if matched else "", str(told.get("slug", ""))]
    page = "/".join(["refused", str(status), *filter(None, named), " ".join(codes)])
    write_event(
        page,
        viewer=getattr(request, "viewer", None),
        account=request.user.pk or 0,
        tried=[one for one in told.values() if isinstance(one, UUID)],
    )
