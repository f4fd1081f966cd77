"""Who answers for how many open cases: the own ones, and with those of whom one covers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import cases_to_visit, open_cases
from kamkor.kernel import clock
from kamkor.web.words import day, office_name
from kamkor.workforce import queries as workforce

if TYPE_CHECKING:
    from kamkor.workforce.models import Leave


@dataclass
class Loads:
    """The open cases of a department by post: its own, and those it answers for today.

    Whoever is away answers for none; the cover answers for both.
    """

    own: Counter[int]
    leaves: list[Leave]
    names: dict[int, str]
    covered: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, viewer: Viewer) -> Loads:
        """The loads of the viewer's department today."""
        found = leaves_today(viewer)
        posts = {one.post_id for one in found} | {one.cover_id for one in found}
        loads = cls(
            Counter(open_cases(viewer).values_list("responsible_id", flat=True)),
            found,
            workforce.holder_names(posts, clock.today(), as_of=viewer.workforce),
        )
        for leave in found:
            loads.covered[leave.cover_id] += loads.own[leave.post_id]
        return loads

    def answers_for(self, post: int) -> int:
        """For how many open cases a post answers today, cover counted."""
        if any(leave.post_id == post for leave in self.leaves):
            return 0
        return self.own[post] + self.covered[post]

    def told_of(self, post: int) -> list[str]:
        """Who is away and who covers for whom, until when."""
        told = []
        for leave in self.leaves:
            if leave.post_id == post:
                told.append(_away(self.names.get(leave.cover_id, "–"), leave.valid_to))
            if leave.cover_id == post:
                told.append(covers(self.names.get(leave.post_id, "–"), leave.valid_to))
        return told


def leaves_today(viewer: Viewer) -> list[Leave]:
    """Who of the viewer's department is away today."""
    return workforce.away_on(viewer.district or 0, clock.today())


def covers(name: str, until: date) -> str:
    """That somebody covers for somebody else."""
    return _("covers for %(name)s until %(day)s") % {"name": name, "day": day(until)}


def _away(name: str, until: date) -> str:
    return _("away until %(day)s, %(name)s covers") % {"name": name, "day": day(until)}


def own_covers(viewer: Viewer) -> list[dict[str, Any]]:
    """For whom the viewer's post covers today: post, name, last day."""
    if set(viewer.acts_for) <= {viewer.post_id}:
        return []
    found = [one for one in leaves_today(viewer) if one.cover_id == viewer.post_id]
    names = workforce.holder_names(
        [one.post_id for one in found], clock.today(), as_of=viewer.workforce
    )
    return [
        {"post": one.post_id, "name": names.get(one.post_id, "–"), "until": one.valid_to}
        for one in found
    ]


def late_visits(viewer: Viewer) -> Any:  # noqa: ANN401 - a query of cases
    """The open cases whose next visit lies in the past, each home counted by its children."""
    return cases_to_visit(viewer).filter(next_visit_on__lt=clock.today())


def loads_table(viewer: Viewer) -> dict[str, Any]:
    """Everybody in post, with the cases behind each number."""
    loads = Loads.of(viewer)
    late = Counter(late_visits(viewer).values_list("responsible_id", flat=True))
    rows = []
    for held in workforce.people_in_posts(viewer.district or 0, clock.today()):
        post = held.post_id
        rows.append(
            {
                "cells": [
                    {
                        "text": f"{held.employee.given_name} {held.employee.surname}",
                        "badges": [{"kind": "info", "text": one} for one in loads.told_of(post)],
                    },
                    {"text": office_name(held.post.office)},
                    _number(loads.own[post], f"/morning/cases/?post={post}"),
                    _number(loads.answers_for(post), ""),
                    _number(late[post], f"/morning/visits/?post={post}"),
                ]
            }
        )
    return {
        "caption": _("Loads"),
        "columns": [
            {"label": _("Who")},
            {"label": _("Where")},
            {"label": _("Own open cases"), "numeric": True},
            {"label": _("Answers for today"), "numeric": True},
            {"label": _("Visits overdue"), "numeric": True},
        ],
        "rows": rows,
        "empty": _("Nobody is in post yet: the administrator appoints people."),
    }


def _number(number: int, url: str) -> dict[str, Any]:
    return {"text": number, "numeric": True, "url": url if number else ""}
