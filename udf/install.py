"""The compiler as SQL functions: put into a database, checked, taken out again.

    python -m udf.install               # install, or bring an older installation up to date
    python -m udf.install --check       # say whether it stands and is this package
    python -m udf.install --uninstall   # remove everything again

The database is the one that libpq's variables (PGHOST, PGDATABASE, ...) name; its schema comes from `make up`. The
server must run on this machine, as a user who can read the package, with the same minor version of Python. Exit codes:
0 done, 1 failed, 2 PL/Python is not allowed or not there: everything but the SQL functions works all the same.
"""

import argparse
import compileall
import hashlib
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql

from udf.version import hash_code

Connection = psycopg.Connection[Any]

PACKAGE = Path(__file__).resolve().parent
SQL = PACKAGE / "postgres"
SCRIPTS = ("outgrown.sql", "questions.sql", "work.sql", "rights.sql")
REMOVAL = ("outgrown.sql", "uninstall.sql")
_LOST = "udf.compile_edi() will not be there; everything else works."
# Says who has brought the extension, so that uninstalling takes away what installing brought and no more.
_OURS = "PL/Python, created by python -m udf.install"

# Each body finds the package at its first call in a session, and at every call asks for the module anew, as an upgrade
# puts another in its place. To import it each time took 20 of the 250 microseconds of a call for one line.
_FUNCTIONS = """
if not SD:
    import sys
    sys.path[:0] = [path for path in __PACKAGES__ if path not in sys.path]
    import udf.postgres
    SD["modules"] = sys.modules
functions = SD["modules"]["udf.postgres"].open_functions(plpy)
""".strip()

_PROBE = """
create function pg_temp.probe() returns text[] language plpython3u as $python$
import sys
sys.path[:0] = [path for path in __PACKAGES__ if path not in sys.path]
version = "%d.%d" % sys.version_info[:2]
try:
    import pydantic, udf.engines.bindings
except Exception as error:
    return [version, None, type(error).__name__ + ": " + str(error)]
return [version, udf.__file__, None]
$python$
"""


class InstallError(Exception):
    """What is wrong and what to do about it, in one sentence for a person."""


class NotAllowedError(InstallError):
    """This PostgreSQL has no PL/Python, or not for this user."""


def install(connection: Connection, only_if_changed: bool = False) -> str:
    """Create extension and functions, in one transaction; return what stands. Raises InstallError.

    `only_if_changed` does nothing where the same functions of the same package stand already.
    """
    # Where the server's user cannot write beside the sources, each session would compile them anew, for half a second.
    compileall.compile_dir(PACKAGE, quiet=2)
    hash_code()
    scripts = read_scripts(SCRIPTS)
    mark = f"Installation {hashlib.sha256(b''.join(scripts)).hexdigest()[:12]}."
    if only_if_changed and is_marked(connection, mark):
        return "The SQL functions stand."
    with connection.transaction():
        # Two installers of one database wait for each other.
        connection.execute("select pg_advisory_xact_lock(hashtext('tillroll.install'))")
        allow_python(connection)
        check_server(connection)
        create_functions(connection, scripts)
        text = sql.Literal(f"{read_comment(connection)} {mark}")
        connection.execute(sql.SQL("comment on function udf.version() is {}").format(text))
        return check_call(connection)


def create_functions(connection: Connection, scripts: Sequence[bytes]) -> None:
    """Create the functions or replace them; raises InstallError where something of somebody else's is in the way."""
    try:
        try:
            run_scripts(connection, scripts)
        except errors.InvalidFunctionDefinition:
            # Those of an earlier package gave other columns, which PostgreSQL does not let anybody replace.
            run_scripts(connection, [*read_scripts(REMOVAL), *scripts])
    except errors.DependentObjectsStillExist as error:
        user = (error.diag.message_detail or str(error)).splitlines()[0]
        detail = f"A function of an earlier package is in use and cannot be replaced ({user}): drop that first."
        raise InstallError(detail) from None


def run_scripts(connection: Connection, scripts: Sequence[bytes]) -> None:
    """All of them or none."""
    with connection.transaction():
        for script in scripts:
            connection.execute(script)


def uninstall(connection: Connection) -> None:
    """Drop what `install` has created, the extension too where it has and nothing else needs it."""
    with connection.transaction():
        if not has_extension(connection):
            return
        run_scripts(connection, read_scripts(REMOVAL))
        comment = "select obj_description(oid, 'pg_extension') from pg_extension where extname = 'plpython3u'"
        if connection.execute(comment.encode()).fetchone() == (_OURS,):
            try:
                with connection.transaction():
                    connection.execute("drop extension plpython3u")
            except errors.DependentObjectsStillExist:
                connection.execute("comment on extension plpython3u is 'PL/Python3U untrusted procedural language'")


def check(connection: Connection) -> str:
    """What stands, in a sentence; raises InstallError where nothing does, or something else than this package."""
    if not is_installed(connection):
        raise InstallError("The SQL functions are not installed: python -m udf.install.")
    check_server(connection)
    return check_call(connection)


def is_installed(connection: Connection) -> bool:
    """Whether udf.compile_edi() is there."""
    # Not by to_regprocedure, which who may not look into the schema may not ask.
    query = """
        select from pg_proc
        inner join pg_namespace on pg_namespace.oid = pg_proc.pronamespace
        where pg_proc.proname = 'compile_edi' and pg_namespace.nspname = 'udf'
    """
    return connection.execute(query).fetchone() is not None


