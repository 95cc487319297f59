"""Where things are: the warehouse by libpq's own variables, the landing folder, the dbt project."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
from pydantic import Field

from dagster_project.ingest.landing import DEFAULT_LANDING, LandingError, find_folder, read_message_types
from dagster_project.manifest import DBT, DBT_FOLDER
from dagster_project.training import Training
from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.connection import connect_as

REPOSITORY = Path(__file__).resolve().parents[2]

# A database that restarts is back within seconds, one that an operator looks after within minutes: 5, 10, 20, 40 and
# 80 seconds.
RETRIES = 5
FIRST_WAIT_SECONDS = 5.0
# What failed in spite of that waits for no new file.
TRY_AGAIN = (
    dg.AutomationCondition.cron_tick_passed("*/10 * * * *")
    & dg.AutomationCondition.execution_failed()
    & ~dg.AutomationCondition.in_progress()
)


@contextmanager
def patiently(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Has the step tried again later where PostgreSQL is away or ends the connection; any other fault is its own."""
    try:
        yield
    except psycopg.OperationalError as error:
        attempt = context.op_execution_context.retry_number
        raise dg.RetryRequested(RETRIES, FIRST_WAIT_SECONDS * 2**attempt) from error


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens connections to the warehouse that PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD name."""

    role: str = "tillroll_loader"

    def connect(self, is_derived: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that works as the loader, whoever logged in; nothing is committed unless asked.

        Failure, at once, where the warehouse is an older or a newer one than this program works with.
        """
        try:
            return connect_as(self.role, is_derived)
        except WarehouseError as error:
            raise dg.Failure(str(error), allow_retries=False) from None


class Landing(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folder where trading partners' files arrive.

    `message_types` says of folders below it (`.` is itself) what message bodies without service segments in them are.
    """

    path: str
    message_types: dict[str, str] = Field(default_factory=dict)

    def folder(self) -> Path:
        """The folder; Failure, at once, where it is missing."""
        try:
            return find_folder(self.path)
        except LandingError as error:
            raise dg.Failure(str(error), allow_retries=False) from None


def read_landing() -> Landing:
    """The landing folder that the environment names. Raises LandingError where it names an unknown message type."""
    return Landing(
        path=os.environ.get("TILLROLL_LANDING") or str(DEFAULT_LANDING),
        message_types=read_message_types(os.environ.get("TILLROLL_MESSAGE_TYPES", "")),
    )


@dg.definitions
def resources() -> dg.Definitions:
    # Imported here: Bronze and Silver need no dbt.
    from dagster_project.dbt_cli import DbtOfThisEnvironment

    return dg.Definitions(
        resources={
            "warehouse": Warehouse(),
            "landing": read_landing(),
            "training": Training(
                python=os.environ.get("TILLROLL_TRAINING_PYTHON") or sys.executable,
                folder=os.environ.get("TILLROLL_RUN") or str(REPOSITORY / "runs" / "training"),
            ),
            "dbt": DbtOfThisEnvironment(
                project_dir=str(DBT_FOLDER),
                profiles_dir=str(DBT_FOLDER),
                dbt_executable=str(DBT),
                # All that dbt does, as its file of a run said it, took a sixth of its time (November 2026).
                global_config_flags=["--log-level-file", "warn"],
            ),
        },
        # The assets form one line, so that a process for each step (three seconds of imports) would buy nothing.
        executor=dg.in_process_executor,
    )
