"""Gold against a calculation in plain Python over random histories; each partner is one history.

TILLROLL_HISTORIES=1000 takes twice as many, TILLROLL_HISTORY_SEED=5001 others: a difference names its history's seed.
"""

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest

from dagster_project import warehouse
from tests.integration.conftest import run_dbt
from tests.reference.chance import draw
from tests.reference.comparison import differ, read_gold
from tests.reference.delivery import deliver

HISTORIES = int(os.environ.get("TILLROLL_HISTORIES", "500"))
"""1,000 take two minutes of one core."""
FIRST_SEED = int(os.environ.get("TILLROLL_HISTORY_SEED", "1"))


@pytest.mark.slow
def test_gold_equals_a_reference_calculation_over_random_histories(
    clone: Path, target: Path, database: Mapping[str, str]
) -> None:
    histories = [draw(seed) for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES)]
    run_dbt(clone, target, "seed")
    with warehouse.connect(database) as connection:
        deliver(connection, histories)
    run_dbt(clone, target, "run")
    with warehouse.connect(database) as connection:
        gold = read_gold(connection)
    assert all(gold.values())
    differences = list(islice(differ(gold, histories), 3))
    assert not differences, "\n\n".join(differences)
