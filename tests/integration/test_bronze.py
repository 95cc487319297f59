"""From files to messages: every file is accounted for, every byte kept, and nothing a file holds is an exception."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

import udf
from dagster_project.defs import bronze
from dagster_project.defs.resources import Landing, Warehouse
from dagster_project.ingest import delivery, intake
from dagster_project.ingest.landing import LandingError, list_files, read_message_types
from dagster_project.warehouse.connection import connect_as
from udf.edi.interchange import Portion

SALES = (
    b"UNA:+.? 'UNB+UNOA:3+5412345000013:14+8798765000017:14+260105:0900+R1'"
    b"UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+7+9'DTM+137:20260105:102'DTM+356:2026010520260111:718'"
    b"LOC+162+4012345000009::9'LIN+1++4000862141404:EN'QTY+153:7'UNT+8+1'UNZ+1+R1'"
)
X12 = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*0900*U*00401*000000001*0*P*>~"
    b"GS*PD*SENDER*RECEIVER*20260105*0900*1*X*004010~ST*852*0001~XQ*H*20260105~SE*3*0001~"
    b"ST*852*0002~XQ*H*20260112~SE*3*0002~GE*2*1~IEA*1*000000001~"
)

PARTS = "select content from bronze.interchange_parts order by interchange_id, part"

Load = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture
def load(landing: Path, database: dict[str, str]) -> Load:
    """Materialises Bronze from the landing folder."""

    def materialize(settle_seconds: float = 0, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            [bronze.interchanges, bronze.messages, bronze.interchange_checks, bronze.message_check],
            resources={"warehouse": Warehouse(), "landing": Landing(path=str(landing))},
            run_config=dg.RunConfig({"bronze__interchanges": bronze.LandingRun(settle_seconds=settle_seconds)}),
            raise_on_error=raise_on_error,
        )

    return materialize


def rows(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    connection.rollback()
    return connection.execute(query).fetchall()


def counts(connection: psycopg.Connection[Any]) -> tuple[int, ...]:
    (found,) = rows(
        connection,
        """
        select (select count(*) from bronze.deliveries),
            (select count(*) from bronze.interchanges), (select count(*) from bronze.messages)
        """,
    )
    return found


def test_a_file_becomes_an_interchange_and_its_messages(landing: Path, load: Load, connection: Any) -> None:
    (landing / "week 2.edi").write_bytes(X12)
    assert load().success
    interchange_id = hashlib.sha256(X12).hexdigest()
    assert rows(connection, "select interchange_id, file_name, size_bytes, message_count from bronze.interchanges") == [
        (interchange_id, "week 2.edi", len(X12), 2)
    ]
    assert rows(connection, "select interchange_id, part, content from bronze.interchange_parts") == [
        (interchange_id, 1, X12)
    ]
    assert rows(connection, "select message_type, reference, position, raw from bronze.messages order by position") == [
        ("852", "0001", 1, "ST*852*0001~XQ*H*20260105~SE*3*0001~"),
        ("852", "0002", 2, "ST*852*0002~XQ*H*20260112~SE*3*0002~"),
    ]


def test_a_message_is_named_after_its_interchange_and_position(landing: Path, load: Load, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    load()
    minted = hashlib.sha256(f"{hashlib.sha256(SALES).hexdigest()}:1".encode()).hexdigest()
    assert rows(connection, "select message_id from bronze.messages") == [(minted,)]


def test_a_second_run_adds_nothing(landing: Path, load: Load, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    (landing / "notes.md").write_text("not EDI")
    load()
    before = counts(connection)
    result = load()
    assert counts(connection) == before == (2, 1, 1)
    assert metadata(result, bronze.INTERCHANGES)["known"] == 2
    assert metadata(result, bronze.MESSAGES)["new messages"] == 0


def metadata(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, Any]:
    (event,) = [event for event in result.get_asset_materialization_events() if event.asset_key == key]
    return {name: getattr(value, "value", value) for name, value in event.materialization.metadata.items()}


def test_the_same_bytes_under_another_name_are_one_interchange(landing: Path, load: Load, connection: Any) -> None:
    (landing / "a.edi").write_bytes(SALES)
    (landing / "partner").mkdir()
    (landing / "partner" / "b.txt").write_bytes(SALES)
    load()
    assert rows(connection, "select path, status from bronze.deliveries order by path") == [
        ("a.edi", "loaded"),
        ("partner/b.txt", "repeated"),
    ]
    assert counts(connection) == (2, 1, 1)


def test_a_file_whose_content_changed_is_another_interchange(landing: Path, load: Load, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    load()
    (landing / "sales.edi").write_bytes(X12)
    load()
    assert counts(connection) == (2, 2, 3)


def test_whatever_is_no_edi_is_ignored_with_its_reason(landing: Path, load: Load, connection: Any) -> None:
    for name in (".hidden", "half.edi.part", "expected.JSON", "week.zip", "sales.edi~"):
        (landing / name).write_bytes(SALES)
    (landing / ".folder").mkdir()
    (landing / ".folder" / "x.edi").write_bytes(SALES)
    load()
    assert counts(connection)[1:] == (0, 0)
    assert dict(rows(connection, "select path, reason from bronze.deliveries where status = 'ignored'")) == {
        ".hidden": "hidden file",
        ".folder/x.edi": "hidden file",
        "half.edi.part": "unfinished transfer",
        "expected.JSON": "not an EDI format",
        "week.zip": "archive: unpack it first",
        "sales.edi~": "editor's backup",
    }


@pytest.mark.parametrize("name", ["sales", "SALES.852", "sales.12", "sales.txt", "sales.edi.bak"])
def test_any_other_name_is_loaded(name: str, landing: Path, load: Load, connection: Any) -> None:
    (landing / name).write_bytes(SALES)
    load()
    assert counts(connection) == (1, 1, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"hello, world",
        bytes(range(256)) * 40,
        b"\x00" * 1000,
        SALES.replace(b"7'UNT", b"\x007'UNT"),
        SALES.replace(b"4000862141404", "4000862141404é€\ud83d".encode("utf-8", "surrogatepass")),
        SALES[: len(SALES) // 2],
        SALES.decode().encode("cp037"),
        SALES.decode().encode("utf-16"),
        b"UNH+1+SLSRPT:D:96A:UN'" + b"LIN+1++4000862141404:EN'QTY+153:7'" * 20_000 + b"UNT+40002+1'",
    ],
    ids=[
        "empty", "blank", "prose", "every byte", "zeros", "a NUL", "a surrogate", "half", "ebcdic", "utf-16", "one line"
    ],
)  # fmt: skip
def test_every_content_becomes_rows(content: bytes, landing: Path, load: Load, connection: Any) -> None:
    (landing / "file.edi").write_bytes(content)
    assert load().success
    deliveries, interchanges, messages = counts(connection)
    assert (deliveries, interchanges) == (1, 1)
    assert messages >= 1
    assert b"".join(part for (part,) in rows(connection, PARTS)) == content


def test_characters_that_text_cannot_hold_are_replaced_one_for_one(landing: Path, load: Load, connection: Any) -> None:
    content = SALES.replace(b"QTY+153:7'", b"QTY+153:\x007'")
    (landing / "sales.edi").write_bytes(content)
    load()
    ((raw,),) = rows(connection, "select raw from bronze.messages")
    expected = udf.split_interchange(content).messages[0].text
    assert raw == expected.replace("\x00", "\ufffd")
    assert "QTY+153:\ufffd7'" in raw


def test_an_unreadable_file_is_a_delivery_and_no_exception(landing: Path, load: Load, connection: Any) -> None:
    (landing / "gone.edi").symlink_to(landing / "nowhere")
    os.mkfifo(landing / "pipe.edi")
    (landing / "sales.edi").write_bytes(SALES)
    assert load().success
    assert rows(connection, "select path, status, reason from bronze.deliveries order by path") == [
        ("gone.edi", "ignored", "cannot be read: No such file or directory"),
        ("pipe.edi", "ignored", "not a regular file"),
        ("sales.edi", "loaded", None),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_and_a_folder_without_permission_are_deliveries(landing: Path, load: Load, connection: Any) -> None:
    (landing / "secret.edi").write_bytes(SALES)
    (landing / "secret.edi").chmod(0)
    (landing / "vault").mkdir(mode=0)
    assert load().success
    assert rows(connection, "select path, reason from bronze.deliveries order by path") == [
        ("secret.edi", "cannot be read: Permission denied"),
        ("vault/", "folder cannot be read: Permission denied"),
    ]
    (landing / "vault").chmod(0o700)


def test_a_folder_says_what_bodies_without_service_segments_in_it_are(
    landing: Path, database: dict[str, str], connection: Any
) -> None:
    body = b"BGM+12+REF45'LOC+162+BERLIN_01'LIN+1++DE-PROD-321:SA'QTY+153:%d'"
    for number, path in enumerate(("bodies/acme/1.edi", "bodies/2.edi", "3.edi")):
        (landing / path).parent.mkdir(parents=True, exist_ok=True)
        (landing / path).write_bytes(body % number)
    (landing / "bodies" / "4.edi").write_bytes(SALES)
    said = read_message_types("bodies=slsrpt, bodies/acme=INVRPT")
    with connect_as("tillroll_loader") as loader:
        list(delivery.deliver_all(loader, list_files(landing)))
        intake.split_pending(loader, dg.get_dagster_logger(), said)
    query = (
        "select file_name, envelope ->> 'message_type' from bronze.messages join bronze.interchanges"
        " using (interchange_id) order by 1"
    )
    assert rows(connection, query) == [("1.edi", "INVRPT"), ("2.edi", "SLSRPT"), ("3.edi", None), ("4.edi", None)]


@pytest.mark.parametrize("text", ["bodies", "bodies=ORDERS", "=", "a=SLSRPT,b"])
def test_a_setting_of_folders_that_names_no_type_says_so(text: str) -> None:
    with pytest.raises(LandingError, match="is no folder=TYPE"):
        read_message_types(text)


def test_a_name_that_is_no_utf_8_is_loaded(landing: Path, load: Load, connection: Any) -> None:
    Path(os.fsdecode(os.fsencode(landing) + b"/sal\xe9s.edi")).write_bytes(SALES)
    assert load().success
    assert rows(connection, "select path from bronze.deliveries") == [(r"sal\xe9s.edi",)]


LOAD = """
import logging, sys
from pathlib import Path
from bench.machine import peak_megabytes
from dagster_project.ingest.delivery import deliver_all
from dagster_project.ingest.intake import split_pending
from dagster_project.ingest.landing import list_files
from dagster_project.warehouse import connect_as

