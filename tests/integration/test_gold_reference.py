"""Gold against a calculation in plain Python over random histories; each partner is one history.

TILLROLL_HISTORIES=1000 takes so many (make test-long does), a fifth of them in steps; TILLROLL_HISTORY_SEED=5001 takes
others. A difference names its history's seed.
"""

import os
import random
from collections.abc import Container, Mapping
from dataclasses import replace
from itertools import islice

import pytest

from dagster_project import warehouse
from tests.integration.conftest import Dbt
from tests.reference.chance import draw
from tests.reference.comparison import differ, read_gold
from tests.reference.delivery import agree, deliver, send, write_outcomes
from tests.reference.reports import History

HISTORIES = int(os.environ.get("TILLROLL_HISTORIES", "60"))
"""1,000 take two minutes of one core."""
FIRST_SEED = int(os.environ.get("TILLROLL_HISTORY_SEED", "1"))


@pytest.mark.slow
@pytest.mark.long
def test_gold_equals_a_reference_calculation_over_random_histories(database: Mapping[str, str], dbt: Dbt) -> None:
    histories = [draw(seed) for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES)]
    with warehouse.connect(database) as connection:
        deliver(connection, histories)
    dbt("run")
    hold_to_reference(database, histories)


@pytest.mark.slow
@pytest.mark.long
def test_gold_that_grew_equals_the_reference_calculation_after_every_step(
    database: Mapping[str, str], dbt: Dbt
) -> None:
    """A part of what each partner says, then all of it; some is taken back, to wait, and read again."""
    dice = random.Random(FIRST_SEED)
    histories = [draw(seed) for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES // 5)]
    begun = [begin(history, dice) for history in histories]
    with warehouse.connect(database) as connection:
        agree(connection, histories)
        send(connection, [(history, message) for history in begun for message in history.messages])
    dbt("run")
    hold_to_reference(database, begun)

    ends = [len(history.messages) for history in begun]
    with warehouse.connect(database) as connection:
        rest = zip(histories, ends, strict=True)
        send(connection, [(history, message) for history, end in rest for message in history.messages[end:]])
    dbt("run")
    hold_to_reference(database, histories)

    said = [message for history in histories for message in history.messages if message.is_compiled]
    waiting = {message.message_id: message for message in said if dice.random() < 0.05}
    with warehouse.connect(database) as connection:
        connection.execute("delete from silver.outcomes where message_id = any(%s)", (list(waiting),))
    dbt("run")
    hold_to_reference(database, [take_back(history, waiting) for history in histories])

    with warehouse.connect(database) as connection:
        write_outcomes(connection, waiting.values())
    dbt("run")
    hold_to_reference(database, histories)


def begin(history: History, dice: random.Random) -> History:
    """Its first files, as many as chance will have it."""
    end = dice.randint(0, len(history.messages))
    messages = history.messages
    while 0 < end < len(messages) and messages[end].interchange_id == messages[end - 1].interchange_id:
        end += 1
    return replace(history, messages=messages[:end])


def take_back(history: History, waiting: Container[str]) -> History:
    """It, with messages of which nothing is known but that they came."""
    return replace(
        history,
        messages=[
            replace(message, is_compiled=False, is_valid=False, rejected_line_count=0)
            if message.message_id in waiting
            else message
            for message in history.messages
        ],
    )


def hold_to_reference(database: Mapping[str, str], histories: list[History]) -> None:
    with warehouse.connect(database) as connection:
        gold = read_gold(connection)
    assert all(gold.values())
    differences = list(islice(differ(gold, histories), 3))
    assert not differences, "\n\n".join(differences)