def is_marked(connection: Connection, mark: str) -> bool:
    """Whether the functions stand as this package would create them."""
    return is_installed(connection) and mark in (read_comment(connection) or "")


def read_comment(connection: Connection) -> str | None:
    """What stands beside udf.version()."""
    found = connection.execute("select obj_description(to_regprocedure('udf.version()'), 'pg_proc')").fetchone()
    return found[0] if found else None


def has_extension(connection: Connection) -> bool:
    return connection.execute("select from pg_extension where extname = 'plpython3u'").fetchone() is not None


def allow_python(connection: Connection) -> None:
    """Create the extension plpython3u where it is missing; raises NotAllowedError."""
    if has_extension(connection):
        if not is_superuser(connection):
            raise NotAllowedError(f"Functions in plpython3u can be created by a superuser only: {_LOST}")
        return
    if connection.execute("select from pg_available_extensions where name = 'plpython3u'").fetchone() is None:
        raise NotAllowedError(f"This PostgreSQL has no plpython3u (Debian: postgresql-plpython3-<version>): {_LOST}")
    try:
        with connection.transaction():
            connection.execute("create extension plpython3u with schema pg_catalog")
            connection.execute(sql.SQL("comment on extension plpython3u is {}").format(_OURS))
    except errors.InsufficientPrivilege:
        raise NotAllowedError(f"plpython3u needs a superuser once ('create extension plpython3u'): {_LOST}") from None
    except (errors.UndefinedFile, psycopg.OperationalError) as error:
        if "libpython" in str(error):
            detail = "PL/Python needs libpython3.11.so.1.0 ('apt-get install libpython3.11')"
            raise NotAllowedError(f"{detail}: {_LOST}") from None
        raise NotAllowedError(f"plpython3u cannot be created ({str(error).splitlines()[0]}): {_LOST}") from None


def is_superuser(connection: Connection) -> bool:
    return connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (True,)


def check_server(connection: Connection) -> None:
    """Raise InstallError where the server's Python or its view of the packages is not ours."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise InstallError(f"The database is in {encoding}, and messages are in every script: it must be UTF8.")
    if connection.execute("select to_regnamespace('udf') is null").fetchone() == (True,):
        raise InstallError("The schema udf is missing: make up.")
    if not is_superuser(connection):
        return
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(place_packages(_PROBE))
            found = connection.execute("select pg_temp.probe()").fetchone()
    except psycopg.Error as error:
        raise InstallError(f"PL/Python does not run ({str(error).splitlines()[0]}).") from None
    version, file, fault = found[0] if found else ("?", None, "no answer")
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if version != ours:
        raise InstallError(f"PL/Python runs Python {version} and the environment {ours}: they must be the same.")
    if fault:
        folders = ", ".join(find_packages())
        raise InstallError(f"The server cannot import the compiler ({fault}): its user must be able to read {folders}.")
    if Path(file or "").resolve() != PACKAGE / "__init__.py":
        raise InstallError(f"The server imports udf from {file} and not from {PACKAGE}: see its PYTHONPATH.")


def check_call(connection: Connection) -> str:
    """Compile a message in SQL and in Python and say what answered; raises InstallError where they differ."""
    import udf
    from udf.postgres.faults import PLAIN_MESSAGE

    try:
        said = connection.execute("select udf.compile_edi(%s)", (PLAIN_MESSAGE,)).fetchone()
    except psycopg.Error as error:
        raise InstallError(f"The functions do not answer ({str(error).splitlines()[0]}): {_LOST}") from None
    ours = json.loads(udf.compile_edi(PLAIN_MESSAGE).model_dump_json())
    theirs: dict[str, Any] = said[0] if said else {}
    for name in ("compiler_version", "model_version", "is_valid", "verification_hash"):
        if theirs.get(name) != ours[name]:
            raise InstallError(f"The functions answer with {name} {theirs.get(name)}, the package with {ours[name]}.")
    return f"udf.compile_edi() answers: compiler {ours['compiler_version']}, model {ours['model_version']}."


def read_scripts(names: Sequence[str]) -> list[bytes]:
    """The files of SQL with those names, ready to be executed."""
    return [place_packages((SQL / name).read_text(encoding="utf-8")) for name in names]


def place_packages(script: str) -> bytes:
    """The script with what its functions begin with, and the folders that PL/Python imports from as a Python list."""
    return script.replace("__FUNCTIONS__", _FUNCTIONS).replace("__PACKAGES__", repr(find_packages())).encode()


def find_packages() -> list[str]:
    """Folders of the compiler and of what it imports, in that order."""
    specs = [importlib.util.find_spec(name) for name in ("pydantic", "llama_cpp")]
    places = [str(Path(spec.origin).resolve().parents[1]) for spec in specs if spec and spec.origin]
    return list(dict.fromkeys([str(PACKAGE.parent), *places]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m udf.install", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="change nothing, say whether it stands")
    what.add_argument("--uninstall", action="store_true", help="remove functions and rights")
    chosen = parser.parse_args(arguments)
    try:
        with psycopg.connect("", connect_timeout=10) as connection:
            if chosen.uninstall:
                uninstall(connection)
                print("The SQL functions are removed.")
            else:
                print(check(connection) if chosen.check else install(connection))
    except NotAllowedError as error:
        print(error, file=sys.stderr)
        return 2
    except (InstallError, psycopg.Error) as error:
        print(f"{type(error).__name__ if isinstance(error, psycopg.Error) else 'Error'}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
