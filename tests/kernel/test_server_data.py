"""What the embedded server keeps: private folders, logins, databases, and clear faults."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kamkor.kernel.credentials import data_folder, load_secrets, private_folder
from kamkor.kernel.postmaster import digest
from kamkor.kernel.provision import create_database, drop_database, provision
from kamkor.kernel.server import database_server, erase_database, running_server
from kamkor.kernel.server_facts import ServerFacts, ServerFault
from tests.kernel.commands import answer, assert_at_rest, finished, mode, run_command


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return private_folder(tmp_path / "data")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerFacts, Path]]:
    """One server for the tests that only ask it something."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        folder = private_folder(tmp_path_factory.mktemp("shared") / "data")
        with database_server(folder) as facts:
            yield facts, folder


def test_all_stays_private(data: Path) -> None:
    with database_server(data):
        seen = {mode(data), mode(data / "pg")}
        assert mode(data / "server.json") == "0600"
    assert seen | {mode(data), mode(data / "pg")} == {"0700"}
    files = [path for path in data.rglob("*") if path.is_file()]
    assert {mode(path) for path in files} == {"0600"}


def test_what_is_answered_for_is_on_the_disk(shared: tuple[ServerFacts, Path]) -> None:
    """No login is answered before its transaction would outlive a power cut."""
    facts, folder = shared
    kept = load_secrets(folder)
    for login in ("kamkor_web", "kamkor_worker", "kamkor_owner", "kamkor_figures"):
        with psycopg.connect(**facts.arguments(login, getattr(kept, login))) as connection:
            asked = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
            found = [connection.execute(f"SHOW {name}").fetchone() for name in asked]
        assert found == [("on",)] * 4, login


def test_a_folder_open_to_others_is_narrowed_only_if_it_is_ours(tmp_path: Path) -> None:
    empty, ours, foreign = (tmp_path / name for name in ("empty", "ours", "foreign"))
    for folder in (empty, ours, foreign):
        folder.mkdir()
        folder.chmod(0o755)
    (ours / "secrets.json").touch()
    (foreign / "letter.txt").touch()
    assert mode(private_folder(empty)) == mode(private_folder(ours)) == "0700"
    with pytest.raises(ServerFault, match="open to others"):
        private_folder(foreign)
    assert mode(foreign) == "0755"


def test_the_data_folder_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAMKOR_DATA", str(tmp_path / "a" / "b"))
    assert data_folder() == tmp_path / "a" / "b"
    assert mode(tmp_path / "a" / "b") == "0700"


def test_a_very_long_path_works(data: Path) -> None:
    deep = data.joinpath(*["d" * 60] * 10)
    assert finished(run_command(deep)) == "1\n"
    assert_at_rest(deep)


def test_a_wrong_password_is_refused(shared: tuple[ServerFacts, Path]) -> None:
    facts, _ = shared
    for login in ("kamkor_super", "kamkor_owner", "kamkor_web"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**facts.arguments(login, "not the password"))
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**facts.arguments(login, ""))


def test_logins_have_their_powers_and_no_more(shared: tuple[ServerFacts, Path]) -> None:
    facts, data = shared
    query = """SELECT rolname::text, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit
               FROM pg_roles WHERE rolname LIKE 'kamkor%' ORDER BY 1"""
    provision(facts, load_secrets(data))
    with psycopg.connect(**facts.administrator_arguments()) as connection:
        powers = connection.execute(query).fetchall()
    web = facts.arguments("kamkor_web", load_secrets(data).kamkor_web)
    with (
        psycopg.connect(**web) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE of_my_own (id int)")
    assert powers == [
        ("kamkor_figures", False, False, False, False, False),
        ("kamkor_owner", False, True, True, False, False),
        ("kamkor_super", True, True, True, True, True),
        ("kamkor_web", False, False, False, False, False),
        ("kamkor_worker", False, False, False, False, False),
    ]


def test_databases_are_copied_from_a_template_with_their_grants(
    shared: tuple[ServerFacts, Path],
) -> None:
    facts, data = shared
    owner = load_secrets(data).kamkor_owner
    create_database(facts, "model")
    with psycopg.connect(**facts.arguments("kamkor_owner", owner, "model")) as connection:
        connection.execute("CREATE TABLE child (id int)")
        connection.execute("GRANT SELECT ON child TO kamkor_web")
    create_database(facts, "copy", template="model")
    web = facts.arguments("kamkor_web", load_secrets(data).kamkor_web, "copy")
    with psycopg.connect(**web) as connection:
        assert connection.execute("SELECT count(*) FROM child").fetchone() == (0,)
    with pytest.raises(ServerFault, match="already"):
        create_database(facts, "copy")
    drop_database(facts, "copy")
    drop_database(facts, "copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(**web)
    with pytest.raises(ServerFault, match="own database"):
        drop_database(facts, facts.database)


def test_the_log_holds_no_persons_data(shared: tuple[ServerFacts, Path]) -> None:
    facts, data = shared
    web = facts.arguments("kamkor_web", load_secrets(data).kamkor_web)
    with psycopg.connect(**web, autocommit=True) as connection:
        for statement in ("SELECT %s::text::date", "SELECT nonsense, %s"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, ["Aigul Asanova"])
    log = (data / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "Aigul" not in log
    assert "nonsense" not in log


def test_a_real_server_is_provisioned_and_never_stopped(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database_server(data) as facts:
        secret = load_secrets(data).kamkor_super
        host = facts.host.replace("/", "%2F")
        address = f"postgresql://kamkor_super:{secret}@{host}/service?application_name=kamkor"
        monkeypatch.setenv("DATABASE_URL", address)
        for _ in range(2):
            with database_server(tmp_path / "other") as real:
                assert real.database == "service"
                assert answer(real, tmp_path / "other") == "kamkor_web"
        assert not (tmp_path / "other" / "pg").exists()
        monkeypatch.delenv("DATABASE_URL")
        assert running_server(data) == facts


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://%zz", "cannot be read"),
        ("postgresql://host.invalid/kamkor", "must name a user"),
        ("postgresql://a:b@127.0.0.1:1/kamkor", "refused"),
    ],
)
def test_a_wrong_address_is_one_clear_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ServerFault, match=words) as fault, database_server(data):
        pass
    assert "\n" not in str(fault.value)


def test_missing_binaries_are_one_clear_line(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAMKOR_PG_BIN", str(tmp_path))
    with pytest.raises(ServerFault, match="KAMKOR_PG_BIN"), database_server(data):
        pass
    assert_at_rest(data)


def test_a_cluster_of_another_version_is_one_clear_line(data: Path) -> None:
    with database_server(data):
        pass
    (data / "pg" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerFault, match="another PostgreSQL version"), database_server(data):
        pass
    assert not list(Path(tempfile.gettempdir()).glob(f"kamkor-{digest(data)}-*"))
    assert_at_rest(data)


def test_damaged_secrets_are_never_made_anew(data: Path) -> None:
    (data / "secrets.json").write_text("{}")
    with pytest.raises(ServerFault, match="damaged"):
        load_secrets(data)
    assert (data / "secrets.json").read_text() == "{}"


def test_the_database_is_erased_only_when_unused(data: Path) -> None:
    with database_server(data), pytest.raises(ServerFault, match="in use"):
        erase_database(data)
    erase_database(data)
    assert not (data / "pg").exists()
    assert finished(run_command(data)) == "1\n"
