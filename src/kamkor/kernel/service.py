"""What must be so before real people are served: one look for each duty of who runs the service.

A fault of a duty marked ``must`` keeps the desk from starting in service mode.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from kamkor.kernel import clock, surroundings
from kamkor.kernel.archive import backup_folder
from kamkor.kernel.backup import age_of_newest
from kamkor.kernel.credentials import SECRETS_FILE, load_secrets
from kamkor.kernel.words import noop

SERVICE = "KAMKOR_SERVICE"
ENCRYPTED = {"verify-ca", "verify-full"}
BACKUP_AGE = timedelta(hours=26)
_LEAST_SECRET = 32
_LEAST_LETTERS = 12


@dataclass(frozen=True)
class Place:
    """Where the installation is: its data folder, and where its anchor is written."""

    data: Path
    anchor: Path


@dataclass(frozen=True)
class Duty:
    """One duty: its code, what is wrong where it is not done, how that is cured, and the look."""

    code: str
    what: str
    cure: str
    undone: Callable[[Place], bool]
    must: bool = False


@dataclass(frozen=True)
class Undone:
    """A duty that is not done, in words."""

    code: str
    what: str
    cure: str
    must: bool

    def __str__(self) -> str:
        return f"{self.code}: {self.what}: {self.cure}"


def undone(place: Place, *, must: bool = False) -> Iterator[Undone]:
    """Every duty that is not done, or with ``must`` only those that keep the desk from starting."""
    for duty in DUTIES:
        if (duty.must or not must) and duty.undone(place):
            yield Undone(duty.code, _(duty.what), _(duty.cure), duty.must)


def _demo(place: Place) -> bool:
    return (place.data / "demo").exists()


def _debug(_place: Place) -> bool:
    return bool(settings.DEBUG)


def _weak_secret(place: Place) -> bool:
    kept = load_secrets(place.data)
    texts = (
        *(settings.SECRET_KEY, kept.django_secret_key, kept.context_key, kept.signs),
        *(kept.kamkor_web, kept.kamkor_owner),
    )
    return any(
        len(text) < _LEAST_SECRET
        or len(set(text)) < _LEAST_LETTERS
        or text.startswith("django-insecure")
        for text in texts
    )


def _trust(_place: Place) -> bool:
    """Whether somebody without the password is let in as one of the service's logins."""
    return any(_lets_in(login) for login in ("owner", "default", "figures"))


def _lets_in(name: str) -> bool:
    login = connections.settings[name]
    address: dict[str, Any] = {
        "host": login["HOST"],
        "port": login["PORT"],
        "dbname": login["NAME"],
        "user": login["USER"],
    }
    try:
        psycopg.connect(**address, password=token_urlsafe(16), connect_timeout=20).close()
    except psycopg.OperationalError:
        return False
    return True


def _asked(name: str, question: str) -> Any:  # noqa: ANN401 - one value of any kind
    login: BaseDatabaseWrapper = connections[name]
    with login.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return row[0] if row else None


def _powerful(_place: Place) -> bool:
    return any(
        _asked(
            name,
            "SELECT (SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user) OR EXISTS (SELECT FROM pg_class c"
            " WHERE pg_get_userbyid(c.relowner) = current_user) OR EXISTS"
            " (SELECT FROM pg_auth_members WHERE member = current_user::regrole)",
        )
        for name in ("default", "figures")
    )


def _keys() -> Path | None:
    named = getattr(settings, "KAMKOR_KEYS", None) or os.environ.get("KAMKOR_KEYS")
    return Path(str(named)) if named else None


def _without_keys(_place: Place) -> bool:
    keys = _keys()
    return keys is None or not keys.exists() or _open_to_others(keys)


def _keys_inside(place: Place) -> bool:
    keys = _keys()
    return keys is not None and keys.resolve().is_relative_to(place.data)


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _no_tls(_place: Place) -> bool:
    host = str(connections.settings["default"]["HOST"])
    local = host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}
    return not local and os.environ.get("PGSSLMODE", "") not in ENCRYPTED


