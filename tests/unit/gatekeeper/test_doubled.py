"""Lines that say again what others say are refused, and the others go on."""

from tests.small_messages import resale, sales
from tests.unit.gatekeeper.test_blocks import SOLD, UP, A, B
from udf.train.attack.rules_engine import compile_by_rules


def test_the_total_of_other_transfers_is_named_and_they_go_on() -> None:
    # X12 521: SU is a summary; CONTRACT: of a total and its split the split is recorded
    outcome = compile_by_rules(resale(f"PTD*SU QTY*32*8*EA {UP} {SOLD.format(1, 2, 5)} {SOLD.format(2, 3, 3)}"))
    assert [p.code for line in outcome.rejected_lines for p in line.problems] == ["total-beside-parts"]
    assert outcome.document
    assert [line.location_id for line in outcome.document.lines] == ["S1", "S2"]
    assert compile_by_rules(resale(f"PTD*SU QTY*32*8*EA {UP}")).rejected_lines == []


def test_of_an_item_in_two_units_its_lines_are_refused_and_no_other() -> None:
    # twelve pieces and the carton that holds them?
    outcome = compile_by_rules(
        sales(f"LIN+1++{A}:EN QTY+153:12:PCE LIN+2++{A}:EN QTY+153:1:CT LIN+3++{B}:EN QTY+153:5")
    )
    assert [[p.code for p in line.problems] for line in outcome.rejected_lines] == [["two-units"]] * 2
    assert outcome.document
    assert [line.item_id for line in outcome.document.lines] == [B]
