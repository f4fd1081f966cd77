"""The page of loads: a file is sent, checked by the worker, told of, written, taken up again."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, Load, StagedRow
from kamkor.cases.operations import loading as operations
from kamkor.exchange import jobs, loading, reading, uploads
from kamkor.kernel.credentials import SECRETS_FILE
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.exchange.register_files import Row, entry, text_of


@pytest.fixture
def bakyt(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """The specialist's desk; files wait in a folder of this test, which has the same secrets."""
    copy(settings.KAMKOR_DATA / SECRETS_FILE, tmp_path)
    monkeypatch.setattr(settings, "KAMKOR_DATA", tmp_path)
    return Desk("bakyt", cast.time)


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are carried out in the test's own transaction."""
    monkeypatch.setattr(connections, "close_all", lambda: None)


def send(desk: Desk, *rows: Row) -> Page:
    """The answer to a file of these rows."""
    file = SimpleUploadedFile("register.csv", text_of(rows).encode())
    with desk.now():
        return Page.of(desk.client.post("/loading/", {"file": file}))


def waiting() -> list[tuple[str, dict[str, Any]]]:
    """The jobs that wait, each with what it is about."""
    found = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    return list(found.values_list("task_name", "args"))


def work(desk: Desk) -> None:
    """Carry out what waits, as the worker does."""
    tasks: dict[str, Any] = {
        jobs.CHECK: jobs.check_load,
        jobs.WRITE: jobs.write_load,
        loading.COMPARE: jobs.compare_loaded,
    }
    for name, about in waiting():
        with desk.now():
            tasks[name](**about)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def sent_and_checked(desk: Desk, *rows: Row) -> str:
    """The address of a load whose file the worker has checked."""
    address: str = send(desk, *rows).response["Location"]
    work(desk)
    return address


def test_a_file_is_checked_behind_the_page_and_written_when_told(cast: Cast, bakyt: Desk) -> None:
    address: str = send(bakyt, entry("1"), entry("2")).response["Location"]
    page = bakyt.open(address)
    assert (page.state, page.code) == ("waiting", "exchange.load.show")
    assert page.all("meta", http_equiv="refresh")
    load = Load.objects.get()
    assert uploads.path_of(load.pk).stat().st_mode & 0o777 == 0o600
    assert [name for name, _ in waiting()] == ["check_load"]
    work(bakyt)
    page = bakyt.open(address)
    assert (page.state, page.figure("load_good")) == ("checked", "2")
    assert "CSV, UTF-8, parted by commas" in page.text
    assert not uploads.path_of(load.pk).exists()
    assert cast.bakyt.sees(Case) == 0
    assert bakyt.send(address, {"start": "yes"}).status == 302
    assert bakyt.open(address).state == "queued"
    work(bakyt)
    page = bakyt.open(address)
    assert (page.state, page.figure("load_percent")) == ("done", "100")
    assert cast.bakyt.sees(Case) == 2
    assert not page.all("meta", http_equiv="refresh")
    assert page.all("a", role="button", href="/register/")
    assert address in bakyt.open("/loading/").links


def test_faults_are_told_and_the_faulty_rows_come_back_as_a_file(cast: Cast, bakyt: Desk) -> None:
    address = sent_and_checked(bakyt, entry("1"), entry("2", sex="?"))
    page = bakyt.open(address)
    assert (page.figure("load_faulty"), "Write the good rows only" in page.text) == ("1", True)
    assert "The sex cannot be read." in page.text
    rejected = bakyt.open(f"{address}rejected.csv")
    assert rejected.text.splitlines()[1].startswith('"sex: The sex cannot be read. ')
    bakyt.send(address, {"start": "yes"})
    work(bakyt)
    assert (bakyt.open(address).figure("load_written"), cast.bakyt.sees(Case)) == ("1", 1)


def test_a_file_that_holds_nothing_new_has_ended(cast: Cast, bakyt: Desk) -> None:
    address = sent_and_checked(bakyt, entry("1"))
    bakyt.send(address, {"start": "yes"})
    work(bakyt)
    page = bakyt.open(sent_and_checked(bakyt, entry("1")))
    assert (page.state, page.figure("load_known"), page.figure("load_written")) == (
        "done",
        "1",
        "0",
    )
    assert "Every row is known from before: there was nothing to write." in page.text
    assert page.all("button", data_operation="cancel_load") == []