with connect_as("tillroll_loader") as connection:
    list(deliver_all(connection, list_files(Path(sys.argv[1]))))
    split_pending(connection, logging.getLogger())
print(peak_megabytes())
"""


def load_in_a_process(clone: Path, folder: Path) -> float:
    """Load the folder and return the megabytes that it took."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, folder], cwd=clone, capture_output=True, text=True, check=True, env=os.environ
    )
    return float(done.stdout)


def test_a_large_file_streams_and_loses_no_byte(landing: Path, clone: Path, connection: Any) -> None:
    (landing / "small.edi").write_bytes(SALES)
    before = load_in_a_process(clone, landing)
    message = SALES[SALES.index(b"UNH") : SALES.index(b"UNZ")]
    lines = b"LIN+2++4000862141404:EN'QTY+153:8'" * 5000
    large = message.replace(b"UNT", lines + b"UNT") + message
    digest = hashlib.sha256()
    with (landing / "large.edi").open("wb") as file:
        for part in (SALES[: SALES.index(b"UNH")], *[large] * 350, b"UNZ+1+R1'"):
            digest.update(part)
            file.write(part)
    size = (landing / "large.edi").stat().st_size
    assert size > 58_000_000
    assert load_in_a_process(clone, landing) - before < 30
    found = "select interchange_id, message_count from bronze.interchanges where file_name = 'large.edi'"
    assert rows(connection, found) == [(digest.hexdigest(), 700)]
    kept = hashlib.sha256()
    for part in intake.read_parts(connection, digest.hexdigest()):
        kept.update(part)
    assert kept.hexdigest() == digest.hexdigest()
    # UNZ speaks of one message: what comes to light at the end is said of the first message too.
    assert rows(
        connection,
        "select messages.problems -> 0 ->> 'code', count(*) from bronze.messages inner join bronze.interchanges"
        " using (interchange_id) where file_name = 'large.edi' group by 1",
    ) == [("unz-count-mismatch", 700)]  # fmt: skip


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_run(landing: Path, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES[:40])
    (seen,) = list_files(landing)
    (landing / "sales.edi").write_bytes(SALES)
    with Warehouse().connect() as loader:
        assert delivery.deliver(loader, seen) == "unfinished"
        (settled,) = list_files(landing)
        assert delivery.deliver(loader, settled) == "loaded"
    assert counts(connection) == (1, 1, 0)


