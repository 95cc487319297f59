"""The login by which a BI tool reads the warehouse: all that the role `analyst` may, and nothing else."""

from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import errors, sql

from dagster_project.warehouse.account import WarehouseError

LOGIN = "tillroll_bi"

SETTINGS = {
    # The rights alone keep it from writing; this says so at once to whoever tries, with a better word.
    "default_transaction_read_only": "on",
    # A dashboard that takes longer is given up by its reader, and would hold a processor for nobody.
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "search_path": "gold, reference",
    # Charts group the whole history; with PostgreSQL's own 4 MB that goes through files.
    "work_mem": "64MB",
}

EXCESS = """
select concat_ws(', ',
    case when rolsuper then 'superuser' end,
    case when rolcreaterole then 'createrole' end,
    case when rolcreatedb then 'createdb' end,
    case when rolreplication then 'replication' end,
    case when rolbypassrls then 'bypassrls' end,
    (
        select string_agg('member of ' || roleid::regrole, ', ')
        from pg_auth_members where member = pg_roles.oid and roleid <> 'analyst'::regrole
    )
)
from pg_roles where rolname = %s
"""


def make_login(connection: psycopg.Connection[Any], password: str, name: str = LOGIN) -> None:
    """Let `name` log in with the password and read what `analyst` reads; raise WarehouseError where that cannot be.

    Can be repeated. A role of that name that may more is refused, because it would not be ours.
    """
    role = sql.Identifier(name)
    # Hashed here: the server's log may keep statements.
    secret = sql.Literal(
        connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    )
    try:
        with connection.transaction():
            if connection.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is None:
                connection.execute(sql.SQL("create role {}").format(role))
            excess = connection.execute(EXCESS, (name,)).fetchone()
            if excess and excess[0]:
                raise WarehouseError(f"The role {name} may more than read Gold ({excess[0]}): drop or rename it first.")
            connection.execute(sql.SQL("alter role {} login connection limit 40 password {}").format(role, secret))
            for setting, value in SETTINGS.items():
                # A search path is a list of names, and would be one name in quotes.
                written = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
                connection.execute(sql.SQL("alter role {} set {} = {}").format(role, sql.Identifier(setting), written))
            connection.execute(sql.SQL("grant analyst to {}").format(role))
            comment = sql.Literal("Tillroll: what a BI tool logs in as; reads what analyst reads.")
            connection.execute(sql.SQL("comment on role {} is {}").format(role, comment))
    except errors.InsufficientPrivilege as error:
        user = connection.info.user
        raise WarehouseError(
            f"{user} may not make the login {name} ({error.diag.message_primary}): log in as a role that may create "
            f"roles and holds analyst with admin option."
        ) from None


def address(connection: psycopg.Connection[Any], password: str, name: str = LOGIN) -> str:
    """The warehouse as SQLAlchemy writes it, for that login; PGSSLMODE and its like are read by the driver itself."""
    info = connection.info
    database, host = quote(info.dbname, safe=""), info.host
    if host.startswith("/"):
        return f"postgresql+psycopg2://{name}:{password}@/{database}?host={quote(host, safe='')}&port={info.port}"
    if ":" in host:
        host = f"[{host}]"
    return f"postgresql+psycopg2://{name}:{password}@{host}:{info.port}/{database}"