def _not_durable(_place: Place) -> bool:
    names = ("fsync", "synchronous_commit", "full_page_writes")
    return any(_asked("default", f"SHOW {name}") == "off" for name in names)


def _statements_logged(_place: Place) -> bool:
    quiet = {"log_statement": "none", "log_min_duration_statement": "-1"}
    return any(_asked("default", f"SHOW {name}") != wanted for name, wanted in quiet.items())


def _one_step(_place: Place) -> bool:
    return not settings.KAMKOR_SECOND_FACTOR_REQUIRED


def _plain_cookies(_place: Place) -> bool:
    return not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE)


def _any_host(_place: Place) -> bool:
    return "*" in settings.ALLOWED_HOSTS


def _no_proxy(_place: Place) -> bool:
    return not settings.ALLAUTH_TRUSTED_PROXY_COUNT


def _anchor_inside(place: Place) -> bool:
    return place.anchor.resolve().is_relative_to(place.data)


def _without_certificate(_place: Place) -> bool:
    return surroundings.without_certificate(str(connections.settings["default"]["HOST"]))


def _any_device(_place: Place) -> bool:
    return not settings.KAMKOR_ADMIN_DEVICES


def _embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def _no_backup(place: Place) -> bool:
    folder = backup_folder()
    if not _embedded():
        return False
    age = age_of_newest(folder, load_secrets(place.data), clock.now()) if folder else None
    return age is None or age > BACKUP_AGE


def _log_not_archived(_place: Place) -> bool:
    return bool(
        _embedded()
        and _asked(
            "owner",
            "SELECT current_setting('archive_mode') = 'off' OR coalesce(last_failed_time >"
            " coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver",
        )
    )


def _open_folders(place: Place) -> bool:
    folder = backup_folder()
    private = [place.data, place.data / SECRETS_FILE, place.anchor]
    private += [folder] if folder else []
    return any(path.exists() and _open_to_others(path) for path in private)


