"""Everything Dagster loads: the modules of `defs/`, which a reader walks as the data does."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
