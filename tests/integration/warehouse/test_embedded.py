"""The program that brings the warehouse up: twice, after a kill, half-way, as root and as anybody."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dagster_project import warehouse
from dagster_project.warehouse import account
from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.embedded import Server
from dagster_project.warehouse.files import find_free_port
from dagster_project.warehouse.schema import install_functions

Variables = dict[str, str]


@pytest.fixture
def embedded(room: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of this test's own, not yet started."""
    if warehouse.names_another(os.environ):
        pytest.skip("the environment names another server than the embedded one")
    server = Server(room / request.node.name[:60], is_durable=False)
    yield server
    server.stop()


def run(command: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a person runs it, in an environment without any PG variable but those given."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "TILLROLL"))}
    return subprocess.run(
        [sys.executable, "-m", "dagster_project.warehouse", command, "--state", state],
        check=False,
        env=bare | environment,
        capture_output=True,
        encoding="utf-8",
    )


def postmaster(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def wait_until_gone(pid: int) -> None:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]:
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def keep_something(server: Server) -> None:
    with warehouse.connect(server.variables()) as connection:
        connection.execute("create table public.kept as select 42 as answer")


def is_kept(server: Server) -> bool:
    with warehouse.connect(server.variables()) as connection:
        return connection.execute("select answer from public.kept").fetchone() == (42,)


def test_a_second_up_finds_everything_as_the_first_left_it(embedded: Server) -> None:
    first = run("up", embedded.state)
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    keep_something(embedded)
    pid, variables = postmaster(embedded), (embedded.state / "env").read_text()
    second = run("up", embedded.state)
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert postmaster(embedded) == pid
    assert (embedded.state / "env").read_text() == variables
    assert is_kept(embedded)


def test_a_shell_that_sources_the_env_file_is_connected(embedded: Server) -> None:
    warehouse.up(embedded.state, {})
    script = f". {shlex.quote(str(embedded.state / 'env'))} && "
    query = "import psycopg; print(psycopg.connect().execute('select current_database(), current_user').fetchone())"
    said = subprocess.run(
        ["bash", "-c", script + f"{shlex.quote(sys.executable)} -c {shlex.quote(query)}"],
        check=True,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="utf-8",
    )
    assert said.stdout.strip() == "('tillroll', 'tillroll')"
    if shutil.which("psql"):
        said = subprocess.run(
            ["bash", "-c", script + "psql -qtAX -c 'select count(*) from bronze.messages'"],
            check=True,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            encoding="utf-8",
        )
        assert said.stdout.strip() == "0"


def test_only_the_owner_may_read_the_password(embedded: Server) -> None:
    warehouse.up(embedded.state, {})
    for name in ("env", "password"):
        assert (embedded.state / name).stat().st_mode & 0o777 == 0o600


def test_it_listens_to_this_machine_alone_and_asks_for_the_password(embedded: Server) -> None:
    embedded.start()
    variables = embedded.variables("postgres")
    with warehouse.connect(variables) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("select left(rolpassword, 14) from pg_authid where rolcanlogin").fetchall() == [
            ("SCRAM-SHA-256$",)
        ]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        warehouse.connect(variables | {"PGPASSWORD": "guessed"})


def test_the_servers_log_is_of_a_week_at_most(embedded: Server) -> None:
    embedded.start()
    with warehouse.connect(embedded.variables("postgres")) as connection:
        (log,) = connection.execute("select pg_current_logfile()").fetchone() or ("",)
        assert Path(embedded.data, log).resolve().parent == embedded.log.parent
        assert re.fullmatch(r"postgres-(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\.log", Path(log).name)
        assert connection.execute("show log_truncate_on_rotation").fetchone() == ("on",)
        assert connection.execute("show log_rotation_age").fetchone() == ("1d",)


def test_a_killed_server_comes_up_again_with_its_data(embedded: Server) -> None:
    warehouse.up(embedded.state, {})
    keep_something(embedded)
    pid = postmaster(embedded)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    assert not embedded.is_running()
    warehouse.up(embedded.state, {})
    assert postmaster(embedded) != pid
    assert is_kept(embedded)


def test_the_number_of_a_killed_server_may_belong_to_another_process_by_now(embedded: Server) -> None:
    warehouse.up(embedded.state, {})
    keep_something(embedded)
    lines = (embedded.data / "postmaster.pid").read_text().splitlines()
    embedded.stop()
    (embedded.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not embedded.is_running()
    warehouse.up(embedded.state, {})
    assert is_kept(embedded)


def test_a_data_directory_left_half_initialised_is_made_anew(embedded: Server) -> None:
    half_done = embedded.state / "data.part-4711"
    half_done.mkdir(parents=True)
    (half_done / "PG_VERSION").write_text("18\n")
    warehouse.up(embedded.state, {})
    assert embedded.is_running()
    assert not half_done.exists()


@pytest.mark.parametrize("seconds", [0.25, 0.5, 0.75, 1.0])
def test_an_up_killed_on_its_way_is_made_good_by_the_next(embedded: Server, seconds: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dagster_project.warehouse", "up", "--state", embedded.state],
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as killed:
        time.sleep(seconds)
        killed.kill()
    done = run("up", embedded.state)
    assert done.returncode == 0, done.stderr
    with warehouse.connect(embedded.variables()) as connection:
        assert connection.execute("select count(*) from silver.outcomes").fetchone() == (0,)


def test_a_port_taken_by_another_program_is_left_to_it(embedded: Server) -> None:
    port = find_free_port()
    embedded.state.mkdir()
    (embedded.state / "port").write_text(str(port))
    with socket.create_server(("127.0.0.1", port)):
        variables = warehouse.up(embedded.state, {})
    assert variables["PGPORT"] != str(port)
    assert f"export PGPORT={variables['PGPORT']}\n" in (embedded.state / "env").read_text()


def test_it_comes_back_at_the_port_it_had(embedded: Server) -> None:
    first = warehouse.up(embedded.state, {})
    assert embedded.stop()
    assert not embedded.stop()
    assert warehouse.up(embedded.state, {}) == first


def test_down_and_status_say_what_they_found(embedded: Server) -> None:
    assert run("down", embedded.state).stdout == "The embedded warehouse was not running.\n"
    assert run("status", embedded.state).returncode == 3
    assert run("up", embedded.state).returncode == 0
    assert run("status", embedded.state).stdout.startswith("PostgreSQL 18.")
    assert run("down", embedded.state).stdout == "The embedded warehouse is stopped.\n"


def test_python_functions_run_the_minor_version_of_the_environment_with_its_packages(embedded: Server) -> None:
    variables = warehouse.up(embedded.state, {})
    # What up only says, since all else works without.
    assert install_functions(variables) == []
    with warehouse.connect(variables) as connection:
        connection.execute(
            """
            create function public.look() returns text[] language plpython3u as $$
                import sys, numpy, pydantic, llama_cpp
                return [f"{sys.version_info[0]}.{sys.version_info[1]}", pydantic.VERSION]
            $$
            """
        )
        found = connection.execute("select public.look()").fetchone()
    assert found is not None
    assert found[0][0] == "3.11"


def test_a_lost_password_is_one_clear_sentence(embedded: Server) -> None:
    embedded.start()
    embedded.stop()
    (embedded.state / "password").unlink()
    with pytest.raises(WarehouseError, match="put it back, or remove"):
        embedded.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_clone_in_a_folder_closed_to_others_can_be_read_by_roots_server_but_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "file").write_text("read past a closed door")
    monkeypatch.setattr(account, "CLONE", tmp_path / "clone")
    account.becoming.cache_clear()
    try:
        somebody = account.find_account(tmp_path / "data")
        place = tmp_path / "clone"
        assert account.run_as(somebody, ["cat", place / "file"], place, {}) == "read past a closed door"
        assert account.run_as(somebody, ["id", "-u"], place, {}).strip() == str(somebody.pw_uid) != "0"
        with pytest.raises(WarehouseError, match="Permission denied"):
            account.run_as(somebody, ["touch", place / "another"], place, {})
    finally:
        account.becoming.cache_clear()


def test_another_server_is_used_as_it_is(server: Variables, tmp_path: Path) -> None:
    name = f"tillroll_test_other_{os.getpid()}"
    done = run("up", tmp_path, **(server | {"PGDATABASE": name}))
    try:
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == ["env"]
        assert f"export PGDATABASE={name}\n" in (tmp_path / "env").read_text()
        with warehouse.connect(server | {"PGDATABASE": name}) as connection:
            assert connection.execute("select count(*) from silver.outcomes").fetchone() == (0,)
        assert run("up", tmp_path, **(server | {"PGDATABASE": name})).stdout == done.stdout
    finally:
        with warehouse.connect(server) as connection:
            connection.autocommit = True
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))


def test_a_server_that_does_not_answer_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    done = run("up", tmp_path, PGHOST="127.0.0.1", PGPORT=str(find_free_port()), PGUSER="nobody")
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shell_that_sourced_the_env_file_does_not_look_like_one_that_names_another_server() -> None:
    sourced = {"PGHOST": "127.0.0.1", "PGPORT": "4711", warehouse.EMBEDDED_AT: "127.0.0.1:4711"}
    assert not warehouse.names_another(sourced)
    assert warehouse.names_another(sourced | {"PGPORT": "5432"})
    assert warehouse.names_another(sourced | {"PGSERVICE": "shop"})
    assert not warehouse.names_another({"PGUSER": "somebody", "PGPORT": "5432"})


def test_it_answers_without_loading_dagster_or_dbt() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, dagster_project.warehouse; print(*sys.modules, sep='\\n')"],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert not re.findall(r"^(?:dagster|dbt|llama_cpp)(?:\.|$)", loaded.stdout, re.MULTILINE)