DUTIES = (
    Duty(
        "demo_folder",
        noop("this folder is a demo's, whose passwords stand in a file"),
        noop("set KAMKOR_DATA to a folder of its own"),
        _demo,
        must=True,
    ),
    Duty("debug", noop("DEBUG is on"), noop("take it out of the settings"), _debug, must=True),
    Duty(
        "weak_secret",
        noop("a secret of secrets.json is short or was typed by a person"),
        noop("begin a new data folder, which draws its own"),
        _weak_secret,
        must=True,
    ),
    Duty(
        "keys_missing",
        noop("there are no keys for what is locked, or others may read them"),
        noop("set KAMKOR_KEYS to a folder of mode 0700 that is in no backup of the database"),
        _without_keys,
        must=True,
    ),
    Duty(
        "trust_authentication",
        noop("the database lets in whoever names one of our logins, without its password"),
        noop("write scram-sha-256 instead of trust into pg_hba.conf and reload"),
        _trust,
        must=True,
    ),
    Duty(
        "powerful_login",
        noop("a login of the desk is a superuser, passes row security, owns tables or is a member"),
        noop("begin with kamkor doctor, and take away what it names"),
        _powerful,
        must=True,
    ),
    Duty(
        "no_tls",
        noop("the way to the database's machine is not encrypted or not checked"),
        noop("add sslmode=verify-full and sslrootcert to DATABASE_URL"),
        _no_tls,
    ),
    Duty(
        "not_durable",
        noop("the database answers before what it was told is on the disk"),
        noop("set fsync, full_page_writes and synchronous_commit to on"),
        _not_durable,
    ),
    Duty(
        "statements_logged",
        noop("the database writes statements into its log, and with them names of children"),
        noop("set log_statement = none and log_min_duration_statement = -1"),
        _statements_logged,
    ),
    Duty(
        "one_step",
        noop("a password alone lets people work"),
        noop("take KAMKOR_SECOND_STEP=optional out of the environment"),
        _one_step,
    ),
    Duty(
        "plain_cookies",
        noop("cookies also go over connections that are not encrypted"),
        noop("set KAMKOR_SERVICE=1"),
        _plain_cookies,
    ),
    Duty(
        "any_host",
        noop("the desk answers under any name"),
        noop("name its host in KAMKOR_HOSTS"),
        _any_host,
    ),
    Duty(
        "no_proxy",
        noop("no server with a certificate is said to stand before the desk"),
        noop("put one there, and say how many in KAMKOR_PROXIES"),
        _no_proxy,
    ),
    Duty(
        "anchor_inside",
        noop("the anchor lies where whoever can change the log can change it too"),
        noop("set KAMKOR_ANCHOR to another machine's folder that only takes additions"),
        _anchor_inside,
    ),
    Duty(
        "keys_inside",
        noop("the keys lie beside the data they lock"),
        noop("set KAMKOR_KEYS to a folder on another disk"),
        _keys_inside,
    ),
    Duty(
        "no_backup",
        noop("there is no backup of the last 26 hours"),
        noop("set KAMKOR_BACKUP, and run kamkor backup each night"),
        _no_backup,
    ),
    Duty(
        "log_not_archived",
        noop("changes since the last backup are not archived"),
        noop("set KAMKOR_BACKUP to a folder with room, and start again"),
        _log_not_archived,
    ),
    Duty(
        "open_folders",
        noop("others may read the data folder, its secrets, the anchor or the backups"),
        noop("chmod 700 the folders, 600 the files"),
        _open_folders,
    ),
    Duty(
        "any_device",
        noop("an administrator may work from any computer"),
        noop("let the proxy ask for a certificate of the device, and set KAMKOR_ADMIN_DEVICES=1"),
        _any_device,
    ),
    Duty(
        "no_certificate",
        noop("the database on another machine knows the desk by passwords alone"),
        noop("add sslcert and sslkey to DATABASE_URL, and clientcert=verify-ca to pg_hba.conf"),
        _without_certificate,
    ),
    Duty(
        "secrets_old",
        noop("the passwords of the database's logins are older than 100 days"),
        noop("run kamkor secrets renew, and start the desk anew"),
        lambda place: surroundings.secrets_old(place.data),
    ),
    Duty(
        "renewal_unfinished",
        noop("the lasting keys are renewed, but what they lock is not all locked with them yet"),
        noop("run kamkor secrets renew-lasting: it goes on where it was broken off"),
        lambda place: load_secrets(place.data).renewal_begun,
    ),
    Duty(
        "secrets_on_disk",
        noop("the secrets lie on a disk, not in memory that a vault fills"),
        noop("let the vault write secrets.json to a tmpfs, and make it a link to there"),
        lambda place: surroundings.secrets_on_disk(place.data),
    ),
    Duty(
        "disk_open",
        noop("names and addresses lie on a disk that is not known to be encrypted"),
        noop("encrypt the disk (LUKS); where the machine cannot tell, say KAMKOR_DISK=encrypted"),
        lambda place: surroundings.disk_open(place.data, embedded=_embedded()),
    ),
    Duty(
        "no_mail",
        noop("no mail server is set, and of an emergency nobody is told outside the desk"),
        noop("set KAMKOR_MAIL_HOST, and let the heads give an address for notices"),
        lambda _place: not settings.EMAIL_HOST,
    ),
    Duty(
        "parts_unlooked",
        noop("no list of known holes of the last 7 days says that all parts are sound"),
        noop("write what pip-audit --format json says into parts.json of the data folder"),
        lambda place: surroundings.parts_unlooked(place.data),
    ),
    Duty(
        "not_boxed",
        noop("the processes may take new rights and call all that the machine offers"),
        noop("set NoNewPrivileges and SystemCallFilter in the unit, and ask there"),
        lambda _place: surroundings.not_boxed(),
    ),
    Duty(
        "no_stolen_list",
        noop("no list of stolen passwords is there to compare new ones with"),
        noop("put a sorted list of their SHA-1 into stolen-passwords.txt of the data folder"),
        lambda place: surroundings.without_stolen(place.data),
    ),
)
