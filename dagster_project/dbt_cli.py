"""dbt as Dagster starts it: once for each build."""

import importlib.metadata
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version


class DbtOfThisEnvironment(DbtCliResource):
    """The dbt that stands beside this interpreter.

    dagster-dbt starts any dbt a first time to hear its version, and loads it a second time into the run's own process
    for an adapter, by which rows and columns could be counted: 7 seconds of a core before each build (November 2026),
    for nothing. It has no setting for either.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        """Nothing: gold.py counts rows by its own connection."""
        return None