def test_the_page_speaks_kyrgyz(cast: Cast, bakyt: Desk) -> None:
    address = sent_and_checked(bakyt, entry("2", sex="?"))
    page = Desk("bakyt", cast.time, language="ky").open(address)
    assert page.all("html", lang="ky")
    assert "The sex cannot be read." not in page.text


def refusals_of(desk: Desk, content: bytes) -> tuple[str, list[str]]:
    """Where a load of this file stands once the worker has read it, and why."""
    file = SimpleUploadedFile("register.csv", content)
    with desk.now():
        address = desk.client.post("/loading/", {"file": file})["Location"]
    work(desk)
    page = desk.open(address)
    return page.state, page.refusals


def bomb() -> bytes:
    """A packed file that is 700 MB large when it is unpacked."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(70):
            part.write(b" " * 10_000_000)
    return held.getvalue()


def test_a_workbook_is_read_behind_the_page(cast: Cast, bakyt: Desk) -> None:
    """On its way the file bears no name that would tell what it is."""
    book = openpyxl.Workbook()
    for cells in csv.reader(io.StringIO(text_of([entry("1"), entry("2")]))):
        book.active.append(cells)
    held = io.BytesIO()
    book.save(held)
    state, refused = refusals_of(bakyt, held.getvalue())
    assert (state, refused) == ("checked", [])
    assert Load.objects.get().form == "xlsx"


def test_a_file_of_no_bytes_is_said_to_be_empty(bakyt: Desk) -> None:
    with bakyt.now():
        sent = {"file": SimpleUploadedFile("register.csv", b"")}
        page = Page.of(bakyt.client.post("/loading/", sent))
    assert (page.status, page.refusals) == (422, ["file_empty"])


def test_a_file_that_is_none_is_refused_with_why(
    cast: Cast, bakyt: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bakyt.send("/loading/").refusals == ["field_required"]
    good = text_of([entry("1"), entry("2")])
    for content, code in (
        (b"name\nA\n", "file_columns_missing"),
        (good.replace("reason", "colour").encode(), "file_columns_unknown"),
        (text_of([]).encode(), "file_empty"),
        (b"PK\x03\x04", "file_unreadable"),
        (bomb(), "file_unpacks_too_large"),
    ):
        assert refusals_of(bakyt, content) == ("refused", [code])
    monkeypatch.setattr(reading, "ROW_LIMIT", 1)
    assert refusals_of(bakyt, good.encode()) == ("refused", ["file_too_many_rows"])


def test_what_ends_a_load_stands_on_its_page(
    cast: Cast, bakyt: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = sent_and_checked(bakyt, entry("1"))
    bakyt.send(address, {"start": "yes"})
    monkeypatch.setattr(operations, "answering_in", lambda *_: {})
    work(bakyt)
    assert bakyt.open(address).refusals == ["nobody_answers"]
    address = sent_and_checked(bakyt, entry("1"))
    bakyt.send(address, {"start": "yes"})
    monkeypatch.setattr(operations, "answering_in", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work(bakyt)
    assert bakyt.open(address).refusals == ["load_broken"]


def test_a_file_that_is_too_large_is_not_kept(
    bakyt: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kamkor.web.uploads.SIZE_LIMIT", 100)
    monkeypatch.setattr("kamkor.web.loading.SIZE_LIMIT", 100)
    page = send(bakyt, entry("1"))
    assert (page.status, page.refusals) == (422, ["file_too_large"])
    assert not (tmp_path / "files" / "loads").exists()


def test_a_load_is_cancelled_and_leaves_nothing_staged(cast: Cast, bakyt: Desk) -> None:
    address = sent_and_checked(bakyt, entry("1"))
    bakyt.send(address, {"start": "yes"})
    bakyt.send(address, {"cancel": "yes"})
    assert bakyt.open(address).state == "cancelled"
    work(bakyt)
    assert (cast.bakyt.sees(Case), cast.bakyt.sees(StagedRow)) == (0, 0)
    page = bakyt.send(address, {"start": "yes"})
    assert (page.status, page.refusals) == (409, ["load_over"])


def test_what_is_written_of_a_cancelled_load_stays_and_the_page_says_so(
    cast: Cast, bakyt: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PART", 2)
    rows = [entry(str(one)) for one in range(5)]
    address = sent_and_checked(bakyt, *rows)
    assert not bakyt.send(address, {"start": "yes"}).all(data_stays="*")
    job = waiting()[0][1]
    with monkeypatch.context() as broken, bakyt.now():
        broken.setattr(operations, "write_part", killed_after_a_part(operations.write_part))
        with pytest.raises(KeyboardInterrupt):
            jobs.write_load(**job)
    bakyt.send(address, {"cancel": "yes"})
    work(bakyt)
    page = bakyt.open(address)
    assert (page.state, len(page.all(data_stays="*")), cast.bakyt.sees(Case)) == ("cancelled", 1, 2)
    again = sent_and_checked(bakyt, *rows)
    assert bakyt.open(again).figure("load_known") == "2"
    bakyt.send(again, {"start": "yes"})
    work(bakyt)
    assert (bakyt.open(again).state, cast.bakyt.sees(Case)) == ("done", 5)


def test_what_was_broken_off_goes_on(
    cast: Cast, bakyt: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is killed after a part: the job that is tried again takes up the rest."""
    monkeypatch.setattr(operations, "PART", 2)
    address = sent_and_checked(bakyt, *(entry(str(one)) for one in range(5)))
    bakyt.send(address, {"start": "yes"})
    job = waiting()[0][1]
    with monkeypatch.context() as killed, bakyt.now():
        killed.setattr(operations, "write_part", killed_after_a_part(operations.write_part))
        with pytest.raises(KeyboardInterrupt):
            jobs.write_load(**job)
    page = bakyt.open(address)
    assert (page.state, page.figure("load_percent"), cast.bakyt.sees(Case)) == ("writing", "40", 2)
    work(bakyt)
    assert (bakyt.open(address).state, cast.bakyt.sees(Case)) == ("done", 5)


