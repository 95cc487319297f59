"""Where things are: the warehouse by libpq's own variables, the landing folder, the dbt project."""

import os
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg

from dagster_project.manifest import DBT, DBT_FOLDER
from dagster_project.training import Training
from dagster_project.warehouse.connection import connect_as

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_LANDING = REPOSITORY / "landing"


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens connections to the warehouse that PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD name."""

    role: str = "tillroll_loader"

    def connect(self, is_derived: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that works as the loader, whoever logged in; nothing is committed unless asked."""
        return connect_as(self.role, is_derived)


class Landing(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folder where trading partners' files arrive."""

    path: str

    def folder(self) -> Path:
        """The folder; the default one is made when it is missing, a chosen one that is missing is a mistake."""
        folder = Path(self.path)
        if folder == DEFAULT_LANDING:
            folder.mkdir(exist_ok=True)
        if not folder.is_dir():
            raise dg.Failure(f"The landing folder {folder} is missing: create it, or set TILLROLL_LANDING to another.")
        return folder


@dg.definitions
def resources() -> dg.Definitions:
    # Imported here: Bronze and Silver need no dbt.
    from dagster_dbt import DbtCliResource

    return dg.Definitions(
        resources={
            "warehouse": Warehouse(),
            "landing": Landing(path=os.environ.get("TILLROLL_LANDING") or str(DEFAULT_LANDING)),
            "training": Training(
                python=os.environ.get("TILLROLL_TRAINING_PYTHON") or sys.executable,
                folder=os.environ.get("TILLROLL_RUN") or str(REPOSITORY / "runs" / "training"),
            ),
            "dbt": DbtCliResource(project_dir=str(DBT_FOLDER), profiles_dir=str(DBT_FOLDER), dbt_executable=str(DBT)),
        },
        # The assets form one line, so that a process for each step (three seconds of imports) would buy nothing.
        executor=dg.in_process_executor,
    )
