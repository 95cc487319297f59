"""Everything Dagster loads: the modules of `defs/`, which a reader walks as the data does."""

from functools import cache
from pathlib import Path

import dagster as dg

from dagster_project.history import write_quickly

# The server of our definitions and each run come through here.
write_quickly()


@dg.definitions
@cache  # Dagster asks a handful of times in each process that runs something: a second each (November 2026).
def defs() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
