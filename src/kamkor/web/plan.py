"""The ministry's plan of posts: a file of children is sent, and the posts are spread and weighed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.vocabulary import RIGHTS
from kamkor.cases.rules.loading_faults import FAULTS, FileTooLarge
from kamkor.exchange.children import (
    INVENTED,
    INVENTED_FILE,
    LIMITS,
    Children,
    ChildrenFaulty,
    children_in,
    empty_file,
    require_all,
)
from kamkor.exchange.reading import MEGABYTE
from kamkor.kernel import clock
from kamkor.kernel.errors import Refusal
from kamkor.territory.queries import country, names_on
from kamkor.web import faults
from kamkor.web.export import as_csv, as_xlsx
from kamkor.web.figure_pictures import outlines
from kamkor.web.forms import select_of
from kamkor.web.plan_words import (
    COLUMN_WORDS,
    PLANNERS,
    fairness_heads,
    fairness_line,
    method_word,
    places,
    posts_moved,
    weights_told,
    whole,
)
from kamkor.web.words import day, moment
from kamkor.workforce.queries.planning import Typed, planned
from kamkor.workforce.rules.need import CHILDREN, COLUMNS
from kamkor.workforce.rules.spreading import FLOOR_LIMIT, METHODS, WEBSTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kamkor.access.rules import Viewer
    from kamkor.web.door import ViewedRequest
    from kamkor.workforce.rules.planning import Planned

ADDRESS = "/plan/"
NAMED = 5
"""So many districts are named of those that get or give posts."""
_YES, _NO = "yes", "no"
_FIRST = {
    "method": WEBSTER,
    "stages": "100, 100, 100, 100, 150",
    "floor": "1",
    "count_existing": _NO,
    "weight_children": "100",
    "children": "",
}
_MAKERS = {"csv": as_csv, "xlsx": as_xlsx}


@dataclass(frozen=True)
class _Form:
    """What was typed, and the children it is about once they were read."""

    typed: Mapping[str, str]
    children: Children | None = None

    @classmethod
    def of(cls, request: ViewedRequest) -> _Form:
        """What was sent; on a first visit what a plan begins with."""
        if request.method != "POST":
            return cls(_FIRST)
        names = [*_FIRST, *(f"weight_{one}" for one in COLUMNS)]
        return cls({name: request.POST.get(name, "").strip() for name in names})

    @property
    def wanted(self) -> Typed:
        """The plan as the rules read it. A comma in a number is a point, as people type it."""
        weights = {one: self.typed.get(f"weight_{one}", "") for one in COLUMNS}
        told = [f"{one}={text.replace(',', '.')}" for one, text in weights.items() if text]
        return Typed(
            method=self.typed["method"],
            stages=self.typed["stages"],
            floor=self.typed["floor"],
            weights=",".join(told),
            count_existing=self.typed["count_existing"] == _YES,
        )


def plan(request: ViewedRequest) -> HttpResponse:
    """The form; once a file was sent the plan under it, or the plan as a file."""
    if request.viewer.role not in PLANNERS:
        labels = [RIGHTS[role].label for role in PLANNERS]
        return faults.fault_page(request, 403, faults.page_for(labels))
    form = _Form.of(request)
    if request.method != "POST":
        return _page(request, form)
    try:
        children = _children(request, form)
        form = replace(form, children=children)
        made = planned(children.counts, form.wanted, clock.today())
    except Refusal as refusal:
        return _page(request, form, refusal=refusal)
    make = _MAKERS.get(request.POST.get("export", ""))
    if make is None:
        return _page(request, form, made)
    return make("plan", *_exported(made, children), _about(request.viewer, made, form))


def template(request: ViewedRequest) -> HttpResponse:
    """An empty file that names every district and city."""
    if request.viewer.role not in PLANNERS:
        return faults.fault_page(request, 403)
    response = HttpResponse(empty_file(places()), content_type="text/csv; charset=utf-8")
    stamp = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="kamkor-children-{stamp}.csv"'
    return response


def _children(request: ViewedRequest, form: _Form) -> Children:
    """The children in the file that was sent, else in that of the plan that is shown.

    Raises the refusals of ``children_in``.
    """
    sent = request.FILES.get("file")
    if sent is not None and sent.size:
        return _read(sent.chunks())
    if "invented" in request.POST and settings.KAMKOR_DEMO:
        return children_in(INVENTED_FILE, places())
    if int(request.headers.get("Content-Length") or 0) > LIMITS.size:
        raise FileTooLarge("file", limit=LIMITS.size // MEGABYTE)
    if not form.typed["children"]:
        require_all((), places())
    return _read([form.typed["children"].encode()])


def _read(chunks: Iterable[bytes]) -> Children:
    folder = settings.KAMKOR_DATA / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder) as file:
        file.writelines(chunks)
        file.flush()
        return children_in(Path(file.name), places())


def _page(
    request: ViewedRequest,
    form: _Form,
    made: Planned | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    children = form.children
    context = {
        "help_url": "/help/plan/",
        "fields": _fields(form),
        "weights": _weights(form),
        "children": children.as_text if children else form.typed["children"],
        "told_of": day(children.day) if children else "",
        "invented": bool(children and children.invented),
        "sources": sorted({*children.sources.values()} - {INVENTED}) if children else [],
        "refused": _said(refusal) if refusal else None,
        "faults": _faults(refusal) if isinstance(refusal, ChildrenFaulty) else None,
        "plan": _shown(made) if made else None,
        "printed": {
            "at": moment(clock.now()),
            "filter": _words(made, form) if made else "",
        },
    }
    return render(request, "workforce/plan.html", context, status=422 if refusal else 200)


def _said(refusal: Refusal) -> dict[str, str]:
    fault = refusal.first
    return {"code": fault.code, "message": _(fault.message) % fault.details}


def _faults(faulty: ChildrenFaulty) -> dict[str, Any]:
    heads = (_("Row"), _("Column"), _("Value"), _("What is wrong"), _("What mends it"))
    rows = []
    for number, fault in faulty.rows:
        what, cure = (_(text) % fault.details for text in FAULTS[fault.code])
        rows.append((number, fault.column, fault.value, what, cure))
    return _table(_("What is wrong"), heads, rows)


def _fields(form: _Form) -> list[dict[str, Any]]:
    """The fields to ask with, but for the weights."""
    typed = form.typed
    methods = [{"value": name, "label": _(label)} for name, label in METHODS.items()]
    choices = [{"value": _NO, "label": _("no")}, {"value": _YES, "label": _("yes")}]
    counted = _("Count the posts for child accompaniment that stand already")
    return [
        select_of("method", _("How the posts are spread"), methods, typed["method"]),
        _text("stages", _("Posts of each stage, parted by commas"), typed["stages"]),
        _text("floor", _("Fewest posts of each district and city"), typed["floor"])
        | {"kind": "number", "hint": _("From 0 to %(most)s") % {"most": FLOOR_LIMIT}},
        select_of("count_existing", counted, choices, typed["count_existing"]),
    ]


def _weights(form: _Form) -> list[dict[str, Any]]:
    return [
        _text(f"weight_{one}", _(COLUMN_WORDS[one]), form.typed.get(f"weight_{one}", ""))
        | {"kind": "number", "required": one == CHILDREN}
        for one in COLUMNS
    ]


def _text(name: str, label: str, value: str) -> dict[str, Any]:
    return {
        "kind": "text",
        "name": name,
        "id": name,
        "label": label,
        "required": True,
        "value": value,
    }


def _shown(made: Planned) -> dict[str, Any]:
    """The plan as the page shows it."""
    wanted = made.wanted
    ends = [_("Stage %(stage)s") % {"stage": at} for at in range(1, len(made.stages) + 1)]
    last = made.stages[-1]
    names = places()
    return {
        "posts": last.posts,
        "norm": wanted.norm,
        "median": whole(last.middle),
        "least": whole(last.least),
        "most": whole(last.most),
        "short": last.short,
        "over": last.over,
        "without": [names[unit] for unit in last.without],
        "about": f"{method_word(wanted.method)}; {weights_told(made)}",
        "stages": _lines(_("After each stage"), _("Stage"), zip(ends, made.stages, strict=True)),
        "methods": _lines(
            _("The methods beside each other"),
            _("Method"),
            [(method_word(name), one) for name, one in made.methods.items()],
        ),
        "districts": _districts(made, names),
        "map": _map(made),
        "heavier": _heavier(made, names),
    }


def _lines(caption: str, head: str, lines: Any) -> dict[str, Any]:  # noqa: ANN401 - pairs
    """How even the posts stand, a line for each stage or method."""
    rows = [[label, *fairness_line(one)] for label, one in lines]
    return _table(caption, [head, *fairness_heads()], rows, numeric=range(1, 9))


def _districts(made: Planned, names: Mapping[str, str]) -> dict[str, Any]:
    heads, rows = _grid(made, names)
    return _table(_("Districts and cities"), heads, rows, numeric=range(1, len(heads)))


def _grid(made: Planned, names: Mapping[str, str]) -> tuple[list[str], list[list[str | int]]]:
    """Each unit: children, posts before, after each stage, children for a post at the end."""
    wanted = made.wanted
    stages = len(wanted.stages)
    after = [made.spread.after(stage) for stage in range(stages + 1)]
    ends = [_("Stage %(stage)s") % {"stage": at} for at in range(1, stages + 1)]
    heads = [_("District or city"), _("Children"), _("Posts before"), *ends]
    rows: list[list[str | int]] = [
        [
            names[unit],
            wanted.children[unit],
            *(posts[unit] for posts in after),
            round(wanted.children[unit] / after[-1][unit]) if after[-1][unit] else "–",
        ]
        for unit in sorted(wanted.counts)
    ]
    return [*heads, _("Children for a post")], rows


def _map(made: Planned) -> dict[str, Any]:
    """The posts of each oblast at the end."""
    posts = made.spread.after(len(made.wanted.stages))
    oblasts: Counter[str] = Counter()
    for unit, count in posts.items():
        oblasts[f"{unit[:5]:0<14}"] += count
    names = names_on(clock.today(), get_language() or "en")
    return outlines(country().soate, oblasts, names.__getitem__, lambda _code: "#districts")


def _heavier(made: Planned, names: Mapping[str, str]) -> dict[str, Any]:
    """What a tenth of the whole more on one weight would move, and where to."""
    rows: list[list[str | int]] = []
    for column, units in made.heavier.items():
        getting = sorted((-by, names[unit]) for unit, by in units.items() if by > 0)
        giving = sorted((by, names[unit]) for unit, by in units.items() if by < 0)
        rows.append(
            [
                _(COLUMN_WORDS[column]),
                posts_moved(units),
                ", ".join(f"{name} +{-by}" for by, name in getting[:NAMED]) or "–",
                ", ".join(f"{name} −{-by}" for by, name in giving[:NAMED]) or "–",
            ]
        )
    heads = [_("Weight"), _("Posts that go elsewhere"), _("Most to"), _("Most from")]
    return _table(_("If one weight were heavier"), heads, rows, numeric=[1])


def _table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    *,
    numeric: Sequence[int] = (),
) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [{"label": head, "numeric": at in numeric} for at, head in enumerate(heads)],
        "rows": [
            {"cells": [{"text": cell, "numeric": at in numeric} for at, cell in enumerate(row)]}
            for row in rows
        ],
    }


def _exported(made: Planned, children: Children) -> tuple[list[str], list[list[str | int]]]:
    heads, rows = _grid(made, places())
    units = sorted(made.wanted.counts)
    return (
        [_("Code"), *heads, _("Source")],
        [[unit, *row, children.sources[unit]] for unit, row in zip(units, rows, strict=True)],
    )


def _about(viewer: Viewer, made: Planned, form: _Form) -> list[tuple[str, str]]:
    told = [
        (_("Exported by"), f"{viewer.name}, {_(viewer.role_label)}"),
        (_("Exported at"), moment(clock.now())),
        (_("Filter"), _words(made, form)),
    ]
    ends = zip(fairness_heads(), fairness_line(made.stages[-1]), strict=True)
    return [*told, *ends]


def _words(made: Planned, form: _Form) -> str:
    """What the plan was made from, in a line."""
    wanted = made.wanted
    told = [
        method_word(wanted.method),
        weights_told(made),
        _("Stages: %(stages)s") % {"stages": ", ".join(map(str, wanted.stages))},
        _("Fewest posts: %(floor)s") % {"floor": wanted.floor},
    ]
    if form.children is not None:
        told.append(_("Children on %(day)s") % {"day": day(form.children.day)})
        if form.children.invented:
            told.append(_("The numbers of this file are invented."))
    if wanted.standing:
        told.append(_("Posts that stand are counted"))
    return "; ".join(told)
