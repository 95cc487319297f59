"""What we start ends when it is told to, also where a script has started it in the background, deaf to signals."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project import processes, training
from dagster_project.manifest import prepare_manifest
from dagster_project.training import Training
from dagster_project.warehouse.files import find_free_port

# For a machine that does other things as well; nobody waits for so long where it works.
PATIENCE_SECONDS = 180
GENTLE = "trap 'echo saved >{said}; exit 143' TERM"
STUBBORN = "trap '' TERM; echo $$ >{said}"


def ignore_signals() -> None:
    """As a script's shell leaves them to `command &`, and Dagster then to its own children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@contextmanager
def start_deaf(*command: str | Path, cwd: Path | None = None, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command, started with both signals ignored, in a session of its own that is gone afterwards."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=ignore_signals,
    )
    try:
        yield process
    finally:
        if is_at_work(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def is_at_work(group: int) -> bool:
    """Whether a process of the group is left that is more than a number which nobody has asked for yet."""
    said = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], check=True, capture_output=True, text=True).stdout
    rows = (line.split() for line in said.splitlines())
    return any(int(row[0]) == group and not row[1].startswith("Z") for row in rows)


def write_stage(folder: Path, trap: str) -> tuple[Training, Path]:
    """A stage of training that goes on for ever, and the file in which it leaves a word."""
    said, stage = folder / "said", folder / "python"
    stage.write_text(f"#!/bin/sh\n{trap.format(said=said)}\necho begun\nwhile :; do sleep 0.1; done\n")
    stage.chmod(0o755)
    return Training(python=str(stage), folder=str(folder)), said


def test_who_stops_listening_to_a_stage_ends_it_gently(tmp_path: Path) -> None:
    stage, said = write_stage(tmp_path, GENTLE)
    lines = stage.follow("fit")
    assert next(lines) == "begun"
    lines.close()
    assert said.read_text() == "saved\n"


def test_a_stage_that_ignores_the_signal_is_killed_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PATIENCE_SECONDS", 0.5)
    stage, said = write_stage(tmp_path, STUBBORN)
    lines = stage.follow("fit")
    assert next(lines) == "begun"
    lines.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(said.read_text()), 0)


FOLLOW = """
import sys
from dagster_project.training import Training
lines = Training(python=sys.argv[1], folder=".").follow("fit")
print(next(lines), flush=True)
lines.close()
"""


def test_a_stage_hears_of_signals_although_dagster_does_not(tmp_path: Path, clone: Path) -> None:
    stage, said = write_stage(tmp_path, GENTLE)
    with start_deaf(sys.executable, "-c", FOLLOW, stage.python, cwd=clone) as process:
        process.communicate(timeout=PATIENCE_SECONDS)
    assert said.read_text() == "saved\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_started_to_hear_does(number: signal.Signals) -> None:
    command = [str(word) for word in processes.hearing("sh", "-c", "echo begun; exec sleep 600")]
    with start_deaf(*command) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == -number


def test_a_worker_that_nobody_gives_work_hears_too(clone: Path, database: dict[str, str]) -> None:
    listens = "import os; os.write(1, b'begun\\n'); from dagster_project.compile.worker import main; main()"
    with start_deaf(sys.executable, "-c", listens, cwd=clone) as process:
        assert process.stdout is not None
        process.stdout.readline()
        # It may not have come to hear yet.
        for _ in range(PATIENCE_SECONDS):
            process.terminate()
            try:
                assert process.wait(1) == -signal.SIGTERM
                return
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError("the worker does not end")


@pytest.mark.slow
def test_dagster_that_make_ui_starts_in_the_background_ends_with_all_its_processes(
    clone: Path, tmp_path: Path, database: dict[str, str]
) -> None:
    prepare_manifest()  # or dbt would be a part of what is waited for
    port = find_free_port()
    recipe = subprocess.run(
        ["make", "-n", "ui", f"PORT={port}"], cwd=clone, check=True, capture_output=True, text=True
    ).stdout
    (command,) = [line.split() for line in recipe.splitlines() if line.startswith("exec ")]
    assert command[-1] == str(port)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with start_deaf(*command[1:], cwd=clone, PATH=path, DAGSTER_HOME=str(tmp_path)) as process:
        wait_for(f"http://127.0.0.1:{port}/server_info")
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
        assert not is_at_work(process.pid)


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 600
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, f"nobody answers at {address}"
            time.sleep(0.5)


@pytest.mark.slow
def test_a_demonstration_that_is_ended_leaves_no_dagster_behind(
    clone: Path, tmp_path: Path, database: dict[str, str]
) -> None:
    landing = {"TILLROLL_LANDING": str(clone / "seeds" / "edi"), "DAGSTER_HOME": str(tmp_path)}
    with start_deaf(sys.executable, "-m", "dagster_project.demo", cwd=clone, **landing) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "bronze__interchanges ..." in line:
                break
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 128 + signal.SIGTERM
        assert not is_at_work(process.pid)
