"""Accounts as the administrator sees them: who, which posts, which state; nothing of a child."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from kamkor.access.models import Account, AccountEvent, FactorReset
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ADMINISTRATOR, HEAD
from kamkor.kernel import clock
from kamkor.workforce import queries as workforce

PAGE = 25
RESET_HOURS = 24


@dataclass(frozen=True)
class Listed:
    """A page of accounts, how many there are in all, and the id after which the next begins."""

    rows: list[Account]
    total: int
    after: int | None


def manages_accounts(viewer: Viewer) -> bool:
    """Whether the viewer is an administrator."""
    return viewer.role == ADMINISTRATOR


def accounts_listed(viewer: Viewer, words: str = "", after: int | None = None) -> Listed:
    """The accounts whose user name or holder's name has each of these words, by user name."""
    found = _accounts(viewer)
    for word in words.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(employee__surname__icontains=word)
            | Q(employee__given_name__icontains=word)
        )
    total = found.count()
    last = Account.objects.filter(pk=after or 0).values_list("username", flat=True).first()
    rows = list(found.filter(username__gt=last or "")[: PAGE + 1])
    return Listed(rows[:PAGE], total, rows[PAGE - 1].pk if len(rows) > PAGE else None)


def account_managed(viewer: Viewer, account_id: int) -> Account | None:
    """One account, for an administrator."""
    return _accounts(viewer).filter(pk=account_id).first()


def _accounts(viewer: Viewer) -> QuerySet[Account]:
    if not manages_accounts(viewer):
        return Account.objects.none()
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    factor = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=kinds)
    rows = Account.objects.select_related("employee").annotate(has_factor=Exists(factor))
    return rows.order_by("username")


def events_of(viewer: Viewer, account_id: int) -> list[AccountEvent]:
    """What was done to an account, the latest first; for an administrator."""
    if not manages_accounts(viewer):
        return []
    rows = AccountEvent.objects.filter(account_id=account_id).select_related("by", "second")
    return list(rows.order_by("-at", "-id")[:50])


def without_account(viewer: Viewer) -> list[tuple[int, str]]:
    """The people in post today who have no account, by name; for an administrator."""
    if not manages_accounts(viewer):
        return []
    taken = Account.objects.exclude(employee=None).values("employee_id")
    return workforce.employees_in_post(clock.today(), without=taken)


def resets_for(viewer: Viewer) -> list[FactorReset]:
    """The open requests to take second steps off that wait for this viewer as second person."""
    since = clock.now() - timedelta(hours=RESET_HOURS)
    waiting = FactorReset.objects.filter(confirmed_at=None, asked_at__gt=since)
    rows = list(waiting.select_related("account__employee", "asked_by").order_by("asked_at"))
    return [one for one in rows if may_confirm(viewer, one)]


def may_confirm(viewer: Viewer, asked: FactorReset) -> bool:
    """Whether the viewer may be the second person: another administrator, or the head of the
    department in which the person holds a post; never the one who asked nor the person."""
    if viewer.account_id in {asked.asked_by_id, asked.account_id}:
        return False
    if viewer.role == HEAD and asked.account.employee_id:
        posts = workforce.posts_of_employee(asked.account.employee_id, clock.today())
        return any(post.office.district_id == viewer.district for post in posts)
    return manages_accounts(viewer)


def open_reset(account_id: int, now: datetime) -> FactorReset | None:
    """The request about an account that nobody confirmed yet."""
    since = now - timedelta(hours=RESET_HOURS)
    rows = FactorReset.objects.filter(account_id=account_id, confirmed_at=None, asked_at__gt=since)
    return rows.first()


def reset_to_use(account_id: int) -> FactorReset | None:
    """The confirmed request whose one-time code was not used yet, the latest."""
    rows = FactorReset.objects.filter(account_id=account_id, used_at=None)
    return rows.exclude(confirmed_at=None).order_by("-confirmed_at").first()


def addresses_for_notices(employees: Iterable[int]) -> list[tuple[str, str]]:
    """The e-mail addresses that certain employees gave for notices, each with its language."""
    rows = Account.objects.filter(employee_id__in=list(employees), is_active=True)
    given = rows.exclude(notices_to="").order_by("id")
    return list(given.values_list("notices_to", "language"))


def names_of(accounts: Iterable[Account]) -> dict[int, str]:
    """The names of who holds accounts, by account."""
    return {
        one.pk: f"{one.employee.given_name} {one.employee.surname}".strip() if one.employee else ""
        for one in accounts
    }
