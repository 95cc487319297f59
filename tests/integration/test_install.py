"""Installing the SQL functions: in place, checked, taken out without a trace, and one sentence where it cannot be."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from dagster_project import warehouse
from tests.conftest import Variables, new_database
from udf import install, postgres
from udf.postgres.faults import PLAIN_MESSAGE

Connection = psycopg.Connection[Any]

# Every object that a database can hold, and who may do what with it.
CATALOGUE = """
    select 'routine', oid::regprocedure::text, proacl::text, obj_description(oid, 'pg_proc') from pg_proc
    union all select 'relation', oid::regclass::text, relacl::text, null from pg_class where relnamespace <> 99
    union all
        select 'schema', nspname::text, coalesce(nspacl, acldefault('n', nspowner))::text,
            obj_description(oid, 'pg_namespace')
        from pg_namespace
        where nspname !~ '^pg_(toast_)?temp_'
    union all select 'extension', extname::text, null, obj_description(oid, 'pg_extension') from pg_extension
    union all select 'language', lanname::text, lanacl::text, null from pg_language
    union all select 'type', oid::regtype::text, typacl::text, null from pg_type
    order by 1, 2, 3
"""


@pytest.fixture
def bare(server: Variables, monkeypatch: pytest.MonkeyPatch) -> Iterator[Variables]:
    """A database with the schema but without the functions, and with nobody's extension."""
    with new_database(server, "template0") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with warehouse.connect(variables) as connection:
            connection.execute(warehouse.SCHEMA.read_bytes())
            if not connection.execute("select from pg_available_extensions where name = 'plpython3u'").rowcount:
                pytest.skip("this PostgreSQL has no plpython3u")
        yield variables


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a person runs it."""
    return subprocess.run(
        [sys.executable, "-m", "udf.install", *arguments],
        check=False,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
    )


def catalogue(variables: Variables) -> list[Any]:
    with warehouse.connect(variables) as connection:
        return connection.execute(CATALOGUE.encode()).fetchall()


def test_installing_checking_and_uninstalling_leave_what_was_there(bare: Variables) -> None:
    before = catalogue(bare)
    assert run("--check").returncode == 1
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("udf.compile_edi() answers: compiler ")
    first = catalogue(bare)
    assert run("--check").stdout == done.stdout
    assert run().returncode == 0
    assert catalogue(bare) == first
    assert run("--uninstall").returncode == 0
    assert catalogue(bare) == before
    assert run("--uninstall").returncode == 0
    assert "not installed" in run("--check").stderr


# What an earlier package has installed: a function of one argument beside that of two, counters, other columns.
EARLIER = """
    create function udf.compile_edi(raw text) returns jsonb return '{"is_valid": "of old"}'::jsonb;
    create function udf.read_calls() returns int return 1;
    create view udf.calls as select * from udf.read_calls();
    drop function udf.explain(text, jsonb);
    create function udf.explain(raw text, envelope jsonb) returns table (line integer) return 1;
    create view public.somebodys as select * from udf.explain('', '{}');