def test_a_missing_landing_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(dg.Failure, match="is missing: create it, or name another"):
        Landing(path=str(tmp_path / "nowhere")).folder()


def fail_on(content: bytes | None, fault: Exception) -> type:
    """A splitter that fails on that content, after it has given its messages; on everything where it is None."""

    class FailingStream(intake.InterchangeStream):
        def portions(self) -> Iterator[Portion]:
            yield from super().portions()
            if content is None or b"".join(self._read()) == content:
                raise fault

    return FailingStream


def test_a_file_on_which_the_splitter_fails_is_one_message_with_a_named_problem(
    landing: Path, load: Load, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "InterchangeStream", fail_on(SALES, RecursionError("too deep: " + repr(SALES))))
    (landing / "sales.edi").write_bytes(SALES)
    (landing / "x12.edi").write_bytes(X12)
    assert load().success
    first = "select raw, message_type, problems from bronze.messages where position = 1 order by raw"
    assert rows(connection, first) == [
        ("ST*852*0001~XQ*H*20260105~SE*3*0001~", "852", []),
        (SALES.decode(), None, [
            {
                "code": "internal-error", "severity": "error", "segment": None, "span": None,
                "detail": "The interchange could not be split: RecursionError.",
            }
        ]),
    ]  # fmt: skip


