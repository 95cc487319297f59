"""The warehouse: which PostgreSQL it is, the embedded one, and what must stand in it before Dagster and dbt come."""

from dagster_project.warehouse.account import WarehouseError
from dagster_project.warehouse.connection import (
    EMBEDDED_AT,
    connect,
    connect_as,
    describe,
    libpq_variables,
    names_another,
)
from dagster_project.warehouse.embedded import STATE, Server
from dagster_project.warehouse.schema import SCHEMA, prepare, up

__all__ = [
    "EMBEDDED_AT", "SCHEMA", "STATE", "Server", "WarehouseError", "connect", "connect_as", "describe",
    "libpq_variables", "names_another", "prepare", "up",
]  # fmt: skip
