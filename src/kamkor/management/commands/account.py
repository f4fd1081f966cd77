"""``kamkor account``: creates an account, lists accounts, or the posts one may hold."""

import getpass
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandParser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kamkor.access.operations import make_account
from kamkor.access.queries import account_named, accounts_with_posts
from kamkor.country.kg.languages import LANGUAGES
from kamkor.kernel import clock
from kamkor.kernel.translations import at_shell
from kamkor.kernel.words import noop
from kamkor.management.shell import WRONG_USE, ShellCommand, Stopped, tell
from kamkor.people.names import sort_key
from kamkor.workforce.operations import appointed
from kamkor.workforce.queries import posts_in_force
from kamkor.workforce.vocabulary import POST_KINDS

OWNER = "owner"
_POST = at_shell(noop("the number of the post the person holds; account posts lists them"))
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(ShellCommand):
    """Outside the demo no account exists until this command has made one."""

    help = at_shell(noop("create an account, list accounts, or list the posts one may hold"))

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="create|list|posts")
        acts.add_parser("list", help=at_shell(noop("list all accounts")))
        acts.add_parser("posts", help=at_shell(noop("list the posts in force, with their numbers")))
        create = acts.add_parser("create", help=at_shell(noop("create an account")))
        create.add_argument("username")
        create.add_argument(
            "--name", default="", help=at_shell(noop("“Given name Surname” of who gets it"))
        )
        create.add_argument("--language", default="ky", choices=[code for code, _name in LANGUAGES])
        what = create.add_mutually_exclusive_group(required=True)
        what.add_argument("--post", type=int, metavar="ID", help=_POST)
        what.add_argument(
            "--administrator", action="store_true", help=at_shell(noop("sees no child"))
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Create or list."""
        if options["act"] == "list":
            for row in accounts_with_posts(clock.today()):
                print("  ".join(row))
            return
        if options["act"] == "posts":
            _list_posts()
            return
        _create(options)


def _create(options: dict[str, Any]) -> None:
    username = options["username"]
    if not username.isascii() or not username.replace("-", "").replace("_", "").isalnum():
        raise Stopped(WRONG_USE, _("a user name has Latin letters, digits, - and _ alone"))
    if account_named(username) is not None:
        raise Stopped(WRONG_USE, _("there is an account %(name)s already") % {"name": username})
    employee = None
    if not options["administrator"]:
        try:
            employee = _holder(options["post"], options["name"])
        except LookupError as fault:
            raise Stopped(WRONG_USE, _(fault.args[0]) % fault.args[1]) from None
    password, drawn = _password()
    make_account(
        username,
        password,
        employee_id=employee,
        login=OWNER,
        language=options["language"],
        administrator=options["administrator"],
    )
    tell(_("Created: %(name)s") % {"name": username})
    if drawn:
        tell(_("The password, shown this once:"))
        print(password)


def _list_posts() -> None:
    """Each post in force: number, kind, office, and who holds it."""
    language = get_language() or "en"
    for row in posts_in_force(clock.today()):
        kind = _(POST_KINDS[row.kind])
        print(f"{row.number:4}  {row.offices[language]}: {kind}  {row.holder or _('vacant')}")


def _holder(post: int, name: str) -> int:
    given, _space, surname = " ".join(name.split()).partition(" ")
    return appointed(
        post,
        given_name=given,
        surname=surname,
        sort_key=sort_key(surname, given, ""),
        login=OWNER,
    )


def _password() -> tuple[str, bool]:
    """A password asked for twice, or drawn where nobody can be asked; and whether drawn."""
    if sys.stdin.isatty():
        typed = getpass.getpass(_("Password (12 characters or more; empty draws one): "))
        if typed:
            if typed != getpass.getpass(_("Once more: ")):
                raise Stopped(WRONG_USE, _("the two passwords differ"))
            try:
                validate_password(typed)
            except ValidationError as fault:
                raise Stopped(WRONG_USE, " ".join(fault.messages)) from None
            return typed, False
    parts = ["".join(secrets.choice(_LETTERS) for _letter in range(4)) for _part in range(4)]
    return "-".join(parts), True
