"""The warehouse: which PostgreSQL it is, the embedded one, and what must stand in it before Dagster and dbt come."""

from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.connection import (
    EMBEDDED_AT,
    connect,
    connect_as,
    describe,
    find_schema_version,
    libpq_variables,
    names_another,
    refuse_mismatch,
)
from dagster_project.warehouse.embedded import STATE, Server
from dagster_project.warehouse.schema import REVIEWS, SCHEMA, bring_up_to_date, prepare, up

__all__ = [
    "EMBEDDED_AT", "REVIEWS", "SCHEMA", "STATE", "Server", "WarehouseError", "bring_up_to_date", "connect",
    "connect_as", "describe", "find_schema_version", "libpq_variables", "names_another", "prepare", "refuse_mismatch",
    "up",
]  # fmt: skip
