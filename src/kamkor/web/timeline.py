"""Facts as a timeline: what happened, by whom, and what was corrected, by whom and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.cases.operations.correction import may_correct
from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.cases.queries.history import Recorded
from kamkor.kernel import clock
from kamkor.web.words import coded, day, moment
from kamkor.web.written import written
from kamkor.workforce.queries import holder_names

if TYPE_CHECKING:
    from uuid import UUID

    from kamkor.access.rules import Viewer
    from kamkor.cases.models import Case

SHOWN = 10
"""How many entries stand in sight; the earlier ones are one click away."""
WHOLE = "history"
"""What the address says when all entries are wanted."""

Address = Callable[[str, Any], str]
"""Where a fact of a kind is corrected."""


def timeline_of(
    viewer: Viewer,
    case: Case,
    history: Sequence[Recorded],
    known: Mapping[int, str],
    *,
    whole: bool,
) -> dict[str, Any]:
    """The timeline of a case by windows of time, newest first; these names of posts are known.

    What is earlier is shown where the ``whole`` is wanted.
    """
    page = f"/cases/{case.pk}/"
    earlier = 0 if whole else max(0, len(history) - SHOWN)
    history = history[: len(history) - earlier]
    entries = entries_of(
        viewer, case, history, lambda kind, fact: correction_address(page, kind, fact), known
    )
    for entry, one in zip(entries, history, strict=True):
        entry["window"] = window_of(one.fact.happened_on)
    return {
        "heading": _("What happened"),
        "entries": entries,
        "earlier": {"count": earlier, "url": f"?{WHOLE}=all#t{SHOWN + 1}"} if earlier else {},
        "empty": _("Nothing has been recorded yet."),
    }


def correction_address(page: str, kind: str, fact: Any) -> str:  # noqa: ANN401 - any fact
    """Where a fact is corrected that a case's or a report's page shows."""
    return f"{page}correct/{kind.replace('_', '-')}/{fact.pk}/"


def entries_of(
    viewer: Viewer,
    subject: Any,  # noqa: ANN401 - a case or a report; of rounds each by itself
    history: Sequence[Recorded],
    address: Address,
    known: Mapping[int, str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Facts as entries of a timeline, in their order, with the way to correct those one may."""
    names = names_in(history, known, as_of=viewer.workforce)
    entries = []
    for one in history:
        entry = _entry(one, names)
        entry["actions"] = _actions(viewer, subject or one.fact, one, address)
        entries.append(entry)
    return entries


def names_in(
    history: Iterable[Recorded],
    known: Mapping[int, str] = MappingProxyType({}),
    *,
    as_of: UUID | None = None,
) -> dict[int, str]:
    """The names of all who recorded or corrected these facts, and of whom they name, by post;
    these are ``known``. ``as_of``: the version of the workforce that the viewer has read."""
    unknown = posts_in(history) - known.keys()
    return {**known, **holder_names(unknown, clock.today(), as_of=as_of)}


def posts_in(history: Iterable[Recorded]) -> set[int]:
    """The posts of all who recorded or corrected these facts, and those that they name."""
    posts: set[int] = set()
    for one in history:
        posts |= {one.fact.by_post, getattr(one.fact, "post_id", 0) or 0}
        posts |= {one.corrected_by.by_post} if one.corrected_by is not None else set()
    return posts - {0}


def _entry(one: Recorded, names: dict[int, str]) -> dict[str, Any]:
    fact = one.fact
    title, body = written(one, names)
    withdrawn = fact.withdrawn_at is not None
    entry: dict[str, Any] = {
        "when": day(fact.happened_on),
        "title": title,
        "body": body,
        "by": names.get(fact.by_post, ""),
        "withdrawn": "",
        "journal": str(fact.command),
    }
    if withdrawn:
        corrected = one.corrected_by is not None
        entry["withdrawn"] = _("Corrected, no longer valid") if corrected else _("Taken back")
    late = (clock.local_day(fact.first_recorded_at) - fact.happened_on).days
    if late > 1:
        recorded = _("recorded on %(day)s") % {"day": day(clock.local_day(fact.recorded_at))}
        entry["when"] += f" ({recorded})"
    if one.corrected_by is not None:
        told = {
            "when": moment(one.corrected_by.recorded_at),
            "who": names.get(one.corrected_by.by_post, "–"),
            "why": coded(one.corrected_by.correction_reason, "correction_reasons") or "–",
        }
        text = _("Corrected on %(when)s by %(who)s: %(why)s") % told
        entry["corrected_by"] = {"text": text}
    return entry


def _actions(
    viewer: Viewer,
    subject: Any,  # noqa: ANN401 - as above
    one: Recorded,
    address: Address,
) -> list[dict[str, str]]:
    kind = CORRECTABLE.get(one.kind)
    if kind is None or one.fact.withdrawn_at is not None:
        return []
    if not may_correct(viewer, kind, subject) or not kind.asked_of(one.fact):
        return []
    acts = [{"label": _("Correct"), "url": address(one.kind, one.fact)}]
    visit = getattr(one.fact, "visit", None) if one.kind == "visit_child" else None
    if visit is not None:
        acts.append({"label": _("Correct the visit"), "url": address("visit", visit)})
    return [act | {"operation": "correct_fact"} for act in acts]


def correcting(viewer: Viewer, case: Case) -> Callable[[str, Any, str], list[dict[str, str]]]:
    """The link that corrects a fact of a case shown elsewhere than in its timeline."""

    def link(kind: str, fact: Any, label: str) -> list[dict[str, str]]:  # noqa: ANN401 - any fact
        if not may_correct(viewer, CORRECTABLE[kind], case):
            return []
        return [{"label": label, "url": correction_address(f"/cases/{case.pk}/", kind, fact)}]

    return link


def window_of(happened_on: date) -> str:
    """Which window of time a day belongs to."""
    days = (clock.today() - happened_on).days
    if days <= 7:
        return _("Last seven days")
    if days <= 31:
        return _("Last month")
    if days <= 366:
        return _("Last year")
    return _("Earlier")
