"""``kamkor account``: creates an account, or lists them."""

import getpass
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandParser

from kamkor.access.operations import make_account
from kamkor.access.queries import account_named, accounts_with_posts
from kamkor.country.kg.languages import LANGUAGES
from kamkor.kernel import clock
from kamkor.management.shell import WRONG_USE, ShellCommand, Stopped, tell
from kamkor.people.names import sort_key
from kamkor.workforce.operations import appointed

OWNER = "owner"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(ShellCommand):
    """Outside the demo no account exists until this command has made one."""

    help = "Create an account, or list them."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the command."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="create|list")
        acts.add_parser("list", help="list all accounts")
        create = acts.add_parser("create", help="create an account")
        create.add_argument("username")
        create.add_argument("--name", default="", help='"Given name Surname" of who gets it')
        create.add_argument("--language", default="ky", choices=[code for code, _ in LANGUAGES])
        what = create.add_mutually_exclusive_group(required=True)
        what.add_argument("--post", type=int, metavar="ID", help="the post the person holds")
        what.add_argument("--administrator", action="store_true", help="sees no child")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Create or list."""
        if options["act"] == "list":
            for row in accounts_with_posts(clock.today()):
                print("  ".join(row))
            return
        _create(options)


def _create(options: dict[str, Any]) -> None:
    username = options["username"]
    if not username.isascii() or not username.replace("-", "").replace("_", "").isalnum():
        raise Stopped(WRONG_USE, "a user name has Latin letters, digits, - and _ alone")
    if account_named(username) is not None:
        raise Stopped(WRONG_USE, f"there is an account {username} already")
    employee = None
    if not options["administrator"]:
        try:
            employee = _holder(options["post"], options["name"])
        except LookupError as fault:
            raise Stopped(WRONG_USE, str(fault.args[0])) from None
    password, drawn = _password()
    make_account(
        username,
        password,
        employee_id=employee,
        login=OWNER,
        language=options["language"],
        administrator=options["administrator"],
    )
    tell(f"Created: {username}")
    if drawn:
        tell("The password, shown this once:")
        print(password)


def _holder(post: int, name: str) -> int:
    given, _, surname = " ".join(name.split()).partition(" ")
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
        typed = getpass.getpass("Password (12 characters or more; empty draws one): ")
        if typed:
            if typed != getpass.getpass("Once more: "):
                raise Stopped(WRONG_USE, "the two passwords differ")
            try:
                validate_password(typed)
            except ValidationError as fault:
                raise Stopped(WRONG_USE, " ".join(fault.messages)) from None
            return typed, False
    parts = ["".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)]
    return "-".join(parts), True