"""


def test_functions_of_an_earlier_package_are_replaced(bare: Variables) -> None:
    run()
    expected = catalogue(bare)
    with warehouse.connect(bare) as connection:
        connection.execute(EARLIER.encode())
    assert "view somebodys depends on function udf.explain" in run().stderr
    with warehouse.connect(bare) as connection:
        connection.execute("drop view public.somebodys")
    assert run().returncode == 0

    def undated(rows: list[Any]) -> list[Any]:
        return [row for row in rows if row[0] != "type"]

    assert undated(catalogue(bare)) == undated(expected)
    with warehouse.connect(bare) as connection:
        found = connection.execute("select udf.compile_edi(%s) ->> 'is_valid'", (PLAIN_MESSAGE,)).fetchone()
        assert found == ("true",)


def test_an_extension_that_others_brought_or_need_stays(bare: Variables) -> None:
    with warehouse.connect(bare) as connection:
        connection.autocommit = True
        install.install(connection)
        connection.execute("create function public.somebodys() returns int language plpython3u as 'return 1'")
        install.uninstall(connection)
        assert install.has_extension(connection)
        connection.execute("drop function public.somebodys()")
        install.install(connection)
        install.uninstall(connection)
        # It was not ours any more.
        assert install.has_extension(connection)


def test_make_up_installs_and_does_not_install_again(database: Variables) -> None:
    with warehouse.connect(database) as connection:
        if not install.is_installed(connection):
            pytest.skip("this PostgreSQL has no plpython3u")
        assert install.install(connection, only_if_changed=True) == "The SQL functions stand."


@pytest.fixture
def owner_login(server: Variables) -> Iterator[Variables]:
    """Somebody who owns a database and is no superuser, as on a managed PostgreSQL."""
    with warehouse.connect(server) as connection:
        connection.autocommit = True
        connection.execute("create role tillroll_test_owner login createrole password 'owner'")
        try:
            with new_database(server, "template0") as variables:
                owner = sql.SQL("alter database {} owner to tillroll_test_owner")
                connection.execute(owner.format(sql.Identifier(variables["PGDATABASE"])))
                for role in ("analyst", "tillroll_dbt", "tillroll_loader"):
                    connection.execute(
                        sql.SQL("grant {} to tillroll_test_owner with admin option").format(sql.Identifier(role))
                    )
                yield variables | {"PGUSER": "tillroll_test_owner", "PGPASSWORD": "owner"}
        finally:
            connection.execute("drop owned by tillroll_test_owner")
            connection.execute("drop role tillroll_test_owner")


def test_where_plpython_is_not_allowed_one_sentence_says_so_and_the_rest_stands(
    template: str, owner_login: Variables, tmp_path: Path
) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "TILLROLL"))}
    done = subprocess.run(
        [sys.executable, "-m", "dagster_project.warehouse", "up", "--state", tmp_path],
        check=False,
        env=bare | owner_login,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "superuser" in done.stderr or "no plpython3u" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("everything else works.\n")
    with warehouse.connect(owner_login) as connection:
        assert connection.execute("select count(*) from silver.outcomes").fetchone() == (0,)
        assert not install.is_installed(connection)
    assert run(**owner_login).returncode == 2


def test_a_server_that_cannot_read_the_package_is_one_sentence(
    bare: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "place_packages", lambda script: script.replace("__PACKAGES__", "[]").encode())
    monkeypatch.setattr(install, "_PROBE", install._PROBE.replace("import pydantic", "import no_such_module, pydantic"))
    with warehouse.connect(bare) as connection, pytest.raises(install.InstallError, match="cannot import the compiler"):
        install.install(connection)
    with warehouse.connect(bare) as connection:
        assert not install.is_installed(connection)


def test_help_names_every_option() -> None:
    said = run("--help").stdout
    for word in ("--check", "--uninstall", "Exit codes"):
        assert word in said


def test_a_session_watches_every_room_but_the_one_for_training(clone: Path) -> None:
    watched = {Path(path) for path in postgres._list_files()}
    code = {path for path in (clone / "udf").rglob("*.py") if "train" not in path.relative_to(clone).parts}
    assert code | {clone / "udf" / "model" / "tillroll.gguf"} <= watched
    assert not [path for path in watched if "train" in path.parts or "__pycache__" in path.parts]
    assert any(path.suffix == ".csv" for path in watched)


def test_a_session_notices_that_the_package_has_changed(bare: Variables, clone: Path, room: Path) -> None:
    # A package of this test's own, which it may change. The server's PYTHONPATH must not offer the clone's before it.
    package = room / "upgraded"
    shutil.copytree(clone / "udf", package / "udf", ignore=shutil.ignore_patterns("train", "__pycache__"))
    with warehouse.connect(bare) as connection:
        connection.autocommit = True
        install.install(connection)
    with warehouse.connect(bare) as connection:
        connection.autocommit = True
        connection.execute(
            sql.SQL("do language plpython3u {}").format(
                sql.Literal(f"import sys; sys.path[:0] = {[str(package), *install.find_packages()]}")
            )
        )
        version = "select compiler_version from udf.version()"
        before = connection.execute(version).fetchone()
        assert (
            connection.execute("select udf.compile_edi(%s) ->> 'compiler_version'", (PLAIN_MESSAGE,)).fetchone()
            == before
        )
        table = package / "udf" / "reference" / "problem_severities.csv"
        table.write_text(table.read_text(encoding="utf-8") + "heard-of,,warning,Nothing,Nothing\n", encoding="utf-8")
        for _ in range(50):
            time.sleep(0.2)
            after = connection.execute("select udf.compile_edi(%s) ->> 'compiler_version'", (PLAIN_MESSAGE,)).fetchone()
            if after != before:
                break
        assert after != before
        assert connection.execute(version).fetchone() == after
        assert connection.execute("select udf.compile_edi(%s) ->> 'is_valid'", (PLAIN_MESSAGE,)).fetchone() == ("true",)
        # Half of a change is not taken over: the session keeps the compiler that works.
        (package / "udf" / "compiler.py").write_text("this is no Python")
        for _ in range(4):
            time.sleep(1.1)
            assert connection.execute("select udf.compile_edi(%s) ->> 'is_valid'", (PLAIN_MESSAGE,)).fetchone() == (
                "true",
            )
