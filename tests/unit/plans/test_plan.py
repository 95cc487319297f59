"""A plan: when it runs, what stands where in its shape, and how a person reads it."""

import pytest

from tests.unit.plans.routes import teach_reports
from udf.plans.plan import PROOFS, Plan, Status, arrange
from udf.plans.rows import read_row
from udf.standards.reference import load_reference


def learn() -> dict[str, Plan]:
    return {row.kind: read_row(row, load_reference()) for row in teach_reports().book.take_changed()}


def test_a_plan_is_readable() -> None:
    line = learn()["line"]
    assert str(line.shape) == "LIN+{digits}++{digits:13}:EN'QTY+153:{number}:PCE'PRI+AAA:{number}'"
    assert "quantity = QTY 1.2 where QTY 1.1 is 153" in line.describe()
    assert "item = LIN 3.1" in line.describe()


@pytest.mark.parametrize(
    ("status", "proofs", "runs"),
    [("candidate", PROOFS - 1, False), ("candidate", PROOFS, True), ("approved", 0, True), ("pinned", 0, True),
     ("revoked", PROOFS, False)],
)  # fmt: skip
def test_a_candidate_runs_once_it_has_its_proofs_and_a_revoked_plan_never(
    status: Status, proofs: int, runs: bool
) -> None:
    line = learn()["line"]
    line.status, line.proofs = status, proofs
    assert line.runs is runs


def test_a_component_is_a_slot_or_what_every_text_of_the_shape_has() -> None:
    line = learn()["line"]
    assert line.tags == ("LIN", "QTY", "PRI")
    assert line.component(1, 0, 1) == 2
    assert (line.component(1, 0, 0), line.component(1, 0, 2), line.component(1, 4)) == ("153", "PCE", "")


def test_an_arrangement_is_of_neighbours_and_not_of_how_often_they_return() -> None:
    plans = learn()
    header, group, line, trailer = (plans[kind] for kind in ("header", "group", "line", "trailer"))
    assert arrange([header, group, line, line, trailer]) == arrange([header, group, line, line, line, trailer])
    assert arrange([header, group, line, trailer]) != arrange([header, line, trailer])
