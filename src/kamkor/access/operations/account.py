"""What an administrator does to an account. Each act is written down, and nothing takes it out."""

import secrets
from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from kamkor.access.models import Account, AccountEvent, FactorReset
from kamkor.access.operations.factor import remove_factors
from kamkor.access.operations.looks import write_event
from kamkor.access.operations.session import end_sessions
from kamkor.access.queries.account import (
    RESET_HOURS,
    manages_accounts,
    may_confirm,
    open_reset,
    reset_to_use,
    without_account,
)
from kamkor.access.rules import Viewer
from kamkor.country.kg.languages import LANGUAGES
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted
from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop

STATE = "state"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


VILLAGE_LETTERS = 120
"""The longest name of a village."""


class OwnAccount(Refusal):
    """Nobody does this to the own account."""

    code = "own_account"
    message = noop("Nobody does this to the own account: ask another administrator.")


class AccountNameWrong(Refusal):
    """A user name has Latin letters, digits, - and _ alone."""

    code = "account_name_wrong"
    message = noop("A user name has Latin letters, digits, - and _ alone, 40 at most.")


class AccountNameTaken(Refusal):
    """Another account has this name."""

    code = "account_name_taken"
    message = noop("There is an account of this name already.")


class VillageTooLong(Refusal):
    """The name of a village has so many letters at most."""

    code = "village_too_long"
    message = noop("The name of a village has 120 letters at most.")


class NobodyChosen(Refusal):
    """An account is for somebody in post who has none."""

    code = "nobody_chosen"
    message = noop("Choose somebody who is in post and has no account.")


class NeedsAnother(Refusal):
    """Two persons are needed: one asks, another confirms."""

    code = "needs_another_person"
    message = noop("Somebody else must confirm this: another administrator, or the person's head.")


class ResetOver(Refusal):
    """A request holds for 24 hours, once."""

    code = "reset_over"
    message = noop("This request is no longer open. An administrator asks anew.")


class ResetAsked(Refusal):
    """It was asked already and waits for the second person."""

    code = "reset_asked"
    message = noop("This was asked already. It waits for the second person.")


class SubjectTaken(Refusal):
    """One subject holds one account."""

    code = "subject_taken"
    message = noop("This number is linked to another account, or is none.")


def drawn_word() -> str:
    """A password or code for once, that can be read out: four times four signs, 79 bits."""
    parts = ["".join(secrets.choice(_LETTERS) for _sign in range(4)) for _part in range(4)]
    return "-".join(parts)


def open_account(viewer: Viewer, *, username: str, employee: str, language: str) -> tuple[int, str]:
    """Make an account for somebody in post; returns its id and the password for once.

    Raises ``NotPermitted``, ``AccountNameWrong``, ``AccountNameTaken``, ``NobodyChosen``.
    """
    if not manages_accounts(viewer):
        raise NotPermitted
    plain = username.isascii() and username.replace("-", "").replace("_", "").isalnum()
    if not plain or len(username) > 40:
        raise AccountNameWrong("account_name")
    free = {str(one) for one, _name in without_account(viewer)}
    if employee not in free:
        raise NobodyChosen("employee")
    password = drawn_word()
    known = [code for code, _name in LANGUAGES]
    account = Account(
        username=username,
        employee_id=int(employee),
        language=language if language in known else known[0],
        password=make_password(password),
        password_once=True,
    )
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise AccountNameTaken("account_name") from None
    _note(viewer, account.pk, "made")
    return account.pk, password


def block_account(viewer: Viewer, account: Account, *, blocked: bool) -> None:
    """Block an account and end its sessions, or let it in again."""
    _check(viewer, account)
    Account.objects.filter(pk=account.pk).update(is_active=not blocked)
    if blocked:
        end_sessions(account.pk)
    _note(viewer, account.pk, "blocked" if blocked else "unblocked")


def end_sessions_of(viewer: Viewer, account: Account) -> int:
    """End all sessions of an account; how many there were."""
    _check(viewer, account)
    _note(viewer, account.pk, "sessions_ended")
    return end_sessions(account.pk)


def give_password(viewer: Viewer, account: Account) -> str:
    """A new password for once, which ends the sessions; the administrator hands it over."""
    _check(viewer, account)
    password = drawn_word()
    kept = {"password": make_password(password), "password_once": True}
    Account.objects.filter(pk=account.pk).update(**kept)
    end_sessions(account.pk)
    _note(viewer, account.pk, "password_given")
    return password


