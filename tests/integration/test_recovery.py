"""After SIGKILL nothing is held, nothing goes on unseen, and nobody's data is removed unasked."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import dagster as dg
import pytest
from dagster._daemon import controller

from dagster_project import daemon, services, ui, warehouse
from dagster_project.recovery import hold_runs, recover
from dagster_project.warehouse.connection import connect_as, wait_for_build
from dagster_project.warehouse.files import find_free_port
from tests.integration.test_processes import is_at_work

PATIENCE_SECONDS = 180

CLAIM = """
import sys, time
import dagster as dg
from dagster._core.storage.tags import GRPC_INFO_TAG
with dg.DagsterInstance.get() as instance:
    for run_id, tags in (("daemon", {GRPC_INFO_TAG: "{}"}), ("demo", {})):
        instance.add_run(dg.DagsterRun("job", run_id=run_id, status=dg.DagsterRunStatus.STARTED, tags=tags))
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default("compiler")
    assert storage.claim_concurrency_slot("compiler", "daemon", "silver__outcomes").is_claimed
    print("at work", flush=True)
    time.sleep(600)
"""


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def home(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance with our settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(clone / "dagster_project" / "dagster.yaml", folder)
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    return folder


@pytest.fixture
def start(clone: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a program in Python and reads its first line; whatever is left of its group is killed in the end."""
    started = []

    def begin(program: str, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=clone,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "at work\n"
        return process

    yield begin
    for process in started:
        if is_at_work(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_killed_run_is_failed_its_slot_is_free_and_a_living_demo_goes_on(
    home: Path, start: Callable[..., Any]
) -> None:
    process = start(CLAIM)
    process.kill()
    process.wait()
    with dg.DagsterInstance.get() as instance:
        storage = instance.event_log_storage
        with hold_runs(home):
            assert recover(instance, home) == ["daemon"]
            killed, demo = instance.get_run_by_id("daemon"), instance.get_run_by_id("demo")
            assert killed
            assert demo
            assert killed.status == dg.DagsterRunStatus.FAILURE
            # Dagster's daemon starts what died anew.
            assert killed.tags["dagster/will_retry"] == "true"
            assert demo.status == dg.DagsterRunStatus.STARTED
        assert storage.claim_concurrency_slot("compiler", "next", "silver__outcomes").is_claimed
        assert recover(instance, home) == ["demo"]


def test_dagster_is_set_to_watch_runs_to_free_what_they_held_and_to_forget_old_ticks(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_settings["free_slots_after_run_end_seconds"] > 0
        assert instance.run_retries_enabled
        assert instance.get_tick_retention_settings(dg_instigator()).values()
        assert -1 not in instance.get_tick_retention_settings(dg_instigator()).values()


def dg_instigator() -> Any:
    from dagster._core.definitions.run_request import InstigatorType

    return InstigatorType.SENSOR


def test_the_processes_of_a_killed_dagster_are_found_and_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [
        subprocess.Popen(
            ["sh", "-c", "trap '' TERM; sleep 600"], env={services.MARK: str(home), "PATH": os.environ["PATH"]}
        ),
        subprocess.Popen(["sleep", "600"], env={services.MARK: str(home / "another")}),
    ]
    monkeypatch.setattr(services, "PATIENCE_SECONDS", 1.0)
    try:
        wait_until(lambda: left[0].pid in services.find_leftovers(home), "the mark is not seen")
        assert services.end_leftovers(home) >= 1
        assert left[0].wait(PATIENCE_SECONDS) in {-signal.SIGKILL, -signal.SIGTERM}
        assert left[1].poll() is None
    finally:
        for process in left:
            process.kill()
            process.wait()


def test_when_one_of_dagsters_programs_ends_all_end_and_the_runs_that_they_were_at(home: Path) -> None:
    watched = services.Services(home, find_free_port(), home)
    watched._start("web server", "http.server", str(find_free_port()))
    watched._start("daemon", "this_module_is_missing")
    run = subprocess.Popen(["sleep", "600"], env={services.MARK: str(home)})
    try:
        wait_until(lambda: run.pid in services.find_leftovers(home), "the mark is not seen")
        wait_until(watched.find_ended, "nothing has ended")
        assert watched.find_ended() == "daemon"
        watched.end()
        assert run.wait(PATIENCE_SECONDS) == -signal.SIGTERM
        assert all(process.poll() is not None for process in watched.running.values())
    finally:
        for process in (run, *watched.running.values()):
            process.kill()
            process.wait()


def test_the_daemon_reads_definitions_that_cannot_change_no_more_than_once_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(controller, "RELOAD_WORKSPACE_INTERVAL", 60)
    monkeypatch.setattr(daemon, "run_daemon", lambda: None)
    watching = MagicMock()

    def look(seconds_ago: float) -> bool:
        controller.DagsterDaemonController.check_workspace_freshness(watching, time.time() - seconds_ago)
        was_read = watching._workspace_process_context.refresh_workspace.called
        watching.reset_mock()
        return bool(was_read)

    assert look(90)
    daemon.main()
    assert not look(90)
    assert look(25 * 3600)


def test_dagster_begins_once_on_a_free_port_with_a_folder_or_says_why_not_in_a_sentence(
    clone: Path, home: Path, tmp_path: Path
) -> None:
    def refuse(port: int, landing: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "dagster_project.ui", "--port", str(port)],
            cwd=clone,
            env=os.environ | {"TILLROLL_LANDING": str(landing)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        return line

    port, landing = find_free_port(), tmp_path / "with a blank"
    assert f"{landing} is missing" in refuse(port, landing)
    landing.mkdir()
    with socket.create_server(("127.0.0.1", port)):
        assert f"Port {port} is taken" in refuse(port, landing)
    holder = ui.hold(home, port)
    assert f"runs already: http://localhost:{port}, process {os.getpid()}" in refuse(find_free_port(), landing)
    os.close(holder)


BIND = """
import subprocess, time
from dagster_project.processes import bound
with bound(subprocess.Popen(["sh", "-c", "trap '' INT; echo at work; exec sleep 600"])):
    time.sleep(600)
"""


# By force; as Dagster's Terminate does, which interrupts the run's process; as a shutdown does.
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_what_is_bound_to_a_process_ends_with_it(start: Callable[..., Any], number: signal.Signals) -> None:
    process = start(BIND)
    time.sleep(1)
    process.send_signal(number)
    process.wait()
    wait_until(lambda: not is_at_work(process.pid), "the orphan goes on")


BUILD = """
import psycopg
connection = psycopg.connect("", autocommit=True)
connection.execute("select pg_advisory_lock(hashtext('tillroll.dbt'))")
print("at work", flush=True)
connection.execute("select pg_sleep(600)")
"""


def test_a_killed_builds_queries_end_too_and_who_waits_says_for_what(
    database: dict[str, str], start: Callable[..., Any]
) -> None:
    warehouse.prepare(database)
    builder, said = start(BUILD), []

    def say(sentence: str) -> None:
        said.append(sentence)
        time.sleep(1)
        builder.kill()

    # As a build does, whose role may not look at the sessions of logins.
    with connect_as("tillroll_dbt") as connection:
        wait_for_build(connection, say)
        assert connection.execute("select current_user").fetchone() == ("tillroll_dbt",)
    assert re.search(r"Another build of Gold is at work \(server process \d+, at work since \d\d:\d\d UTC\)", said[0])


def test_data_is_removed_by_those_alone_who_say_so(clone: Path, tmp_path: Path) -> None:
    shutil.copy(clone / "Makefile", tmp_path)
    data = tmp_path / ".warehouse" / "data" / "bytes"
    for path in (data, tmp_path / ".warehouse" / "server" / "program", tmp_path / "dbt" / "target" / "run"):
        path.parent.mkdir(parents=True)
        path.touch()

    def make(*words: str) -> int:
        command = ["make", "PYTHON=none", *words]
        return subprocess.run(
            command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=False
        ).returncode

    assert make("clean") == 0
    assert data.exists()
    assert not (tmp_path / ".warehouse" / "server").exists()
    assert make("clean-data") != 0
    assert data.exists()
    assert make("clean-data", "YES=1") == 0
    assert not data.exists()