def killed_after_a_part(
    original: Callable[[Viewer, UUID], int],
) -> Callable[[Viewer, UUID], int]:
    """The first part is written, then the process is ended."""
    left = [1]

    def write_part(viewer: Viewer, load_id: UUID) -> int:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return original(viewer, load_id)

    return write_part


def test_who_has_left_the_post_loads_nothing_more(
    cast: Cast, bakyt: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address: str = send(bakyt, entry("1")).response["Location"]
    monkeypatch.setattr(jobs, "account_of_post", lambda *_: None)
    work(bakyt)
    page = bakyt.open(address)
    assert (page.state, page.refusals) == ("refused", ["not_permitted"])


def test_another_department_s_load_does_not_exist(cast: Cast, bakyt: Desk) -> None:
    address = sent_and_checked(bakyt, entry("1", sex="?"))
    for other in ("specialist2", "cholpon", "oblast"):
        desk = Desk(other, cast.time)
        for path in (address, f"{address}rejected.csv"):
            assert desk.open(path).status == 404
        assert desk.send(address, {"start": "yes"}).status == 404
    assert Desk("head", cast.time).open(address).status == 200


def test_one_job_at_a_time_of_an_office(cast: Cast, bakyt: Desk) -> None:
    send(bakyt, entry("1"))
    send(Desk("head", cast.time), entry("2"))
    locks = set(ProcrastinateJob.objects.values_list("lock", flat=True))
    assert len(locks) == 1


def test_a_load_at_the_shell_is_waited_for(cast: Cast, bakyt: Desk) -> None:
    with cast.head.inside() as viewer:
        operations.begin_load(viewer, "register.csv", 1)
    address = send(bakyt, entry("1")).response["Location"]
    with pytest.raises(operations.LoadUnderWay):
        work(bakyt)
    page = bakyt.open(address)
    assert (page.state, page.refusals) == ("waiting", ["load_under_way"])
    cast.time.passes(minutes=5)
    work(bakyt)
    assert Load.objects.filter(state="checked").count() == 1


def test_the_empty_file_is_offered(bakyt: Desk) -> None:
    assert bakyt.open("/loading/template.csv").text.startswith("\ufeffregister,event,")
    assert "/loading/" in bakyt.open("/register/").links
    page = bakyt.open("/loading/")
    assert "No file has been loaded yet." in page.text
    assert page.links.count("/loading/template.xlsx") == 2
    assert page.all("a", class_="govuk-back-link", href="/register/")