def test_a_broken_splitter_fails_the_run_and_records_nothing(
    landing: Path, load: Load, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "InterchangeStream", fail_on(None, NameError("decode")))
    (landing / "sales.edi").write_bytes(SALES)
    with pytest.raises(NameError):
        load()
    assert counts(connection) == (1, 1, 0)


def test_a_run_killed_between_files_and_messages_is_finished_by_the_next(
    landing: Path, load: Load, connection: Any
) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    with Warehouse().connect() as loader:
        for file in list_files(landing):
            delivery.deliver(loader, file)
    assert counts(connection) == (1, 1, 0)
    load()
    assert counts(connection) == (1, 1, 1)


def test_an_interchange_that_another_worker_holds_is_left_to_it(landing: Path, load: Load, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    with Warehouse().connect() as loader:
        for file in list_files(landing):
            delivery.deliver(loader, file)
    connection.execute("select from bronze.interchanges for update")
    with Warehouse().connect() as loader:
        assert intake.split_pending(loader, dg.get_dagster_logger()) == (0, 0)
        connection.rollback()
        assert intake.split_pending(loader, dg.get_dagster_logger()) == (1, 1)


def test_nobody_who_loads_may_change_what_arrived(landing: Path, load: Load, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    load()
    for change in (
        "update bronze.interchange_parts set content = ''",
        "update bronze.messages set raw = ''",
        "delete from bronze.messages",
        "delete from bronze.interchanges",
        "create table gold.mine (x int)",
    ):
        with Warehouse().connect() as loader, pytest.raises(psycopg.errors.InsufficientPrivilege):
            loader.execute(change)


def test_the_checks_of_bronze_see_a_lost_message(landing: Path, load: Load, connection: Any) -> None:
    (landing / "x12.edi").write_bytes(X12)
    result = load()
    assert {check.check_name: check.passed for check in result.get_asset_check_evaluations()} == {
        "every_file_has_a_delivery": True,
        "bytes_add_up": True,
        "messages_add_up": True,
    }
    connection.execute("delete from bronze.messages where position = 2")
    connection.commit()
    result = load(raise_on_error=False)
    assert not result.success
    verdicts = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert verdicts == {"every_file_has_a_delivery": True, "bytes_add_up": True, "messages_add_up": False}


def test_the_checks_of_bronze_see_a_lost_part(landing: Path, load: Load, connection: Any) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    load()
    connection.execute("delete from bronze.interchange_parts")
    connection.commit()
    result = load(raise_on_error=False)
    assert not result.success
    verdicts = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert not verdicts["bytes_add_up"]


@pytest.mark.samples
def test_every_sample_file_is_accounted_for(samples: Path, landing: Path, load: Load, connection: Any) -> None:
    landing.rmdir()
    landing.symlink_to(samples)
    assert load().success
    files = [path for path in samples.rglob("*") if path.is_file()]
    taken = [path for path in files if path.suffix not in {".json", ".csv", ".tsv", ".md"}]
    deliveries, interchanges, messages = counts(connection)
    assert deliveries == len(files)
    assert interchanges == len({path.read_bytes() for path in taken})
    assert messages == rows(connection, "select sum(message_count) from bronze.interchanges")[0][0]


def test_a_link_to_a_folder_is_recorded_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.edi").write_text("UNH+1+SLSRPT:D:96A:UN'")
    (tmp_path / "landing" / "link").symlink_to(tmp_path / "elsewhere")

    (found,) = list_files(tmp_path / "landing")

    assert found.path == "link/"
    assert found.ignored


def test_a_link_that_leaves_the_folder_is_recorded_and_not_followed(
    landing: Path, load: Load, connection: Any, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"root:x")
    (landing / "shadow.edi").symlink_to(secret)
    (landing / "sales.edi").write_bytes(SALES)
    (landing / "again.edi").symlink_to(landing / "sales.edi")
    load()
    found = connection.execute("select path, status, reason from bronze.deliveries order by path").fetchall()
    assert [row[:2] for row in found] == [("again.edi", "loaded"), ("sales.edi", "repeated"), ("shadow.edi", "ignored")]
    assert found[2][2] == "link that leaves the landing folder: not followed"


def test_while_postgresql_is_away_a_run_waits_longer_each_time_and_then_takes_the_file(
    landing: Path, load: Load, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (landing / "sales.edi").write_bytes(SALES)
    monkeypatch.setattr("dagster_project.defs.resources.FIRST_WAIT_SECONDS", 0.1)
    port, refusals = os.environ["PGPORT"], []

    def connect(role: str, is_derived: bool = False) -> Any:
        refusals.append(time.monotonic())
        monkeypatch.setenv("PGPORT", "1" if len(refusals) < 4 else port)
        return connect_as(role, is_derived)

    monkeypatch.setattr("dagster_project.defs.resources.connect_as", connect)
    load()
    waits = [after - before for before, after in pairwise(refusals[:4])]
    assert all(wait >= 0.1 * 2**number for number, wait in enumerate(waits))
    assert connection.execute("select count(*) from bronze.messages").fetchone() != (0,)