def note_lifted(viewer: Viewer, account: Account) -> None:
    """Write down that the account may try again at once."""
    _check(viewer, account)
    _note(viewer, account.pk, "lock_lifted")


def ask_reset(viewer: Viewer, account: Account) -> None:
    """Ask that the second steps of an account be taken off; a second person must confirm.

    Raises ``ResetAsked`` besides what every act raises.
    """
    _check(viewer, account)
    if open_reset(account.pk, clock.now()):
        raise ResetAsked
    FactorReset.objects.create(account=account, asked_by_id=viewer.account_id, asked_at=clock.now())
    _note(viewer, account.pk, "reset_asked")


def confirm_reset(viewer: Viewer, reset_id: int) -> tuple[str, str]:
    """Take the second steps off as asked; returns the user name and the code for once.

    Raises ``ResetOver``, ``OwnAccount``, ``NeedsAnother``.
    """
    rows = FactorReset.objects.select_for_update(of=("self",)).select_related("account__employee")
    asked = rows.filter(pk=reset_id).first()
    now = clock.now()
    if asked is None or asked.confirmed_at or asked.asked_at <= now - _HOURS:
        raise ResetOver
    if viewer.account_id == asked.account_id:
        raise OwnAccount
    if not may_confirm(viewer, asked):
        raise NeedsAnother
    code = drawn_word()
    asked.confirmed_by_id, asked.confirmed_at, asked.code = (
        viewer.account_id,
        now,
        make_password(code),
    )
    asked.save(update_fields=["confirmed_by", "confirmed_at", "code"])
    remove_factors(asked.account_id)
    end_sessions(asked.account_id)
    AccountEvent.objects.create(
        account_id=asked.account_id,
        act="reset_done",
        at=now,
        by_id=asked.asked_by_id,
        second_id=viewer.account_id,
    )
    write_event("account/reset_done", account=asked.account_id)
    return asked.account.username, code


def link_subject(viewer: Viewer, account: Account, subject: str) -> None:
    """Say that a subject of the state's sign-in holds this account; an empty one, that none does.

    Raises ``SubjectTaken`` besides what every act raises.
    """
    _check(viewer, account)
    held = SocialAccount.objects.filter(user_id=account.pk)
    if not subject:
        held.delete()
        _note(viewer, account.pk, "state_unlinked")
        return
    others = SocialAccount.objects.filter(provider=STATE, uid=subject)
    if others.exclude(user_id=account.pk).exists() or len(subject) > 191:
        raise SubjectTaken("subject")
    held.delete()
    SocialAccount.objects.create(user_id=account.pk, provider=STATE, uid=subject, extra_data={})
    _note(viewer, account.pk, "state_linked")


def tell_village(viewer: Viewer, account: Account, village: str) -> None:
    """Say in which village the holder of an account lives; empty if that is not known.

    Raises ``VillageTooLong`` besides what every act raises.
    """
    _check(viewer, account)
    if len(village) > VILLAGE_LETTERS:
        raise VillageTooLong("village")
    Account.objects.filter(pk=account.pk).update(lives_in=village)
    _note(viewer, account.pk, "village_told")


def use_code(account_id: int, code: str) -> bool:
    """Whether this is the one-time code of the account; it works once, and for 24 hours."""
    reset = reset_to_use(account_id)
    if reset is None or reset.confirmed_at is None:
        return False
    if reset.confirmed_at <= clock.now() - _HOURS or not check_password(code.strip(), reset.code):
        return False
    rows = FactorReset.objects.filter(account_id=account_id, used_at=None)
    return rows.exclude(confirmed_at=None).update(used_at=clock.now()) > 0


_HOURS = timedelta(hours=RESET_HOURS)


def _check(viewer: Viewer, account: Account) -> None:
    if not manages_accounts(viewer):
        raise NotPermitted
    if viewer.account_id == account.pk:
        raise OwnAccount


def _note(viewer: Viewer, account_id: int, act: str) -> None:
    AccountEvent.objects.create(
        account_id=account_id, act=act, at=clock.now(), by_id=viewer.account_id
    )
    write_event(f"account/{act}", account=account_id)
