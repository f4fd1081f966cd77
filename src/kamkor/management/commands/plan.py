"""``kamkor plan posts``: how posts would be spread over all districts and cities, in stages."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils.translation import gettext

from kamkor.cases.rules.loading_faults import FAULTS
from kamkor.demo import folder
from kamkor.exchange.children import (
    INVENTED_FILE,
    Children,
    ChildrenFaulty,
    ChildrenMissing,
    children_in,
    empty_file,
    require_all,
)
from kamkor.kernel import clock
from kamkor.kernel.credentials import data_folder
from kamkor.kernel.errors import Refusal
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import (
    NOT_PERMITTED,
    WRONG_USE,
    ShellCommand,
    Stopped,
    tell,
    viewer_named,
)
from kamkor.web import plan_words
from kamkor.web.words import day
from kamkor.workforce.queries.planning import Typed, planned
from kamkor.workforce.rules.planning import Planned
from kamkor.workforce.rules.spreading import METHODS, WEBSTER

DEMO_VIEWER = "daniyar"
_YES, _NO = "yes", "no"


class Command(ShellCommand):
    """Prints the plan alone to stdout; the same file and words give the same plan anywhere."""

    help = at_shell(
        noop("Spread posts over districts and cities: posts --children FILE --stages 100,100.")
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What a plan is made from."""
        parser.add_argument("what", choices=["posts"])
        parser.add_argument(
            "--children",
            metavar="FILE",
            help=at_shell(noop("the children of each district and city, CSV or XLSX")),
        )
        parser.add_argument(
            "--template",
            action="store_true",
            help=at_shell(noop("print an empty file that names every district and city")),
        )
        for name, default, about in (
            ("stages", "100,100,100,100,150", noop("how many posts each stage brings")),
            ("floor", "1", noop("the fewest posts of each district and city")),
            ("weights", "children=1", noop("what makes need: COLUMN=NUMBER,...")),
        ):
            parser.add_argument(f"--{name}", default=default, help=at_shell(about))
        parser.add_argument("--method", choices=[*METHODS], default=WEBSTER)
        parser.add_argument(
            "--count-existing",
            choices=[_YES, _NO],
            default=_NO,
            help=at_shell(noop("whether posts for child accompaniment that stand are counted")),
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", help=at_shell(noop("who asks"))
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Read the file whole, spread the posts, and print."""
        _require_planner(options["username"])
        if options["template"]:
            sys.stdout.write(empty_file(plan_words.places()).decode())
            return
        try:
            children = _children(options["children"])
            made = planned(children.counts, _typed(options), clock.today())
        except ChildrenFaulty as faulty:
            raise Stopped(WRONG_USE, _rows(options["children"], faulty)) from None
        except Refusal as refusal:
            raise Stopped(WRONG_USE, _said(refusal)) from None
        if children.invented:
            tell(gettext("The numbers of this file are invented."))
        sys.stdout.write(_FORMATS[options["format"]](made, children))


def _require_planner(username: str | None) -> None:
    if username is None and not folder.is_demo(data_folder()):
        raise Stopped(WRONG_USE, gettext("say who asks: --as USERNAME"))
    if viewer_named(username or DEMO_VIEWER).role not in plan_words.PLANNERS:
        text = gettext("Only the ministry and the commissioner plan the posts of the nation.")
        raise Stopped(NOT_PERMITTED, text)


def _children(name: str | None) -> Children:
    places = plan_words.places()
    if name is None:
        try:
            require_all((), places)
        except ChildrenMissing as missing:
            hint = gettext("Give them by --children FILE; --template prints an empty file.")
            shown = gettext("An invented file: %(path)s") % {"path": INVENTED_FILE}
            told = [_said(missing), hint, *([shown] if folder.is_demo(data_folder()) else [])]
            raise Stopped(WRONG_USE, "\n".join(told)) from None
    path = Path(name or "")
    if not path.is_file():
        text = gettext("%(path)s is no file that can be read") % {"path": path}
        raise Stopped(WRONG_USE, text)
    return children_in(path, places)


def _typed(options: dict[str, Any]) -> Typed:
    return Typed(
        method=options["method"],
        stages=options["stages"],
        floor=options["floor"],
        weights=options["weights"],
        count_existing=options["count_existing"] == _YES,
    )


def _said(refusal: Refusal) -> str:
    fault = refusal.first
    where = f"--{fault.field}: " if fault.field else ""
    return where + gettext(fault.message) % fault.details


def _rows(name: str, faulty: ChildrenFaulty) -> str:
    lines = []
    for number, fault in faulty.rows:
        what, cure = (gettext(text) % fault.details for text in FAULTS[fault.code])
        row = gettext("row")
        lines.append(f"{name}: {row} {number}, {fault.column} “{fault.value}”: {what} {cure}")
    return "\n".join([*lines, _said(faulty)])


def _json(made: Planned, children: Children) -> str:
    told = plan_words.as_object(made, children)
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _table(made: Planned, children: Children) -> str:
    wanted, names = made.wanted, plan_words.places()
    after = [made.spread.after(stage) for stage in range(len(wanted.stages) + 1)]
    invented = [gettext("The numbers of this file are invented.")] if children.invented else []
    lines = [
        *invented,
        gettext("Children on %(day)s") % {"day": day(children.day)},
        f"{plan_words.method_word(wanted.method)}; {plan_words.weights_told(made)}",
        "",
    ]
    width = max(map(len, [*names.values(), *plan_words.fairness_heads()]))
    totals = [sum(posts.values()) for posts in after]
    lines.append(_line("", width, [gettext("children"), *totals]))
    for unit in sorted(wanted.counts):
        cells = [wanted.children[unit], *(posts[unit] for posts in after)]
        lines.append(_line(names[unit], width, cells))
    lines.append("")
    evens = [plan_words.fairness_line(one) for one in made.stages]
    for head, told in zip(plan_words.fairness_heads(), zip(*evens, strict=True), strict=True):
        lines.append(_line(head, width, ["", "", *told]))
    without = {unit for one in made.stages for unit in one.without}
    lines += [f"    {names[unit]}" for unit in sorted(without)]
    lines += ["", *_methods(made, width), "", *_weights(made)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _line(label: str, width: int, cells: Sequence[str | int]) -> str:
    return f"{label:<{width}}" + "".join(f"{cell:>11}" for cell in cells)


def _methods(made: Planned, width: int) -> list[str]:
    """The end of each method in a column of its own."""
    evens = [plan_words.fairness_line(one) for one in made.methods.values()]
    heads = plan_words.fairness_heads()
    lines = [_line(head, width, told) for head, *told in zip(heads, *evens, strict=True)]
    return [
        *(
            f"{_line('', width, [at])} {plan_words.method_word(name)}"
            for at, name in enumerate(made.methods, 1)
        ),
        *lines,
    ]


def _weights(made: Planned) -> list[str]:
    """What goes elsewhere if one weight were a tenth of the whole heavier."""
    return [
        gettext("%(what)s weighing a tenth of the whole more: %(posts)s posts go elsewhere")
        % {
            "what": gettext(plan_words.COLUMN_WORDS[column]),
            "posts": plan_words.posts_moved(units),
        }
        for column, units in made.heavier.items()
    ]


_FORMATS = {"json": _json, "table": _table}
