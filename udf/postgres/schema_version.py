"""Which shape the tables of a warehouse have, and what is said where it is not the one that this package works with."""

from collections.abc import Callable, Sequence
from typing import Any

SCHEMA_VERSION = 4
"""As many as there are steps in dagster_project/warehouse/steps, which bring an older warehouse here."""

# Not by to_regclass, which who may not look into a schema may not ask.
_STANDS = """
    select
        coalesce(bool_or(pg_class.relname = 'schema_versions'), false) as is_versioned,
        coalesce(bool_or(pg_class.relname = 'interchanges'), false) as stands
    from pg_class
    inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    where pg_namespace.nspname = 'bronze'
"""
_VERSION = "select coalesce(max(schema_version), 0) from bronze.schema_versions"


def read_schema_version(fetch: Callable[[str], Sequence[Sequence[Any]]]) -> int | None:
    """The version of the warehouse that `fetch` asks; 0 from before there were any, None where nothing stands."""
    ((is_versioned, stands),) = fetch(_STANDS)
    if not is_versioned:
        return 0 if stands else None
    ((version,),) = fetch(_VERSION)
    return int(version)


def describe_mismatch(version: int | None) -> str | None:
    """What is wrong with such a warehouse and what to do about it, in one sentence; None where it is ours."""
    if version == SCHEMA_VERSION:
        return None
    if version is None:
        return "This database holds no warehouse yet: make up."
    if version > SCHEMA_VERSION:
        return (
            f"This warehouse has schema version {version} and this program knows {SCHEMA_VERSION}: "
            "use the newer program that has made it."
        )
    return (
        f"This warehouse has schema version {version} and this program needs {SCHEMA_VERSION}: "
        "make up brings it there, and keeps its data."
    )
