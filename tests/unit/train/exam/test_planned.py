"""Plans are examined on what comes after they were learnt."""

from udf.standards.reference import load_reference
from udf.train.exam.planned import ASKED, examine_plans


def test_plans_that_learnt_from_right_readings_are_not_silent() -> None:
    facts = examine_plans(None, load_reference(), partners=3, seed=2)
    assert facts["messages"] == 3 * ASKED
    assert facts["silent_errors"] == facts["false_alarms"] == 0
    damaged = facts["damaged messages"]
    assert damaged["messages"] == damaged["accepted"] + damaged["refused"] + damaged["harmless"]
